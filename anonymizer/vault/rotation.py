"""Renewing the key under which a vault's entries are sealed: what opened an old copy opens no later one.

The blind indexes stay as they are, under a key of their own from then on: those of inputs that were forgotten cannot
be made anew, as what they were made of is gone.
"""

import secrets
import sqlite3
from collections.abc import Iterator

from anonymizer.vault.protection import Protection
from anonymizer.vault.sealed_settings import SealedSettings
from anonymizer.vault.sealing import Sealer
from anonymizer.vault.vault_file import VaultConnection, transaction
from anonymizer.vault.vault_lock import INDEX_KEY, locked

_TABLES = (("instance", "sop"), ("source", "path"), ("word", "text"), ("setting", "name"))
_AT_ONCE = 2000  # rows


def renew_key(connection: VaultConnection, old: Sealer, protection: Protection) -> tuple[bytes, Sealer]:
    """Seal every entry anew under a new data key, all or nothing; return it and what seals by it.

    The recovery sheet's way in is closed. Programs that have the vault open can write to it no more.
    """
    data_key = secrets.token_bytes(32)
    lock = locked(protection, data_key)
    with transaction(connection):
        new = Sealer(data_key, old.index_key)
        for table, column in _TABLES:
            _reseal(connection, table, column, (old, new))
        secret = connection.execute("SELECT secret_key FROM lock").fetchone()["secret_key"]
        connection.execute(
            "UPDATE lock SET protection = ?, parameters = ?, data_key = ?, secret_key = ?",
            (*lock, new.seal("lock", b"", old.open("lock", b"", secret))),
        )
        SealedSettings(connection, new).set(INDEX_KEY, {"key": old.index_key.hex()})
        connection.execute("DELETE FROM recovery")
        connection.execute(f"PRAGMA user_version = {connection.generation + 1}")
    connection.generation += 1
    return data_key, new


def _reseal(connection: sqlite3.Connection, table: str, column: str, sealers: tuple[Sealer, Sealer]) -> None:
    exists = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    if connection.execute(exists, (table,)).fetchone() is None:
        return
    old, new = sealers
    update = f"UPDATE {table} SET sealed = ? WHERE {column} = ?"  # noqa: S608 - names fixed above
    for rows in _chunks(connection, table, column):
        fresh = [(new.seal(table, key, old.open(table, key, sealed)), raw) for raw, key, sealed in rows]
        connection.executemany(update, fresh)


def _chunks(
    connection: sqlite3.Connection, table: str, column: str
) -> Iterator[list[tuple[bytes | str, bytes, bytes]]]:
    """Yield a table's rows some at a time: the key as it stands, the same as bytes, and what is sealed."""
    last: bytes | str = "" if table == "setting" else b""
    page = (
        f"SELECT {column} AS key, sealed FROM {table} WHERE {column} > ? ORDER BY {column} LIMIT {_AT_ONCE}"  # noqa: S608 - names fixed above
    )
    while rows := connection.execute(page, (last,)).fetchall():
        yield [
            (
                row["key"],
                row["key"].encode("ascii") if isinstance(row["key"], str) else row["key"],
                row["sealed"],
            )
            for row in rows
        ]
        last = rows[-1]["key"]
