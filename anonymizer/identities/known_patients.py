"""The patients of a vault, gathered from its instances and its list, and found by what is known of them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from anonymizer.identities.pseudonym_list import ListedPatient
from anonymizer.report import Identity
from anonymizer.words.names import written_date
from anonymizer.words.vocabulary import normal

_NOT_ALNUM = re.compile(r"[\W_]+")
_UID = re.compile(r"[0-9.]{5,64}")
_SHORTEST_DATE = 4  # digits: a year


class Field(StrEnum):
    """By what a patient is looked for."""

    ANY = "any"
    PSEUDONYM = "pseudonym"
    ID = "id"
    NAME = "name"
    BIRTH_DATE = "birth-date"
    ACCESSION = "accession"
    UID = "uid"  # of a study, series or instance: original, or of the masked instance


@dataclass(frozen=True, slots=True)
class KnownInstance:
    """What the vault knows of one masked instance."""

    pseudonym: str
    sop_uid: str  # masked
    identity: Identity = field(repr=False)
    at: str = ""  # when it was entered, ISO 8601; "" where an older version did it


@dataclass(frozen=True, slots=True)
class Person:
    """One spelling of a patient: what a header or the list says."""

    patient_id: str = field(default="", repr=False)
    issuer: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    birth_date: str = field(default="", repr=False)


@dataclass(slots=True)
class KnownPatient:
    """Who stands behind a pseudonym, with every spelling that was met."""

    pseudonym: str
    people: dict[Person, None] = field(default_factory=dict, repr=False)  # an ordered set
    accessions: dict[str, None] = field(default_factory=dict, repr=False)
    studies: set[str] = field(default_factory=set, repr=False)  # original UIDs
    instances: int = 0
    first: str = ""
    last: str = ""

    def add(self, instance: KnownInstance) -> None:
        """Take in one instance."""
        known = instance.identity
        person = Person(known.patient_id, known.issuer, known.patient_name, known.birth_date)
        self.people.setdefault(person)
        if known.accession_number:
            self.accessions.setdefault(known.accession_number)
        if known.study_uid:
            self.studies.add(known.study_uid)
        self.instances += 1
        if instance.at:
            self.first = min(self.first or instance.at, instance.at)
            self.last = max(self.last, instance.at)

    def as_json(self) -> dict[str, object]:
        """For those who may see identities."""
        people = [
            {"patient_id": p.patient_id, "issuer": p.issuer, "name": p.name, "birth_date": p.birth_date}
            for p in self.people
        ]
        return {
            "pseudonym": self.pseudonym,
            "people": people,
            "accession_numbers": list(self.accessions),
            "studies": len(self.studies),
            "instances": self.instances,
            "first": self.first,
            "last": self.last,
        }


def gather(
    instances: Iterable[KnownInstance],
    listed: Iterable[ListedPatient],
    text: str = "",
    by: Field = Field.ANY,
) -> list[KnownPatient]:
    """Return the patients that match a text, by pseudonym; all for an empty text.

    Names match in any order and part, whatever the case and the accents; IDs and accession numbers in any part
    and punctuation; birth dates as people write them, or their beginning (1961, 1961-02); UIDs from their
    beginning. Patients of the list that have no instance yet are found too.
    """
    test = _Test(text.strip(), by)
    found: dict[str, KnownPatient] = {}
    matched: set[str] = set()
    for instance in (*(_as_instance(row) for row in listed), *instances) if listed else instances:
        patient = found.setdefault(instance.pseudonym, KnownPatient(instance.pseudonym))
        patient.add(instance)
        patient.instances -= not instance.sop_uid
        if instance.pseudonym not in matched and test.fits(instance):
            matched.add(instance.pseudonym)
    return [found[pseudonym] for pseudonym in sorted(matched)]


def _as_instance(row: ListedPatient) -> KnownInstance:
    identity = Identity(row.patient_id, row.name, row.birth_date, issuer=row.issuer)
    return KnownInstance(row.pseudonym, "", identity)


class _Test:
    """Whether an instance is one that is looked for."""

    def __init__(self, text: str, by: Field) -> None:
        self._everything = not text
        self._plain = normal(text)
        self._compact = _NOT_ALNUM.sub("", self._plain)
        self._words = [word for word in _NOT_ALNUM.split(self._plain) if word]
        self._text = text
        self._date = written_date(text) or ""
        digits = re.sub(r"[-./ ]", "", text)
        self._date_begins = digits if digits.isdigit() and len(digits) >= _SHORTEST_DATE else ""
        fields = self._fields()
        self._tests = tuple(fields.values()) if by is Field.ANY else (fields[by],)

    def _fields(self) -> Mapping[Field, Callable[[KnownInstance], bool]]:
        return {
            Field.PSEUDONYM: lambda it: self._in(it.pseudonym),
            Field.ID: lambda it: self._in(it.identity.patient_id),
            Field.NAME: lambda it: self._is_name(it.identity.patient_name),
            Field.BIRTH_DATE: lambda it: self._is_date(it.identity.birth_date),
            Field.ACCESSION: lambda it: self._in(it.identity.accession_number),
            Field.UID: self._is_uid,
        }

    def fits(self, instance: KnownInstance) -> bool:
        """Tell it."""
        return self._everything or any(test(instance) for test in self._tests)

    def _in(self, value: str) -> bool:
        return bool(self._compact) and self._compact in _NOT_ALNUM.sub("", normal(value))

    def _is_name(self, value: str) -> bool:
        plain = normal(value)
        return bool(self._words) and all(word in plain for word in self._words)

    def _is_date(self, value: str) -> bool:
        if self._date:
            return value == self._date
        return bool(self._date_begins) and value.startswith(self._date_begins)

    def _is_uid(self, instance: KnownInstance) -> bool:
        if not _UID.fullmatch(self._text):
            return False
        known = instance.identity
        return any(
            uid.startswith(self._text)
            for uid in (known.study_uid, known.series_uid, known.sop_uid, instance.sop_uid)
        )


def people_of(patients: Iterable[KnownPatient]) -> Iterator[tuple[KnownPatient, Person]]:
    """Yield a row for each spelling of each patient, for tables."""
    for patient in patients:
        for person in patient.people:
            yield patient, person
