"""Where on the ROC curve a model works: from which probability on the finding is said.

The point is chosen on the validation split, never on the test split.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from trainer.results.intervals import wilson
from trainer.results.weighted import Floats, Integers

BALANCED = "where the training, in which each class counts alike, put it"
BY_HAND = "chosen on the validation split's ROC curve"
_TWO = 2


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """The finding is said from this probability on."""

    class_name: str
    threshold: float  # of the calibrated probability, 0 to 1
    how: str = BALANCED
    at: str = ""  # when it was chosen, ISO 8601; "" for the one of the training

    def as_json(self) -> dict[str, Any]:
        """As judging.json keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any], classes: tuple[str, ...]) -> "OperatingPoint":
        """From judging.json; ValueError unless it fits the model."""
        made = cls(
            str(document["class_name"]),
            float(document["threshold"]),
            str(document["how"]),
            str(document["at"]),
        )
        if len(classes) != _TWO or made.class_name != classes[1] or not 0 <= made.threshold <= 1:
            raise ValueError("operating point out of bounds")
        return made


@dataclass(frozen=True, slots=True)
class PointFigures:
    """What a threshold means on the images that it is tried on, with Wilson's 95 % intervals."""

    threshold: float
    found: int
    positives: int
    spared: int
    negatives: int

    @property
    def sensitivity(self) -> float:
        """Share of the positives that are found."""
        return self.found / self.positives

    @property
    def specificity(self) -> float:
        """Share of the negatives that are left alone."""
        return self.spared / self.negatives

    def in_words(self) -> str:
        """Both shares with counts and intervals."""
        low, high = wilson(self.found, self.positives)
        below, above = wilson(self.spared, self.negatives)
        return (
            f"Sensitivity {self.sensitivity:.3f} ({low:.3f} – {high:.3f}; {self.found} of {self.positives}), "
            f"specificity {self.specificity:.3f} ({below:.3f} – {above:.3f}; {self.spared} of {self.negatives})"
        )


class PointChooser:
    """All operating points that one split tells apart, from “never said” to “always said”."""

    def __init__(self, labels: Integers, scores: Floats) -> None:
        positive = np.sort(scores[labels == 1])
        negative = np.sort(scores[labels != 1])
        if not len(positive) or not len(negative):
            raise ValueError("an operating point needs images of both classes")
        self._positive, self._negative = positive, negative
        known = np.unique(scores)
        between = (known[:-1] + known[1:]) / 2
        self._thresholds = np.r_[min(1.0, float(known[-1]) + 1e-6), between[::-1], 0.0]

    def __len__(self) -> int:
        return len(self._thresholds)

    def at(self, place: int) -> PointFigures:
        """The point number `place`; sensitivity grows with the number."""
        return self.of(float(self._thresholds[int(np.clip(place, 0, len(self) - 1))]))

    def of(self, threshold: float) -> PointFigures:
        """What any threshold means."""
        positives, negatives = len(self._positive), len(self._negative)
        missed = int(np.searchsorted(self._positive, threshold, side="left"))
        spared = int(np.searchsorted(self._negative, threshold, side="left"))
        return PointFigures(threshold, positives - missed, positives, spared, negatives)

    def nearest(self, false_positive_rate: float, sensitivity: float) -> int:
        """The number of the point closest to a place in the ROC plane."""
        found = [self.at(place) for place in range(len(self))]
        gaps = [
            (1 - f.specificity - false_positive_rate) ** 2 + (f.sensitivity - sensitivity) ** 2 for f in found
        ]
        return int(np.argmin(gaps))

    def place_of(self, threshold: float) -> int:
        """The number of the point at which this threshold works."""
        return int(np.argmin(np.abs(self._thresholds - threshold)))

    def with_sensitivity(self, wanted: float) -> int:
        """The most specific point that reaches a sensitivity."""
        return next(place for place in range(len(self)) if self.at(place).sensitivity >= wanted - 1e-9)

    def with_specificity(self, wanted: float) -> int:
        """The most sensitive point that reaches a specificity."""
        return next(p for p in reversed(range(len(self))) if self.at(p).specificity >= wanted - 1e-9)

    def youden(self) -> int:
        """The point where sensitivity + specificity is largest."""
        sums = [self.at(place).sensitivity + self.at(place).specificity for place in range(len(self))]
        return int(np.argmax(sums))
