"""Lines drawn over an image (PS3.3 C.10.5): they are painted and looked at, as letters can be drawn with them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw
from pydicom.dataset import Dataset

from anonymizer.files.file_format import UNREADABLE
from anonymizer.pixels import text_finder
from anonymizer.report import Change

Points = npt.NDArray[np.float64]  # (n, 2): column, row

NOT_EXAMINED = "Lines drawn over an image were not examined for handwriting."
REMOVED = "Lines drawn over an image look like handwriting; they were removed. See whether others are left."
_REASON = "What it draws looks like text."
_SIDES = (
    250,
    600,
    1500,
)  # pixels: the longer side of what is painted; thin lines are found where letters are small
_MARGIN, _WIDTH = 40, 2
_FEWEST = 3  # points: two draw a stroke, of which letters need several
_PATH = "(0070,0001)[{}]/(0070,0009)[{}]/(0070,0022)"


@dataclass(frozen=True, slots=True)
class _Line:
    item: Dataset
    path: str
    points: Points
    units: str


def clear_drawn_text(dataset: Dataset, *, find_text: bool) -> tuple[list[Change], tuple[str, ...]]:
    """Replace lines that look like text by a point, in place; the changes made, and why a reader should look.

    Raises TextFinderError where the detector is missing.
    """
    lines = list(_lines(dataset))
    if not any(len(line.points) >= _FEWEST for line in lines) and len(lines) < _FEWEST:
        return [], ()
    if not find_text:
        return [], (NOT_EXAMINED,)
    drawn = [line for units in sorted({line.units for line in lines}) for line in _letters(lines, units)]
    for line in drawn:
        _make_point(line.item)
    changes = [Change(line.path, "Graphic Data", "D", "file", _REASON) for line in drawn]
    return changes, (REMOVED,) if drawn else ()


def _lines(dataset: Dataset) -> Iterator[_Line]:
    for outer, annotation in enumerate(dataset.get("GraphicAnnotationSequence") or ()):
        for keyword in ("GraphicObjectSequence", "CompoundGraphicSequence"):
            for inner, item in enumerate(annotation.get(keyword) or ()):
                try:
                    points = np.array(item.GraphicData, np.float64).reshape(-1, 2)
                except UNREADABLE:
                    continue  # what is no list of points draws nothing
                units = item.get("GraphicAnnotationUnits") or item.get("CompoundGraphicUnits")
                if len(points) and np.isfinite(points).all():
                    yield _Line(item, _PATH.format(outer, inner), points, str(units))


def _letters(lines: Sequence[_Line], units: str) -> list[_Line]:
    """Return the lines of these units that lie where text is found, whatever their scale."""
    mine = [line for line in lines if line.units == units]
    every = np.concatenate([line.points for line in mine])
    start, extent = every.min(axis=0), float(np.ptp(every, axis=0).max())
    if extent == 0:
        return []
    found = set()
    for side in _SIDES:
        placed = [(line.points - start) * (side / extent) + _MARGIN for line in mine]
        boxes = text_finder.find_text(_painted(placed))
        found |= {place for place, points in enumerate(placed) if _is_in(points, boxes)}
    return [mine[place] for place in sorted(found)]


def _painted(lines: Sequence[Points]) -> npt.NDArray[np.uint8]:
    width, height = np.ceil(np.concatenate(lines).max(axis=0) + _MARGIN)
    sheet = Image.new("L", (int(width), int(height)))
    draw = ImageDraw.Draw(sheet)
    for points in lines:
        draw.line([(float(x), float(y)) for x, y in points], fill=255, width=_WIDTH)
    return np.asarray(sheet)


def _is_in(points: Points, boxes: Sequence[text_finder.TextBox]) -> bool:
    x, y = (points.min(axis=0) + points.max(axis=0)) / 2
    return any(box.x <= x < box.x + box.width and box.y <= y < box.y + box.height for box in boxes)


def _make_point(item: Dataset) -> None:
    """Leave one point, as a graphic object must have some (PS3.3 C.10.5.1.2)."""
    item.NumberOfGraphicPoints, item.GraphicData = 1, [1.0, 1.0]
    if "CompoundGraphicType" in item:
        item.CompoundGraphicType = "MULTILINE"
    else:
        item.GraphicType = "POINT"
    if "GraphicFilled" in item:
        del item.GraphicFilled
