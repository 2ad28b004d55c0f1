"""Find burned-in text: every line of it is a region to mask, whether or not it can be read.

A small network (`text_net`) marks the pixels of text lines, small images are enlarged for it. What it marks in reduced
images only is as large as anatomy, and what it hardly marks may be anything: both must be read by the reader
(`text_engine`) to count as text.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from anonymizer.pixels import text_engine, text_net
from anonymizer.pixels.one_ink import left_of
from anonymizer.pixels.text_boxes import Limits, TextBox, boxes_of
from anonymizer.pixels.text_views import grey_of, percentile, rank

Array = npt.NDArray[Any]
Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

__all__ = [
    "Found",
    "Reading",
    "TextBox",
    "find_residue",
    "find_text",
    "load",
    "look_for_text",
    "read_lines",
    "read_text",
]

LIMITS = Limits(core=0.08, peak=0.4, area=24)
FAINT = Limits(core=0.03, peak=0.06, area=24)  # marks that are text only where they can be read
LEAST_THICK, LEAST_LONG = 5, 1.5  # pixels of a faint line, and how much longer than thick it is
LEAST_READ = 24  # pixels: in a shorter faint line no three letters can be read
MOST_DOUBTFUL = 6  # large and faint lines that are read, the surest first
LEAST, ALONG, ACROSS = 2, 0.2, 0.12  # growth of a box: pixels, and shares of the line's height
A_LINE = 0.15  # mean of what is a line for sure
FAINT_END, GOES_ON = (
    0.95,
    0.02,
)  # a line whose end is marked less surely goes on where the map's mean is that
LONG, END, FURTHEST = 2, 0.6, 4  # in its height: a line's least length, its end, and how far it goes on
EDGE, EDGE_SHARE = (
    4,
    0.25,
)  # pixels, and share of the line's height: so near the image's edge a box reaches it
READ_SCORE, READ_LENGTH = 0.6, 3  # what makes large shapes text: the reader's confidence, letters and digits
RESIDUE_SCORE, MOST_RESIDUE = (
    0.3,
    16,
)  # what is left over must be found as surely as that, and so many are read
SURE_LINE, LIKELY_LINE = 0.99, 0.9  # upper quartile of a line
FEW, MOST = (
    0.1,
    0.5,
)  # share of sure and of likely lines, specks not counted; where both are less, all must be read
THICK = ((36, 0.9), (50, 0.98))  # what is thicker, in pixels, must have that upper quartile, or be read
LITTLE = 0.03  # share of the image that likely lines may have where none is sure: flow has more
UNSURE, UNSURE_LONG = 0.45, 2  # mean, and length in its thickness, from which a line so left is named
KNOWN = 0.5  # share of a large line that the finer search has found already
THIN = 0.7  # of a doubtful line's thickness: a thinner line that is found is none of its letters


@dataclass(frozen=True, slots=True)
class Reading:
    """A line of text and what it says; the text may be an identity, so it is never shown in a log."""

    box: TextBox
    text: str
    score: float

    def __repr__(self) -> str:
        return f"Reading({self.box!r}, {len(self.text)} characters, {self.score:.2f})"


@dataclass(frozen=True, slots=True)
class Found:
    """Lines that are text, and in an image without any such line what may be one, too faint to be sure."""

    lines: tuple[TextBox, ...] = ()
    unsure: tuple[TextBox, ...] = ()


def load() -> None:
    """Load the net. Raises TextFinderError where it is missing or broken."""
    text_net.load()


def find_text(image: Array) -> tuple[TextBox, ...]:
    """Return all lines of text, grown so that the boxes hold the glyphs whole.

    `image` is (rows, columns) of any values, or RGB uint8 (rows, columns, 3). Raises TextFinderError.
    """
    return look_for_text(image).lines


def look_for_text(image: Array) -> Found:
    """Return what `find_text` does, and what it left because only noise may be there. Raises TextFinderError."""
    fine, coarse = text_net.text_maps(image)
    found = lines_of(fine)
    found += left_of(image, found)
    doubtful = [*boxes_of(coarse, LIMITS), *filter(_is_long, boxes_of(fine, FAINT))]
    weak = [] if _are_credible(found, fine.size) else found
    if weak:
        has_text = any(box.surest >= SURE_LINE for box in found)
        found = [box for box in found if has_text and box.surest >= LIKELY_LINE]
    lines = (*found, *_legible(image, doubtful, found))
    return Found(lines) if lines else Found((), tuple(filter(_may_be_a_line, weak)))


def lines_of(fine: Floats) -> list[TextBox]:
    """Return the lines that a map marks, grown to hold their glyphs whole."""
    lines = filter(_is_no_anatomy, boxes_of(fine, LIMITS))
    return [_grown(_continued(box, fine), fine.shape) for box in lines]


def _is_no_anatomy(box: TextBox) -> bool:
    """Large letters are always marked clearly, trabeculae and blood flow are not."""
    return all(box.surest >= least for thick, least in THICK if min(box.width, box.height) > thick)


def _continued(box: TextBox, fine: Floats) -> TextBox:
    """Lengthen a line at ends that fade: its faintest letters are marked too weakly to count by themselves."""
    if box.score < A_LINE or max(box.width, box.height) < LONG * min(box.width, box.height):
        return box
    if box.width < box.height:
        return _turned(_continued(_turned(box), fine.T))
    quarter = box.height // 4
    along = fine[box.y + quarter : box.y + box.height - quarter].max(axis=0)
    before, inside, behind = np.split(along, (box.x, box.x + box.width))
    end = max(2, round(END * box.height))
    left = _further(before[::-1], inside[:end], box.height)
    right = _further(behind, inside[-end:], box.height)
    return replace(box, x=box.x - left, width=left + box.width + right)


def _turned(box: TextBox) -> TextBox:
    """The box in an image whose rows are its columns."""
    return replace(box, x=box.y, y=box.x, width=box.height, height=box.width)


def _further(ahead: Floats, end: Floats, height: int) -> int:
    """Return by how many pixels a line goes on; `ahead` and `end` are the map's values beyond its end and before."""
    length = 0
    if float(end.max()) < FAINT_END:
        while (
            length < min(FURTHEST * height, len(ahead)) and ahead[length : length + height].mean() >= GOES_ON
        ):
            length += height
    return min(length, len(ahead))


