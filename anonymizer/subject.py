"""Whose data an instance holds: what every rule of the header needs to know to mask it."""

from dataclasses import dataclass, field

from anonymizer.harvest import Harvest
from anonymizer.plan import Plan
from anonymizer.pseudonyms import Pseudonyms


@dataclass(frozen=True, slots=True)
class Subject:
    """The patient and the device of one instance, with what was collected of their identities."""

    plan: Plan
    pseudonyms: Pseudonyms
    harvest: Harvest = field(repr=False)
    patient: str = field(repr=False)  # original, see collect.patient_key
    device: str = field(default="", repr=False)  # serial number

    @property
    def pseudonym(self) -> str:
        """The patient's new ID."""
        return self.pseudonyms.patient_id(self.patient)

    def shift(self, *, device: bool = False) -> int:
        """By how many days the patient's dates move, or those of the device."""
        return self.pseudonyms.day_shift(f"device\0{self.device}" if device else self.patient)
