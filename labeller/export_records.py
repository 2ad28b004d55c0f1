"""What an export reports: the summary, what it left out, and how what it wrote is looked through."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

NOTICE = "Not for diagnostic use"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A labelled instance that could not be exported, and why, for the user."""

    sop_instance_uid: str
    reason: str


@dataclass(frozen=True, slots=True)
class ExportSummary:
    """What an export wrote; the same stands in its `dataset.json`."""

    folder: str
    image_format: str  # one of pictures.FORMATS
    classes: tuple[str, ...]
    images: int = 0
    patients: int = 0
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # split -> class -> images
    unlabelled: int = 0  # instances left out because nobody labelled them
    withheld: Mapping[str, int] = field(
        default_factory=dict
    )  # why some must not leave the project -> how many
    left_out: Mapping[str, int] = field(default_factory=dict)  # why others were not taken -> how many
    failed: tuple[LeftOut, ...] = ()
    duplicates: tuple[tuple[str, ...], ...] = ()  # groups of near-duplicates that stand in several splits
    warnings: tuple[str, ...] = ()
    seed: int = 0
    profile: str = ""
    layout: str = "classes"
    label_rule: str = "latest"
    duplicate_rule: str = "report"
    rendering: str = ""  # the window of 8-bit pictures
    checked: str = ""  # how what was written was checked
    sha256: str = ""  # of manifest.csv
    content_sha256: str = ""  # of all images and manifests
    cancelled: bool = False  # then nothing is in place yet; the same export goes on where it was
    notice: str = NOTICE


Inspect = Callable[[Path], Sequence[str]]
"""Looks through a finished folder before it is put in place; returns what must not be in it, for the user."""
