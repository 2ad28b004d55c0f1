"""Encapsulated PDFs: every page becomes a picture in which only words known to be harmless can be read.

Words of the text layer are judged as descriptions are (PS3.15 E.3.5). Where pages hold pictures or drawings
they are searched for burned-in text as images are (E.3.1); without that search only the words that were kept
are shown.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
import numpy.typing as npt

from anonymizer.documents.barcodes import find_barcodes
from anonymizer.documents.cleaned import Cleaned
from anonymizer.documents.errors import UnreadableError
from anonymizer.documents.pdf_pages import POINTS, RESOLUTION, Page, pages_of
from anonymizer.documents.pdf_replacements import without_replacements
from anonymizer.documents.pdf_words import BREAK, LEAST_CONTRAST, Box, Word, contrast
from anonymizer.documents.pdf_writing import Label, NewPage, is_writable, written_pdf
from anonymizer.headers.free_text import unsafe_spans
from anonymizer.identities.harvest import Harvest
from anonymizer.words.vocabulary import OwnWords

Bytes = npt.NDArray[np.uint8]

MOST_EXAMINED = 20  # pages whose pictures are searched for text: each takes seconds
_BLANK = np.full((1754, 1240, 3), 255, np.uint8)  # A4
_GAP = 0.35  # between words that were kept, in the heights of their letters

REBUILT = (
    "The document was written anew from pictures of its pages with what identifies somebody painted over."
)
LEFT_OUT = " Pictures and drawings were left out where they were not examined for text."
LOOK = "Pages of the document show pictures or drawings: look for handwriting, signatures and barcodes."
PAGE_LOST = "A page of the document could not be read and was left blank."


def clean_pdf(raw: bytes, harvest: Harvest, *, own: OwnWords, find_text: bool) -> Cleaned:
    """Return the document as pictures of its cleaned pages.

    Raises UnreadableError where no page can be read, LockedError where it is encrypted or too large.
    """
    cleaning = _Cleaning(harvest, own, find_text)
    body = written_pdf(cleaning.pages(raw), spells=lambda packed: _is_found(harvest, packed))
    return Cleaned(body, REBUILT + LEFT_OUT * (cleaning.left_out > 0), cleaning.review)


def _is_found(harvest: Harvest, packed: bytes) -> bool:
    return next(harvest.found_in_bytes(packed), None) is not None


@dataclass(slots=True)
class _Cleaning:
    """Cleans the pages of one document one by one, as each is large, and counts what was done."""

    harvest: Harvest
    own: OwnWords
    find_text: bool
    lost: int = 0  # pages that cannot be read
    examined: int = 0  # pages whose pictures were searched
    left_out: int = 0  # pages without their pictures

    def pages(self, raw: bytes) -> Iterator[NewPage]:
        readable = False
        for page in pages_of(without_replacements(raw)):
            if page is None:
                self.lost += 1
                yield NewPage(_BLANK, RESOLUTION / POINTS)
                continue
            readable = True
            examined = self.find_text and not page.only_text and self.examined < MOST_EXAMINED
            self.examined += examined
            self.left_out += not (examined or page.only_text)
            yield _cleaned(page, self.harvest, self.own, examined=examined)
        if not readable:
            raise UnreadableError

    @property
    def review(self) -> tuple[str, ...]:
        return (LOOK,) * (self.examined > 0) + (PAGE_LOST,) * (self.lost > 0)


def _cleaned(page: Page, harvest: Harvest, own: OwnWords, *, examined: bool) -> NewPage:
    unsafe = _unsafe_characters(page, harvest, own)
    removed = [word for word in page.words if not unsafe.isdisjoint(range(word.start, word.end))]
    gone = {word.start for word in removed}
    kept = [word for word in page.words if word.seen and word.start not in gone]
    picture = _examined(page, kept, removed) if examined else _only(page, kept, removed)
    rows = page.picture.shape[0]
    labels = [_label(word, rows, page.scale) for word in kept if is_writable(word.text)]
    return NewPage(picture, page.scale, labels)


# -- which words go ----------------------------------------------------------------------------------------


def _unsafe_characters(page: Page, harvest: Harvest, own: OwnWords) -> set[int]:
    """Return positions in the text of a page: it is read in its own order, by lines, and without hyphens."""
    found: set[int] = set()
    for text, positions in _readings(page):
        for start, end in unsafe_spans(text, harvest, own):
            found.update(positions[start:end])
    return found


_BROKEN = re.compile(rf"(?:{BREAK}|-[ \t]*[\r\n])\s*")
_NUMBERS_ALONE = re.compile(r"[\d.,%\s]*")


def _readings(page: Page) -> Iterator[tuple[str, list[int]]]:
    """Yield the text in several orders, and for each character its position in the page's text."""
    everything = list(range(len(page.text)))
    yield page.text.replace(BREAK, "\n"), everything
    whole = [i for start, end in _between(_BROKEN, page.text) for i in range(start, end)]
    if len(whole) != len(everything):  # words broken at the ends of lines are made whole
        yield "".join(page.text[i] for i in whole), whole
    lines = _lines(page.words)
    letters, positions = "", []
    for line, following in zip_longest(lines, lines[1:], fillvalue=()):
        text = " ".join(word.text for word in line)
        letters += text + _line_end(text, " ".join(word.text for word in following))
        for word in line:
            positions += [*range(word.start, word.end), word.end - 1]
    yield letters.replace(BREAK, "-"), positions


