"""Whose an instance is, and what stands for that patient: a pseudonym and a shift of dates.

A patient is told by the patient ID, where asked together with its issuer; without an ID by name and birth date;
without these by the study. A list of pseudonyms goes before all that. Two patients never become one silently.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from anonymizer.errors import PatientError
from anonymizer.identities.pseudonym_list import PseudonymList
from anonymizer.identities.pseudonyms import Pseudonyms, strip_padding
from anonymizer.report import Identity
from anonymizer.words.names import differ
from anonymizer.words.vocabulary import normal

_NOT_ALNUM = re.compile(r"[\W_]+")
_PLACEHOLDERS = frozenset(
    {
        "", "unknown", "none", "null", "nil", "na", "noid", "nopid", "unidentified", "undefined", "notavailable",
        "notapplicable", "noname", "anonymous", "anonymized", "anonymised", "anon", "removed", "deidentified",
        "xxx", "xxxx", "xxxxxx", "unbekannt", "anonym", "inconnu", "anonyme", "desconocido", "anonimo", "sconosciuto",
        "desconhecido", "onbekend",
    }
)  # fmt: skip
_ZEROS_OR_NINES = re.compile(r"0+|9{4,}")


class Unlisted(StrEnum):
    """What happens to patients that a list of pseudonyms does not name."""

    KEYED = "keyed"  # they get a pseudonym from the key
    QUARANTINE = "quarantine"  # their instances are not written


@dataclass(frozen=True, slots=True)
class PatientRules:
    """How patients are told apart and named in a run."""

    listed: PseudonymList = field(default_factory=PseudonymList)
    unlisted: Unlisted = Unlisted.KEYED
    separate_issuers: bool = False  # the same ID of two issuers is two patients

    def fingerprint(self, pseudonyms: Pseudonyms) -> str:
        """Return a keyed name for these rules: equal where they would do the same."""
        if not self.listed.entries:
            return f"{self.unlisted.value}|{self.separate_issuers}"
        return pseudonyms.digest(f"{self.unlisted.value}|{self.separate_issuers}|{self.listed.entries!r}")


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient as masking needs one."""

    key: str = field(repr=False)  # equal for all instances of the patient, whatever their ID
    pseudonym: str
    day_shift: int  # negative
    original_id: str = field(default="", repr=False)
    listed: bool = False


class Patients:
    """Tells whose an instance is."""

    def __init__(self, pseudonyms: Pseudonyms, rules: PatientRules | None = None) -> None:
        self.pseudonyms = pseudonyms
        self._rules = rules or PatientRules()

    def of(self, identity: Identity) -> Patient:
        """Return the patient of an instance.

        Raises PatientError where the list contradicts the instance, or does not name the patient and must.
        """
        entry = self._rules.listed.find(identity)
        if entry is not None:
            key = f"list\0{entry.pseudonym}"
            shift = self.pseudonyms.day_shift(key) if entry.day_shift is None else entry.day_shift
            return Patient(key, entry.pseudonym, shift, identity.patient_id, listed=True)
        if self._rules.listed.entries and self._rules.unlisted is Unlisted.QUARANTINE:
            raise PatientError(
                "The patient is not on the list of pseudonyms.", "Add the patient to the list and run again."
            )
        key = patient_key(identity, separate_issuers=self._rules.separate_issuers)
        shift = self.pseudonyms.day_shift(key)
        return Patient(key, self.pseudonyms.patient_id(key), shift, identity.patient_id)

    def named_in(self, patient: Patient, patient_id: str, issuer: str) -> str:
        """Return the pseudonym for a patient ID that an instance of `patient` mentions; it may be another's."""
        if patient_id == patient.original_id or is_placeholder(patient_id):
            return patient.pseudonym
        identity = Identity(patient_id=patient_id, issuer=issuer)
        try:
            return self.of(identity).pseudonym
        except PatientError:
            key = patient_key(identity, separate_issuers=self._rules.separate_issuers)
            return self.pseudonyms.patient_id(key)


def patient_key(identity: Identity, *, separate_issuers: bool = False) -> str:
    """Tell what makes this patient this patient: the ID, else name and birth date, else the study.

    An ID such as "UNKNOWN" or "0" is none, and a name without a birth date is not enough: both are shared by
    many patients.
    """
    if not is_placeholder(identity.patient_id):
        if separate_issuers and identity.issuer:
            return f"issuer\0{strip_padding(identity.issuer)}\0{strip_padding(identity.patient_id)}"
        return identity.patient_id
    if identity.birth_date and not is_placeholder(identity.patient_name):
        return f"name\0{identity.patient_name}\0{identity.birth_date}"
    return f"study\0{identity.study_uid or identity.series_uid or identity.sop_uid}"


def is_placeholder(text: str) -> bool:
    """Whether an ID or a name is only the word that devices write when they were given none."""
    plain = _NOT_ALNUM.sub("", normal(text))
    return plain in _PLACEHOLDERS or _ZEROS_OR_NINES.fullmatch(plain) is not None


def are_two_people(one: Identity, other: Identity) -> bool:
    """Whether two identities under one ID are clearly two people: neither a name nor the birth date agrees."""
    if any(is_placeholder(text) for text in (one.patient_name, other.patient_name)):
        return False
    both = bool(one.birth_date and other.birth_date)
    return both and one.birth_date != other.birth_date and differ(one.patient_name, other.patient_name)
