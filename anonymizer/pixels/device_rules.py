"""Rules for devices: images that are known to carry text in the same places are masked there, whatever is found.

Each rule names conditions on the header and what to do where all of them hold. What the header says of itself in
BurnedInAnnotation is no condition: NO is never believed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path

from pydicom import dcmread
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset

from anonymizer.errors import SourceError
from anonymizer.files.file_format import UNREADABLE
from anonymizer.identities.collect import texts
from anonymizer.pixels.decoding import Matrix
from anonymizer.pixels.regions import inside, ultrasound_regions
from anonymizer.pixels.shapes import polygon
from anonymizer.report import Point, Region

KIND = "device rule"
CONDITIONS = {
    "manufacturer": "Manufacturer",
    "model": "ManufacturerModelName",
    "software": "SoftwareVersions",
    "rows": "Rows",
    "columns": "Columns",
    "photometric": "PhotometricInterpretation",
    "sop_class": "SOPClassUID",
    "image_type": "ImageType",
    "modality": "Modality",
    "conversion": "ConversionType",
    "series_description": "SeriesDescription",
}
"""What a rule can ask of a header, and the attribute that answers. One value of several is enough."""


class Action(StrEnum):
    """What a rule does."""

    RECTANGLES = "rectangles"
    OUTSIDE = "outside ultrasound regions"
    WHOLE = "whole image"
    LEAVE_OUT = "leave out"


@dataclass(frozen=True, slots=True)
class DeviceRule:
    """One rule; `conditions` are (name, patterns) of which each must hold, with * and ? as in file names."""

    name: str
    action: Action
    conditions: tuple[tuple[str, tuple[str, ...]], ...]
    rectangles: tuple[tuple[int, int, int, int], ...] = ()  # x, y, width, height
    polygons: tuple[tuple[Point, ...], ...] = ()  # each the points of one, as in `Region`
    enabled: bool = True
    reason: str = ""  # why the rule is as it is

    def matches(self, header: Mapping[str, Sequence[str]]) -> bool:
        """Whether it is meant for an image with this header, see `header_of`."""
        return all(
            any(fnmatchcase(value, pattern.casefold()) for value in header[name] for pattern in patterns)
            for name, patterns in self.conditions
        )

    def regions(self, dataset: Dataset, matrix: Matrix) -> tuple[Region, ...]:
        """Return what it masks in an image."""
        found = [Region(*box, kind=KIND, found_by=self.name) for box in self._boxes(dataset, matrix)]
        found += [polygon(points, kind=KIND, found_by=self.name) for points in self.polygons]
        return tuple(region for box in found if (region := inside(box, matrix)) is not None)

    def _boxes(self, dataset: Dataset, matrix: Matrix) -> Sequence[tuple[int, int, int, int]]:
        if self.action is Action.RECTANGLES:
            return self.rectangles
        if self.action is Action.WHOLE:
            return ((0, 0, matrix.columns, matrix.rows),)
        return _around(ultrasound_regions(dataset, matrix), matrix) if self.action is Action.OUTSIDE else ()


def _around(areas: Sequence[Region], matrix: Matrix) -> tuple[tuple[int, int, int, int], ...]:
    """Return the strips above, below, left and right of all areas; none where no area is declared."""
    if not areas:
        return ()
    left, top = min(area.x for area in areas), min(area.y for area in areas)
    right = max(area.x + area.width for area in areas)
    bottom = max(area.y + area.height for area in areas)
    return (
        (0, 0, matrix.columns, top),
        (0, bottom, matrix.columns, matrix.rows - bottom),
        (0, top, left, bottom - top),
        (right, top, matrix.columns - right, bottom - top),
    )


def header_of(dataset: Dataset) -> dict[str, tuple[str, ...]]:
    """Return what a header answers to each condition, in small letters; an attribute without a value answers ""."""
    return {name: _values(dataset, keyword) for name, keyword in CONDITIONS.items()}


def _values(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    try:
        found = texts(dataset[keyword]) if keyword in dataset else []
    except UNREADABLE:
        found = []
    return tuple(text.strip().casefold() for text in found) or ("",)


CONDITION_TAGS = tuple(sorted(tag_for_keyword(keyword) or 0 for keyword in CONDITIONS.values()))
"""The attributes that rules ask for, in the order of a file."""


def matching(rules: Sequence[DeviceRule], dataset: Dataset) -> tuple[DeviceRule, ...]:
    """Return the enabled rules that are meant for an image."""
    enabled = [rule for rule in rules if rule.enabled]
    header = header_of(dataset) if enabled else {}
    return tuple(rule for rule in enabled if rule.matches(header))


@dataclass(frozen=True, slots=True)
class Device:
    """What kind of image which device makes; images that agree in it have their text in the same places."""

    manufacturer: str
    model: str
    rows: int
    columns: int
    photometric: str

    @property
    def words(self) -> str:
        """The device in words."""
        name = f"{self.manufacturer} {self.model}".strip()
        return f"{name}, {self.columns} × {self.rows}, {self.photometric}"

    @property
    def conditions(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What a rule for this device asks; letters that are patterns in rules stand for any letter."""
        asked = (
            ("manufacturer", self.manufacturer),
            ("model", self.model),
            ("rows", str(self.rows)),
            ("columns", str(self.columns)),
            ("photometric", self.photometric),
        )
        plain = str.maketrans("*[]", "???")
        return tuple((name, (value.translate(plain),)) for name, value in asked if value)


def device_of(dataset: Dataset) -> Device:
    """Return which device made an image; texts are "" where the header does not say it."""

    def first(keyword: str) -> str:
        return texts(dataset[keyword])[0].strip() if dataset.get(keyword) not in (None, "") else ""

    rows, columns = (int(first(name)) if first(name).isdecimal() else 0 for name in ("Rows", "Columns"))
    names = first("Manufacturer"), first("ManufacturerModelName")
    return Device(*names, rows, columns, first("PhotometricInterpretation").upper())


def device_of_file(path: Path) -> Device:
    """Return which device made the image in a file. Raises SourceError."""
    try:
        return device_of(dcmread(path, stop_before_pixels=True))
    except UNREADABLE as error:
        raise SourceError("The masked instance cannot be read.", "Restore it from a backup.") from error


def rules_for_file(rules: Sequence[DeviceRule], path: Path) -> tuple[DeviceRule, ...]:
    """Return the enabled rules that are meant for the image in a file. Raises SourceError."""
    try:
        return matching(rules, dcmread(path, stop_before_pixels=True))
    except UNREADABLE as error:
        raise SourceError("The file is not DICOM, or it is damaged.") from error
