"""What is left of a line that was found in part: a machine draws letters with one value, which noise hardly ever holds.

So the faint end of a line, or a faint line hard beside a bright one, is found by the very value of its first letters.
What was compressed with loss has no such value, and nothing is followed there.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from anonymizer.pixels.text_boxes import TextBox
from anonymizer.pixels.text_views import few_of

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

CANDIDATES = 3  # values of a line, the commonest first, that may be inks
LEAST, MOST = 8, 0.5  # pixels of an ink in a line and beyond it, and share of the line
OFTEN = 12  # times as often in a line as in the whole image, at least
NEAR, DENSE = 15, 0.04  # pixels: side of a square, and share of it that letters cover with ink
DENSER = 3  # times as dense as around the line
ALONG, ACROSS = 8, 1.5  # in a line's height: how far it is followed
AROUND = 2  # pixels around ink, for its soft edges


def left_of(image: Array, lines: Sequence[TextBox]) -> list[TextBox]:
    """Return where the inks of found lines go on beside them.

    `image` is (rows, columns) of any values, or RGB (rows, columns, 3).
    """
    if not lines:
        return []
    values = _codes(image)
    free = np.ones(values.shape, bool)
    for line in lines:
        free[line.y : line.y + line.height, line.x : line.x + line.width] = False
    few = few_of(values)
    known, counts = np.unique(few, return_counts=True)
    shares = dict(zip(known.tolist(), (counts / few.size).tolist(), strict=True))
    return [rest for line in lines for rest in _rests(values, free, line, shares)]


def _codes(image: Array) -> Array:
    """Return one number for each colour."""
    if image.ndim == 2:  # noqa: PLR2004 - grey
        return image
    red, green, blue = (image[..., channel].astype(np.int32) for channel in range(3))
    return np.asarray(red << 16 | green << 8 | blue)


def _rests(values: Array, free: Mask, line: TextBox, shares: dict[Any, float]) -> Iterator[TextBox]:
    held, counts = np.unique(
        values[line.y : line.y + line.height, line.x : line.x + line.width], return_counts=True
    )
    part = _around(line)
    for index in np.argsort(-counts)[:CANDIDATES]:
        share, elsewhere = counts[index] / counts.sum(), shares.get(held[index].item(), 0.0)
        if counts[index] >= LEAST and share <= MOST and share >= OFTEN * elsewhere:
            ink = values[part] == held[index]
            least = (
                max(DENSE, OFTEN * elsewhere, DENSER * float(ink[free[part]].mean()))
                if free[part].any()
                else 1.0
            )
            for x, y, width, height in _written(ink, free[part], least):
                if min(width, height) > min(line.width, line.height):
                    continue
                left, top = max(0, part[1].start + x - AROUND), max(0, part[0].start + y - AROUND)
                right = min(values.shape[1], part[1].start + x + width + AROUND)
                bottom = min(values.shape[0], part[0].start + y + height + AROUND)
                yield TextBox(left, top, right - left, bottom - top, line.score, line.surest)


def _around(line: TextBox) -> tuple[slice, slice]:
    thick = min(line.width, line.height)
    along, across = ALONG * thick, round(ACROSS * thick)
    dx, dy = (along, across) if line.width >= line.height else (across, along)
    return (
        slice(max(0, line.y - dy), line.y + line.height + dy),
        slice(max(0, line.x - dx), line.x + line.width + dx),
    )


def _written(ink: Mask, free: Mask, least: float) -> Iterator[tuple[int, int, int, int]]:
    """Yield left, top, width, height of what ink covers where it is free, if it is joined to ink that is not."""
    import cv2

    dense = np.asarray(cv2.blur(ink.astype(np.float32), (NEAR, NEAR)) >= least)
    _, joined = cv2.connectedComponents(dense.astype(np.uint8))
    begun = np.setdiff1d(joined[ink & ~free], 0)
    rest = (np.isin(joined, begun) & free).astype(np.uint8)
    count, labels = cv2.connectedComponents(rest)
    for number in range(1, count):
        y, x = np.nonzero((labels == number) & ink)
        if len(x) >= LEAST:
            yield int(x.min()), int(y.min()), int(np.ptp(x)) + 1, int(np.ptp(y)) + 1
