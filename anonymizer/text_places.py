"""Places of an image that can hold burned-in text, found at a hundredth of what the detector costs.

Glyphs are made of strokes: thin, brighter or darker than both their sides, and many of them close together.
What is thick or smooth (organs, their borders, air, even noise) has none, so the detector need not look there.
The test must never pass over text: it also lets vessels, trabeculae and fine noise through, which the detector
then judges.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

STROKE = 7  # pixels: what is thinner is a stroke
CELL = 32  # pixels: side of the squares whose noise is measured
NOISE_SHARE = 40  # percentile: most of a square is no stroke, even inside a paragraph
OVER_NOISE = 2.5  # least height of a stroke, in units of the noise around it
OVER_RANGE = 0.004  # what its height must have beyond that, in units of the range of values
STRONG = 0.6  # of the range of values: a stroke whatever the noise
WINDOW, DENSITY = 13, 0.1  # pixels, least share of strokes in it
HALO = WINDOW // 2  # pixels by which the window widens strokes
GRID = 8  # pixels: places are multiples of it
REACH = 1  # in units of the grid: gaps that are bridged
WORTH = 48 * 48  # pixels: so much may be looked at in vain to spare one call of the detector
WHOLE = 0.7  # share of an image from which all of it is one place
REDUCTIONS = (2,)  # thick strokes of large text are thin in a reduced image
LARGE = 1100  # pixels: longest side from which reduced images are looked at


@dataclass(frozen=True, slots=True)
class Framing:
    """How places are cut out; lengths in units of the grid.

    The detector judges a line by its surroundings too: what stands out in a tight frame is text, and what does not
    may still be text in a wide one.
    """

    surroundings: int
    cuttable: int  # longest side from which a sprawling shape is cut in two
    full: float  # share of its rectangle from which a shape is not cut


TIGHT = Framing(2, 12, 0.6)
WIDE = Framing(12, 64, 0.3)


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle in pixels of the image, its ends excluded."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        """Its number of pixels."""
        return (self.right - self.left) * (self.bottom - self.top)

    def with_(self, other: "Place") -> "Place":
        """Return the least rectangle that holds both."""
        return Place(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


def strokes_of(image: Array) -> Mask:
    """Return the pixels around which text can stand, of (rows, columns) of any values or (..., channels)."""
    import cv2

    values = _scaled(image)
    rows, columns = values.shape[:2]
    found = _dense_strokes(values)
    for step in REDUCTIONS if max(rows, columns) > LARGE else ():
        small = cv2.resize(values, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA)
        large = _dense_strokes(np.asarray(small, np.float32)).astype(np.uint8)
        found |= cv2.resize(large, (columns, rows), interpolation=cv2.INTER_NEAREST).astype(bool)
    return found


def places_of(strokes: Mask, framing: Framing = TIGHT) -> tuple[Place, ...]:
    """Return rectangles that hold all these pixels with surroundings; they overlap little."""
    rows, columns = strokes.shape
    places = _merged(_rectangles(strokes, framing))
    if sum(place.area for place in places) > WHOLE * rows * columns:
        return (Place(0, 0, columns, rows),)
    return places


def _scaled(image: Array) -> Floats:
    """Return the values with most of their range at 0 to 1; ink far beyond it must not drown the rest."""
    values = np.nan_to_num(image, posinf=0.0, neginf=0.0) if image.dtype.kind == "f" else image
    values = values.astype(np.float32)
    sample = values[::2, ::2]
    low, high = (float(v) for v in np.percentile(sample, (0.5, 99.5)))
    if high <= low:
        low, high = float(values.min()), float(values.max())
    return np.asarray(np.clip((values - low) / max(high - low, 1e-6), -1, 2), np.float32)


def _dense_strokes(values: Floats) -> Mask:
    """Return the pixels around which strokes are dense; `values` are scaled to 0 to 1."""
    import cv2

    height = _stroke_height(values)
    strokes = (height > OVER_NOISE * _noise(height) + OVER_RANGE) | (height > STRONG)
    share = cv2.blur(strokes.astype(np.float32), (WINDOW, WINDOW), borderType=cv2.BORDER_REFLECT)
    return np.asarray(share > DENSITY)


def _stroke_height(values: Floats) -> Floats:
    """Return how far each pixel rises above, or lies below, all that is thicker than a stroke."""
    import cv2

    kernel = np.ones((STROKE, STROKE), np.uint8)
    edge = 2 * STROKE
    padded = cv2.copyMakeBorder(values, edge, edge, edge, edge, cv2.BORDER_REPLICATE)
    bright = cv2.morphologyEx(padded, cv2.MORPH_TOPHAT, kernel)
    dark = cv2.morphologyEx(padded, cv2.MORPH_BLACKHAT, kernel)
    height = np.maximum(bright, dark)[edge:-edge, edge:-edge]
    return np.asarray(height.max(axis=2) if height.ndim == 3 else height, np.float32)  # noqa: PLR2004 - colour


def _noise(height: Floats) -> Floats:
    """Return how high the strokes are that noise makes around each pixel."""
    import cv2

    rows, columns = height.shape
    padded = cv2.copyMakeBorder(height, 0, -rows % CELL, 0, -columns % CELL, cv2.BORDER_REFLECT)
    down, across = padded.shape[0] // CELL, padded.shape[1] // CELL
    cells = padded.reshape(down, CELL, across, CELL)[:, ::2, :, ::2].transpose(0, 2, 1, 3)
    level = np.percentile(cells.reshape(down, across, -1), NOISE_SHARE, axis=2).astype(np.float32)
    level = np.asarray(cv2.medianBlur(level, 3), np.float32)
    whole = cv2.resize(level, (across * CELL, down * CELL), interpolation=cv2.INTER_LINEAR)
    return np.asarray(whole[:rows, :columns], np.float32)


def _rectangles(found: Mask, framing: Framing) -> list[Place]:
    """Return rectangles that hold all that was found, mostly full of it, with surroundings."""
    import cv2

    rows, columns = found.shape
    padded = np.pad(found, ((0, -rows % GRID), (0, -columns % GRID)))
    squares = padded.reshape(padded.shape[0] // GRID, GRID, -1, GRID)
    grid = np.asarray(squares.any(axis=(1, 3)), np.uint8)
    bridged = cv2.dilate(grid, np.ones((2 * REACH + 1, 2 * REACH + 1), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(bridged, connectivity=8)
    full: list[Place] = []
    for number in range(1, count):
        x, y, width, height = (int(v) for v in stats[number][:4])
        part = labels[y : y + height, x : x + width] == number
        full += [Place(x + p.left, y + p.top, x + p.right, y + p.bottom) for p in _full(part, framing)]
    more = framing.surroundings
    return [
        Place(
            max(0, (p.left - more) * GRID),
            max(0, (p.top - more) * GRID),
            min(columns, (p.right + more) * GRID),
            min(rows, (p.bottom + more) * GRID),
        )
        for p in full
    ]


def _full(part: Mask, framing: Framing) -> list[Place]:
    """Cut a sprawling shape into rectangles that are full enough of it, in units of the grid."""
    down, across = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    if not len(down):
        return []
    top, bottom, left, right = int(down[0]), int(down[-1]) + 1, int(across[0]), int(across[-1]) + 1
    inner = part[top:bottom, left:right]
    if max(inner.shape) < framing.cuttable or float(inner.mean()) >= framing.full:
        return [Place(left, top, right, bottom)]
    middle = max(inner.shape) // 2
    if inner.shape[0] >= inner.shape[1]:
        halves = ((0, 0, inner[:middle]), (0, middle, inner[middle:]))
    else:
        halves = ((0, 0, inner[:, :middle]), (middle, 0, inner[:, middle:]))
    return [
        Place(left + x + p.left, top + y + p.top, left + x + p.right, top + y + p.bottom)
        for x, y, half in halves
        for p in _full(half, framing)
    ]


def _merged(places: list[Place]) -> tuple[Place, ...]:
    """Join rectangles where looking at both in one costs no more than each for itself."""
    joined: list[Place] = []
    waiting = sorted(places, key=lambda p: (p.top, p.left, p.bottom, p.right), reverse=True)
    while waiting:
        place = waiting.pop()
        for index, other in enumerate(joined):
            both = place.with_(other)
            if both.area <= place.area + other.area + WORTH:
                del joined[index]
                waiting.append(both)
                break
        else:
            joined.append(place)
    return tuple(sorted(joined, key=lambda p: (p.top, p.left)))
