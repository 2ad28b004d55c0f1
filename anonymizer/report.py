"""What happened to each input: the records that masking yields and the report is made of.

Only `Identity` and `Fragment` hold original values; they are kept out of `as_json()` and of every `repr`.
"""

from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum


class Outcome(StrEnum):
    """How an input ended; every input has exactly one."""

    MASKED = "masked"
    QUARANTINED = "quarantined"
    FAILED = "failed"
    SKIPPED = "skipped"


class Grade(StrEnum):
    """What the verification thinks of one written instance."""

    PASS = "pass"  # noqa: S105 - a grade, no password
    REVIEW = "review"  # a human should look at it
    BLOCKED = "blocked"  # identity is left


@dataclass(frozen=True, slots=True)
class Change:
    """One attribute that was changed: where, by which action and layer, and why. Never a value."""

    path: str  # "(0010,0010)", nested: "(0040,0275)[0]/(0008,1195)"
    name: str  # "Patient's Name"; "Private attribute" for private ones
    action: (
        str  # an action of PS3.15 Table E.1-1: D, Z, X, K, C, U; "M" is a date moved by the patient's shift
    )
    layer: str  # "table", "vr", "private", "harvest", "vocabulary", "document", "file"
    reason: str  # a sentence for the radiologist


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of pixels that was masked, in pixels of the stored matrix."""

    x: int
    y: int
    width: int
    height: int
    frame: int | None = None  # None: every frame
    kind: str = "text"  # "text", "outside ultrasound region", "drawn"
    found_by: str = "detector"
    score: float = 1.0  # 0 to 1, the finder's confidence


@dataclass(frozen=True, slots=True)
class Finding:
    """Identity that seems to be left: where and of what kind. Never the value itself."""

    place: str  # an attribute path, "file name", "pixels", "raw bytes"
    kind: str  # "person name", "date", "known identity", "legible text", …
    detail: str = ""  # a sentence without the value

    @property
    def sentence(self) -> str:
        """What was found and where, for lists of reasons."""
        return f"{self.detail} ({self.place})"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the catalogue may know of a masked instance: all of it after masking."""

    patient: str  # the pseudonym
    study: str
    series: str
    sop_instance_uid: str
    sop_class_uid: str
    modality: str = ""
    rows: int = 0
    columns: int = 0
    frames: int = 1
    body_part: str = ""
    laterality: str = ""
    view_position: str = ""
    study_description: str = ""
    series_description: str = ""
    study_date: str = ""
    series_number: int | None = None
    instance_number: int | None = None
    patient_sex: str = ""
    patient_age: str = ""
    manufacturer: str = ""
    transfer_syntax_uid: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """The original identity of one instance: for the vault alone."""

    patient_id: str = field(default="", repr=False)
    patient_name: str = field(default="", repr=False)
    birth_date: str = field(default="", repr=False)
    accession_number: str = field(default="", repr=False)
    study_uid: str = field(default="", repr=False)
    series_uid: str = field(default="", repr=False)
    sop_uid: str = field(default="", repr=False)
    issuer: str = field(default="", repr=False)  # who gave the patient ID out


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of free text about which a person can decide: a word that was taken out, or a text that was kept.

    A word that was taken out may be an identity: for the vault alone.
    """

    text: str = field(repr=False)
    path: str = ""  # of the attribute where it stood first in the instance
    name: str = ""
    kept: bool = False
    word_by_word: bool = False  # whether the vocabulary decided about each word of it


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What happened to one input, from start to finish."""

    path: str  # as found; a member of an archive is "archive.zip!/member"
    outcome: Outcome
    reason: str = ""  # for the user; empty for a plain success
    new_path: str = ""  # relative to the output folder, "/" between parts; empty unless masked
    review: tuple[str, ...] = ()  # why a human should look at a masked instance
    changes: tuple[Change, ...] = ()
    regions: tuple[Region, ...] = ()
    findings: tuple[Finding, ...] = ()  # what the verification found
    grade: Grade | None = None  # of what was written; None: nothing was, or it was not verified
    facts: Facts | None = None
    identity: Identity | None = field(default=None, repr=False)
    fragments: tuple[Fragment, ...] = field(default=(), repr=False)

    def as_json(self) -> dict[str, object]:
        """The record for reports and progress lines: everything but identity and fragments."""
        row = asdict(replace(self, fragments=()))
        del row["identity"], row["fragments"]
        row["outcome"] = self.outcome.value
        return row
