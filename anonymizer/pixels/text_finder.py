"""Find burned-in text: every line of it is a region to mask, whether or not it can be read.

The detector looks at three views of an image: percentiles, in which text of the highest or lowest values stands
out, local contrast, in which faint text does, and deviation from the surroundings, for what is fainter still.
Colours take the place of local contrast. Small images are enlarged, large ones cut into tiles. A tile without
strokes (`text_strokes`) is left out, and so are the second and third view where the first explains all strokes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from anonymizer.pixels import text_engine
from anonymizer.pixels.text_strokes import HALO, strokes_of
from anonymizer.pixels.text_views import deviation, grey_of, is_coloured, local_contrast, percentile, rank

Array = npt.NDArray[Any]
Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

TILE, OVERLAP, MARGIN = 960, 128, 16  # pixels
CORE, SCORE = 0.2, 0.4  # a pixel's and a region's least probability
LINE_LIMIT, LINE_SHARE = 28, 0.04  # lines with a thicker core may be anatomy: pixels, share of the short side
LARGE = 0.6  # share of the limit from which lines of the overview count, as it marks them thinner
OVERVIEW = 320  # longest side of the reduced view in which large text is small
READ_SCORE, READ_LENGTH = 0.6, 3  # what makes thick lines text: the reader's confidence, letters and digits
MIN_ASPECT, SURE = 1.2, 0.65  # blobs are kept where the detector is sure
ACROSS, ALONG = 0.35, 0.8  # growth in line heights
SMALL, MEDIUM = 700, 1100  # longest side up to which images are enlarged


@dataclass(frozen=True, slots=True)
class TextBox:
    """A line of text in pixels of the image."""

    x: int
    y: int
    width: int
    height: int
    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """A line of text and what it says; the text may be an identity, so it is never shown in a log."""

    box: TextBox
    text: str
    score: float

    def __repr__(self) -> str:
        return f"Reading({self.box!r}, {len(self.text)} characters, {self.score:.2f})"


def load() -> None:
    """Load the detector. Raises TextFinderError where it is missing or broken."""
    text_engine.load()


def find_text(image: Array) -> tuple[TextBox, ...]:
    """Return all lines of text, grown so that the boxes hold the glyphs whole.

    `image` is (rows, columns) of any values, or RGB uint8 (rows, columns, 3). Raises TextFinderError.
    """
    grey = grey_of(image)
    coloured = is_coloured(image)
    strokes = strokes_of(image if coloured else grey)
    first = percentile(grey)
    probability = text_map(first, strokes)
    doubtful = _unexplained(strokes, probability)
    if doubtful.any():
        # Blue on white is invisible in the strongest channel, so colours are also looked at as they are.
        second = np.ascontiguousarray(image[..., ::-1]) if coloured else local_contrast(grey)
        views = (second, deviation(grey))
        probability = np.maximum.reduce([probability, *(text_map(view, doubtful) for view in views)])
    return (*boxes_of(probability), *_large_text(first, probability))


def _unexplained(strokes: Mask, probability: Floats) -> Mask:
    """Return the strokes outside the lines that the detector is sure of."""
    left = strokes.copy()
    for box in boxes_of(probability):
        if box.score >= SURE:
            top, first = max(0, box.y - HALO), max(0, box.x - HALO)
            left[top : box.y + box.height + HALO, first : box.x + box.width + HALO] = False
    return left


def _large_text(view: Bytes, probability: Floats) -> Iterable[TextBox]:
    """Return lines too thick for `boxes_of` that can be read: anatomy cannot, so nothing of it is lost."""
    import cv2

    limit = line_limit(*probability.shape)
    longest = max(view.shape)
    found = list(_lines(probability, limit, np.inf))
    if longest > OVERVIEW:
        factor = OVERVIEW / longest
        small = cv2.resize(view, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        size = (view.shape[1], view.shape[0])
        overview = cv2.resize(
            _detected(np.asarray(small, np.uint8), None), size, interpolation=cv2.INTER_LINEAR
        )
        found += _lines(np.asarray(overview, np.float32), LARGE * limit, np.inf)
    return [box for box in found if _is_read(_read(view, box))]


def _is_read(reading: Reading) -> bool:
    return reading.score >= READ_SCORE and sum(c.isalnum() for c in reading.text) >= READ_LENGTH


def read_text(image: Array) -> list[str]:
    """Return what a reader makes of all text in an image that `find_text` takes."""
    return [reading.text for reading in read_lines(image) if reading.text]


def read_lines(image: Array, *, boxes: Iterable[TextBox] | None = None) -> list[Reading]:
    """Return the lines of an image and what they say; without `boxes` they are looked for first."""
    view = percentile(grey_of(image))
    found = find_text(image) if boxes is None else boxes
    return [_read(view, box) for box in found]


def find_residue(image: Array, *, score: float = 0.8, length: int = 3) -> tuple[TextBox, ...]:
    """Return text that a reader still makes out in a view which the first search did not use.

    `score` is the reader's least confidence, `length` the least number of letters and digits.
    """
    grey = grey_of(image)
    strokes = strokes_of(image if is_coloured(image) else grey)
    if not strokes.any():
        return ()
    view = rank(grey)
    found = []
    for box in boxes_of(text_map(view, strokes)):
        reading = _read(view, box)
        if reading.score >= score and sum(c.isalnum() for c in reading.text) >= length:
            found.append(replace(box, score=reading.score))
    return tuple(found)


def _read(view: Bytes, box: TextBox) -> Reading:
    line = view[box.y : box.y + box.height, box.x : box.x + box.width]
    if box.height <= 1.5 * box.width:
        return Reading(box, *text_engine.read_line(line))
    turned = [text_engine.read_line(np.ascontiguousarray(np.rot90(line, k))) for k in (1, 3)]
    return Reading(box, *max(turned, key=lambda r: r[1]))


def text_map(view: Bytes, strokes: Mask) -> Floats:
    """Return the probability of text for each pixel of a uint8 view, grey or BGR; 0 in tiles without strokes."""
    if not strokes.any():
        return np.zeros(view.shape[:2], np.float32)
    return _detected(view, strokes, enlargement(max(view.shape[:2])))


def _detected(view: Bytes, strokes: Mask | None, factor: float = 1.0) -> Floats:
    import cv2

    rows, columns = view.shape[:2]
    # Text that touches the border is cut off for the detector without a margin.
    padded = cv2.copyMakeBorder(view, MARGIN, MARGIN, MARGIN, MARGIN, cv2.BORDER_REPLICATE)
    if factor != 1:
        padded = cv2.resize(padded, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    wanted = None if strokes is None else _enlarged(strokes, padded.shape[:2])
    found = _tiled(np.asarray(padded, np.uint8), wanted)
    if factor != 1:
        size = (columns + 2 * MARGIN, rows + 2 * MARGIN)
        found = np.asarray(cv2.resize(found, size, interpolation=cv2.INTER_LINEAR), np.float32)
    return found[MARGIN : MARGIN + rows, MARGIN : MARGIN + columns]


def _enlarged(strokes: Mask, size: tuple[int, ...]) -> Mask:
    """Return the strokes of an image in the size that the detector sees, margins included."""
    import cv2

    padded = np.pad(strokes.astype(np.uint8), MARGIN, mode="edge")
    return np.asarray(cv2.resize(padded, (size[1], size[0]), interpolation=cv2.INTER_NEAREST)).astype(bool)


def enlargement(longest: int) -> float:
    """Return by how much an image of this longest side is enlarged before the search."""
    if longest < SMALL:
        return 2.0
    return 1.5 if longest < MEDIUM else 1.0


def _tiled(view: Bytes, wanted: Mask | None) -> Floats:
    rows, columns = view.shape[:2]
    if max(rows, columns) <= TILE * 1.35:
        return text_engine.text_probability(view)
    found = np.zeros((rows, columns), np.float32)
    for y in _starts(rows):
        for x in _starts(columns):
            if wanted is not None and not wanted[y : y + TILE, x : x + TILE].any():
                continue
            tile = view[y : y + TILE, x : x + TILE]
            if int(tile.max()) - int(tile.min()) < 2:  # noqa: PLR2004 - one value: nothing is written there
                continue
            part = found[y : y + TILE, x : x + TILE]
            np.maximum(part, text_engine.text_probability(tile), out=part)
    return found


def _starts(length: int) -> list[int]:
    if length <= TILE:
        return [0]
    count = -(-(length - OVERLAP) // (TILE - OVERLAP))
    return [round(i * (length - TILE) / (count - 1)) for i in range(count)]


def line_limit(rows: int, columns: int) -> float:
    """Return how thick the core of a line may be, in pixels, without being read."""
    return max(LINE_LIMIT, LINE_SHARE * min(rows, columns))


def boxes_of(probability: Floats) -> tuple[TextBox, ...]:
    """Return the lines of text in a map of probabilities, grown to hold their glyphs."""
    return tuple(_lines(probability, 2, line_limit(*probability.shape)))


def _lines(probability: Floats, thinnest: float, thickest: float) -> Iterator[TextBox]:
    """Yield the lines whose core is at least and at most so thick, in pixels."""
    import cv2

    rows, columns = probability.shape
    core = (probability > CORE).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(core, connectivity=8)
    for number in range(1, count):
        x, y, width, height = (int(v) for v in stats[number][:4])
        if not thinnest <= min(width, height) <= thickest:
            continue
        part = probability[y : y + height, x : x + width]
        score = float(part[labels[y : y + height, x : x + width] == number].mean())
        if score >= SCORE and _is_line(width, height, score):
            yield _grown(x, y, (width, height, score), (rows, columns))


def _is_line(width: int, height: int, score: float) -> bool:
    return max(width, height) >= MIN_ASPECT * min(width, height) or score >= SURE


def _grown(x: int, y: int, line: tuple[int, int, float], shape: tuple[int, int]) -> TextBox:
    """Widen the core that the detector marks to the reach of the glyphs."""
    width, height, score = line
    core = min(width, height)
    reach = width * height * 1.6 / (2 * (width + height))  # how much the detector shrinks lines in training
    full = core + 2 * reach
    along, across = reach + (ALONG - 0.5) * full, reach + (ACROSS - 0.2) * full
    dx, dy = (along, across) if width >= height else (across, along)
    left, top = max(0, int(x - dx - 1)), max(0, int(y - dy - 1))
    right, bottom = min(shape[1], int(x + width + dx + 2)), min(shape[0], int(y + height + dy + 2))
    return TextBox(left, top, right - left, bottom - top, min(1.0, score))
