"""The text layer of a page: its words, where their ink is, and whether a reader can see it."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from anonymizer.documents.errors import LockedError

Bytes = npt.NDArray[np.uint8]
Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels, right and bottom outside

MOST_CHARACTERS = 40_000  # of one page
LEAST_CONTRAST = 24  # grey steps between ink and ground: less is hidden
BREAK = "\u00ad"  # a hyphen that PDFium finds at the end of a line
_HYPHENS = frozenset((0x02, 0xFFFE))  # what PDFium gives for it
_UNKNOWN = "\ufffd"
_INKED = frozenset((0, 1, 2, 4, 5, 6))  # text rendering modes (ISO 32000, table 106) that leave ink
_LAST = 0x10FFFF
_SPAN = 10_000  # points


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the text layer: its position in the page's text and where it stands."""

    text: str
    start: int
    glyphs: tuple[Box, ...]  # the ink of each character
    cells: tuple[Box, ...]  # the same in the full height of the font: shapes do not show in them
    seen: bool  # what a reader sees there is this word

    @property
    def end(self) -> int:
        """Position behind its last character."""
        return self.start + len(self.text)

    @property
    def ink(self) -> Box:
        """The area of all its characters."""
        return around(self.glyphs)


@dataclass(frozen=True, slots=True)
class Place:
    """Turns coordinates of a page into pixels of its drawing."""

    columns: int
    rows: int
    matrix: tuple[float, ...]  # a, b, c, d, e, f as in a PDF

    @classmethod
    def on(cls, page: Any, bitmap: Any) -> "Place":
        """Measure how a page lies on its drawing: PDFium converts to whole pixels, so far points tell more."""
        converter = bitmap.get_posconv(page)
        left, bottom, _, _ = page.get_bbox()
        e, f = converter.to_bitmap(left, bottom)
        (ax, ay), (bx, by) = (converter.to_bitmap(left + x, bottom + y) for x, y in ((_SPAN, 0), (0, _SPAN)))
        a, b, c, d = ((end - start) / _SPAN for end, start in ((ax, e), (ay, f), (bx, e), (by, f)))
        matrix = (a, b, c, d, e - a * left - c * bottom, f - b * left - d * bottom)
        return cls(bitmap.width, bitmap.height, matrix)

    def of(self, left: float, bottom: float, right: float, top: float) -> Box:
        """Return the pixels of an area, cut at the page's edges."""
        if not all(map(math.isfinite, (left, bottom, right, top))):
            return (0, 0, self.columns, self.rows)
        a, b, c, d, e, f = self.matrix
        xs = (a * left + c * bottom, a * right + c * top)  # pages turn by right angles only
        ys = (b * left + d * bottom, b * right + d * top)
        return (
            _within(math.floor(min(xs) + e), self.columns),
            _within(math.floor(min(ys) + f), self.rows),
            _within(math.ceil(max(xs) + e) + 1, self.columns),
            _within(math.ceil(max(ys) + f) + 1, self.rows),
        )


def _within(value: int, limit: int) -> int:
    return max(0, min(limit, value))


def words_of(
    page: Any, place: Place, picture: Bytes, pictures: tuple[Box, ...]
) -> tuple[str, tuple[Word, ...]]:
    """Return the text of a page and its words.

    `pictures` are areas in which another ink than the text layer's may be what is seen: scans carry what a
    reader made of them as invisible text.
    """
    layer = page.get_textpage()
    try:
        count = layer.count_chars()
        if count > MOST_CHARACTERS:
            raise LockedError(f"A page of the document holds more than {MOST_CHARACTERS} characters.")
        text = "".join(_letter(layer, index) for index in range(count))
        reader = _Reader(layer, place, picture, pictures)
        return text, tuple(reader.word(match) for match in re.finditer(rf"[^\s{BREAK}]+{BREAK}?", text))
    finally:
        layer.close()


@dataclass(frozen=True, slots=True)
class _Reader:
    """Finds out where the words of one page stand and whether they are seen."""

    layer: Any
    place: Place
    picture: Bytes
    pictures: tuple[Box, ...]

    def word(self, match: re.Match[str]) -> Word:
        indexes = range(*match.span())
        glyphs = tuple(self.place.of(*self.layer.get_charbox(index)) for index in indexes)
        fonts = [self.place.of(*self.layer.get_charbox(index, loose=True)) for index in indexes]
        cells = tuple(around(pair) for pair in zip(glyphs, fonts, strict=True))
        return Word(match.group(), match.start(), glyphs, cells, self._is_seen(indexes, glyphs))

    def _is_seen(self, indexes: range, glyphs: tuple[Box, ...]) -> bool:
        if any(_overlap(glyph, other) for other in self.pictures for glyph in glyphs):
            return False
        return _is_inked(self.layer, indexes) and _has_contrast(self.picture, glyphs)


def _letter(layer: Any, index: int) -> str:
    """Return one character, so that positions in the text are positions in the text layer."""
    import pypdfium2.raw as pdfium

    code = pdfium.FPDFText_GetUnicode(layer.raw, index)
    if code in _HYPHENS:
        return BREAK
    if not 0 < code <= _LAST or pdfium.FPDFText_HasUnicodeMapError(layer.raw, index) == 1:
        return _UNKNOWN
    letter = chr(code)
    return letter if letter.isprintable() or letter.isspace() else _UNKNOWN


def around(boxes: Sequence[Box]) -> Box:
    """Return the area that holds all boxes."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _is_inked(layer: Any, indexes: range) -> bool:
    """Whether every character is drawn by an operator that leaves ink."""
    import pypdfium2.raw as pdfium

    for index in indexes:
        item = pdfium.FPDFText_GetTextObject(layer.raw, index)
        if item and pdfium.FPDFTextObj_GetTextRenderMode(item) not in _INKED:
            return False
    return True


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _has_contrast(picture: Bytes, boxes: Sequence[Box]) -> bool:
    return any(
        contrast(picture[top:bottom, left:right]) >= LEAST_CONTRAST for left, top, right, bottom in boxes
    )


def contrast(pixels: Bytes) -> int:
    """Return the greatest difference in any channel of RGB pixels (…, 3)."""
    planes = pixels.reshape(-1, 3)
    if not planes.size:
        return 0
    return int((planes.max(axis=0).astype(np.int16) - planes.min(axis=0)).max())
