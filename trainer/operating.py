"""Moving the operating point of a finished model: figures, report and passport follow, no network is loaded."""

from dataclasses import dataclass
from pathlib import Path

from trainer.errors import TrainerError
from trainer.model_folder import ModelInfo
from trainer.reporting import write_report
from trainer.results.conclusion import choose_operating_point, chooser
from trainer.results.operating_point import PointChooser, PointFigures


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the point is to reach on the validation split; exactly one is given, or `best` for the largest sum."""

    threshold: float | None = None
    sensitivity: float | None = None
    specificity: float | None = None
    best: bool = False


def operating_points(folder: Path) -> tuple[PointChooser, float]:
    """The points that the validation split tells apart, and the threshold now in use.

    Raises TrainerError where the model has no such point: more than two classes, or an older model.
    """
    info = ModelInfo.read(folder)
    found = chooser(folder, info.classes)
    if found is None:
        raise TrainerError(
            "This model has no operating point to choose.",
            "It needs two classes and results on a validation split with both; train an older model again.",
        )
    return found


def move_operating_point(folder: Path, wanted: Wanted) -> PointFigures:
    """Let the model work at another point from now on; gives what that means on the validation split.

    Raises TrainerError where there is nothing to choose or the wish is no share between 0 and 1.
    """
    points, _ = operating_points(folder)
    threshold, how = _found(points, wanted)
    info = ModelInfo.read(folder)
    rules, evaluations = choose_operating_point(folder, info.classes, threshold, how=how)
    write_report(info, evaluations)
    assert rules.threshold is not None
    return points.of(rules.threshold)


def _found(points: PointChooser, wanted: Wanted) -> tuple[float, str]:
    on = "on the validation split"
    if wanted.threshold is not None:
        return wanted.threshold, f"chosen by hand {on}"
    if wanted.best:
        return points.at(points.youden()).threshold, f"where sensitivity + specificity is largest {on}"
    for share, choose, name in (
        (wanted.sensitivity, points.with_sensitivity, "sensitivity"),
        (wanted.specificity, points.with_specificity, "specificity"),
    ):
        if share is not None:
            if not 0 <= share <= 1:
                raise TrainerError(f"A {name} lies between 0 and 1.", "Give another one.")
            return points.at(choose(share)).threshold, f"for a {name} of {share:g} {on}"
    raise TrainerError("Say what the operating point is to reach.", "Give a threshold or a share.")
