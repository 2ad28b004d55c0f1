"""Masks that are no rectangles: polygons, and what lies outside the fan of an ultrasound image."""

from collections.abc import Sequence
from math import cos, radians, sin
from typing import Any

import numpy as np
import numpy.typing as npt

from anonymizer.report import Point, Region

Mask = npt.NDArray[np.bool_]

FEWEST = 3  # points of a polygon
MOST = 4096
ARC = 64  # pieces that stand for an arc


def polygon(points: Sequence[Point], **facts: Any) -> Region:
    """Return the region inside a closed line through `points`; `facts` are other fields of `Region`.

    Raises ValueError where there are too few or too many points, or nothing lies between them.
    """
    if not FEWEST <= len(points) <= MOST:
        raise ValueError(f"a polygon has {FEWEST} to {MOST} points")
    xs, ys = [x for x, _ in points], [y for _, y in points]
    width, height = max(xs) - min(xs), max(ys) - min(ys)
    if not width or not height:
        raise ValueError("nothing lies inside the polygon")
    return Region(min(xs), min(ys), width, height, points=tuple(points), **facts)


def outside(points: Sequence[Point], columns: int, rows: int) -> tuple[Point, ...]:
    """Return the polygon of all that lies outside a closed line in an image, such as an ultrasound fan.

    It is the border of the image and then the line, joined by a seam that is walked twice and so holds nothing.
    """
    border = ((0, 0), (columns, 0), (columns, rows), (0, rows), (0, 0))
    return (*border, *points, points[0])


def fan(apex: Point, radii: tuple[int, int], angles: tuple[float, float]) -> tuple[Point, ...]:
    """Return the outline of a fan: an apex, two radii in pixels, and two angles in degrees.

    Angles begin at the ray to the right and turn clockwise, as rows count downwards; 90 points down.
    """
    inner, outer = radii
    steps = [radians(angles[0] + (angles[1] - angles[0]) * i / ARC) for i in range(ARC + 1)]
    far = [(round(apex[0] + outer * cos(a)), round(apex[1] + outer * sin(a))) for a in steps]
    near = [(round(apex[0] + inner * cos(a)), round(apex[1] + inner * sin(a))) for a in reversed(steps)]
    return (*far, *(near if inner else [apex]))


def covered(region: Region, shape: tuple[int, ...]) -> Mask:
    """Return which pixels of a region's rectangle, (rows, columns) from its corner, belong to it."""
    rows, columns = shape[:2]
    if not region.points:
        return np.ones((rows, columns), bool)
    start = np.asarray(region.points, np.float64) - (region.x + 0.5, region.y + 0.5)
    end = np.roll(start, -1, axis=0)
    inside = np.zeros((rows, columns), bool)
    for row in range(rows):
        # Edges count from their upper end on but not at their lower end, so that a corner counts once.
        crosses = (start[:, 1] <= row) != (end[:, 1] <= row)
        (x0, y0), (x1, y1) = start[crosses].T, end[crosses].T
        at = np.sort(x0 + (row - y0) * (x1 - x0) / (y1 - y0))
        bounds = np.clip(np.ceil(at).astype(np.int64), 0, columns)
        for first, stop in zip(bounds[::2], bounds[1::2], strict=True):
            inside[row, first:stop] = True
    return inside
