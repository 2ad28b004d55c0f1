"""Replacement text of PDFs (ISO 32000-2, 14.9.4): it says something else than the glyphs show, so it goes first.

PDFium gives /ActualText in the place of the glyphs: a name could be drawn behind a harmless word.
"""

import io
import logging
import re
from typing import Any

from anonymizer.documents.errors import LockedError, UnreadableError

logging.getLogger("pikepdf").setLevel(logging.CRITICAL)  # it would quote the document in the log

_KEY, _OTHER = b"/ActualText", b"/ReplacedText"
_NAME = re.compile(rb"/[^\x00\t\n\f\r ()<>\[\]{}/%]+")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_NO_CONTENT = frozenset({"/Image", "/XML", "/Type1C", "/CIDFontType0C", "/OpenType"})
_FONT_FILE = "/Length1"
_MOST_OBJECTS, _MOST_BYTES = 50_000, 2**29  # unpacked
_DEEPEST = 50


def without_replacements(raw: bytes) -> bytes:
    """Return a PDF in which every text is that of its glyphs; the same bytes where it was so before.

    Raises UnreadableError where it cannot be taken apart, LockedError where a password is needed.
    """
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(raw), suppress_warnings=True) as pdf:
            if len(pdf.objects) > _MOST_OBJECTS:
                raise LockedError("The document is too large to be cleaned.")
            if not _replaced(pdf):
                return raw
            buffer = io.BytesIO()
            pdf.save(buffer, static_id=True)
            return buffer.getvalue()
    except pikepdf.PasswordError as error:
        raise LockedError("The document is protected by a password.") from error
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:  # qpdf tells of damage in several ways
        raise UnreadableError from error


def _replaced(pdf: Any) -> bool:
    import pikepdf

    left, changed = _MOST_BYTES, False
    for item in pdf.objects:
        changed |= _drop_keys(item, _DEEPEST)
        if not isinstance(item, pikepdf.Stream) or _is_no_content(item):
            continue
        content = item.read_bytes()
        left -= len(content)
        if left < 0:
            raise LockedError("The document is too large to be cleaned.")
        renamed = _NAME.sub(_renamed, content)
        if renamed != content:
            item.write(renamed)
            changed = True
    return changed


def _is_no_content(stream: Any) -> bool:
    return str(stream.get("/Subtype", "")) in _NO_CONTENT or _FONT_FILE in stream


def _renamed(match: re.Match[bytes]) -> bytes:
    name = match.group()
    plain = _ESCAPED.sub(lambda m: bytes([int(m[1], 16)]), name) if b"#" in name else name
    return _OTHER if plain == _KEY else name


def _drop_keys(item: Any, depth: int) -> bool:
    """Remove the key from an object and what stands inside it; what it only refers to comes by itself."""
    import pikepdf

    if not depth:
        raise UnreadableError
    found = False
    if isinstance(item, (pikepdf.Dictionary, pikepdf.Stream)):
        found = _KEY.decode() in item
        if found:
            del item[_KEY.decode()]
        parts = [part for _, part in item.items()]
    else:
        parts = list(item) if isinstance(item, pikepdf.Array) else []
    for part in parts:
        found |= _is_inside(part) and _drop_keys(part, depth - 1)
    return found


def _is_inside(part: Any) -> bool:
    import pikepdf

    return isinstance(part, (pikepdf.Array, pikepdf.Dictionary)) and not part.is_indirect
