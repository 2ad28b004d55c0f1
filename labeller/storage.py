"""The catalogue's file: opened safely, brought to this version, and every failure told in plain words."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

from labeller.encryption import CatalogueKey, connect, errors, library
from labeller.errors import CatalogueDamagedError, CatalogueError
from labeller.schema import APPLICATION_ID
from labeller.write_back import MOST_PAGES, WriteBack

VERSION = "0009"
"""Of the catalogue: the name of the newest migration."""

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MS = 10_000
_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",  # what is told as done is on the disk, also after a power cut
    "foreign_keys = ON",
    "recursive_triggers = ON",  # REPLACE must not slip past the history's triggers
    f"wal_autocheckpoint = {MOST_PAGES}",
)
Told = Callable[[int, int], object]


def _untold(_done: int, _total: int) -> None:
    """Nobody waits for the steps."""


class Storage:
    """A catalogue file of the present version, and sessions on it.

    Nothing but SQLite may open the file. Where a process closes a file that it opened beside SQLite, POSIX drops all
    locks that the process has on it: another process that is done with the catalogue then believes to be the last,
    removes the log, and what this process writes from then on is lost (https://sqlite.org/howtocorrupt.html, 2.2).
    """

    def __init__(self, path: Path, engine: Engine, read_only: str = "") -> None:
        self._path, self._reads = path, engine
        self._identity: tuple[int, int] | None = None  # of the file that is open: device and number
        self._read_only = read_only
        self._writes = engine.execution_options(writes=True)
        self._orders: dict[str, object] = {}  # the reading order, kept by `labeller.listing`
        self._log = WriteBack(engine, lambda: _identity(path) == self._identity)

    @classmethod
    def create(cls, path: Path, key: CatalogueKey | None = None) -> "Storage":
        """Make a new catalogue; its folder must exist. Raises CatalogueError if the file is there already."""
        if path.exists():
            raise CatalogueError("There is already a catalogue here.", "Open it, or choose another folder.")
        if not path.parent.is_dir():
            raise CatalogueError("The folder for the catalogue does not exist.", "Make the folder first.")
        return cls._ready(path, key)

    @classmethod
    def open(
        cls, path: Path, key: CatalogueKey | None = None, *, read_only: str = "", told: Told = _untold
    ) -> "Storage":
        """Open an existing catalogue and bring it to the present version, `told(done, total)` after each step of it.

        `key` opens one that is encrypted. `read_only` says why nothing may be written, if so; then an older version
        is refused.
        """
        if not path.is_file():
            raise CatalogueError("The catalogue is missing.", "Check that the project's folder is complete.")
        return cls._ready(path, key, read_only, told)

    @classmethod
    def _ready(
        cls, path: Path, key: CatalogueKey | None, read_only: str = "", told: Told = _untold
    ) -> "Storage":
        engine = _engine(path, key)
        storage = cls(path, engine, read_only)
        try:
            with _fitting(key):
                storage._migrate(told)
            storage._identity = _identity(path)
        except BaseException:
            engine.dispose()
            raise
        return storage

    def _migrate(self, told: Told) -> None:
        with plainly():
            with self._reads.connect() as connection:
                _refuse_other_program(connection)
                found = _version(connection)
            if found == VERSION:
                return
            if found is not None and found not in known_versions():
                raise CatalogueError(
                    "This catalogue was written by a newer version of the program.",
                    "Install the newer version to open it; nothing was changed.",
                )
            if self._read_only:
                raise CatalogueError(
                    "This catalogue is of an older version and must be brought to the present one first.",
                    self._read_only,
                )
            with self._writes.begin() as connection:
                upgrade(connection, "head", told)

    @contextmanager
    def reading(self, label_set: int) -> Iterator[Session]:
        """Offer a session for looking only, working in a label set; see `label_sets`."""
        with plainly(), Session(self._reads, info=self._info(label_set)) as session:
            yield session

    @contextmanager
    def writing(self, label_set: int, shown: str = "") -> Iterator[Session]:
        """Offer a session whose changes are on disk, all or none, when the block ends."""
        if self._read_only:
            raise CatalogueError("The project is open to look at only; nothing was changed.", self._read_only)
        self._still_there()
        info = self._info(label_set) | {"shown": shown}
        with plainly(), Session(self._writes, info=info) as session, session.begin():
            yield session
        self._log.changed()

    def _still_there(self) -> None:
        """Refuse to write into a file that is no longer at its place, and follow where another one stands there.

        A file that is open can still be written after its drive went away or its folder was replaced; what is
        written then goes nowhere. Asked before each change: 2 µs on a disk.
        """
        found = _identity(self._path)
        if found is None:
            raise CatalogueError(
                "The project's folder is not where it was, so this was not kept.",
                "Connect its drive again, or put the folder back, and do it once more. What was done before is in it.",
            )
        if found != self._identity:
            self._reads.dispose()
            self._orders.clear()
            self._identity = found

    def _info(self, label_set: int) -> dict[str, object]:
        return {"label_set": label_set, "orders": self._orders}

    def close(self) -> None:
        """Let go of the file."""
        self._log.stop()
        self._reads.dispose()


def is_older(path: Path, key: CatalogueKey | None = None) -> bool:
    """Whether opening a catalogue would bring it to the present version first; False where it cannot be read."""
    try:
        with closing(connect(path, key, read_only=True)) as file:
            row = file.execute("SELECT version_num FROM alembic_version").fetchone()
    except errors():
        return False
    return row is not None and row[0] != VERSION and row[0] in known_versions()


def upgrade(connection: Connection, version: str, told: Told = _untold) -> None:
    """Bring the catalogue to `version`, in the connection's transaction, `told(done, total)` after each step."""
    from alembic import command

    config = _alembic()
    found, known = _version(connection), known_versions()
    total = len(known) - (known.index(found) + 1 if found in known else 0)
    done = count(1)
    config.attributes["connection"] = connection
    config.attributes["applied"] = lambda **_facts: told(next(done), total)
    command.upgrade(config, version)
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")


def _alembic() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def known_versions() -> list[str]:
    """List all versions of the catalogue that this program can bring to the present one, oldest first."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(_alembic())
    return [script.revision for script in scripts.walk_revisions()][::-1]


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from another one of the same name; None where there is none."""
    try:
        known = path.stat()
    except OSError:
        return None
    return known.st_dev, known.st_ino


def _version(connection: Connection) -> str | None:
    """Return the file's version, None for a new file. Read without Alembic, whose import takes its time."""
    if not connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").scalar():
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if found is None else str(found)


def _engine(path: Path, key: CatalogueKey | None = None) -> Engine:
    seconds = BUSY_MS / 1000
    engine = create_engine(
        f"sqlite:///{path.as_posix()}",
        module=library(key),
        creator=lambda: connect(path, key, seconds=seconds),
    )

    @event.listens_for(engine, "connect")
    def _settings(connection: SqliteConnection, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy begins transactions, also for changes of tables
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer asks for the lock at once: one that began by reading could not wait for it later.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _refuse_other_program(connection: Connection) -> None:
    owner = connection.exec_driver_sql("PRAGMA application_id").scalar()
    tables = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()
    if tables and owner != APPLICATION_ID:
        raise CatalogueError("The file belongs to another program.", "Choose a project of this program.")


@contextmanager
def _fitting(key: CatalogueKey | None) -> Iterator[None]:
    """Say of an encrypted catalogue that cannot be read that its key may be another one: nobody can tell these apart."""
    try:
        yield
    except CatalogueDamagedError as error:
        if key is None:
            raise
        raise CatalogueDamagedError(
            "The encrypted catalogue does not open: it is damaged, or it belongs to another vault.",
            "Restore the project's folder from a backup, catalogue and vault together.",
        ) from error


@contextmanager
def plainly() -> Iterator[None]:
    """Tell what SQLite reports in words that a user can act on; a broken rule of ours stays a bug."""
    try:
        yield
    except IntegrityError:
        raise
    except UnicodeDecodeError as error:  # SQLite quotes damaged bytes of the file in its message
        raise CatalogueDamagedError(
            "The catalogue is damaged.", "Restore the project's folder from a backup."
        ) from error
    except errors(DatabaseError) as error:  # SQLite's own: from a new connection's settings
        known = _in_words(str(getattr(error, "orig", error)))
        if known is None:
            raise
        raise known from error


_WORDS = (
    (
        "locked",
        "The catalogue is in use by another program and stays locked.",
        "Close other windows of this program and try again.",
    ),
    ("readonly", "The catalogue may not be written.", "Check that you may write in the project's folder."),
    (
        "unable to open",
        "The catalogue cannot be opened.",
        "Check that you may read and write the project's folder.",
    ),
    ("full", "The disk is full.", "Make room and do it once more; what was done before is kept."),
    (
        "disk i/o",  # what a full disk is called where the log's index finds no room
        "The disk is full, or it reports an error.",
        "Make room and do it once more; where there is room, check the disk and restore the project from a backup.",
    ),
    ("malformed", "The catalogue is damaged.", "Restore the project's folder from a backup."),
    ("unsupported file format", "The catalogue is damaged.", "Restore the project's folder from a backup."),
    ("could not decode", "The catalogue is damaged.", "Restore the project's folder from a backup."),
    (
        "not a database",
        "The file is not a catalogue, or it is damaged.",
        "Restore the project's folder from a backup.",
    ),
)


_DAMAGE = frozenset({"malformed", "not a database", "unsupported file format", "could not decode"})


def _in_words(reported: str) -> CatalogueError | None:
    for word, message, remedy in _WORDS:
        if word in reported.lower():
            kind = CatalogueDamagedError if word in _DAMAGE else CatalogueError
            return kind(message, remedy)
    return None
