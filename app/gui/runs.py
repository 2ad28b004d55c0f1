"""Model folders as the window shows them: what a training reached, read from its files without Keras."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trainer import FIGURES, Figure, Group, ModelInfo, ReliabilityBin, TrainerError

EXPERIMENT = "experiment.toml"  # marks the folder of an experiment
SPLIT_NAMES = {"train": "Training", "validation": "Validation", "test": "Test"}


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a model did on one split, as evaluation.json has it."""

    split: str
    images: int
    patients: int
    classes: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]  # rows: the readers' class, columns: predicted
    figures: tuple[Figure, ...]
    curves: tuple[Mapping[str, Any], ...]
    warnings: tuple[str, ...]
    reliability: tuple[ReliabilityBin, ...] = ()
    groups: tuple[Group, ...] = ()
    facts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """A model folder of the project."""

    folder: Path
    info: ModelInfo | None  # None: unfinished
    problem: str = ""  # why it cannot be used

    @property
    def name(self) -> str:
        """The folder's name, behind the experiment's where it is part of one."""
        within = (self.folder.parent / EXPERIMENT).exists()
        return f"{self.folder.parent.name}/{self.folder.name}" if within else self.folder.name

    def title(self) -> str:
        """Name, recipe and the one figure that tells most."""
        if self.problem:
            return f"{self.name} – cannot be read"
        if self.info is None:
            return f"{self.name} – not finished"
        area = self.info.metrics.get("auc")
        return f"{self.name} – {self.info.recipe}" + (f", AUC {area:.3f}" if area is not None else "")


def runs_in(models: Path) -> list[Run]:
    """List the model folders of a project, the newest first; those of an experiment lie one folder deeper."""
    folders = [inside for folder in _folders(models) for inside in _of_experiment(folder)]
    newest = sorted(folders, key=lambda f: f.stat().st_mtime, reverse=True)
    return [read_run(folder) for folder in newest]


def _folders(parent: Path) -> list[Path]:
    return [folder for folder in parent.glob("*") if folder.is_dir() and not folder.name.startswith(".")]


def _of_experiment(folder: Path) -> list[Path]:
    return _folders(folder) if (folder / EXPERIMENT).exists() else [folder]


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
        figures=tuple(_figures(fields)),
        curves=tuple(fields["curves"]),
        warnings=tuple(map(str, fields["warnings"])),
        reliability=tuple(ReliabilityBin(**step) for step in fields.get("reliability", ())),
        groups=tuple(_group(group) for group in fields.get("groups", ())),
        facts={str(name): float(value) for name, value in fields.get("facts", {}).items()},
    )


def _figures(fields: Mapping[str, Any]) -> Iterator[Figure]:
    """The figures; a model of before they had counts only has their values by name."""
    if "figures" in fields:
        yield from (_figure(figure) for figure in fields["figures"] if figure["kind"] in FIGURES)
        return
    metrics = fields["metrics"]
    for name, value in metrics.items():
        kind, _, class_name = str(name).partition(":")
        if kind in FIGURES:
            low, high = metrics.get(f"{name}_low"), metrics.get(f"{name}_high")
            yield Figure(kind, class_name, float(value), low, high, None, int(fields["images"]))


def _figure(fields: Mapping[str, Any]) -> Figure:
    return Figure(**fields)


def _group(fields: Mapping[str, Any]) -> Group:
    return Group(**{**fields, "figures": tuple(map(_figure, fields["figures"]))})


def _numbers(row: Mapping[str, str | None]) -> dict[str, float]:
    numbers = {}
    for name, text in row.items():
        try:
            numbers[name] = float(text or "")
        except ValueError:
            continue
    return numbers
