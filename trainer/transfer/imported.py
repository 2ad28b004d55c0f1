"""Weights that were imported for a network of the table: kept as plain arrays, checked again before each use."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.architectures import ARCHITECTURES, Architecture, architecture
from trainer.arrays import read_arrays, write_arrays
from trainer.atomic import write_json
from trainer.errors import RecipeError
from trainer.transfer.foreign import ForeignFile, open_weights
from trainer.transfer.layout import Slot, matched, slots

_LARGEST = 2 << 30
_HASH = re.compile(r"[0-9a-f]{64}")
_AGAIN = "Import the weights again (leadglass weights import)."


@dataclass(frozen=True, slots=True)
class ImportedWeights:
    """What is known of imported weights."""

    architecture: str
    sha256: str  # of the file that was imported
    kept_sha256: str  # of the arrays kept here
    arrays: int
    ignored: int  # arrays in the file that the network has no place for, such as those of another head


def import_weights(file: Path, name: str, folder: Path) -> ImportedWeights:
    """Check a weights file against the network of that name and keep its arrays in `folder`.

    RecipeError where the file is none of the kinds that are read, does not fit, or holds values that are no numbers.
    Shapes are compared before an array is read; earlier imported weights of the network are replaced.
    """
    entry = architecture(name)
    found = open_weights(file)
    wanted = slots(entry)
    names = matched(wanted, found)
    arrays = {slot.key: _numbers(found, names[slot.key], slot) for slot in wanted}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{entry.name}.npz"
    write_arrays(path, arrays)
    made = ImportedWeights(
        entry.name, found.sha256, _sha256(path), len(arrays), len(found.shapes) - len(set(names.values()))
    )
    write_json(folder / f"{entry.name}.json", asdict(made))
    return made


def imported_weights(folder: Path) -> tuple[ImportedWeights, ...]:
    """All that were imported, in the order of the table; RecipeError if what is known of one is damaged."""
    found = (known(entry, folder) for entry in ARCHITECTURES.values())
    return tuple(each for each in found if each is not None)


def known(entry: Architecture, folder: Path) -> ImportedWeights | None:
    """What is known of a network's imported weights, None where there are none."""
    path = folder / f"{entry.name}.json"
    if not path.is_file():
        return None
    try:
        made = ImportedWeights(**json.loads(path.read_text(encoding="utf-8")))
        hashes = all(_HASH.fullmatch(each) for each in (made.sha256, made.kept_sha256))
    except (OSError, ValueError, TypeError, RecursionError):
        hashes = False
    if not hashes or made.architecture != entry.name:
        raise RecipeError(f"What is kept of the weights for {entry.title} is damaged.", _AGAIN)
    return made


def read_imported(made: ImportedWeights, folder: Path) -> dict[str, NDArray[Any]]:
    """The arrays; RecipeError unless they are those that were imported."""
    path = folder / f"{made.architecture}.npz"
    try:
        if _sha256(path) != made.kept_sha256:
            raise ValueError("changed")
        return read_arrays(path, _LARGEST)
    except (OSError, ValueError):
        raise RecipeError("The imported weights are missing or were changed.", _AGAIN) from None


def forget_imported(name: str, folder: Path) -> bool:
    """Delete a network's imported weights; whether there were any."""
    entry = architecture(name)
    paths = [folder / f"{entry.name}{suffix}" for suffix in (".json", ".npz")]
    there = paths[0].exists()
    for path in paths:
        path.unlink(missing_ok=True)
    return there


def _numbers(found: ForeignFile, name: str, slot: Slot) -> NDArray[np.float32]:
    values = found.read(name)
    if values.dtype.kind != "f" or not np.isfinite(values).all():
        raise RecipeError(f'"{slot.layer}" holds values that are no numbers.', "Choose another file.")
    return np.asarray(values, np.float32)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
