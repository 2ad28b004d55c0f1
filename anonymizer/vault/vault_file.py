"""The vault's file: its tables, how it is opened, and what can be wrong with it in plain words."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anonymizer.errors import VaultError

_APPLICATION_ID = 0x4C475631
BUSY_SECONDS = 10
SCHEMA = f"""
BEGIN;
PRAGMA application_id = {_APPLICATION_ID};
CREATE TABLE lock (format INTEGER, protection TEXT, parameters TEXT, data_key BLOB, secret_key BLOB);
CREATE TABLE source (
    path BLOB PRIMARY KEY, found BLOB NOT NULL, state BLOB NOT NULL,
    masked INTEGER NOT NULL, sealed BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX source_found ON source (found);
CREATE TABLE instance (
    sop BLOB PRIMARY KEY, original BLOB NOT NULL, patient BLOB NOT NULL, sealed BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX instance_original ON instance (original);
CREATE INDEX instance_patient ON instance (patient);
COMMIT;
"""
_LATER_TABLES = (  # vaults of earlier versions lack them
    "CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS forgotten (mark BLOB PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS attempt (count INTEGER, at REAL)",
    "CREATE TABLE IF NOT EXISTS recovery (protection TEXT, parameters TEXT, data_key BLOB)",
)


class VaultConnection(sqlite3.Connection):
    """Knows which renewal of the key it was opened in (`rotation`): what is sealed under an older key is lost."""

    generation: int = 0

    def check_generation(self) -> None:
        """Raise VaultError where another program renewed the key since."""
        if self.execute("PRAGMA user_version").fetchone()[0] != self.generation:
            raise VaultError("The vault's key was renewed meanwhile.", "Open the project again.")


def connect(path: Path) -> VaultConnection:
    """Open the file for one thread. Raises VaultError if it is missing or no vault."""
    if not path.is_file():
        raise VaultError("The vault is missing.", "Check that the project's folder is complete.")
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, factory=VaultConnection)
    try:
        connection.row_factory = sqlite3.Row
        if connection.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION_ID:
            raise damaged()
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "secure_delete = ON",
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")
        for table in _LATER_TABLES:
            connection.execute(table)
        connection.generation = connection.execute("PRAGMA user_version").fetchone()[0]
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Carry out all of a block or nothing; on the disk when it ends."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if isinstance(connection, VaultConnection):
            connection.check_generation()
        yield
    except BaseException:
        if connection.in_transaction:  # a full disk has rolled it back already
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def plainly() -> Iterator[None]:
    """Tell what SQLite and the file system report in words that a user can act on."""
    try:
        yield
    except OSError as error:
        raise VaultError("The vault cannot be written.", "Check that you may write in its folder.") from error
    except UnicodeDecodeError as error:  # SQLite quotes damaged bytes of the file in its message
        raise damaged() from error
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise  # a mistake of this program, not of the file
    except sqlite3.DatabaseError as error:
        raise _in_words(str(error).lower()) from error


def _in_words(reported: str) -> VaultError:
    if "locked" in reported:
        return VaultError(
            "The vault is in use by another program and stays locked.",
            "Close other windows of this program and try again.",
        )
    if "readonly" in reported or "unable to open" in reported:
        return VaultError("The vault cannot be written.", "Check that you may write in its folder.")
    if "full" in reported:
        return VaultError("The disk is full.", "Make room and try again; what was reported done is kept.")
    if "disk i/o" in reported:  # what a full disk is called where the log's index finds no room
        return VaultError(
            "The disk is full, or it reports an error.",
            "Make room and try again; where there is room, check the disk. What was reported done is kept.",
        )
    return damaged()


def damaged() -> VaultError:
    """Say that the file cannot be a vault any more."""
    return VaultError(
        "The file is not a vault, or it is damaged.", "Restore the project's folder from a backup."
    )
