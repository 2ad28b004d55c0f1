"""What the file itself says about where identifying text stands, before any pixel is looked at."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from pydicom.dataset import Dataset

from anonymizer.pixels.decoding import Matrix
from anonymizer.pixels.shapes import covered
from anonymizer.report import Region

MAX_BANNER = 0.25  # a taller strip above the regions is not taken for a banner
OUTSIDE = "outside ultrasound region"


def ultrasound_regions(dataset: Dataset, matrix: Matrix) -> tuple[Region, ...]:
    """Return the areas that hold ultrasound data (PS3.3 C.8.5.5), cut to the image; nonsense is left out."""
    found = []
    for item in dataset.get("SequenceOfUltrasoundRegions") or ():
        corners = [item.get(f"RegionLocation{corner}") for corner in ("MinX0", "MinY0", "MaxX1", "MaxY1")]
        if not all(isinstance(value, int) for value in corners):
            continue
        left, top, right, bottom = corners
        right, bottom = min(right, matrix.columns - 1), min(bottom, matrix.rows - 1)
        if 0 <= left < right and 0 <= top < bottom:
            found.append(Region(left, top, right - left + 1, bottom - top + 1, found_by="header"))
    return tuple(found)


def declared_regions(dataset: Dataset, matrix: Matrix) -> tuple[Region, ...]:
    """Return what is masked because of the header alone: the banner above all ultrasound regions.

    Scanners write the patient's name there, at times too faint or too small to be found. Strips beside and
    below the regions also hold scales and body marks, so there only text that is found is masked.
    """
    areas = ultrasound_regions(dataset, matrix)
    top = min((area.y for area in areas), default=0)
    if not 0 < top <= MAX_BANNER * matrix.rows:
        return ()
    return (Region(0, 0, matrix.columns, top, kind=OUTSIDE, found_by="header"),)


def without(regions: Iterable[Region], kept: Iterable[Region]) -> tuple[Region, ...]:
    """Return the regions but those that a reader said are no text: half or more inside one kept box."""
    boxes = tuple(kept)
    return tuple(
        region
        for region in regions
        if not any(_same_frames(region, box) and 2 * overlap(region, box) >= area(region) for box in boxes)
    )


def unexpected(
    found: Iterable[Region], kept: Iterable[Region], masked: Iterable[Region]
) -> tuple[Region, ...]:
    """Return what was found in a masked image but in kept text: half of what is not masked of it lies there.

    What is read once more reaches over masked lines beside the kept one.
    """
    may_stay, filled = tuple(kept), tuple(masked)
    return tuple(
        r for r in without(found, may_stay) if 2 * _free(r, may_stay, filled) < _free(r, (r,), filled)
    )


def _free(region: Region, within: Iterable[Region], masked: Iterable[Region]) -> int:
    """Return how many pixels of a region lie within others and in no masked one."""
    places = np.zeros((2, region.height, region.width), bool)
    for plane, boxes in zip(places, (within, masked), strict=True):
        for box in boxes:
            if _same_frames(region, box) and not box.points:
                top, left = max(0, box.y - region.y), max(0, box.x - region.x)
                bottom, right = max(0, box.y + box.height - region.y), max(0, box.x + box.width - region.x)
                plane[top:bottom, left:right] = True
    return int((places[0] & ~places[1]).sum())


def overlap(one: Region, other: Region) -> int:
    """Return how many pixels two regions share."""
    left, top = max(one.x, other.x), max(one.y, other.y)
    width = min(one.x + one.width, other.x + other.width) - left
    height = min(one.y + one.height, other.y + other.height) - top
    if width <= 0 or height <= 0:
        return 0
    if not (one.points or other.points):
        return width * height
    both = [
        covered(r, (r.height, r.width))[top - r.y : top - r.y + height, left - r.x : left - r.x + width]
        for r in (one, other)
    ]
    return int((both[0] & both[1]).sum())


def area(region: Region) -> int:
    """Return how many pixels a region has."""
    return overlap(region, region)


def distinct(regions: Iterable[Region]) -> tuple[Region, ...]:
    """Return the regions without those that lie wholly inside another, largest first."""
    kept: list[Region] = []
    for region in sorted(regions, key=lambda r: -area(r)):
        if not any(_same_frames(region, k) and overlap(region, k) == area(region) for k in kept):
            kept.append(region)
    return tuple(kept)


def _same_frames(inner: Region, outer: Region) -> bool:
    if inner.frame is not None:
        return outer.is_in(inner.frame)
    return outer.frame is None and set(outer.spared) <= set(inner.spared)


def inside(region: Region, matrix: Matrix) -> Region | None:
    """Return a region cut to the image, or None where nothing of it lies inside."""
    left, top = max(0, region.x), max(0, region.y)
    right = min(matrix.columns, region.x + region.width)
    bottom = min(matrix.rows, region.y + region.height)
    if right <= left or bottom <= top:
        return None
    return replace(region, x=left, y=top, width=right - left, height=bottom - top)
