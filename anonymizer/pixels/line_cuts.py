"""A box that holds several lines of text, cut between them, so that each line is read and judged by itself.

Lines that stand close are found as one block. A reader takes a block for one line and makes nothing of it, so that a
side marker below a name would be masked with it.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from anonymizer.pixels.text_boxes import TextBox

Array = npt.NDArray[Any]
Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

LEAST_LINE = 6  # pixels: what is lower is no line of text that can be read
UPRIGHT = 1.5  # a box so much higher than wide is a line that stands upright
STEEPEST = 6  # steps of a row that count: those of a single letter suffice
EMPTY = 0.3  # of a line's steps: rows with less lie between lines
MOST_LINES = 12


def lines_in(view: Bytes, box: TextBox) -> tuple[TextBox, ...]:
    """Return the lines of a box from top to bottom, which share it without a rest; the box itself if it is one.

    `view` is (rows, columns). Upright boxes are not cut: between their rows lie letters of one word.
    """
    if box.height < 2 * LEAST_LINE or box.height > UPRIGHT * box.width:
        return (box,)
    cuts = _cuts(_ink(view[box.y : box.y + box.height, box.x : box.x + box.width]))
    if not 0 < len(cuts) < MOST_LINES:
        return (box,)
    spans = pairwise((0, *cuts, box.height))
    return tuple(TextBox(box.x, box.y + top, box.width, end - top, box.score) for top, end in spans)


def around(boxes: Sequence[TextBox]) -> TextBox:
    """Return the box around boxes, as sure as the surest of them."""
    left, top = min(b.x for b in boxes), min(b.y for b in boxes)
    right, bottom = max(b.x + b.width for b in boxes), max(b.y + b.height for b in boxes)
    return TextBox(left, top, right - left, bottom - top, max(b.score for b in boxes))


def inked(view: Bytes, line: TextBox) -> TextBox:
    """Return the part of a line from its first ink to its last, with half its height around.

    A reader is unsure of a single letter in much empty space.
    """
    part = view[line.y : line.y + line.height, line.x : line.x + line.width]
    ink = _ink(part.T)
    places = np.flatnonzero(ink > EMPTY * float(ink.max()))
    if not places.size:
        return line
    beside = line.height // 2
    left, right = max(0, int(places[0]) - beside), min(line.width, int(places[-1]) + 1 + beside)
    return TextBox(line.x + left, line.y, right - left, line.height, line.score)


def _ink(part: Bytes) -> Floats:
    """Return for each row how steep its steepest changes are: those of letters, if it crosses any."""
    steps = np.abs(np.diff(part.astype(np.int16), axis=1))
    few = min(STEEPEST, steps.shape[1])
    return np.asarray(np.partition(steps, -few, axis=1)[:, -few:].mean(axis=1), np.float32)


def _cuts(ink: Floats) -> list[int]:
    """Return the rows at which one line ends and the next begins, in the middle of what is empty between them."""
    ground, letters = (float(v) for v in np.percentile(ink, (5, 75)))
    filled = np.concatenate(([0], ink > ground + EMPTY * (letters - ground), [0])).astype(np.int8)
    ends = np.flatnonzero(np.diff(filled)).reshape(-1, 2)
    lines = [(int(top), int(end)) for top, end in ends if end - top >= LEAST_LINE]
    return [(end + top) // 2 for (_, end), (top, _) in pairwise(lines)]
