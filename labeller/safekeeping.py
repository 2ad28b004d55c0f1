"""Keeping the catalogue safe: its soundness, a copy of each of the last days as it ended, and the way back."""

import contextlib
import os
from datetime import UTC, datetime
from pathlib import Path

from labeller.encryption import CatalogueKey, connect, errors, suffix
from labeller.errors import CatalogueDamagedError, CatalogueError
from labeller.storage import plainly

KEPT = 7
"""So many days' copies are kept."""
_SAME_NS = 2_000_000_000  # file systems round times, FAT to two seconds
_PREFIX = "catalogue-"
_LATEST = f"{_PREFIX}latest"


def is_sound(catalogue: Path, key: CatalogueKey | None = None) -> bool:
    """Tell whether the database is whole; a second for a catalogue of 100,000 instances.

    One that `key` does not open is not. Raises CatalogueError where nobody can tell: its drive is gone or reports an
    error, or it stays locked.
    """
    try:
        with plainly(), contextlib.closing(connect(catalogue, key, read_only=True)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except errors(CatalogueDamagedError):
        return False


def row_counts(catalogue: Path, key: CatalogueKey | None = None) -> dict[str, int]:
    """Count the rows of each table; never what stands in them. Raises CatalogueError where they cannot be read."""
    with plainly(), contextlib.closing(connect(catalogue, key, read_only=True)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - our own tables
            for (name,) in tables.fetchall()
        }


def back_up(
    catalogue: Path, folder: Path, key: CatalogueKey | None = None, *, day: str | None = None
) -> Path | None:
    """Copy a catalogue that is in use into `folder`, once a day; None where today's copy is there already.

    Where the clock was set back, so that copies of later days are there, the newest of them is renewed: the newest
    copy is always the one that was made last. Older copies than the last `KEPT` days' go, and so does the copy of
    `keep_latest`, which holds nothing more. A copy of an encrypted catalogue is encrypted under the same key.

    Raises CatalogueError where the copy cannot be written; then no other copy has been touched.
    """
    day = day or datetime.now(UTC).strftime("%Y-%m-%d")
    copy = folder / f"{_PREFIX}{day}{suffix(key)}"
    newest = max([copy, *_of_days(folder, key)])
    if newest == copy and copy.exists():
        return None
    _put(catalogue, newest, key)
    for old in (_latest(folder, key), *_of_days(folder, key)[KEPT:]):
        old.unlink(missing_ok=True)
    return newest


def keep_latest(catalogue: Path, folder: Path, key: CatalogueKey | None = None) -> Path | None:
    """Copy what was written since the newest copy, beside the copies of days; None where nothing was.

    It takes seconds for a million instances and looks at nothing, so no copy that was known to be whole is replaced.
    Raises CatalogueError as `back_up` does.
    """
    copies = backups(folder, key)
    if copies and abs(copies[0].stat().st_mtime_ns - _last_written(catalogue)) < _SAME_NS:
        return None
    _put(catalogue, _latest(folder, key), key)
    return _latest(folder, key)


def _put(catalogue: Path, copy: Path, key: CatalogueKey | None) -> None:
    """Make a copy whose time of change is that of the catalogue: so old is what it holds."""
    written = _last_written(catalogue)
    temporary = copy.with_name(f".{copy.name}.{os.getpid()}.tmp")
    try:
        copy.parent.mkdir(exist_ok=True)
        _copy(catalogue, temporary, key)
        os.utime(temporary, ns=(written, written))
        temporary.replace(copy)
    except errors(OSError) as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise CatalogueError(
            "No copy of the catalogue could be made.", "Make room on the disk; labels are saved all the same."
        ) from error


def _last_written(catalogue: Path) -> int:
    """Return when something was last written into a catalogue or its log, in nanoseconds; 0 where it is not there."""
    found = [0]
    for file in (catalogue, catalogue.with_name(f"{catalogue.name}-wal")):
        with contextlib.suppress(OSError):
            known = file.stat()
            found += [known.st_mtime_ns] * (known.st_size > 0)
    return max(found)


def backups(folder: Path, key: CatalogueKey | None = None) -> list[Path]:
    """List the copies, the newest first: the plain ones, or with a key the encrypted ones."""
    latest = _latest(folder, key)
    return [latest] * latest.exists() + _of_days(folder, key)


def _latest(folder: Path, key: CatalogueKey | None) -> Path:
    return folder / f"{_LATEST}{suffix(key)}"


def _of_days(folder: Path, key: CatalogueKey | None) -> list[Path]:
    return sorted(folder.glob(f"{_PREFIX}????-??-??{suffix(key)}"), reverse=True)


def latest_sound_backup(folder: Path, key: CatalogueKey | None = None) -> Path | None:
    """Return the newest copy that is whole and can be read."""
    return next((copy for copy in backups(folder, key) if _is_whole(copy, key)), None)


def _is_whole(copy: Path, key: CatalogueKey | None) -> bool:
    with contextlib.suppress(CatalogueError):
        return is_sound(copy, key)
    return False


def restore(backup: Path, catalogue: Path, key: CatalogueKey | None = None) -> Path:
    """Put a copy in the place of a damaged catalogue, which is kept under another name, returned.

    Raises CatalogueError where that cannot be done; then the damaged catalogue stands where it stood.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    aside = catalogue.with_name(f"{catalogue.stem}-damaged-{stamp}{catalogue.suffix}")
    fresh = catalogue.with_suffix(".restored")
    try:
        _copy(backup, fresh, key)
        for tail in ("-wal", "-shm"):  # they belong to the damaged file
            beside = catalogue.with_name(catalogue.name + tail)
            if beside.exists():
                beside.replace(aside.with_name(aside.name + tail))
        catalogue.replace(aside)
        fresh.replace(catalogue)
    except errors(OSError) as error:
        raise CatalogueError(
            "The copy could not be put in place.", "Check that you may write in the project's folder."
        ) from error
    return aside


def _copy(database: Path, to: Path, key: CatalogueKey | None) -> None:
    """Copy a database that may be in use; the copy is on the disk when this returns."""
    to.unlink(missing_ok=True)
    with (
        contextlib.closing(connect(database, key, read_only=True)) as source,
        contextlib.closing(connect(to, key)) as target,
    ):
        source.backup(target)
    with to.open("r+b") as file:
        os.fsync(file.fileno())
