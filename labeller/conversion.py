"""A plain catalogue becomes an encrypted one, or the other way round: a new file beside it, compared, then put in force.

The caller says what puts the new one in force (`switch`). Before that moment the old file is whole and in force,
after it the new one, whenever the program is killed; `clear_away` does what is left to do then, as often as it is called.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from labeller.durable import sync
from labeller.encryption import ENCRYPTED, PLAIN, CatalogueKey, attach, errors, open_either
from labeller.errors import CatalogueDamagedError, CatalogueError
from labeller.safekeeping import is_sound
from labeller.storage import plainly

_FACTS = ("user_version", "application_id")  # they stand in the file's first page, in no table


def convert(old: Path, new: Path, key: CatalogueKey, switch: Callable[[], object]) -> None:
    """Copy the catalogue `old` to `new`, compare them, and put `new` in force by `switch()`.

    Their names say which of them is encrypted (by `key`) and which is plain. Nobody else can have `old` open meanwhile.
    Raises CatalogueError where somebody has, where there is no room, or where `old` is damaged; then nothing was changed.
    """
    if not old.is_file():
        raise CatalogueError("The catalogue is missing.", "Check that the project's folder is complete.")
    written = old.stat().st_mtime_ns
    with plainly(), closing(_alone(old, _key_of(old, key), key)) as source:
        _make(source, new, _key_of(new, key), written)
        switch()
        with suppress(OSError):  # Windows deletes no file that is open: `clear_away` does
            old.unlink()


def clear_away(old: Path, catalogue: Path, folder: Path, key: CatalogueKey) -> list[Path]:
    """Convert the copies in `folder` as the catalogue was, and delete what is left of its earlier form.

    `old` is where the catalogue stood before, `catalogue` where it stands now. Copies that are damaged are deleted:
    nothing in them can be used. Returns the damaged catalogues beside it in the earlier form, for a person to judge.
    Raises CatalogueError where the catalogue in force is not whole, or a file cannot be written; then call it again.
    """
    if not catalogue.is_file() or not is_sound(catalogue, _key_of(catalogue, key)):
        raise CatalogueDamagedError(
            "The catalogue is damaged.", "Restore the project's folder from a backup."
        )
    try:
        for file in (old, *_beside(old), old.with_suffix(".restored")):
            file.unlink(missing_ok=True)
        for copy in folder.glob(f"catalogue-*{old.suffix}"):
            _convert_copy(copy, copy.with_suffix(catalogue.suffix), key)
    except OSError as error:
        raise CatalogueError(
            "What is left of the catalogue's earlier form cannot be deleted.",
            "Check that you may write in the project's folder, then give the same command again.",
        ) from error
    return sorted(catalogue.parent.glob(f"{catalogue.stem}-damaged-*{old.suffix}"))


def left_behind(catalogue: Path, folder: Path) -> bool:
    """Whether something of the other form than the catalogue's is left for `clear_away`."""
    other = PLAIN if catalogue.suffix == ENCRYPTED else ENCRYPTED
    return catalogue.with_suffix(other).exists() or any(folder.glob(f"catalogue-*{other}"))


def _key_of(file: Path, key: CatalogueKey) -> CatalogueKey | None:
    return key if file.suffix == ENCRYPTED else None


def _beside(file: Path) -> tuple[Path, ...]:
    return tuple(file.with_name(file.name + tail) for tail in ("-wal", "-shm", "-journal"))


def _alone(file: Path, opens: CatalogueKey | None, key: CatalogueKey) -> sqlite3.Connection:
    """Open a database by the library that reads both forms, so that nobody else can until it is closed."""
    connection = open_either(file, key, encrypted=opens is not None)
    try:
        connection.execute("PRAGMA journal_mode = DELETE")  # refused while anybody else has it open
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")  # the lock stays
    except BaseException:
        connection.close()
        raise
    return connection


def _convert_copy(copy: Path, new: Path, key: CatalogueKey) -> None:
    """Put a copy of the day in its new form in the place of the one in the old form; one that is damaged goes."""
    written = copy.stat().st_mtime_ns
    try:
        with closing(_alone(copy, _key_of(copy, key), key)) as source:
            _make(source, new, _key_of(new, key), written)
    except errors(CatalogueError) as error:
        if is_sound(copy, _key_of(copy, key)):
            raise CatalogueError(
                "A copy of the catalogue could not be converted.",
                "Make room on the disk, then give the same command again.",
            ) from error
    copy.unlink()


def _make(source: sqlite3.Connection, new: Path, key: CatalogueKey | None, written: int) -> None:
    """Write what `source` holds to `new`, under `key` or in clear; compared and on the disk when this returns."""
    temporary = new.with_name(f".{new.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    try:
        attach(source, temporary, key)
        source.execute("PRAGMA fresh.journal_mode = OFF")  # half of it is never looked at
        source.execute("SELECT sqlcipher_export('fresh')").fetchone()
        for fact in _FACTS:
            value = source.execute(f"PRAGMA main.{fact}").fetchone()[0]
            source.execute(f"PRAGMA fresh.{fact} = {value}")
        _compare(source)
        source.execute("DETACH fresh")
        os.utime(temporary, ns=(written, written))  # so old is what it holds
        sync(temporary)
        for file in _beside(new):  # never the log of a file that stood there before
            file.unlink(missing_ok=True)
        temporary.replace(new)
        sync(new.parent)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _compare(source: sqlite3.Connection) -> None:
    """Raise CatalogueError where the attached copy does not hold the same, row by row."""
    objects = _objects(source, "main")
    same = objects == _objects(source, "fresh")
    same = same and not any(_differs(source, name) for kind, name, *_ in objects if kind == "table")
    if not same or source.execute("PRAGMA fresh.integrity_check(1)").fetchone() != ("ok",):
        raise CatalogueError(
            "The new catalogue does not hold the same as the old one, so it was not taken.",
            "Check the disk, then try again; nothing was changed.",
        )


def _objects(source: sqlite3.Connection, database: str) -> list[tuple[str, ...]]:
    rows = f"SELECT type, name, tbl_name, sql FROM {database}.sqlite_master ORDER BY type, name"  # noqa: S608 - ours
    return source.execute(rows).fetchall()


def _differs(source: sqlite3.Connection, table: str) -> bool:
    """Whether a table has rows in one of the databases that it has not in the other."""
    rows = 'SELECT 1 FROM (SELECT * FROM {0}."{2}" EXCEPT SELECT * FROM {1}."{2}") LIMIT 1'
    pairs = (("main", "fresh"), ("fresh", "main"))
    return any(source.execute(rows.format(*pair, table)).fetchone() for pair in pairs)
