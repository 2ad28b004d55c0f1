"""What a data set would hold, class by class and split by split, as the Data set page shows it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.counted import counted
from app.errors import for_window
from labeller import Selection, what_lets_out

SPLITS = ("train", "validation", "test")
FEW_PATIENTS = 10  # of a class; with fewer, figures say little


@dataclass(frozen=True, slots=True)
class ClassCounts:
    """One class of the data set."""

    name: str
    images: int
    patients: int
    by_split: tuple[int, int, int]  # images


@dataclass(frozen=True, slots=True)
class Preview:
    """What an export would hold."""

    classes: tuple[ClassCounts, ...]
    images: int
    patients: int
    withheld: int  # labelled images that must not leave the project
    unlabelled: int
    warnings: tuple[str, ...]


def preview(found: Selection, fractions: tuple[float, float, float]) -> Preview:
    """Count a selection."""
    cells = Counter((one.row.label, one.split) for one in found.chosen)
    patients = Counter(name for _, name in {(one.row.patient, one.row.label) for one in found.chosen})
    images = Counter(one.row.label for one in found.chosen)
    classes = tuple(
        ClassCounts(name, images[name], patients[name], (*(cells[name, split] for split in SPLITS),))  # type: ignore[arg-type]
        for name in found.classes
    )
    left_out = tuple(
        f"{count:,} labelled {'image is' if count == 1 else 'images are'} left out: {_reason(why)}"
        for why, count in (*found.withheld.items(), *found.left_out.items())
    )
    return Preview(
        classes,
        len(found.chosen),
        len({one.row.patient for one in found.chosen}),
        sum(found.withheld.values()),
        found.unlabelled,
        (*left_out, *_warnings(classes, fractions)),
    )


def _reason(why: str) -> str:
    return for_window(f"{why}. {what_lets_out(why)}").strip()


def _warnings(classes: Sequence[ClassCounts], fractions: tuple[float, float, float]) -> tuple[str, ...]:
    used = [row for row in classes if row.images]
    found = []
    if len(used) == 1:
        found.append("There is one class only; a model needs at least two to tell apart.")
    for row in used:
        if row.patients < FEW_PATIENTS:
            patients = counted(row.patients, "patient")
            found.append(f"“{row.name}” has {patients}: results will be rough at best.")
        empty = [
            split
            for split, count, share in zip(SPLITS, row.by_split, fractions, strict=True)
            if share and not count
        ]
        if empty:
            found.append(f"“{row.name}” is missing from {' and '.join(empty)}: too few patients to divide.")
    return tuple(found)
