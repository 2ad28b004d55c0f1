"""What will be trained on and what stands against it, told before the button is pressed."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainer.dataset import load_dataset
from trainer.errors import DataSetError


@dataclass(frozen=True, slots=True)
class Readiness:
    """Counts, and in plain words what is doubtful and what forbids training."""

    counts: Mapping[str, Mapping[str, int]]  # split -> class -> images
    patients: Mapping[str, int]  # class -> patients
    warnings: tuple[str, ...]
    refusals: tuple[str, ...]


def readiness(dataset_folder: Path, *, seed: int = 0) -> Readiness:
    """Judge a data set folder by its listing alone: no image is opened, no network loaded."""
    try:
        dataset = load_dataset(dataset_folder, read_image=_never, seed=seed)
    except DataSetError as error:
        return Readiness({}, {}, (), (f"{error} {error.remedy}".strip(),))
    patients = {
        name: len({item.patient for item in dataset.items if item.class_name == name})
        for name in dataset.classes
    }
    warnings = (*dataset.warnings, *(entry.reason for entry in dataset.left_out))
    return Readiness(dataset.counts(), patients, warnings, ())


def _never(path: Path) -> NDArray[np.uint8]:
    raise NotImplementedError(f"readiness opens no image, yet {path.name} was asked for")
