"""Forgetting: the way back from a pseudonym to its patient is destroyed; the masked instances stay.

What is deleted is overwritten, and the file is written anew, so that nothing of it is left in free pages or in
SQLite's log. Copies of the vault made before, such as backups, are out of reach.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from anonymizer.errors import VaultError
from anonymizer.identities.harvest import Harvest
from anonymizer.identities.key import SecretKey
from anonymizer.identities.pseudonym_list import PseudonymList
from anonymizer.report import Identity
from anonymizer.vault.patient_store import FORGOTTEN, PatientStore
from anonymizer.vault.sealed_settings import SealedSettings
from anonymizer.vault.sealing import Sealer
from anonymizer.vault.vault_file import plainly, transaction
from anonymizer.vault.word_store import WordAnswer, WordStore

_COUNT, _SCRUB = "forgotten", "scrub"


@dataclass(slots=True)
class _Trace:
    """A patient who is being forgotten: how other entries of the vault tell of the same person."""

    sops: set[str] = field(default_factory=set)
    ids: set[tuple[str, str]] = field(default_factory=set)
    people: set[tuple[str, str]] = field(default_factory=set)
    harvest: Harvest = field(default_factory=Harvest)

    def add(self, identity: Identity) -> None:
        if identity.patient_id:
            self.ids.add((identity.patient_id, identity.issuer))
        if identity.patient_name and identity.birth_date:
            self.people.add((identity.patient_name, identity.birth_date))
        self.harvest.add_name(identity.patient_name)
        self.harvest.add_code(identity.patient_id)
        self.harvest.add_code(identity.accession_number)

    def covers(self, content: dict[str, Any]) -> bool:
        """Whether the entry of an input tells of this person."""
        if "sop" in content:
            return content["sop"] in self.sops
        known = Identity(**content.get("identity", {}))
        by_id = (known.patient_id, known.issuer) in self.ids
        by_name = (known.patient_name, known.birth_date) in self.people
        return by_id or by_name or self.harvest.distinctive_in(str(content["path"]))


class Forgetting:
    """A part of the open vault. Every method may raise VaultError where the file is damaged or locked."""

    def __init__(self, connection: sqlite3.Connection, sealer: Sealer, patients: PatientStore) -> None:
        self._connection, self._sealer, self._patients = connection, sealer, patients
        self._settings = SealedSettings(connection, sealer)

    def patient(self, pseudonym: str) -> int:
        """Destroy everything that tells who a pseudonym is; return how many instances that concerned.

        For a patient who was forgotten before these are none, so that a command that was cut off can be given again.
        Raises VaultError if the vault knows no such pseudonym.
        """
        trace = self._trace_of(pseudonym)
        if trace is None:
            return 0
        rules = self._patients.rules()
        left = tuple(entry for entry in rules.listed.entries if entry.pseudonym != pseudonym)
        index = self._sealer.index("patient", pseudonym)
        with plainly(), transaction(self._connection):
            self._drop_sources(trace)
            self._connection.execute("DELETE FROM instance WHERE patient = ?", (index,))
            self._patients.save(replace(rules, listed=PseudonymList(left)))
            WordStore(self._connection, self._sealer).drop(lambda text, _said: trace.harvest.touches(text))
            self._note([pseudonym])
        self.scrub()
        return len(trace.sops)

    def everyone(self) -> SecretKey:
        """Destroy every identity, the list and the key; return the new key, for patients to come."""
        new = SecretKey.generate()
        rules = self._patients.rules()
        with plainly(), transaction(self._connection):
            given = {entry.pseudonym for entry in rules.listed.entries}
            given |= {instance.pseudonym for instance in self._patients.instances()}
            self._mark(
                row["state"] for row in self._connection.execute("SELECT state FROM source").fetchall()
            )
            self._connection.execute("DELETE FROM instance")
            self._connection.execute("DELETE FROM source")
            self._patients.save(replace(rules, listed=PseudonymList()))
            WordStore(self._connection, self._sealer).drop(lambda _text, said: said is WordAnswer.MASK)
            secret = self._sealer.seal("lock", b"", {"secret": new.secret.hex()})
            self._connection.execute("UPDATE lock SET secret_key = ?", (secret,))
            self._note(given)
        self.scrub()
        return new

    def covers(self, state: bytes) -> bool:
        """Whether this is the mark of what was forgotten: an input's state, or a pseudonym's index."""
        with plainly():
            found = self._connection.execute("SELECT 1 FROM forgotten WHERE mark = ?", (state,)).fetchone()
        return found is not None

    def scrub(self, *, always: bool = False) -> None:
        """Leave nothing of forgotten entries in the file or its log, where that is still to be done."""
        if not always and not self._settings.get(_SCRUB):
            return
        with plainly():
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._connection.execute("VACUUM")
            with transaction(self._connection):
                self._connection.execute("DELETE FROM setting WHERE name = ?", (_SCRUB,))
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _trace_of(self, pseudonym: str) -> _Trace | None:
        """What tells of this patient; None where it was destroyed before."""
        trace = _Trace()
        for instance in self._patients.instances():
            if instance.pseudonym == pseudonym:
                trace.sops.add(instance.sop_uid)
                trace.add(instance.identity)
        rows = [row for row in self._patients.rules().listed.entries if row.pseudonym == pseudonym]
        for row in rows:
            trace.add(Identity(row.patient_id, row.name, row.birth_date, issuer=row.issuer))
        if not trace.sops and not rows:
            if self.covers(self._sealer.index(FORGOTTEN, pseudonym)):
                return None
            raise VaultError("The vault knows no patient under this pseudonym.", "Look the patient up first.")
        return trace

    def _drop_sources(self, trace: _Trace) -> None:
        gone = [
            (row["path"], row["state"])
            for row in self._connection.execute("SELECT path, state, sealed FROM source")
            if trace.covers(self._sealer.open("source", row["path"], row["sealed"]))
        ]
        self._connection.executemany("DELETE FROM source WHERE path = ?", [(path,) for path, _ in gone])
        self._mark(state for _, state in gone)

    def _note(self, pseudonyms: Iterable[str]) -> None:
        """Keep that these were forgotten, so that none is given to another patient, and that a scrub is due."""
        marks = [self._sealer.index(FORGOTTEN, pseudonym) for pseudonym in pseudonyms]
        self._mark(marks)
        before = int(self._settings.get(_COUNT).get("patients", 0))
        self._settings.set(_COUNT, {"patients": before + len(marks)})
        self._settings.set(_SCRUB, {"due": True})

    def _mark(self, marks: Iterable[bytes]) -> None:
        rows = [(mark,) for mark in marks]
        self._connection.executemany("INSERT OR IGNORE INTO forgotten VALUES (?)", rows)
