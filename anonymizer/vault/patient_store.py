"""The patients of a project in its vault: who they are, and the list of pseudonyms, encrypted."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from anonymizer.errors import PseudonymListError
from anonymizer.identities.key import SecretKey
from anonymizer.identities.known_patients import Field, KnownInstance, KnownPatient, gather
from anonymizer.identities.list_checks import check_list, refuse
from anonymizer.identities.patients import PatientRules, Unlisted
from anonymizer.identities.pseudonym_list import ListedPatient, PseudonymList
from anonymizer.identities.pseudonyms import Pseudonyms
from anonymizer.report import Identity
from anonymizer.vault.sealed_settings import SealedSettings
from anonymizer.vault.sealing import Sealer
from anonymizer.vault.vault_file import plainly, transaction

FORGOTTEN = "forgotten patient"  # the kind of blind index of pseudonyms that were forgotten
_RULES = "patient rules"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a vault holds, in numbers."""

    patients: int
    instances: int
    rejected: int  # inputs that were quarantined or failed
    listed: int
    unlisted: str
    separate_issuers: bool
    forgotten: int  # patients
    first: str  # when the first and the last instance were entered; "" where it is not known
    last: str


class PatientStore:
    """A part of the open vault. Every method may raise VaultError where the file is damaged or locked."""

    def __init__(self, connection: sqlite3.Connection, sealer: Sealer, key: SecretKey) -> None:
        self._connection, self._sealer, self._key = connection, sealer, key
        self._settings = SealedSettings(connection, sealer)

    def find(self, text: str = "", by: Field = Field.ANY) -> list[KnownPatient]:
        """Return the patients that match (see `known_patients.gather`); all for an empty text."""
        return gather(self.instances(), self.rules().listed.entries, text, by)

    def contents(self) -> Contents:
        """Count what the vault holds."""
        rules = self.rules()
        times = [instance.at for instance in self.instances() if instance.at]
        return Contents(
            patients=self._count("SELECT count(DISTINCT patient) FROM instance"),
            instances=self._count("SELECT count(*) FROM instance"),
            rejected=self._count("SELECT count(*) FROM source WHERE NOT masked"),
            listed=len(rules.listed),
            unlisted=rules.unlisted.value,
            separate_issuers=rules.separate_issuers,
            forgotten=int(self._settings.get("forgotten").get("patients", 0)),
            first=min(times, default=""),
            last=max(times, default=""),
        )

    def instances(self) -> Iterator[KnownInstance]:
        """Yield every masked instance, decrypted one by one."""
        pseudonyms = Pseudonyms(self._key)
        with plainly():
            for row in self._connection.execute("SELECT sop, patient, sealed FROM instance ORDER BY sop"):
                content = self._sealer.open("instance", row["sop"], row["sealed"])
                identity = Identity(**content["identity"])
                pseudonym = content.get("patient") or self._older(row["patient"], identity, pseudonyms)
                yield KnownInstance(pseudonym, content["sop"], identity, content.get("at", ""))

    def _older(self, index: bytes, identity: Identity, pseudonyms: Pseudonyms) -> str:
        """Return the pseudonym of an entry of an older version, which did not hold it."""
        study = identity.study_uid or identity.series_uid or identity.sop_uid
        person = f"name\0{identity.patient_name}\0{identity.birth_date}"
        for key in (identity.patient_id, person, f"study\0{study}"):
            if self._sealer.index("patient", pseudonyms.patient_id(key)) == index:
                return pseudonyms.patient_id(key)
        return "?"

    def rules(self) -> PatientRules:
        """How this project tells patients apart and names them."""
        content = self._settings.get(_RULES)
        if not content:
            return PatientRules()
        entries = tuple(ListedPatient(**row) for row in content["entries"])
        return PatientRules(
            PseudonymList(entries), Unlisted(content["unlisted"]), content["separate_issuers"]
        )

    def extend(
        self,
        rows: Sequence[ListedPatient],
        *,
        unlisted: Unlisted | None = None,
        separate_issuers: bool | None = None,
    ) -> PatientRules:
        """Take over rows of a list after those that are known, and how patients are told apart.

        Raises PseudonymListError, and changes nothing, where the rows contradict each other, the list so far or a
        pseudonym that was given out, and where issuers would begin to count after the first instance.
        """
        now = self.rules()
        listed = check_list(rows, now.listed)
        if rows:
            refuse([*self._forgotten(listed), *self._given_out(listed)])
        if separate_issuers is not None and separate_issuers != now.separate_issuers:
            self._refuse_late_change()
            now = replace(now, separate_issuers=separate_issuers)
        now = replace(now, listed=listed, unlisted=unlisted or now.unlisted)
        with plainly(), transaction(self._connection):
            self.save(now)
        return now

    def save(self, rules: PatientRules) -> None:
        """Keep the rules, as part of the transaction under way."""
        content = {
            "entries": [asdict(entry) | {"row": 0} for entry in rules.listed.entries],
            "unlisted": rules.unlisted.value,
            "separate_issuers": rules.separate_issuers,
        }
        self._settings.set(_RULES, content)

    def _forgotten(self, listed: PseudonymList) -> Iterator[str]:
        for row in listed.entries:
            mark = self._sealer.index(FORGOTTEN, row.pseudonym)
            if row.row and self._count("SELECT count(*) FROM forgotten WHERE mark = ?", mark):
                yield f"Row {row.row}: the pseudonym stood for a patient who was forgotten; choose another."

    def _given_out(self, listed: PseudonymList) -> Iterator[str]:
        """Find rows whose patient stands in the project under another pseudonym already."""
        told = set()
        for instance in self.instances():
            row = listed.find(instance.identity)
            if row is not None and row.pseudonym != instance.pseudonym and row not in told:
                told.add(row)
                yield (
                    f"Row {row.row}: images of this patient are in the project under another pseudonym already."
                )

    def _refuse_late_change(self) -> None:
        if self._count("SELECT count(*) FROM instance"):
            raise PseudonymListError(
                "The project holds images already; whether issuers tell patients apart cannot be changed any more.",
                "Make a new project for it.",
            )

    def _count(self, statement: str, *values: bytes) -> int:
        with plainly():
            return int(self._connection.execute(statement, values).fetchone()[0])
