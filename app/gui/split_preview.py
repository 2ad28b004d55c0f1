"""Counts what an export would hold, class by class and split by split, without writing anything."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from labeller import InstanceRow, split_by_patient, withheld_because

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
    warnings: tuple[str, ...]


def preview(
    rows: Sequence[InstanceRow], names: Sequence[str], fractions: tuple[float, float, float], seed: int
) -> Preview:
    """Split labelled instances by patient as the export will; classes in the order of `names`."""
    reasons = Counter(why for row in rows if (why := withheld_because(row)))
    rows = [row for row in rows if not withheld_because(row)]
    pairs = [(row.patient, row.label or "") for row in rows]
    splits = split_by_patient(pairs, fractions=fractions, seed=seed) if pairs else []
    cells = Counter((label, split) for (_, label), split in zip(pairs, splits, strict=True))
    patients = Counter(label for _, label in set(pairs))
    images = Counter(label for _, label in pairs)
    classes = tuple(
        ClassCounts(name, images[name], patients[name], (*(cells[name, split] for split in SPLITS),))  # type: ignore[arg-type]
        for name in names
    )
    left_out = tuple(
        f"{count:,} labelled {'image is' if count == 1 else 'images are'} left out: {why}."
        for why, count in reasons.items()
    )
    patients_of_all = len({patient for patient, _ in pairs})
    warnings = (*left_out, *_warnings(classes, fractions))
    return Preview(classes, len(pairs), patients_of_all, sum(reasons.values()), warnings)


def _warnings(classes: Sequence[ClassCounts], fractions: tuple[float, float, float]) -> tuple[str, ...]:
    used = [row for row in classes if row.images]
    found = []
    if len(used) == 1:
        found.append("There is one class only; a model needs at least two to tell apart.")
    for row in used:
        if row.patients < FEW_PATIENTS:
            found.append(f"“{row.name}” has {row.patients} patients: results will be rough at best.")
        empty = [
            split
            for split, count, share in zip(SPLITS, row.by_split, fractions, strict=True)
            if share and not count
        ]
        if empty:
            found.append(f"“{row.name}” is missing from {' and '.join(empty)}: too few patients to divide.")
    return tuple(found)
