"""A site's own pseudonyms: which patient of a list gets which study ID, and by how many days dates move."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from anonymizer.errors import PatientError
from anonymizer.identities.pseudonyms import strip_padding
from anonymizer.report import Identity
from anonymizer.words.names import differ, name_words


@dataclass(frozen=True, slots=True)
class ListedPatient:
    """One row of a list: an original ID, or a name and a birth date, and the pseudonym for it.

    Several rows hold one patient's IDs where all but one of them say so by `same_patient`.
    """

    pseudonym: str
    patient_id: str = field(default="", repr=False)
    issuer: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    birth_date: str = field(default="", repr=False)  # YYYYMMDD
    day_shift: int | None = None  # negative; None: from the key
    same_patient: bool = False
    row: int = field(default=0, compare=False)  # in the file, from 1; 0: from an earlier list

    @property
    def person(self) -> tuple[frozenset[str], str]:
        """Name and birth date as they are compared; both empty where one of them is missing."""
        words = name_words(self.name)
        return (words, self.birth_date) if words and self.birth_date else (frozenset(), "")

    @property
    def original(self) -> tuple[object, ...]:
        """What the row is found by, as it is compared: (ID, issuer), or name and birth date."""
        return (self.patient_id, self.issuer) if self.patient_id else self.person


class PseudonymList:
    """Patients and their pseudonyms, checked already (see `list_checks.check_list`)."""

    def __init__(self, entries: Iterable[ListedPatient] = ()) -> None:
        self.entries = tuple(entries)
        self._by_id: dict[str, list[ListedPatient]] = {}
        self._by_person: dict[tuple[frozenset[str], str], list[ListedPatient]] = {}
        for entry in self.entries:
            if entry.patient_id:
                self._by_id.setdefault(entry.patient_id, []).append(entry)
            if entry.person[1]:
                self._by_person.setdefault(entry.person, []).append(entry)

    def __len__(self) -> int:
        """How many patients are listed; several IDs of one patient count once."""
        return len({entry.pseudonym for entry in self.entries})

    def find(self, identity: Identity) -> ListedPatient | None:
        """Return the row for the patient of an instance, None if there is none.

        Raises PatientError where rows contradict the instance or more than one patient could be meant.
        """
        if not self.entries:
            return None
        found = self._with_id(identity) or self._with_name(identity)
        if len({entry.pseudonym for entry in found}) > 1:
            raise PatientError(
                "The list of pseudonyms names more than one patient that this file could belong to.",
                "Add the issuer of the patient ID to the list, or correct the file's header.",
            )
        if found and all(_contradicts(entry, identity) for entry in found):
            raise PatientError(
                "The list of pseudonyms gives another name and another birth date for this patient ID.",
                "Find out whose images these are, then correct the list or the file's header.",
            )
        return found[0] if found else None

    def _with_id(self, identity: Identity) -> list[ListedPatient]:
        issuer = strip_padding(identity.issuer)
        rows = self._by_id.get(strip_padding(identity.patient_id), [])
        return [row for row in rows if not row.issuer or not issuer or row.issuer == issuer]

    def _with_name(self, identity: Identity) -> list[ListedPatient]:
        """Return rows by name and birth date; rows that have an ID only where the file has none."""
        rows = self._by_person.get((name_words(identity.patient_name), identity.birth_date), [])
        return [row for row in rows if not (row.patient_id and strip_padding(identity.patient_id))]


def _contradicts(entry: ListedPatient, identity: Identity) -> bool:
    if not (entry.birth_date and identity.birth_date):
        return False
    return entry.birth_date != identity.birth_date and differ(entry.name, identity.patient_name)
