"""The vault: the way back from pseudonyms to patients, encrypted, and the project's secret key.

A SQLite file. Sealed entries are found by blind indexes alone, so that without the key the file tells no more
than how many instances and patients there are.
"""

import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from anonymizer.durable import sync_folder
from anonymizer.errors import VaultError, VaultLockedError
from anonymizer.key import SecretKey
from anonymizer.protection import Protection
from anonymizer.report import FileRecord, Finding, Identity, Outcome
from anonymizer.sealing import Sealer, unwrap, wrap
from anonymizer.vault_file import SCHEMA, connect, damaged, plainly, transaction
from anonymizer.word_store import WordStore, packed

_FORMAT = 1


class Origin(Protocol):
    """What the vault asks of a source: where it lies, and how to see that it changed."""

    @property
    def path(self) -> str:
        """The path as found; a member of an archive is "archive.zip!/member"."""

    @property
    def size(self) -> int:
        """In bytes."""

    @property
    def modified_ns(self) -> int:
        """When it was last changed, in nanoseconds."""


class Vault:
    """An open vault, for one thread.

    Every method may raise VaultError where the file is damaged or locked.
    """

    def __init__(self, connection: sqlite3.Connection, data_key: bytes, secret_key: SecretKey) -> None:
        self._connection = connection
        self._data_key = data_key
        self._sealer = Sealer(data_key)
        self._key = secret_key

    @classmethod
    def create(cls, path: Path, key: SecretKey, protection: Protection) -> Self:
        """Make a vault that holds `key`; never replaces one.

        Raises VaultLockedError if the protection cannot be had, such as a keyring where there is none.
        """
        if path.exists():
            raise VaultError("There is already a vault here.", "Open it, or choose another folder.")
        data_key = secrets.token_bytes(32)
        wrapping, parameters = protection.new_key()
        facts = json.dumps(parameters, sort_keys=True)
        wrapped = wrap(AESGCM(wrapping), data_key, _lock_place(protection.kind, facts))
        secret = Sealer(data_key).seal("lock", b"", {"secret": key.secret.hex()})
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        with plainly():
            with closing(sqlite3.connect(temporary, isolation_level=None)) as connection:
                connection.execute("PRAGMA synchronous = FULL")
                connection.executescript(SCHEMA)
                connection.execute(
                    "INSERT INTO lock VALUES (?, ?, ?, ?, ?)",
                    (_FORMAT, protection.kind, facts, wrapped, secret),
                )
            temporary.chmod(0o600)
            temporary.replace(path)
            sync_folder(path.parent)
        return cls.open(path, protection)

    @classmethod
    def open(cls, path: Path, protection: Protection) -> Self:
        """Open a vault. Raises VaultLockedError if `protection` does not fit, VaultError if it is damaged."""
        with plainly():
            connection = connect(path)
            try:
                data_key, secret = _unlock(connection, protection)
                return cls(connection, data_key, secret)
            except BaseException:
                connection.close()
                raise

    @staticmethod
    def protection_of(path: Path) -> str:
        """Tell "passphrase", "keyring" or "key file" without opening the vault."""
        with plainly(), closing(connect(path)) as connection:
            return str(_lock_row(connection)["protection"])

    @property
    def key(self) -> SecretKey:
        """The secret key of the project's pseudonyms."""
        return self._key

    @property
    def words(self) -> WordStore:
        """The project's free text and what people said of it."""
        return WordStore(self._connection, self._sealer)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def change_protection(self, protection: Protection) -> None:
        """Lock the vault anew; the old passphrase or key then opens it no longer."""
        wrapping, parameters = protection.new_key()
        facts = json.dumps(parameters, sort_keys=True)
        wrapped = wrap(AESGCM(wrapping), self._data_key, _lock_place(protection.kind, facts))
        with plainly():
            with transaction(self._connection):
                self._connection.execute(
                    "UPDATE lock SET protection = ?, parameters = ?, data_key = ?",
                    (protection.kind, facts, wrapped),
                )
            # The log would keep the data key under the old lock.
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def remember(self, record: FileRecord, source: Origin) -> None:
        """Keep where a masked instance came from and whose it is; durable on return."""
        self.remember_many([(record, source)])

    def remember_many(self, pairs: Iterable[tuple[FileRecord, Origin]]) -> None:
        """Like `remember` for many, all or none."""
        with plainly(), transaction(self._connection):
            for record, source in pairs:
                self._remember(record, source)

    def _remember(self, record: FileRecord, source: Origin) -> None:
        if record.facts is None:
            raise ValueError("Only a masked instance has an origin to remember.")
        sop, identity = record.facts.sop_instance_uid, record.identity or Identity()
        index = self._sealer.index("sop", sop)
        content = {"path": _absolute(source.path), "identity": asdict(identity), **packed(record.fragments)}
        self._connection.execute(
            "INSERT OR REPLACE INTO instance VALUES (?, ?, ?, ?)",
            (
                index,
                self._sealer.index("original", _bare(sop if not identity.sop_uid else identity.sop_uid)),
                self._sealer.index("patient", record.facts.patient),
                self._sealer.seal("instance", index, content | {"sop": sop}),
            ),
        )
        self._put_source(source, masked=True, content={"sop": sop})

    def reject(self, record: FileRecord, source: Origin) -> None:
        """Keep that an input was quarantined or failed, and why; durable on return."""
        findings = [asdict(finding) for finding in record.findings]
        content = {"outcome": record.outcome.value, "reason": record.reason, "findings": findings}
        with plainly(), transaction(self._connection):
            self._put_source(source, masked=False, content=content)

    def _put_source(self, source: Origin, *, masked: bool, content: dict[str, Any]) -> None:
        index = self._sealer.index("path", _absolute(source.path))
        self._connection.execute(
            "INSERT OR REPLACE INTO source VALUES (?, ?, ?, ?, ?)",
            (
                index,
                self._sealer.index("path", source.path),
                self._state(source),
                masked,
                self._sealer.seal("source", index, content | {"path": source.path}),
            ),
        )

    def _state(self, source: Origin) -> bytes:
        return self._sealer.index("state", f"{source.size} {source.modified_ns} {_absolute(source.path)}")

    def is_done(self, source: Origin) -> bool:
        """Whether this input, of the same path, size and time, was masked already."""
        index = self._sealer.index("path", _absolute(source.path))
        row = self._one("SELECT state, masked FROM source WHERE path = ?", index)
        return row is not None and bool(row["masked"]) and row["state"] == self._state(source)

    def rejected(self) -> list[FileRecord]:
        """Every input that was quarantined or failed when it was last tried, by path."""
        with plainly():
            rows = self._connection.execute("SELECT path, sealed FROM source WHERE NOT masked").fetchall()
        records = [_rejected(self._sealer.open("source", row["path"], row["sealed"])) for row in rows]
        return sorted(records, key=lambda record: record.path)

    def source_path(self, sop_uid: str) -> str | None:
        """Where a masked instance came from, as an absolute path; None if the vault does not know it."""
        content = self._instance("sop", sop_uid)
        return None if content is None else str(content["path"])

    def sop_uid_of_path(self, path: str) -> str | None:
        """Find the masked instance that came from `path`, given absolute or as it was found.

        A relative path that meant different files at different times finds none of them.
        """
        for column, index in (("path", _absolute(path)), ("found", path)):
            statement = f"SELECT path, sealed FROM source WHERE {column} = ? AND masked"  # noqa: S608 - fixed names
            with plainly():
                rows = self._connection.execute(statement, (self._sealer.index("path", index),)).fetchall()
            found = {str(self._sealer.open("source", row["path"], row["sealed"])["sop"]) for row in rows}
            if found:
                return found.pop() if len(found) == 1 else None
        return None

    def sop_uid_of_original(self, original_sop_uid: str) -> str | None:
        """Find the masked instance made of the one with this SOP Instance UID."""
        content = self._instance("original", _bare(original_sop_uid))
        return None if content is None else str(content["sop"])

    def identity(self, patient: str) -> Identity | None:
        """Who a pseudonym is, from one of the patient's instances; None if the vault does not know it."""
        content = self._instance("patient", patient)
        return None if content is None else Identity(**content["identity"])

    def count(self) -> int:
        """How many masked instances the vault knows."""
        with plainly():
            return int(self._connection.execute("SELECT count(*) FROM instance").fetchone()[0])

    def _instance(self, column: str, text: str) -> dict[str, Any] | None:
        row = self._one(
            f"SELECT sop, sealed FROM instance WHERE {column} = ? LIMIT 1",  # noqa: S608 - names fixed above
            self._sealer.index(column, text),
        )
        return None if row is None else self._sealer.open("instance", row["sop"], row["sealed"])

    def _one(self, statement: str, index: bytes) -> Mapping[str, Any] | None:
        with plainly():
            row: sqlite3.Row | None = self._connection.execute(statement, (index,)).fetchone()
        return None if row is None else dict(row)


