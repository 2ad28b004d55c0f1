"""What travels in and out of the catalogue: plain records, never database rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class NewInstance:
    """A masked instance to be entered. Every fact in it is one after masking.

    `masking` is what the masking report says of it (changes, regions, findings), kept as it is.
    """

    sop_instance_uid: str
    file: str  # relative to the project's `instances` folder
    patient: str
    study: str
    series: str
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
    review: tuple[str, ...] = ()
    grade: str = ""  # of the verification: "pass", "review", "blocked"; "": it was not verified
    masking: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InstanceRow:
    """One instance as lists and grids show it, with its current label."""

    sop_instance_uid: str
    file: str
    patient: str
    study: str
    series: str
    sop_class_uid: str
    modality: str
    rows: int
    columns: int
    frames: int
    body_part: str
    laterality: str
    view_position: str
    study_description: str
    series_description: str
    study_date: str
    series_number: int | None
    instance_number: int | None
    patient_sex: str
    patient_age: str
    manufacturer: str
    review: tuple[str, ...]
    grade: str  # of the verification: "pass", "review", "blocked"; "": it was not verified
    decision: str  # "approved", "rejected" or ""
    label: str | None  # name of the label class, None while unlabelled
    reader: str | None  # who set it
    kind: str | None = None  # of the label; see LabelClass
    note: str = ""  # what its reader noted beside it
    masked: bool = False  # some of its pixels are masked
    disputed: bool = False  # its readers disagree, and nobody has settled it


@dataclass(frozen=True, slots=True)
class InstanceFilter:
    """Which instances: every given condition must hold."""

    modality: str | None = None
    patient: str | None = None
    study: str | None = None
    series: str | None = None
    label: str | None = None
    labelled: bool | None = None  # any answer
    usable: bool | None = None  # an answer that says something: not “not sure” and the like
    kind: str | None = None  # of the label
    reader: str | None = None  # who set the label that counts
    noted: bool | None = None  # with a note
    body_part: str | None = None
    patient_sex: str | None = None
    manufacturer: str | None = None
    age_from: int | None = None  # years, inclusive
    age_to: int | None = None
    grade: str | None = None  # of the verification
    needs_review: bool | None = None
    masked: bool | None = None  # with masked pixels
    disputed: bool | None = None  # readers disagree and nobody has settled it
    predicted: str | None = None  # what the newest run's model says
    score_from: float | None = None  # the probability that this model gives what it says, 0 to 1, inclusive
    score_to: float | None = None
    contradicted: bool | None = None  # this model says something else than the label
    text: str = ""  # looked for in descriptions, body part, pseudonym


SORTS: Mapping[str, str] = {
    "patient": "patient, study, series",
    "newest": "last imported first",
    "modality": "modality",
    "body_part": "body part",
    "label": "label",
    "disputed": "disagreements first",
    "review": "mask to look at first",
    "doubtful": "model least sure first",
    "sure": "model most sure first",
}
"""Orders of a list by name, in words; within each the order is that of "patient"."""


SCOPES = ("image", "series", "study", "patient")


@dataclass(frozen=True, slots=True)
class LabelSet:
    """A question about the images: what one answer is about, and whether several classes may hold at once."""

    name: str
    scope: str = "image"  # one of SCOPES
    several: bool = False


@dataclass(frozen=True, slots=True)
class LabelClass:
    """An answer: a class that images are sorted into, or one that is no class, such as “not sure”."""

    name: str
    colour: str  # "#rrggbb"
    shortcut: str  # "1" … "9", "0", a letter, or ""
    position: int
    kind: str = "class"  # "class", "combination", "none", "unsure", "ungradable", "skipped"
    definition: str = ""
    parent: str | None = None  # the class that this one is a kind of


class LabelEvent(NamedTuple):
    """One step of an instance's label history; events are only ever added. A tuple: thousands are made by one key."""

    sop_instance_uid: str
    previous: str | None
    label: str | None  # None: the label was taken away
    reader: str
    at: str  # ISO 8601, UTC
    means: str  # "key", "command line", "list", "undo", …
    previous_reader: str | None = None  # who had set the previous label
    note: str = ""
    shown: str = ""  # what was on the screen: "masked", "original"; "": nothing, as from a list
    own: str | None = None  # what this reader thought before, where another's label or a consensus counted


DECISIONS = ("approve", "reject", "withdraw")


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reader decided about an instance that wanted a look; decisions are only ever added."""

    sop_instance_uid: str
    verdict: str  # "approved", "rejected", "withdrawn"
    reasons: tuple[str, ...]  # why it wanted a look
    grade: str
    reader: str
    at: str  # ISO 8601, UTC
    means: str  # "window", "command line"


@dataclass(frozen=True, slots=True)
class Reader:
    """Someone who labels."""

    name: str
    role: str = ""  # in the site's words: "radiologist", "resident", …


@dataclass(frozen=True, slots=True)
class SecondReading:
    """A sample that a reader labels blind: nobody's labels are shown before the answer."""

    name: str
    reader: str
    made_at: str  # ISO 8601, UTC
    total: int
    answered: int


@dataclass(frozen=True, slots=True)
class RunRow:
    """A training run of this project, its model folder relative to `models/`."""

    name: str
    folder: str
    at: str
    recipe: str
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PredictionRow:
    """What a model said of an instance.

    `predicted` is "" where the model gives no answer, because the image is unlike what it learned from: `unlike`,
    the distance to that, is then above 1. None: not known.
    """

    sop_instance_uid: str
    run: str
    predicted: str
    probabilities: Mapping[str, float]
    at: str
    unlike: float | None = None
    model_sha256: str = ""  # of the weights that said it
