"""What travels in and out of the trainer: plain records, never tensors or models."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

NOTICE = "Not for diagnostic use"

ReadImage = Callable[[Path], NDArray[np.uint8]]
"""Reads an image as a viewer shows it: uint8, (rows, columns) or (rows, columns, 3), 0 to 255."""


class OnEvent(Protocol):
    """Receives what happens during a training: stages, epochs and notes in words.

    `kind` is "stage" (facts: title, total), "step" (done, total), "epoch" (epoch, epochs, seconds, loss,
    val_loss, accuracy, val_accuracy, val_auc) or "note" (text).
    """

    def __call__(self, kind: str, facts: Mapping[str, Any]) -> None:
        """Take one event."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A finished training."""

    folder: Path
    recipe: str
    classes: tuple[str, ...]
    counts: Mapping[str, Mapping[str, int]]  # split -> class -> images
    epochs: int
    best_epoch: int
    seconds: float
    device: str
    metrics: Mapping[str, float]  # of the validation split, names as in Evaluation
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model says of one image.

    `predicted` is "" where there is an `error`, or where the model gives no answer because the image is unlike
    anything that it learned from; then `remark` says so.
    """

    path: Path
    predicted: str
    probabilities: Mapping[str, float]  # class -> 0 to 1, summing to 1; calibrated
    error: str = ""  # why the image could not be looked at, for the user
    unlike: float | None = (
        None  # distance to what was learned from; beyond 1 there is no answer; None: not known
    )
    remark: str = ""  # what to beware of, in words
    similar: tuple[str, ...] = ()  # names of the training images most like it
    notice: str = NOTICE


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Where in the image the model looked: (rows, columns) of the image, float32, 0 to 1."""

    path: Path
    class_name: str
    values: NDArray[np.float32]
    method: str = "grad-cam"  # a key of `MAPS`
    similar: tuple[str, ...] = ()  # names of the training images most like it
    missing: tuple[str, ...] = ()  # columns that the model would read beside the image and was not told
    notice: str = NOTICE
