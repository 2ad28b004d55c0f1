"""Probabilities made honest on the validation split: Platt scaling, for more than two classes temperature scaling.

Platt, "Probabilistic outputs for support vector machines" (1999), with his smoothed targets; Guo et al., "On
calibration of modern neural networks" (2017). Both multiply the log probabilities by one slope; Platt scaling also
shifts them, which puts right a model that was trained as if both classes were equally frequent.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from trainer.results.weighted import Floats, Integers

Method = Literal["none", "temperature", "platt"]
_TINY = 1e-7
_TWO = 2
_FEWEST_IMAGES, _FEWEST_OF_CLASS = 20, 5
_STEEPEST, _FLATTEST, _FARTHEST = 20.0, 0.05, 20.0
_WORDS: Mapping[Method, str] = {
    "none": "not calibrated, because the validation split has too few images",
    "temperature": "temperature scaling, fitted on the validation split",
    "platt": "Platt scaling, fitted on the validation split",
}


@dataclass(frozen=True, slots=True)
class Calibration:
    """Turns what the network says into calibrated probabilities: softmax(slope × log p + offsets)."""

    method: Method
    slope: float
    offsets: tuple[float, ...]  # one a class; all 0 for temperature scaling

    def apply(self, probabilities: Floats) -> NDArray[np.float64]:
        """`(n, classes)`, rows summing to 1, to the same shape."""
        scores = np.log(np.maximum(probabilities, _TINY)) * self.slope + np.array(self.offsets)
        raised = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float64)

    def in_words(self) -> str:
        """The method, for a reader."""
        return _WORDS[self.method]

    def as_json(self) -> dict[str, Any]:
        """As judging.json keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any], classes: int) -> "Calibration":
        """From judging.json; ValueError unless every value is within bounds."""
        made = cls(
            document["method"], float(document["slope"]), tuple(float(value) for value in document["offsets"])
        )
        sound = made.method in _WORDS and len(made.offsets) == classes
        within = _FLATTEST <= made.slope <= _STEEPEST and all(
            abs(value) <= _FARTHEST for value in made.offsets
        )
        if not (sound and within):
            raise ValueError("calibration out of bounds")
        return made


def uncalibrated(classes: int) -> Calibration:
    """Leaves probabilities as they are."""
    return Calibration("none", 1.0, (0.0,) * classes)


def fit_calibration(labels: Integers, probabilities: Floats) -> Calibration:
    """Fit on the images of the validation split; with too few of them nothing is changed."""
    from scipy.optimize import minimize

    classes = probabilities.shape[1]
    counts = np.bincount(labels, minlength=classes)
    if len(labels) < _FEWEST_IMAGES or counts.min() < _FEWEST_OF_CLASS:
        return uncalibrated(classes)
    logs = np.log(np.maximum(probabilities, _TINY))
    targets = _targets(labels, counts)
    shifts = classes == _TWO

    def loss(parameters: Floats) -> float:
        scores = logs * np.exp(parameters[0])
        scores[:, 1] += parameters[1] if shifts else 0.0
        peak = scores.max(axis=1, keepdims=True)
        return float(-(targets * (scores - peak - np.log(np.exp(scores - peak).sum(1, keepdims=True)))).sum())

    limits = [(np.log(_FLATTEST), np.log(_STEEPEST)), (-_FARTHEST, _FARTHEST)][: 2 if shifts else 1]
    found = minimize(loss, np.zeros(len(limits)), method="L-BFGS-B", bounds=limits)
    slope = float(np.clip(np.exp(found.x[0]), _FLATTEST, _STEEPEST))
    if not shifts:
        return Calibration("temperature", round(slope, 6), (0.0,) * classes)
    return Calibration("platt", round(slope, 6), (0.0, round(float(found.x[1]), 6)))


def _targets(labels: Integers, counts: Integers) -> Floats:
    """Not quite 1 and 0, so that a split without a single error does not ask for infinite certainty."""
    classes = len(counts)
    sure = (counts + 1) / (counts + classes)
    targets = np.tile(((1 - sure) / (classes - 1))[labels][:, None], (1, classes))
    targets[np.arange(len(labels)), labels] = sure[labels]
    return targets
