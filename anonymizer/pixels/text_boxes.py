"""Boxes around what a map of probabilities marks: few, upright, and with little around the text in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]

Box = tuple[int, int, int, int]  # left, top, right, bottom

SURE, LEAST_SURE = 0.97, 12  # probability inside a line, pixels that make one
ONE_LINE = 1.3  # how much thicker the common box of two words of a line may be
FULL = 0.72  # share of a box that text must fill; emptier ones are cut in two
LEAST_GAIN = 0.12  # share of its area that a cut must save


@dataclass(frozen=True, slots=True)
class TextBox:
    """A line of text in pixels of the image."""

    x: int
    y: int
    width: int
    height: int
    score: float  # mean of the map inside
    surest: float = (
        0.0  # its upper quartile, near 1 in letters however many pixels around them are marked weakly
    )


@dataclass(frozen=True, slots=True)
class Limits:
    """From which probability a pixel counts, and what a region must reach to be kept: peak, area in pixels."""

    core: float
    peak: float
    area: int


def boxes_of(probability: Floats, limits: Limits) -> Iterator[TextBox]:
    """Yield the boxes around the regions that reach the limits, not grown; lines that touch get one each."""
    import cv2

    core = (probability > limits.core).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(core, connectivity=8)
    for number in range(1, count):
        x, y, width, height, area = (int(v) for v in stats[number])
        if area < limits.area:
            continue
        region = labels[y : y + height, x : x + width] == number
        part = probability[y : y + height, x : x + width]
        if float(np.percentile(part[region], 90)) < limits.peak:
            continue
        for line in _lines(region, part):
            for left, top, right, bottom in _pieces(line):
                piece = line[top:bottom, left:right]
                inside = part[top:bottom, left:right][piece]
                score, surest = min(1.0, float(inside.mean())), float(np.percentile(inside, 75))
                yield TextBox(x + left, y + top, right - left, bottom - top, score, surest)


def _lines(region: Mask, probability: Floats) -> Iterator[Mask]:
    """Yield the lines of a region: the surroundings of its surest parts, words of one line together."""
    import cv2

    sure = (region & (probability > SURE)).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(sure, connectivity=8)
    parts = [(number, stats[number]) for number in range(1, count) if stats[number][4] >= LEAST_SURE]
    if len(parts) < 2:  # noqa: PLR2004 - one line
        yield region
        return
    groups = _joined(
        [(number, (int(x), int(y), int(x + w), int(y + h))) for number, (x, y, w, h, _) in parts]
    )
    centres = np.isin(labels, [number for number, _ in parts])
    apart = (~centres).astype(np.uint8)
    _, nearest = cv2.distanceTransformWithLabels(apart, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_CCOMP)
    for group in groups:
        names = np.unique(nearest[np.isin(labels, group)])
        line = region & np.isin(nearest, names)
        if line.any():
            yield line


def _joined(parts: list[tuple[int, Box]]) -> list[list[int]]:
    """Return the parts in groups: those join whose common box is hardly thicker than they are."""
    groups: list[tuple[list[int], Box]] = []
    for number, box in sorted(parts, key=lambda part: part[1]):
        for index, (members, other) in enumerate(groups):
            low, high = np.minimum(box, other)[:2], np.maximum(box, other)[2:]
            both = (int(low[0]), int(low[1]), int(high[0]), int(high[1]))
            if _thickness(both) <= ONE_LINE * max(_thickness(box), _thickness(other)):
                groups[index] = ([*members, number], both)
                break
        else:
            groups.append(([number], box))
    return [members for members, _ in groups]


def _thickness(box: Box) -> int:
    return min(box[2] - box[0], box[3] - box[1])


def _pieces(region: Mask) -> Iterator[tuple[int, int, int, int]]:
    """Yield boxes (left, top, right, bottom) that cover a region and little else."""
    rows, columns = np.flatnonzero(region.any(axis=1)), np.flatnonzero(region.any(axis=0))
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    tight = region[top:bottom, left:right]
    if tight.mean() < FULL:
        down, across = _best_cut(tight), _best_cut(tight.T)
        saved, at, axis = max((*down, 0), (*across, 1))
        if saved >= LEAST_GAIN * tight.size:
            parts = (tight[:at], tight[at:]) if axis == 0 else (tight[:, :at], tight[:, at:])
            moves = ((0, 0), (at, 0) if axis == 0 else (0, at))
            for part, (dy, dx) in zip(parts, moves, strict=True):
                for a, b, c, d in _pieces(part):
                    yield a + left + dx, b + top + dy, c + left + dx, d + top + dy
            return
    yield left, top, right, bottom


def _best_cut(region: Mask) -> tuple[int, int]:
    """Return how many pixels the best cut between rows saves, and the row that it lies before."""
    rows, columns = region.shape
    if rows < 2:  # noqa: PLR2004 - one row cannot be cut
        return 0, 0
    first = np.where(region.any(axis=1), region.argmax(axis=1), columns)
    last = np.where(region.any(axis=1), columns - region[:, ::-1].argmax(axis=1), 0)
    above = _area(first, last)[:-1]
    below = _area(first[::-1], last[::-1])[::-1][1:]
    saved = region.size - above - below
    best = int(saved.argmax())
    return int(saved[best]), best + 1


def _area(first: npt.NDArray[Any], last: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the area of the box around the first row, the first two, and so on."""
    width = np.maximum.accumulate(last) - np.minimum.accumulate(first)
    return np.asarray(width * np.arange(1, len(first) + 1))
