"""A second opinion where no other program is installed: another detector (PP-OCRv4, Apache-2.0) on another view.

It has learned from other pictures than `text_net` and sees the whole image at once, its contrast evened out in
small squares, which no search does. Where there are no strokes it does not look. It shares the reader of lines with
the search.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from anonymizer.pixels import text_finder
from anonymizer.pixels.decoding import Array
from anonymizer.pixels.text_engine import model_path, session_of
from anonymizer.pixels.text_finder import TextBox
from anonymizer.pixels.text_strokes import strokes_of
from anonymizer.pixels.text_views import grey_of, levelled, percentile
from anonymizer.report import Region

Bytes = npt.NDArray[np.uint8]

SECOND_READER = "second reader"
DETECTOR = "ch_PP-OCRv4_det_infer.onnx"

_LONGEST, _STRIDE = 800, 32  # pixels
_EVEN, _SQUARES = 4.0, (8, 8)  # how far contrast is raised, in how many squares
_MARKED, _PEAK = 0.2, 0.5  # probability of text: in a line, and at its surest
_SURE, _LEAST = 0.85, 3  # confidence of the reader; letters and digits
_GROWN = 0.45  # of a line's height: the detector marks the middle of lines only
_MOST = 60  # lines that are read, the surest first
_MEAN, _SPREAD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def words(picture: Array) -> Iterator[Region]:
    """Yield where lines stand that are read for sure. Raises TextFinderError where a model is missing."""
    import cv2

    clear = np.ascontiguousarray(percentile(levelled(grey_of(picture))))
    even = np.asarray(cv2.createCLAHE(_EVEN, _SQUARES).apply(clear), np.uint8)
    small = _reduced(even)
    place = _around_strokes(_reduced(clear))
    if place is None:
        return
    probability = np.zeros(small.shape, np.float32)
    probability[place] = _map(small[place])
    found = sorted(_boxes(probability, even.shape), key=lambda box: -box.score)[:_MOST]
    for reading in text_finder.read_lines(even, boxes=found):
        if reading.score >= _SURE and sum(letter.isalnum() for letter in reading.text) >= _LEAST:
            box = reading.box
            where = box.x, box.y, box.width, box.height
            yield Region(*where, found_by=SECOND_READER, score=round(reading.score, 3))


def _reduced(view: Bytes) -> Bytes:
    """Return a view of which no side is longer than what the detector looks at."""
    import cv2

    factor = min(1.0, _LONGEST / max(view.shape))
    return np.asarray(cv2.resize(view, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)


def _around_strokes(view: Bytes) -> tuple[slice, slice] | None:
    """Return the part of a view outside which nothing can be text, None where there is no such part."""
    strokes = strokes_of(view)
    rows, columns = np.flatnonzero(strokes.any(axis=1)), np.flatnonzero(strokes.any(axis=0))
    if not rows.size:
        return None
    (top, bottom), (left, right) = (
        (max(0, int(line[0]) - _STRIDE), int(line[-1]) + 1 + _STRIDE) for line in (rows, columns)
    )
    return slice(top, min(bottom, view.shape[0])), slice(left, min(right, view.shape[1]))


@lru_cache(1)
def _session() -> Any:
    return session_of(model_path(DETECTOR))


def _map(view: Bytes) -> npt.NDArray[np.float32]:
    """Return how likely each pixel of a view lies in a line of text."""
    import cv2

    rows, columns = (max(_STRIDE, round(side / _STRIDE) * _STRIDE) for side in view.shape)
    whole = cv2.resize(view, (columns, rows), interpolation=cv2.INTER_LINEAR)
    planes = (np.repeat(whole[..., None], 3, axis=2) / 255.0 - _MEAN) / _SPREAD
    batch = np.ascontiguousarray(planes.transpose(2, 0, 1)[None], np.float32)
    session = _session()
    found = session.run(None, {session.get_inputs()[0].name: batch})[0][0, 0]
    return np.asarray(cv2.resize(found, view.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def _boxes(probability: npt.NDArray[np.float32], shape: tuple[int, ...]) -> Iterator[TextBox]:
    import cv2

    down, across = shape[0] / probability.shape[0], shape[1] / probability.shape[1]
    marked = (probability > _MARKED).astype(np.uint8)
    _, _, places, _ = cv2.connectedComponentsWithStats(marked, connectivity=8)
    for x, y, width, height, _ in places[1:].tolist():
        peak = float(probability[y : y + height, x : x + width].max())
        if peak < _PEAK:
            continue
        more = 1 + _GROWN * min(width, height)
        left, top = max(0, int((x - more) * across)), max(0, int((y - more) * down))
        right = min(shape[1], int(np.ceil((x + width + more) * across)))
        bottom = min(shape[0], int(np.ceil((y + height + more) * down)))
        yield TextBox(left, top, right - left, bottom - top, peak)
