"""Series of slices: text is searched in a sample, and what was found there holds for all slices that look alike.

Slices of one device, matrix and series carry their text, if any, in the same places. So a few of them are searched;
what stands in half of these or more is masked in all slices; what they read there is not read again, unless it might
stay. The others are only compared with the samples at a
hundredth of the cost: strokes where no sample has any, or ink brighter than in any sample, and the slice is searched
like any other image. Where text can be read that only few samples have, all slices are searched.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from anonymizer.pixels import text_finder
from anonymizer.pixels.decoding import Array
from anonymizer.pixels.text_finder import Reading, TextBox
from anonymizer.pixels.text_strokes import strokes_of

Mask = npt.NDArray[np.bool_]

CELL = 16  # pixels: side of the squares in which strokes are compared
FEW_CELLS = 1  # squares with strokes of their own that a slice may have
MORE_INK = 4  # times as many pixels of the highest value as in any sample, and
SPECKS = 40  # so many more, are ink
BRIGHTER = 1.1  # times the highest value of any sample, above its lowest
CLEAR, LEAST_READ = 0.6, 3  # what makes a line legible: the reader's confidence, letters and digits
ALIKE = 0.5  # share of two boxes that lies in both


@dataclass(frozen=True, slots=True)
class Sample:
    """What was found in a slice that was searched."""

    lines: tuple[Reading, ...]
    strokes: bytes  # squares with strokes, packed
    low: float
    high: float
    at_high: int  # pixels of the highest value


@dataclass(frozen=True, slots=True)
class StandingLine:
    """Where a line stands in all slices of a series, and what each of the samples that have it says there."""

    box: TextBox
    readings: tuple[Reading, ...]  # the surest first


@dataclass(frozen=True, slots=True)
class SeriesPlan:
    """What holds for all slices of a series: where text stands, and what its samples look like."""

    lines: tuple[StandingLine, ...]
    strokes: bytes
    low: float
    high: float
    at_high: int
    searched: frozenset[str] = field(default=frozenset(), repr=False)  # the samples' SOP Instance UIDs

    def fits(self, image: Array) -> bool:
        """Whether a slice looks like the samples, so that it need not be searched."""
        _, high, at_high = _extremes(image)
        if high - self.low > BRIGHTER * (self.high - self.low) or at_high > MORE_INK * self.at_high + SPECKS:
            return False
        own = _squares(image)
        known = _unpacked(self.strokes, own.shape)
        return int((own & ~_widened(known)).sum()) <= FEW_CELLS


def sample_of(image: Array) -> Sample:
    """Search a slice, (rows, columns) of stored values. Raises TextFinderError."""
    boxes = text_finder.find_text(image)
    readings = tuple(text_finder.read_lines(image, boxes=boxes))
    return Sample(readings, np.packbits(_squares(image)).tobytes(), *_extremes(image))


def plan_of(samples: Sequence[Sample]) -> SeriesPlan | None:
    """Return what samples say of their series; None where one has text that can be read and others have not."""
    standing: dict[TextBox, StandingLine] = {}
    for sample in samples:
        for line in sample.lines:
            like = [one for each in samples for one in each.lines if _alike(line.box, one.box)]
            if 2 * len(like) >= len(samples):
                box = _around([one.box for one in like])
                standing[box] = StandingLine(box, tuple(sorted(like, key=_surest_first)))
            elif _is_legible(line):
                return None
    strokes = np.bitwise_or.reduce([np.frombuffer(each.strokes, np.uint8) for each in samples])
    return SeriesPlan(
        tuple(standing[box] for box in sorted(standing, key=_place)),
        strokes.tobytes(),
        min(each.low for each in samples),
        max(each.high for each in samples),
        max(each.at_high for each in samples),
    )


def _is_legible(line: Reading) -> bool:
    return line.score >= CLEAR and sum(c.isalnum() for c in line.text) >= LEAST_READ


def _surest_first(line: Reading) -> tuple[float, str]:
    return -line.score, line.text


def _place(box: TextBox) -> tuple[int, int, int, int]:
    return box.y, box.x, box.width, box.height


def _alike(one: TextBox, other: TextBox) -> bool:
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    shared = max(0, width) * max(0, height)
    return shared >= ALIKE * max(one.width * one.height, other.width * other.height)


def _around(boxes: Sequence[TextBox]) -> TextBox:
    left, top = min(b.x for b in boxes), min(b.y for b in boxes)
    right, bottom = max(b.x + b.width for b in boxes), max(b.y + b.height for b in boxes)
    return TextBox(left, top, right - left, bottom - top, min(b.score for b in boxes))


def _extremes(image: Array) -> tuple[float, float, int]:
    low, high = image.min(), image.max()
    return float(low), float(high), int((image == high).sum())


def _squares(image: Array) -> Mask:
    strokes = strokes_of(image)
    rows, columns = strokes.shape
    padded = np.pad(strokes, ((0, -rows % CELL), (0, -columns % CELL)))
    down, across = padded.shape[0] // CELL, padded.shape[1] // CELL
    return np.asarray(padded.reshape(down, CELL, across, CELL).any(axis=(1, 3)))


def _unpacked(packed: bytes, shape: tuple[int, ...]) -> Mask:
    bits = np.unpackbits(np.frombuffer(packed, np.uint8), count=shape[0] * shape[1])
    return bits.reshape(shape).astype(bool)


def _widened(known: Mask) -> Mask:
    padded = np.pad(known, 1)
    rows, columns = known.shape
    around = [padded[y : y + rows, x : x + columns] for y in range(3) for x in range(3)]
    return np.asarray(np.logical_or.reduce(around))
