"""What is inside an encapsulated PDF: text and streams that a search through its bytes cannot see."""

import io
import logging
from collections.abc import Iterator
from typing import Any

logging.getLogger("pikepdf").setLevel(logging.CRITICAL)  # it would quote the document in the log

_PDF = b"%PDF-"
_MOST_OBJECTS, _MOST_BYTES = 20_000, 2**28  # of one document, unpacked
_DEEPEST = 20  # objects inside objects
_PICTURES = frozenset({"/DCTDecode", "/JPXDecode", "/JBIG2Decode", "/CCITTFaxDecode"})


class HiddenError(Exception):
    """The document cannot be opened, so nobody can say what is inside."""


def contents(document: bytes) -> Iterator[bytes]:
    """Yield the text of each page, every object and every unpacked stream of a PDF; nothing of other kinds.

    Raises HiddenError where it cannot be opened or is too large to be searched.
    """
    if _PDF not in document[:1024]:
        return
    yield from _texts(document)
    yield from _objects(document)


def _texts(document: bytes) -> Iterator[bytes]:
    import pypdfium2

    try:
        opened = pypdfium2.PdfDocument(document)
        for page in opened:
            yield page.get_textpage().get_text_range(errors="replace").encode("utf-8", "replace")
        opened.close()
    except pypdfium2.PdfiumError as error:
        raise HiddenError from error


def _objects(document: bytes) -> Iterator[bytes]:
    import pikepdf

    left = _MOST_BYTES
    try:
        with pikepdf.open(io.BytesIO(document), suppress_warnings=True) as pdf:
            if len(pdf.objects) > _MOST_OBJECTS:
                raise HiddenError
            for item in pdf.objects:
                raw = _unpacked(item)
                left -= len(raw)
                if left < 0:
                    raise HiddenError
                yield raw
    except pikepdf.PdfError as error:
        raise HiddenError from error


def _unpacked(item: Any) -> bytes:
    import pikepdf

    said = "\n".join(_strings(item, _DEEPEST)).encode("utf-8", "replace")
    if not isinstance(item, pikepdf.Stream):
        return said
    packed = item.get("/Filter")
    filters = {str(name) for name in packed} if isinstance(packed, pikepdf.Array) else {str(packed)}
    return said + b"\n" + (item.read_raw_bytes() if filters & _PICTURES else item.read_bytes())


def _strings(item: Any, depth: int) -> Iterator[str]:
    """Yield all names and texts of an object, decoded; what it only refers to comes by itself."""
    import pikepdf

    if isinstance(item, pikepdf.Stream):
        item = item.stream_dict
    if isinstance(item, pikepdf.Dictionary) and depth:
        for key, value in item.items():
            yield key
            yield from () if getattr(value, "is_indirect", False) else _strings(value, depth - 1)
    elif isinstance(item, pikepdf.Array) and depth:
        for value in item:
            yield from () if getattr(value, "is_indirect", False) else _strings(value, depth - 1)
    elif isinstance(item, (pikepdf.String, pikepdf.Name)):
        yield str(item)
