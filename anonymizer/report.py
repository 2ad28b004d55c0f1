"""What happened to each input: the records that masking yields and the report is made of.

Only `Identity`, `Fragment` and `Reading` hold original values; they are kept out of `as_json()` and of every `repr`.
"""

import json
import pickle
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from functools import lru_cache
from typing import Any


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


BY_SEARCH = "detector"
"""Who found a region that nobody drew, no rule names and no list allows."""
Point = tuple[int, int]  # x, y


@dataclass(frozen=True, slots=True)
class Region:
    """Pixels that were masked: a rectangle, or a polygon inside it, in pixels of the stored matrix.

    A polygon's `points` are corners between pixels; a pixel belongs to it where its centre lies inside (even-odd
    rule). `x`, `y`, `width`, `height` then are the rectangle around it. `pixels.shapes` makes and fills polygons.
    """

    x: int
    y: int
    width: int
    height: int
    frame: int | None = None  # None: every frame
    kind: str = (
        "text"  # "identity", "text", "outside ultrasound region", "device rule", "drawn"; "kept": not masked
    )
    found_by: str = BY_SEARCH
    score: float = 1.0  # 0 to 1, the finder's confidence
    points: tuple[Point, ...] = ()  # of a polygon; () is the rectangle
    spared: tuple[int, ...] = ()  # frames in which a region of every frame is shown all the same
    why: str = ""  # of a kept region: which rule lets it stay
    read: str = (
        ""  # what stands in it, only where a keep-list allows it: nothing else that is read leaves the vault
    )

    def is_in(self, frame: int) -> bool:
        """Tell whether the region holds in a frame, counted from 0."""
        return self.frame in (None, frame) and frame not in self.spared

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Region":
        """Return the region that `asdict` made a row of, also after a way through JSON."""
        points = tuple((int(x), int(y)) for x, y in row.get("points") or ())
        return cls(**{**row, "points": points, "spared": tuple(row.get("spared") or ())})


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
class Reading:
    """What recognition made of a region that was masked, as far as it could. It may be an identity: for the vault."""

    x: int
    y: int
    width: int
    height: int
    text: str = field(repr=False)
    score: float = 0.0  # 0 to 1, how sure it is


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
    readings: tuple[Reading, ...] = field(default=(), repr=False)

    def as_json(self) -> dict[str, object]:
        """The record for reports and progress lines: everything but identity, fragments and readings.

        Records with the same changes share the rows that tell of them, so these are only to be read.
        """
        return {**self.without_changes(), "changes": _rows(self.changes)}

    def as_json_text(self) -> str:
        """The same as one line of JSON."""
        row = json.dumps(self.without_changes(), ensure_ascii=False)
        return f'{row[:-1]}, "changes": {_rows_text(self.changes)}}}'

    def without_changes(self) -> dict[str, object]:
        """The record as `as_json` gives it, for those who keep the changes elsewhere."""
        facts = self.facts
        return {
            "path": self.path,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "new_path": self.new_path,
            "review": self.review,
            "regions": tuple(map(asdict, self.regions)),
            "findings": tuple(map(asdict, self.findings)),
            "grade": self.grade,
            "facts": None if facts is None else {name: getattr(facts, name) for name in _FACTS},
        }

    def __reduce__(self) -> "tuple[Callable[..., FileRecord], tuple[object, ...]]":
        """Travel between processes with the changes as bytes, which are the same for all files of a series."""
        rest = (self.facts, self.identity, self.fragments, self.readings)
        told = (self.review, _packed(self.changes), self.regions, self.findings, self.grade)
        return _arrived, (self.path, self.outcome, self.reason, self.new_path, *told, *rest)


def change_rows(changes: tuple[Change, ...]) -> list[tuple[str, ...]]:
    """Return changes as rows of texts, in the order of their fields."""
    return [(c.path, c.name, c.action, c.layer, c.reason) for c in changes]


_FACTS = tuple(each.name for each in fields(Facts))
_LISTS = 256  # of changes, about 20 kB each, that are remembered in one form or another


@lru_cache(_LISTS)
def _rows(changes: tuple[Change, ...]) -> tuple[dict[str, str], ...]:
    return tuple(map(asdict, changes))


@lru_cache(_LISTS)
def _rows_text(changes: tuple[Change, ...]) -> str:
    return json.dumps(_rows(changes), ensure_ascii=False)


@lru_cache(_LISTS)
def _packed(changes: tuple[Change, ...]) -> bytes:
    return pickle.dumps(change_rows(changes))


@lru_cache(_LISTS)
def _unpacked(packed: bytes) -> tuple[Change, ...]:
    return tuple(Change(*row) for row in pickle.loads(packed))  # noqa: S301 - from our own process


def _arrived(*parts: Any) -> FileRecord:
    record: list[Any] = [_unpacked(part) if type(part) is bytes else part for part in parts]
    return FileRecord(*record)
