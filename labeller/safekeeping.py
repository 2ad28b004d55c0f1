"""Keeping the catalogue safe: its soundness, a copy of each of the last days of work, and the way back."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from labeller.errors import CatalogueError

KEPT = 7
"""So many days' copies are kept."""
_PREFIX, _SUFFIX = "catalogue-", ".sqlite"


def is_sound(catalogue: Path) -> bool:
    """Tell whether the database is whole; a second for a catalogue of 100,000 instances."""
    try:
        with _reading(catalogue) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False


def back_up(catalogue: Path, folder: Path, *, day: str | None = None) -> Path | None:
    """Copy a catalogue that is in use into `folder`, once a day; None where today's copy is there already.

    Where the clock was set back, so that copies of later days are there, the newest of them is renewed: the newest
    copy is always the one that was made last. Older copies than the last `KEPT` days' go.

    Raises CatalogueError where the copy cannot be written; then no other copy has been touched.
    """
    day = day or datetime.now(UTC).strftime("%Y-%m-%d")
    copy = folder / f"{_PREFIX}{day}{_SUFFIX}"
    newest = max([copy, *backups(folder)])
    if newest == copy and copy.exists():
        return None
    copy = newest
    temporary = copy.with_suffix(".tmp")
    try:
        folder.mkdir(exist_ok=True)
        _copy(catalogue, temporary)
        temporary.replace(copy)
    except (OSError, sqlite3.Error) as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise CatalogueError(
            "No copy of the catalogue could be made.", "Make room on the disk; labels are saved all the same."
        ) from error
    for old in backups(folder)[KEPT:]:
        old.unlink(missing_ok=True)
    return copy


def backups(folder: Path) -> list[Path]:
    """List the copies, the newest first."""
    return sorted(folder.glob(f"{_PREFIX}????-??-??{_SUFFIX}"), reverse=True)


def latest_sound_backup(folder: Path) -> Path | None:
    """Return the newest copy that is whole."""
    return next((copy for copy in backups(folder) if is_sound(copy)), None)


def restore(backup: Path, catalogue: Path) -> Path:
    """Put a copy in the place of a damaged catalogue, which is kept under another name, returned.

    Raises CatalogueError where that cannot be done; then the damaged catalogue stands where it stood.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    aside = catalogue.with_name(f"{catalogue.stem}-damaged-{stamp}{catalogue.suffix}")
    fresh = catalogue.with_suffix(".restored")
    try:
        _copy(backup, fresh)
        for tail in ("-wal", "-shm"):  # they belong to the damaged file
            beside = catalogue.with_name(catalogue.name + tail)
            if beside.exists():
                beside.replace(aside.with_name(aside.name + tail))
        catalogue.replace(aside)
        fresh.replace(catalogue)
    except (OSError, sqlite3.Error) as error:
        raise CatalogueError(
            "The copy could not be put in place.", "Check that you may write in the project's folder."
        ) from error
    return aside


def _copy(database: Path, to: Path) -> None:
    """Copy a database that may be in use; the copy is on the disk when this returns."""
    to.unlink(missing_ok=True)
    with _reading(database) as source, contextlib.closing(sqlite3.connect(to)) as target:
        source.backup(target)
    with to.open("r+b") as file:
        os.fsync(file.fileno())


@contextlib.contextmanager
def _reading(file: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        yield connection
