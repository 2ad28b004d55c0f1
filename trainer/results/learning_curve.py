"""Would more labels help? The same method on 10, 25, 50 and 100 % of the patients, judged on validation."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.results.judging import auc
from trainer.results.weighted import Floats, Integers

FRACTIONS = (0.1, 0.25, 0.5, 1.0)
_REPEATS = 3
_FLAT = 0.01  # of the AUC between half and all of the labels
_LEAST_IMAGES = 20

FitAndPredict = Callable[[NDArray[np.int64]], Floats]
"""Takes the places of the training images to learn from, gives the validation split's probabilities."""


@dataclass(frozen=True, slots=True)
class LearningPoint:
    """What a share of the labels gives; lowest and highest are over repeated draws of the patients."""

    fraction: float
    images: int
    patients: int
    auc: float
    lowest: float
    highest: float

    def as_json(self) -> Mapping[str, float]:
        """As evaluation.json keeps it."""
        return asdict(self)


def learning_curve(
    labels: Integers,
    patients: Sequence[str],
    validation_labels: Integers,
    fit: FitAndPredict,
    *,
    seed: int = 0,
) -> Iterator[LearningPoint]:
    """One point a share, empty where the training split is too small to be divided.

    A draw takes whole patients, of every class its share and at least one.
    """
    if len(labels) < _LEAST_IMAGES:
        return
    array = np.asarray(patients)
    for fraction in FRACTIONS:
        areas, images, people = [], 0, 0
        for repeat in range(_REPEATS if fraction < 1 else 1):
            chosen = _drawn(labels, array, fraction, seed=repeat + _REPEATS * seed)
            area = auc(validation_labels, fit(chosen))
            if area is None:
                return
            areas.append(area)
            images, people = len(chosen), len(set(array[chosen]))
        yield LearningPoint(fraction, images, people, float(np.mean(areas)), min(areas), max(areas))


def _drawn(labels: Integers, patients: NDArray[np.str_], fraction: float, *, seed: int) -> NDArray[np.int64]:
    """Smaller draws of one seed are parts of larger ones."""
    rng = np.random.default_rng(seed)
    kept: set[str] = set()
    for index in np.unique(labels):
        of_class = np.unique(patients[labels == index])
        order = rng.permutation(len(of_class))
        kept |= set(of_class[order[: max(1, round(fraction * len(of_class)))]])
    return np.flatnonzero(np.isin(patients, sorted(kept)))


def in_words(points: Sequence[LearningPoint]) -> str:
    """What the curve says about labelling more; "" without one."""
    if len(points) < len(FRACTIONS):
        return ""
    half, whole = points[-2], points[-1]
    gain = whole.auc - half.auc
    noise = max(point.highest - point.lowest for point in points[1:-1])
    told = (
        f"With half of the labels the AUC on validation is {half.auc:.3f}, with all of them {whole.auc:.3f}"
    )
    if gain > max(_FLAT, noise / 2):
        return f"{told}: it still rises, so more labels would probably help."
    if gain > _FLAT:
        return f"{told}: it may still rise, but chance alone makes differences of that size."
    return f"{told}: it hardly rises any more. More labels of the same kind would help little; others might."
