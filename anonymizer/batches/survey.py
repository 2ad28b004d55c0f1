"""Looking for identities before anything is masked: what one instance tells of its patient is hunted in all.

Each input's header is read once, in the workers; only what no earlier input told travels back. So memory depends
on how many different identities there are, not on how many files, and the outcome neither on the number of
workers nor on the order of files.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from anonymizer.errors import AnonymizerError
from anonymizer.files.file_format import UNREADABLE, lenient
from anonymizer.files.file_kinds import picture_kind
from anonymizer.files.slices import IrregularError
from anonymizer.files.source import Source
from anonymizer.headers.remembered import Recent
from anonymizer.identities.collect import Mention
from anonymizer.masking.quick import told_quickly
from anonymizer.masking.run import Settings
from anonymizer.masking.series import Member, is_searched_by_series, member_of
from anonymizer.masking.thorough import told_thoroughly

_HEAD = 2**16  # bytes: most headers are shorter
_PATIENTS = 64  # of which a worker knows what it has told


@dataclass(frozen=True, slots=True)
class Told:
    """What an input tells of its patient, as far as the worker has not told it before."""

    patient: str = field(default="", repr=False)  # key, see `patients`
    mentions: frozenset[Mention] = field(default=frozenset(), repr=False)
    member: Member | None = field(default=None, repr=False)  # of a series of slices


NOTHING = Told()


class Identities:
    """What all inputs of a run tell of their patients."""

    def __init__(self) -> None:
        self._mentions: dict[str, set[Mention]] = {}

    def add(self, told: Told) -> None:
        """Take what an input told."""
        if told.mentions:
            self._mentions.setdefault(told.patient, set()).update(told.mentions)

    def by_patient(self) -> Mapping[str, frozenset[Mention]]:
        """Return everything, by the key of the patient."""
        return {patient: frozenset(mentions) for patient, mentions in self._mentions.items()}


class Surveyor:
    """Reads headers, in a worker."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._by_series = is_searched_by_series(settings.profile.pixels, find_text=settings.find_text)
        self._told: Recent[str, set[Mention]] = Recent(_PATIENTS)

    def survey(self, source: Source) -> Told:
        """Return what an input tells that was not told before; nothing for one that cannot be masked."""
        if source.refused:
            return NOTHING
        try:
            with lenient():
                raw = source.read_head(_HEAD)
                patient, mentions = self._mentions_of(source, raw)
                member = member_of(raw, source) if self._by_series else None
        except (AnonymizerError, RecursionError, *UNREADABLE):
            return NOTHING  # whoever masks the input will say what is wrong with it
        known = self._told.get(patient, set)
        fresh = mentions - known
        known |= fresh
        return Told(patient, frozenset(fresh), member)

    def _mentions_of(self, source: Source, raw: bytes) -> tuple[str, frozenset[Mention]]:
        if picture_kind(raw) is not None:
            return "", frozenset()
        try:
            return told_quickly(raw, self._settings, whole=len(raw) < _HEAD)
        except IrregularError:
            raw = source.read()
        try:
            return told_quickly(raw, self._settings, whole=True)
        except IrregularError:
            return told_thoroughly(raw, self._settings)