def _grown(box: TextBox, shape: tuple[int, ...]) -> TextBox:
    """Widen a box by what the net's map is blurred by, and by what sticks out of capitals and lines.

    The net sees half of what it needs to know at the edge of an image, so what ends near it is taken to end there.
    """
    height = min(box.width, box.height)
    along, across = LEAST + int(ALONG * height), LEAST + int(ACROSS * height)
    dx, dy = (along, across) if box.width >= box.height else (across, along)
    edge = EDGE + int(EDGE_SHARE * height)
    left, right = _reaching(box.x - dx, box.x + box.width + dx, shape[1], edge)
    top, bottom = _reaching(box.y - dy, box.y + box.height + dy, shape[0], edge)
    return replace(box, x=left, y=top, width=right - left, height=bottom - top)


def _reaching(start: int, end: int, length: int, edge: int) -> tuple[int, int]:
    """Return a span within a side of the image; an end that lies nearer to it than `edge` reaches it."""
    return 0 if start <= edge else start, length if length - end <= edge else end


def _are_credible(found: Sequence[TextBox], size: int) -> bool:
    """Whether enough of the lines are sure for all to count: noise alone marks places too, in a large image many.

    The letters of a small line on a compressed screen are likely, no more; `size` is the number of the image's pixels.
    """
    lines = sum(map(_is_long, found))
    sure, likely = (sum(box.surest >= least for box in found) for least in (SURE_LINE, LIKELY_LINE))
    if sure >= max(1, FEW * lines):
        return True
    area = sum(box.width * box.height for box in found)
    return likely >= max(1, MOST * lines) and area < LITTLE * size