def _lock_row(connection: sqlite3.Connection) -> Mapping[str, Any]:
    row = connection.execute("SELECT * FROM lock").fetchone()
    if row is None:
        raise damaged()
    if row["format"] != _FORMAT:
        raise VaultError(
            "This vault was written by a newer version of the program.",
            "Install the newer version to open it.",
        )
    return dict(row)


def _unlock(connection: sqlite3.Connection, protection: Protection) -> tuple[bytes, SecretKey]:
    row = _lock_row(connection)
    if row["protection"] != protection.kind:
        raise VaultLockedError(
            f"This vault is locked by a {row['protection']}, not by a {protection.kind}.",
            f"Open it with its {row['protection']}.",
        )
    try:
        parameters = json.loads(row["parameters"])
    except ValueError as error:
        raise damaged() from error
    place = _lock_place(protection.kind, row["parameters"])
    try:
        data_key = unwrap(AESGCM(protection.key(parameters)), row["data_key"], place)
    except InvalidTag as error:
        raise VaultLockedError(
            f"The {protection.kind} does not open this vault.", f"Try the right {protection.kind}."
        ) from error
    content = Sealer(data_key).open("lock", b"", row["secret_key"])
    return data_key, SecretKey(bytes.fromhex(content["secret"]))


def _lock_place(kind: str, parameters: str) -> bytes:
    return f"leadglass vault {_FORMAT}\0{kind}\0{parameters}".encode()


def _rejected(content: dict[str, Any]) -> FileRecord:
    return FileRecord(
        path=content["path"],
        outcome=Outcome(content["outcome"]),
        reason=content["reason"],
        findings=tuple(Finding(**finding) for finding in content["findings"]),
    )


def _absolute(path: str) -> str:
    """Return the absolute form of a path, of an archive's member too; Windows ignores case."""
    container, mark, member = path.partition("!/")
    return os.path.normcase(Path(container).resolve()) + mark + member


def _bare(uid: str) -> str:
    return uid.strip("\0 ")  # PS3.5 9.1 pads UIDs to even length
