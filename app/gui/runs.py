"""Model folders as the window shows them: what a training reached, read from its files without Keras."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer import ModelInfo, TrainerError

SPLIT_NAMES = {"train": "Training", "validation": "Validation", "test": "Test"}
_WORDS = {
    "auc": "Area under the ROC curve",
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
}


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure with its 95 % interval and the counts behind it, as texts."""

    name: str
    value: str
    interval: str
    counts: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a model did on one split, as evaluation.json has it."""

    split: str
    images: int
    patients: int
    classes: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]  # rows: the readers' class, columns: predicted
    metrics: Mapping[str, float]
    curves: tuple[Mapping[str, Any], ...]
    warnings: tuple[str, ...]

    def table(self) -> list[Metric]:
        """Return the metrics in words, the general ones first."""
        names = [name for name in self.metrics if not name.endswith(("_low", "_high"))]
        names.sort(key=lambda name: (":" in name, list(_WORDS).index(name.partition(":")[0])))
        return [self._metric(name) for name in names]

    def _metric(self, name: str) -> Metric:
        kind, _, class_name = name.partition(":")
        words = f"{_WORDS[kind]} for “{class_name}”" if class_name else _WORDS[kind]
        low, high = self.metrics.get(f"{name}_low"), self.metrics.get(f"{name}_high")
        interval = f"{low:.3f} – {high:.3f}" if low is not None and high is not None else ""
        return Metric(words, f"{self.metrics[name]:.3f}", interval, self._counts(kind, class_name))

    def _counts(self, kind: str, class_name: str) -> str:
        total = sum(map(sum, self.confusion))
        if kind == "accuracy":
            return f"{sum(row[i] for i, row in enumerate(self.confusion))} of {total}"
        if not class_name:
            return ""
        which = self.classes.index(class_name)
        positives, hits = sum(self.confusion[which]), self.confusion[which][which]
        if kind == "sensitivity":
            return f"{hits} of {positives}"
        false_alarms = sum(row[which] for row in self.confusion) - hits
        return f"{total - positives - false_alarms} of {total - positives}"


@dataclass(frozen=True, slots=True)
class Run:
    """A model folder of the project."""

    folder: Path
    info: ModelInfo | None  # None: unfinished
    problem: str = ""  # why it cannot be used

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    def title(self) -> str:
        """Name, recipe and the one figure that tells most."""
        if self.problem:
            return f"{self.name} – cannot be read"
        if self.info is None:
            return f"{self.name} – not finished"
        area = self.info.metrics.get("auc")
        return f"{self.name} – {self.info.recipe}" + (f", AUC {area:.3f}" if area is not None else "")


def runs_in(models: Path) -> list[Run]:
    """List the model folders of a project, the newest first."""
    folders = [folder for folder in models.glob("*") if folder.is_dir() and not folder.name.startswith(".")]
    return [read_run(folder) for folder in sorted(folders, key=lambda f: f.stat().st_mtime, reverse=True)]


def read_run(folder: Path) -> Run:
    """Read what is known of one model folder."""
    if not (folder / "run.json").exists():
        return Run(folder, None)
    try:
        return Run(folder, ModelInfo.read(folder))
    except TrainerError as error:
        return Run(folder, None, f"{error} {error.remedy}".strip())


def read_judgements(folder: Path) -> list[Judgement]:
    """Read evaluation.json; the test split first. Empty where it is missing or damaged."""
    try:
        splits = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))["splits"]
        found = [_judgement(fields) for fields in splits.values()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []
    return sorted(found, key=lambda judgement: judgement.split != "test")


def read_history(folder: Path) -> list[dict[str, float]]:
    """Read history.csv: one mapping an epoch, columns that are no numbers left out."""
    try:
        with (folder / "history.csv").open(encoding="utf-8", newline="") as stream:
            return [_numbers(row) for row in csv.DictReader(stream)]
    except OSError:
        return []


def _judgement(fields: Mapping[str, Any]) -> Judgement:
    return Judgement(
        split=str(fields["split"]),
        images=int(fields["images"]),
        patients=int(fields["patients"]),
        classes=tuple(map(str, fields["classes"])),
        confusion=tuple(tuple(int(value) for value in row) for row in fields["confusion"]),
        metrics={
            str(name): float(value)
            for name, value in fields["metrics"].items()
            if str(name).partition(":")[0].removesuffix("_low").removesuffix("_high") in _WORDS
        },
        curves=tuple(fields["curves"]),
        warnings=tuple(map(str, fields["warnings"])),
    )


def _numbers(row: Mapping[str, str | None]) -> dict[str, float]:
    numbers = {}
    for name, text in row.items():
        try:
            numbers[name] = float(text or "")
        except ValueError:
            continue
    return numbers