def _is_long(box: TextBox) -> bool:
    """Whether several letters have room in a box."""
    thin, long = sorted((box.width, box.height))
    return thin >= LEAST_THICK and long >= max(LEAST_READ, LEAST_LONG * thin)


def _may_be_a_line(box: TextBox) -> bool:
    thin, long = sorted((box.width, box.height))
    return box.score >= UNSURE and thin >= LEAST_THICK and long >= UNSURE_LONG * thin


def _legible(image: Array, doubtful: Iterable[TextBox], found: Sequence[TextBox]) -> Iterator[TextBox]:
    """Yield those of the large and the faint lines that can be read: anatomy cannot, so nothing of it is lost."""
    known = np.zeros(image.shape[:2], dtype=bool)
    for box in found:
        known[_place(box)] = True
    fresh = (b for b in doubtful if known[_place(b)].mean() < KNOWN)
    surest = sorted(fresh, key=lambda box: -box.score)[:MOST_DOUBTFUL]
    view = percentile(grey_of(image)) if surest else None
    for core in surest:
        box = _grown(core, image.shape)
        if view is not None and _says_something(
            _read(_without(view, found, box), box), READ_SCORE, READ_LENGTH
        ):
            yield box


def _without(view: Bytes, found: Iterable[TextBox], box: TextBox) -> Bytes:
    """Return the view without found lines that are thin beside a doubtful one: what they say is not its own."""
    thick = THIN * min(box.width, box.height)
    thin = [other for other in found if min(other.width, other.height) < thick]
    if not thin:
        return view
    emptied, ground = view.copy(), np.median(view[_place(box)])
    for other in thin:
        emptied[_place(other)] = ground
    return emptied


def _place(box: TextBox) -> tuple[slice, slice]:
    return slice(box.y, box.y + box.height), slice(box.x, box.x + box.width)


def _says_something(reading: Reading, score: float, length: int) -> bool:
    return reading.score >= score and sum(c.isalnum() for c in reading.text) >= length


def read_text(image: Array) -> list[str]:
    """Return what a reader makes of all text in an image that `find_text` takes."""
    return [reading.text for reading in read_lines(image) if reading.text]


def read_lines(image: Array, *, boxes: Iterable[TextBox] | None = None) -> list[Reading]:
    """Return the lines of an image and what they say; without `boxes` they are looked for first."""
    view = percentile(grey_of(image))
    found = find_text(image) if boxes is None else boxes
    return [_read(view, box, whole=True) for box in found]


def find_residue(image: Array, *, score: float = 0.8, length: int = 3) -> tuple[TextBox, ...]:
    """Return text that a reader still makes out in a view which the first search did not use.

    `score` is the reader's least confidence, `length` the least number of letters and digits.
    """
    view = rank(grey_of(image))
    found = []
    marked = [box for box in boxes_of(text_net.quick_map(view), LIMITS) if box.score >= RESIDUE_SCORE]
    for core in sorted(marked, key=lambda box: -box.score)[:MOST_RESIDUE]:
        box = _grown(core, view.shape)
        reading = _read(view, box)
        if _says_something(reading, score, length):
            found.append(replace(box, score=reading.score))
    return tuple(found)


def _read(view: Bytes, box: TextBox, *, whole: bool = False) -> Reading:
    line = view[box.y : box.y + box.height, box.x : box.x + box.width]
    if box.height <= 1.5 * box.width:
        return Reading(box, *text_engine.read_line(line, whole=whole))
    up, down = (np.ascontiguousarray(np.rot90(line, k)) for k in (3, 1))
    return Reading(box, *text_engine.read_either(up, down, whole=whole))
