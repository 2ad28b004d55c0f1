"""Splits that were settled before: read from a CSV file and kept."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from labeller.csv_files import CsvRow, read_rows
from labeller.errors import ManifestError
from labeller.manifest import SPLIT_NAMES
from labeller.splits import SPLITS

_UID = ("sop_instance_uid", "sopinstanceuid", "sop")
_PATIENT = ("patient", "patient_id")
_SPLIT = ("split", "set", "subset")


@dataclass(frozen=True, slots=True)
class GivenSplits:
    """The splits by SOP Instance UID or pseudonym, and the rows that mean nobody in the project."""

    splits: dict[str, str]
    problems: tuple[str, ...]


def read_given_splits(path: Path, find: Callable[[str, str], str | None]) -> GivenSplits:
    """Read a CSV file with columns `split` and `sop_instance_uid` or `patient`; `find(uid, patient)` knows them.

    A row without a split settles nothing. Raises ManifestError naming the line with an unknown or second split.
    """
    splits: dict[str, str] = {}
    problems = []
    for row in read_rows(path, required=[(*_UID, *_PATIENT), _SPLIT]):
        if not row.get(_SPLIT):
            continue
        split = _known(row)
        key = find(row.get(_UID), row.get(_PATIENT))
        if key is None:
            problems.append(f"line {row.line}: no such instance or patient in the project")
        elif splits.setdefault(key, split) != split:
            raise ManifestError(
                f"Line {row.line}: another line puts the same into another split.", "Keep one."
            )
    return GivenSplits(splits, tuple(problems))


def _known(row: CsvRow) -> str:
    split = SPLIT_NAMES.get(row.get(_SPLIT).lower())
    if split is None:
        raise ManifestError(
            f"Line {row.line}: the split is none of {', '.join(SPLITS)}.", "Correct it or leave it empty."
        )
    return split
