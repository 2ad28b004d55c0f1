"""What every method of fitting works on and gives back."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.checkpoint import Checkpoint
from trainer.errors import CancelledError
from trainer.images import Images
from trainer.placement import Placement
from trainer.preprocessing import Preprocessing
from trainer.recipes import Plan, Recipe
from trainer.records import OnEvent
from trainer.results.judging import auc
from trainer.results.learning_curve import LearningPoint

Labels = NDArray[np.int64]
_HEAVIEST = 10.0  # a class weight above this makes single images shake the training
_TINY = 1e-7


@dataclass(frozen=True, slots=True)
class Sample:
    """Prepared images with their class indices."""

    images: Images
    labels: Labels


@dataclass(frozen=True, slots=True)
class Task:
    """Everything that a method of fitting needs."""

    recipe: Recipe
    plan: Plan
    model: Any
    preprocessing: Preprocessing
    train: Sample
    validation: Sample
    class_weights: NDArray[np.float32]  # that let classes count alike, for judging
    seed: int
    checkpoint: Checkpoint
    on_event: OnEvent
    cancelled: Callable[[], bool]
    deadline: float | None  # time.monotonic() after which no new epoch begins
    placement: Placement = field(default_factory=Placement)  # of the learning
    cache: Path | None = None  # folder where what was computed of images is kept for the next training

    def check_cancelled(self) -> None:
        """CancelledError once the user wants the training to end."""
        if self.cancelled():
            raise CancelledError(
                "The training was cancelled; what it reached is kept.", "Repeat the command to go on."
            )

    def out_of_time(self) -> bool:
        """Whether the time that was allowed is over."""
        return self.deadline is not None and time.monotonic() > self.deadline


@dataclass(frozen=True, slots=True)
class Fit:
    """The outcome; the task's model holds the best weights."""

    history: tuple[Mapping[str, float | None], ...]
    best_epoch: int
    embeddings: NDArray[np.float32] | None = None  # of the training images, where the method has them anyway
    learning_curve: tuple[LearningPoint, ...] = ()  # where the method can tell cheaply


def balanced_weights(labels: Labels, classes: int) -> NDArray[np.float32]:
    """Weights that let each class count alike, at most tenfold."""
    counts = np.bincount(labels, minlength=classes)
    weights = np.asarray(len(labels) / (classes * np.maximum(counts, 1)), np.float32)
    return np.minimum(weights, np.float32(_HEAVIEST))


def judge(
    probabilities: NDArray[np.floating], labels: Labels, weights: NDArray[np.float32]
) -> dict[str, Any]:
    """Class-balanced cross-entropy, accuracy and AUC (None with one class only)."""
    of_class = np.maximum(probabilities[np.arange(len(labels)), labels], _TINY)
    balance = weights[labels]
    return {
        "loss": float(-(np.log(of_class) * balance).sum() / balance.sum()),
        "accuracy": float((probabilities.argmax(axis=1) == labels).mean()),
        "auc": auc(labels, probabilities),
    }


def score(row: Mapping[str, float | None]) -> tuple[float, float]:
    """How good an epoch was: AUC to three places, then the loss; larger is better."""
    area, loss = row["val_auc"], row["val_loss"]
    return (round(area, 3) if area is not None else 0.0, -(loss if loss is not None else np.inf))
