"""Whose data an instance holds: what every rule of the header needs to know to mask it."""

from dataclasses import dataclass, field

from anonymizer.identities.harvest import Harvest
from anonymizer.identities.patients import Patient, Patients
from anonymizer.identities.pseudonyms import Pseudonyms
from anonymizer.profiles.plan import Plan


@dataclass(frozen=True, slots=True)
class Subject:
    """The patient and the device of one instance, with what was collected of their identities."""

    plan: Plan
    patients: Patients
    harvest: Harvest = field(repr=False)
    patient: Patient
    device: str = field(default="", repr=False)  # serial number
    damaged: bool = False  # the file is, so that what it tells of its patient may be lost

    @property
    def pseudonyms(self) -> Pseudonyms:
        """What makes new identifiers of old ones."""
        return self.patients.pseudonyms

    @property
    def pseudonym(self) -> str:
        """The patient's new ID."""
        return self.patient.pseudonym

    def pseudonym_of(self, patient_id: str, issuer: str) -> str:
        """Return the new ID for a patient ID that stands in the instance, this patient's or another's."""
        return self.patients.named_in(self.patient, patient_id, issuer)

    def shift(self, *, device: bool = False) -> int:
        """By how many days the patient's dates move, or those of the device."""
        return self.pseudonyms.day_shift(f"device\0{self.device}") if device else self.patient.day_shift

    def minute_shift(self) -> int:
        """By how many minutes the patient's times of day move: none unless the profile says so."""
        profile = self.plan.profile
        if not (profile.shift_times and profile.has("modified_dates")):
            return 0
        return self.pseudonyms.minute_shift(self.patient.key)
