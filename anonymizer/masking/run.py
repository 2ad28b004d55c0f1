"""What masking one instance after the other has in common: settings, output folder, what is known of patients."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from anonymizer.errors import PatientError, SourceError
from anonymizer.files.file_format import IMPLEMENTATION_VERSION_NAME
from anonymizer.headers.remembered import Recent
from anonymizer.identities.collect import Mention, harvest_of
from anonymizer.identities.harvest import Harvest
from anonymizer.identities.key import SecretKey
from anonymizer.identities.patients import Patient, PatientRules, Patients
from anonymizer.identities.pseudonyms import Pseudonyms
from anonymizer.pixels.device_rules import DeviceRule
from anonymizer.profiles.plan import Plan
from anonymizer.profiles.profile import Profile
from anonymizer.report import Change, Facts, Fragment, Identity, Reading, Region
from anonymizer.verification.inspection import Known

if TYPE_CHECKING:
    from anonymizer.pixels.series_plan import SeriesPlan

Told = Mapping[str, frozenset[Mention]]  # by the key of the patient
NOTHING: Told = MappingProxyType({})
_PATIENTS = 16


class Layout(StrEnum):
    """How the output folder is arranged."""

    TREE = "tree"  # <patient>/<study>/<series>/<instance>.dcm
    FLAT = "flat"  # <instance>.dcm
    MEDIA = "media"  # DICOM/PAxxxxxx/STxxxxxx/SExxxxxx/xxxxxxxx: names that a DICOMDIR can hold


@dataclass(frozen=True, slots=True)
class Settings:
    """What every instance of a run is masked with."""

    profile: Profile
    key: SecretKey
    find_text: bool = True
    patients: PatientRules = field(default_factory=PatientRules)
    verify: bool = True  # check each masked instance before it is written
    device_rules: tuple[DeviceRule, ...] = ()  # also where pixels are not searched

    def digest(self, patient: Patient) -> str:
        """Return a name for settings: equal where they and this version of the program would do the same.

        Of a list only the patient's own row counts, so that a list can grow.
        """
        parts = [self.profile.identity, str(self.find_text), IMPLEMENTATION_VERSION_NAME]
        if any(rule.enabled for rule in self.device_rules):
            parts.append(repr([rule for rule in self.device_rules if rule.enabled]))
        if patient.listed:
            parts += [patient.pseudonym, str(patient.day_shift)]
        return tools_of(self).patients.pseudonyms.digest("\0".join(parts))[:16]


@dataclass(frozen=True, slots=True)
class Run:
    """Where and how the instances of a run are masked, and what its other instances tell of their patients."""

    out: Path
    settings: Settings
    layout: Layout = Layout.TREE
    told: Told = field(default_factory=dict, repr=False)
    plans: "Mapping[bytes, SeriesPlan]" = field(default_factory=dict, repr=False)  # by the key of the series


class QuarantineError(SourceError):
    """The instance cannot be made fit to leave."""


class Tools:
    """What is made once for the same settings."""

    def __init__(self, settings: Settings) -> None:
        self.plan = Plan(settings.profile, searched=settings.find_text)
        self.patients = Patients(Pseudonyms(settings.key), settings.patients)
        self._harvests: Recent[frozenset[Mention], Harvest] = Recent(_PATIENTS)

    def harvest(self, mentions: frozenset[Mention]) -> Harvest:
        """Return what is hunted for a patient; to be added to only in a copy."""
        return self._harvests.get(mentions, lambda: harvest_of(mentions))


@lru_cache(4)
def tools_of(settings: Settings) -> Tools:
    """Return the tools for settings."""
    return Tools(settings)


def check_listed(patient: Patient, harvest: Harvest) -> None:
    """Raise PatientError where the pseudonym from a list tells of the patient."""
    if patient.listed and harvest.distinctive_in(patient.pseudonym):
        raise PatientError(
            "The pseudonym that the list gives this patient holds something of the patient's own data.",
            "Choose another pseudonym for this patient.",
        )


@dataclass(frozen=True, slots=True)
class Masked:
    """A masked instance, ready to be written: its bytes in parts, and what was done to it."""

    parts: tuple[bytes | memoryview, ...] = field(repr=False)
    facts: Facts
    identity: Identity = field(repr=False)
    digest: str  # of the settings, see Settings.digest
    originals: Known = field(repr=False)  # what must not be found in it
    changes: tuple[Change, ...] = ()
    review: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    fragments: tuple[Fragment, ...] = field(default=(), repr=False)
    readings: tuple[Reading, ...] = field(default=(), repr=False)