def _line_end(line: str, following: str) -> str:
    """Return what stands between two lines: a telephone number may go on, numbers in a column do not."""
    alone = _NUMBERS_ALONE.fullmatch(line) and _NUMBERS_ALONE.fullmatch(following)
    return " " if line[-1:].isdigit() and following[:1].isdigit() and not alone else "\n"


def _between(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in pattern.finditer(text):
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _lines(words: Sequence[Word]) -> list[list[Word]]:
    """Return words as lines on the paper, from top to bottom and left to right."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.ink[1] + w.ink[3], w.ink[0], w.start)):
        middle = (word.ink[1] + word.ink[3]) / 2
        if lines and lines[-1][0].ink[1] <= middle <= lines[-1][0].ink[3]:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda w: (w.ink[0], w.start)) for line in lines]


# -- what the page shows -----------------------------------------------------------------------------------


def _only(page: Page, kept: Sequence[Word], removed: Sequence[Word]) -> Bytes:
    """Return a white page with the words that were kept, and black where words were taken out."""
    picture = np.full_like(page.picture, 255)
    for left, top, right, bottom in _boxes(kept):
        picture[top:bottom, left:right] = page.picture[top:bottom, left:right]
    for word in removed:
        _blacken(picture, word)
    return picture


def _examined(page: Page, kept: Sequence[Word], removed: Sequence[Word]) -> Bytes:
    """Return the page without the words that go and without text that the text layer does not account for."""
    from anonymizer.pixels.text_finder import find_text

    picture = page.picture.copy()
    free = np.ones(picture.shape[:2], bool)  # of words that the text layer accounts for
    cells = (_grown(cell) for word in removed for cell in word.cells)
    for left, top, right, bottom in (*_boxes(kept, _GAP), *cells):
        free[top:bottom, left:right] = False
    for box in find_text(page.picture):
        area = (slice(box.y, box.y + box.height), slice(box.x, box.x + box.width))
        if contrast(page.picture[area][free[area]]) >= LEAST_CONTRAST:
            picture[area][free[area]] = 0
    for left, top, right, bottom in find_barcodes(page.picture):
        picture[top:bottom, left:right] = 0
    for word in removed:
        _blacken(picture, word)
    return picture


def _boxes(words: Sequence[Word], share: float = 0.0) -> Iterator[Box]:
    yield from (_grown(glyph, share) for word in words for glyph in word.glyphs)


def _blacken(picture: Bytes, word: Word) -> None:
    for cell in word.cells:
        left, top, right, bottom = _grown(cell)
        picture[top:bottom, left:right] = 0


def _grown(box: Box, share: float = 0.0) -> Box:
    left, top, right, bottom = box
    margin = 1 + round(share * (bottom - top))
    return max(0, left - margin), max(0, top - margin), right + margin, bottom + margin


def _label(word: Word, rows: int, scale: float) -> Label:
    left, top, right, bottom = word.ink
    text = word.text.replace(BREAK, "-")
    return Label(text, left / scale, (rows - bottom) / scale, (right - left) / scale, (bottom - top) / scale)
