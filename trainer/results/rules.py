"""How a model's numbers become answers: calibration, operating point and limits of what it knows (judging.json)."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from trainer.atomic import write_json
from trainer.errors import ModelFolderError
from trainer.records import NOTICE
from trainer.results.calibration import Calibration, fit_calibration, uncalibrated
from trainer.results.familiarity import Limits
from trainer.results.judging import decide
from trainer.results.operating_point import OperatingPoint
from trainer.results.weighted import Floats, Integers

FILE, FORMAT = "judging.json", 1
_LARGEST = 1 << 20
_TWO = 2


@dataclass(frozen=True, slots=True)
class Rules:
    """What stands between the network's output and what the user is told."""

    classes: tuple[str, ...]
    calibration: Calibration
    point: OperatingPoint | None  # None for more than two classes: the most probable one is said
    limits: Limits | None  # None where the architecture gives no embedding
    prior: tuple[float, ...] = ()  # the classes' shares among the training images

    @property
    def threshold(self) -> float | None:
        """Of the finding's probability."""
        return None if self.point is None else self.point.threshold

    def working_at(self, threshold: float) -> "Rules":
        """The same, tried at another point that nobody has kept yet."""
        return self if self.point is None else replace(self, point=replace(self.point, threshold=threshold))

    def probabilities(self, raw: Floats) -> Floats:
        """Calibrated ones `(n, classes)` from the network's."""
        return self.calibration.apply(raw) if self.calibration.method != "none" else raw

    def said(self, raw: Floats) -> Integers:
        """The class that is said, an index for each row of the network's `(n, classes)`."""
        return decide(self.probabilities(raw), self.threshold)

    def save(self, folder: Path) -> None:
        """Write judging.json."""
        document = {
            "format": FORMAT,
            "notice": NOTICE,
            "calibration": self.calibration.as_json(),
            "operating_point": None if self.point is None else self.point.as_json(),
            "limits": None if self.limits is None else self.limits.as_json(),
            "prior": list(self.prior),
        }
        write_json(folder / FILE, document)


def fit_rules(
    classes: tuple[str, ...], labels: Integers, raw: Floats, *, limits: Limits | None, prior: Floats
) -> Rules:
    """From the validation split: the operating point stays where the training put it until someone moves it."""
    calibration = fit_calibration(labels, raw)
    point = None
    if len(classes) == _TWO:
        middle = float(calibration.apply(np.full((1, _TWO), 0.5))[0, 1])
        point = OperatingPoint(classes[1], round(middle, 6) if calibration.method != "none" else 0.5)
    shares = tuple(round(float(value), 6) for value in prior / prior.sum())
    return Rules(classes, calibration, point, limits, shares)


def read_rules(folder: Path, classes: tuple[str, ...]) -> Rules:
    """Read judging.json; a model of before it existed says the most probable class, uncalibrated.

    Raises ModelFolderError where it is damaged or out of bounds.
    """
    path = folder / FILE
    if not path.exists():
        return Rules(classes, uncalibrated(len(classes)), None, None)
    try:
        if path.is_symlink() or path.stat().st_size > _LARGEST:
            raise ValueError("not one of ours")
        return _from_document(json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse), classes)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        raise ModelFolderError(
            "The model's judging.json is damaged.",
            "Train the model again, or choose the folder of a model that this program made.",
        ) from None


def _from_document(document: Mapping[str, Any], classes: tuple[str, ...]) -> Rules:
    if document["format"] != FORMAT:
        raise ValueError("another format")
    point, limits = document["operating_point"], document["limits"]
    prior = tuple(float(value) for value in document["prior"])
    if len(prior) not in (0, len(classes)) or not all(math.isfinite(value) and value >= 0 for value in prior):
        raise ValueError("prior out of bounds")
    return Rules(
        classes,
        Calibration.from_json(document["calibration"], len(classes)),
        None if point is None else OperatingPoint.from_json(point, classes),
        None if limits is None else Limits.from_json(limits),
        prior,
    )


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number of ours")
