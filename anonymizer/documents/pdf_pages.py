"""Pages of a PDF as they look: drawn by PDFium, with the areas of pictures and drawings.

Annotations, form fields and hidden layers are left out. Places are in pixels of the drawing, rotation and
cropping of the page applied.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from anonymizer.documents.errors import LockedError, UnreadableError
from anonymizer.documents.pdf_words import Box, Place, Word, words_of

Bytes = npt.NDArray[np.uint8]

RESOLUTION = 150  # dots per inch
MOST_PIXELS = 4_000_000  # of one page; larger pages are drawn more coarsely
MOST_PAGES = 200
MOST_OBJECTS, DEEPEST = 20_000, 8  # that are looked at to find pictures
POINTS = 72  # per inch
_RULE_SEGMENTS = 5  # a rectangle's


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its drawing as RGB (rows, columns, 3), its text layer, and whether there is more than text."""

    picture: Bytes
    text: str
    words: tuple[Word, ...]
    only_text: bool  # and rules: no pictures, no drawings
    scale: float  # pixels per point


def pages_of(raw: bytes) -> Iterator[Page | None]:
    """Yield the pages of a PDF in order, None for one that cannot be read.

    Raises UnreadableError where there is none, LockedError where a password is needed or the document is
    larger than can be cleaned.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(raw)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise LockedError("The document is protected by a password.") from error
        raise UnreadableError from error
    try:
        count = len(document)
        if not count:
            raise UnreadableError
        if count > MOST_PAGES:
            raise LockedError(f"The document has more than {MOST_PAGES} pages.")
        for number in range(count):
            yield _page_or_none(document, number)
    finally:
        document.close()


def _page_or_none(document: Any, number: int) -> Page | None:
    import pypdfium2

    try:
        return _page(document[number])
    except (pypdfium2.PdfiumError, UnreadableError):
        return None


def _page(page: Any) -> Page:
    scale = _scale(*page.get_size())
    bitmap = page.render(scale=scale, may_draw_forms=False, draw_annots=False, rev_byteorder=True)
    picture = _rgb(bitmap.to_numpy())
    place = Place.on(page, bitmap)
    pictures, drawings = _beside_text(page, place)
    text, words = words_of(page, place, picture, pictures)
    page.close()
    return Page(picture, text, words, not (pictures or drawings), scale)


def _scale(width: float, height: float) -> float:
    if width <= 0 or height <= 0:
        raise UnreadableError
    return float(min(RESOLUTION / POINTS, (MOST_PIXELS / (width * height)) ** 0.5))


def _rgb(picture: Bytes) -> Bytes:
    planes = picture if picture.ndim == 3 else picture[..., None]  # noqa: PLR2004 - colour
    return np.ascontiguousarray(planes[..., :3] if planes.shape[2] > 1 else np.repeat(planes, 3, axis=2))


def _beside_text(page: Any, place: Place) -> tuple[tuple[Box, ...], bool]:
    """Return the areas of pictures and shadings, and whether there are drawings other than rules."""
    import pypdfium2.raw as pdfium

    pictures, drawings = [], False
    for count, item in enumerate(page.get_objects(max_depth=DEEPEST), 1):
        if count > MOST_OBJECTS or (item.type == pdfium.FPDF_PAGEOBJ_FORM and item.level == DEEPEST - 1):
            return ((0, 0, place.columns, place.rows),), True
        if item.type in (pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_FORM):
            continue  # what stands in a form comes by itself
        if item.type == pdfium.FPDF_PAGEOBJ_PATH:
            drawings = drawings or not _is_rule(item)
        else:
            pictures.append(place.of(*_bounds(item)))
    return tuple(pictures), drawings


def _bounds(item: Any) -> tuple[float, float, float, float]:
    """Return left, bottom, right and top on the page, also of what stands in forms."""
    bounds, form = item.get_bounds(), item.container
    while form is not None:
        bounds, form = form.get_matrix().on_rect(*bounds), form.container
    left, bottom, right, top = bounds
    return left, bottom, right, top


def _is_rule(item: Any) -> bool:
    """Whether a path is a line or a rectangle: letters drawn as outlines have more corners or curves."""
    import pypdfium2.raw as pdfium

    count = pdfium.FPDFPath_CountSegments(item.raw)
    if count > _RULE_SEGMENTS:
        return False
    segments = [pdfium.FPDFPath_GetPathSegment(item.raw, index) for index in range(count)]
    return all(pdfium.FPDFPathSegment_GetType(s) != pdfium.FPDF_SEGMENT_BEZIERTO for s in segments)
