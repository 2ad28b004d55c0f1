"""The vault: the way back from pseudonyms to patients, encrypted, and the project's secret key.

A SQLite file. Sealed entries are found by blind indexes alone, so that without the key the file tells no more
than how many instances and patients there are.
"""

import os
import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import asdict, astuple
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from anonymizer.errors import VaultError
from anonymizer.files.durable import sync_folder
from anonymizer.identities.key import SecretKey
from anonymizer.report import FileRecord, Finding, Identity, Outcome, Reading
from anonymizer.vault.catalogue_secret import CatalogueSecret
from anonymizer.vault.forgetting import Forgetting
from anonymizer.vault.patient_store import PatientStore
from anonymizer.vault.protection import Protection
from anonymizer.vault.recovery import RecoveryCode
from anonymizer.vault.rotation import renew_key
from anonymizer.vault.sealing import Sealer
from anonymizer.vault.trail_keys import TrailKeys
from anonymizer.vault.vault_file import SCHEMA, VaultConnection, connect, plainly, transaction
from anonymizer.vault.vault_lock import FORMAT, add_recovery, has_recovery, lock_row, locked, unlocked
from anonymizer.vault.word_store import WordStore, packed


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

    def __init__(self, connection: VaultConnection, opened: tuple[bytes, Sealer, SecretKey]) -> None:
        self._connection = connection
        self._data_key, self._sealer, self._key = opened

    @classmethod
    def create(cls, path: Path, key: SecretKey, protection: Protection) -> Self:
        """Make a vault that holds `key`; never replaces one.

        Raises VaultLockedError if the protection cannot be had, such as a keyring where there is none.
        """
        if path.exists():
            raise VaultError("There is already a vault here.", "Open it, or choose another folder.")
        data_key = secrets.token_bytes(32)
        lock = locked(protection, data_key)
        secret = Sealer(data_key).seal("lock", b"", {"secret": key.secret.hex()})
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        with plainly():
            with closing(sqlite3.connect(temporary, isolation_level=None)) as connection:
                connection.execute("PRAGMA synchronous = FULL")
                connection.executescript(SCHEMA)
                connection.execute("INSERT INTO lock VALUES (?, ?, ?, ?, ?)", (FORMAT, *lock, secret))
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
                opened = cls(connection, unlocked(connection, protection))
                with suppress(VaultError):  # another program reads it just now: the scrub stays due
                    opened._forgetting.scrub()
                return opened
            except BaseException:
                connection.close()
                raise

    @staticmethod
    def protection_of(path: Path) -> str:
        """Tell "passphrase", "keyring" or "key file" without opening the vault."""
        with plainly(), closing(connect(path)) as connection:
            return str(lock_row(connection)["protection"])

    @property
    def key(self) -> SecretKey:
        """The secret key of the project's pseudonyms."""
        return self._key

    @property
    def patients(self) -> PatientStore:
        """Who the project's patients are, and the list of pseudonyms."""
        return PatientStore(self._connection, self._sealer, self._key)

    @property
    def trail_keys(self) -> TrailKeys:
        """The keys under which the project's audit trail is sealed."""
        return TrailKeys(self._connection, self._sealer)

    @property
    def catalogue_secret(self) -> CatalogueSecret:
        """The key of the project's catalogue, where that is encrypted."""
        return CatalogueSecret(self._connection, self._sealer)

    @property
    def _forgetting(self) -> Forgetting:
        return Forgetting(self._connection, self._sealer, self.patients)

    def forget(self, pseudonym: str) -> int:
        """Destroy everything that tells who a pseudonym is; return how many instances that concerned now.

        The masked instances stay; inputs that were read for this patient are passed over from now on. Whoever
        has the key can still compute the pseudonym of a patient ID that is known to them.
        Raises VaultError if the vault knows no such pseudonym.
        """
        return self._forgetting.patient(pseudonym)

    def forget_everyone(self) -> None:
        """Destroy every identity, the list of pseudonyms and the key, in place of which comes a new one."""
        self._key = self._forgetting.everyone()

    def is_forgotten(self, source: Origin) -> bool:
        """Whether this input, of the same path, size and time, was read for a patient who was forgotten."""
        return self._forgetting.covers(self._state(source))

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
        lock = locked(protection, self._data_key)
        with plainly():
            with transaction(self._connection):
                self._connection.execute("UPDATE lock SET protection = ?, parameters = ?, data_key = ?", lock)
            # The log would keep the data key under the old lock.
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def renew_key(self, protection: Protection) -> None:
        """Seal every entry under a new key, after somebody learnt the old one or what opened it.

        What opened earlier copies of the vault opens them still, but not this one. The recovery sheet opens it no
        more, and other programs that have it open must open it again.
        """
        with plainly():
            self._data_key, self._sealer = renew_key(self._connection, self._sealer, protection)
            self._forgetting.scrub(always=True)

    def write_recovery(self) -> RecoveryCode:
        """Make the code of a recovery sheet, which opens the vault beside its protection; an earlier one does no more."""
        with plainly():
            code = add_recovery(self._connection, self._data_key)
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return code

    @property
    def has_recovery(self) -> bool:
        """Whether a recovery sheet opens this vault."""
        with plainly():
            return has_recovery(self._connection)

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
        content = {
            "path": _absolute(source.path),
            "patient": record.facts.patient,
            "identity": asdict(identity),
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            **packed(record.fragments),
            "readings": [astuple(reading) for reading in record.readings],
        }
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
        identity = asdict(record.identity or Identity())
        content = {
            "outcome": record.outcome.value,
            "reason": record.reason,
            "findings": findings,
            "identity": identity,
        }
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

    def readings(self, sop_uid: str) -> tuple[Reading, ...]:
        """What recognition read in a masked instance's pixels; () where nothing is known of it."""
        content = self._instance("sop", sop_uid) or {}
        return tuple(Reading(*each) for each in content.get("readings", ()))

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
