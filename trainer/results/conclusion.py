"""From what a model said of the images to what is written of it: all figures, groups, doubts, in the model folder."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from trainer.atomic import write_json
from trainer.errors import ModelFolderError, TrainerError
from trainer.records import NOTICE
from trainer.results.answers import Answers, read_answers
from trainer.results.groups import evaluate_groups
from trainer.results.judging import Judged, evaluate_split
from trainer.results.learning_curve import LearningPoint
from trainer.results.openings import note_opening
from trainer.results.operating_point import BY_HAND, OperatingPoint, PointChooser
from trainer.results.records import Evaluation
from trainer.results.rules import Rules, read_rules

FILE = "evaluation.json"
_BEFORE = ("brier", "ece")


@dataclass(frozen=True, slots=True)
class Beside:
    """What evaluation.json says besides the splits' figures."""

    doubts: tuple[str, ...] = ()
    learning_curve: tuple[LearningPoint, ...] = ()


def conclude(answers: Answers, rules: Rules) -> Evaluation:
    """All figures of a split, its groups, and how good the probabilities were before calibration."""
    judged = answers.judged(rules)
    found = evaluate_split(judged, answers.split, prior=np.array(rules.prior) if rules.prior else None)
    warnings = [*found.warnings, *_unlike(answers, rules)]
    return replace(
        found,
        groups=tuple(evaluate_groups(judged, answers.facts)),
        facts=_before(answers, judged, rules),
        warnings=tuple(warnings),
    )


def images_sha256(answers: Answers) -> str:
    """Over the names and labels of the images: whether two models were judged on the same ones."""
    lines = sorted(
        f"{name}\t{label}" for name, label in zip(answers.names, answers.labels.tolist(), strict=True)
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def write_evaluations(folder: Path, evaluations: Sequence[Evaluation], beside: Beside) -> None:
    """Write evaluation.json, each split by its name."""
    document = {
        "notice": NOTICE,
        "splits": {evaluation.split: asdict(evaluation) for evaluation in evaluations},
        "doubts": list(beside.doubts),
        "learning_curve": [point.as_json() for point in beside.learning_curve],
    }
    write_json(folder / FILE, document)


def choose_operating_point(
    folder: Path, classes: tuple[str, ...], threshold: float, *, how: str = BY_HAND
) -> tuple[Rules, list[Evaluation]]:
    """Let the model work at another point from now on; every figure in the folder is computed anew.

    Raises TrainerError where the model tells more than two classes apart or has no validation images to choose on.
    """
    rules, answers = read_rules(folder, classes), read_answers(folder, classes)
    if rules.point is None or "validation" not in answers:
        raise TrainerError(
            "This model has no operating point to choose.",
            "It needs two classes and results on a validation split; train it again if it is an older one.",
        )
    if not 0 <= threshold <= 1:
        raise TrainerError("A threshold lies between 0 and 1.", "Give another one.")
    at = datetime.now(UTC).isoformat(timespec="seconds")
    chosen = replace(rules, point=OperatingPoint(classes[1], round(threshold, 6), how, at))
    evaluations = [conclude(each, chosen) for each in answers.values()]
    if "test" in answers:
        note_opening(folder, "operating point moved", images_sha256(answers["test"]), chosen.threshold)
    chosen.save(folder)
    write_evaluations(folder, evaluations, read_beside(folder))
    return chosen, evaluations


def chooser(folder: Path, classes: tuple[str, ...]) -> tuple[PointChooser, float] | None:
    """The validation split's operating points and the threshold in use; None where there is nothing to choose."""
    rules, answers = read_rules(folder, classes), read_answers(folder, classes).get("validation")
    if answers is None or rules.threshold is None or len(np.unique(answers.labels)) < len(classes):
        return None
    return PointChooser(answers.labels, rules.probabilities(answers.raw)[:, 1]), rules.threshold


def read_beside(folder: Path) -> Beside:
    """Doubts and learning curve from evaluation.json; empty where a model of before has none."""
    document = _read(folder)
    try:
        points = tuple(_point(entry) for entry in document.get("learning_curve", ()))
        return Beside(tuple(map(str, document.get("doubts", ()))), points)
    except (TypeError, ValueError, KeyError):
        raise _damaged() from None


def _point(entry: Mapping[str, Any]) -> LearningPoint:
    return LearningPoint(
        float(entry["fraction"]),
        int(entry["images"]),
        int(entry["patients"]),
        *(float(entry[name]) for name in ("auc", "lowest", "highest")),
    )


def _read(folder: Path) -> dict[str, Any]:
    path = folder / FILE
    if not path.exists():
        return {}
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        raise _damaged() from None
    if not isinstance(document, dict):
        raise _damaged()
    return document


def _damaged() -> ModelFolderError:
    return ModelFolderError("The model's evaluation.json is damaged.", "Evaluate the model again.")


def _before(answers: Answers, judged: Judged, rules: Rules) -> dict[str, float]:
    if rules.calibration.method == "none":
        return {}
    raw = evaluate_split(replace(judged, probabilities=answers.raw, threshold=None), "")
    return {f"{name}_before": raw.metrics[name] for name in _BEFORE if name in raw.metrics}


def _unlike(answers: Answers, rules: Rules) -> list[str]:
    if rules.limits is None or answers.distances is None or answers.split == "validation":
        return []
    refused = sum(rules.limits.refuses(float(distance)) for distance in answers.distances)
    if not refused:
        return []
    text = f"{refused} of {len(answers)} images are unlike anything the model learned from; in use it would give "
    return [f"{text}no answer for them. They are counted here with the answer it would have given."]
