"""Places that were left unmasked and look most like text, cut out of masked images: where a look pays most.

Besides what a rule let stay, these are places with dense thin strokes outside the masks. How dense they are is no
probability that text stands there; it only puts the places in an order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from anonymizer import KEPT, AnonymizerError, DicomImage, Region
from anonymizer.pixels.text_strokes import strokes_of
from app.gui.image.difference import masked_pixels
from app.gui.image.image_frames import Shown
from app.gui.masked_crops import Crop, Piece

UNSURE = "unsure"
"""The kind of a place of which nobody said anything."""

PER_IMAGE = 3
LEAST, MOST = 6, 80  # pixels of height
LEAST_FILL = 0.6  # share of the place that is near strokes: lines of text have more, tissue mostly less
WIDEST = 0.6  # of the image
AROUND = 0.6  # of its height: what is shown around a place
NEAR_MASK = 4  # pixels: strokes so near a mask are its border


@dataclass(frozen=True, slots=True)
class Unmasked:
    """A masked instance, its file, and its boxes."""

    sop: str
    file: Path
    regions: tuple[Region, ...] = ()


def look_for_spots(wanted: Sequence[Unmasked]) -> Piece:
    """Cut out what was left in these images; a cine shows its middle frame."""
    crops: list[Crop] = []
    unread = 0
    for each in wanted:
        try:
            image = DicomImage.open(each.file)
            frame = image.frames // 2
            shown = image.render(frame)
        except AnonymizerError:
            unread += 1  # it cannot be decoded here: the sheet says how many
        else:
            crops += _crops(each, shown, frame)
    return Piece(tuple(crops), unread)


def _crops(unmasked: Unmasked, shown: Shown, frame: int) -> Iterable[Crop]:
    kept = [
        (number, region)
        for number, region in enumerate(unmasked.regions)
        if region.kind == KEPT and region.found_by != "reader" and region.is_in(frame)
    ]
    for number, region in kept:
        yield Crop(unmasked.sop, number, region, _cut(shown, region))
    for region in spots(shown, unmasked.regions, frame):
        yield Crop(unmasked.sop, -1, region, _cut(shown, region))


def spots(shown: Shown, regions: Sequence[Region], frame: int = 0) -> list[Region]:
    """Return the places outside all regions that look most like text, at most `PER_IMAGE`, the likeliest first.

    Their score is 1 less the density of strokes: what is least sure to be none has the least.
    """
    import cv2

    known = masked_pixels(regions, frame, shown.shape).astype(np.uint8)
    near = np.asarray(cv2.dilate(known, np.ones((2 * NEAR_MASK + 1,) * 2, np.uint8)), bool)
    strokes = strokes_of(shown) & ~near
    _, _, places, _ = cv2.connectedComponentsWithStats(strokes.astype(np.uint8), connectivity=8)
    found = [_spot(place) for place in places[1:] if _is_like_text(place, shown.shape)]
    return sorted(found, key=lambda spot: (spot.score, spot.y, spot.x))[:PER_IMAGE]


def _is_like_text(place: NDArray[np.int32], shape: tuple[int, ...]) -> bool:
    _, _, width, height, area = (int(value) for value in place)
    fits = LEAST <= height <= MOST and height <= width <= WIDEST * shape[1]
    return fits and area >= LEAST_FILL * width * height


def _spot(place: NDArray[np.int32]) -> Region:
    x, y, width, height, area = (int(value) for value in place)
    score = round(1 - area / (width * height), 3)
    return Region(x, y, width, height, kind=UNSURE, found_by="strokes", score=score)


def _cut(shown: Shown, region: Region) -> Shown:
    around = max(4, round(AROUND * region.height))
    top, left = max(0, region.y - around), max(0, region.x - around)
    part = shown[top : region.y + region.height + around, left : region.x + region.width + around]
    return np.ascontiguousarray(part)
