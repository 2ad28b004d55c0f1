"""A new PDF of pictures of pages: of the old document not one object is taken over.

Each page is one picture with the words that were kept as invisible text, so that it can still be searched.
The same pages give the same bytes.
"""

import io
import re
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]

_ENCODING = "cp1252"  # what WinAnsiEncoding of PDF is
_LARGE = 1_500_000  # bytes; larger pictures are written as JPEG
_QUALITY, _EFFORTS = 95, (6, 9, 7, 5, 4, 3, 2, 1)
_POINTS_HIGH = 12
_LETTER_WIDTH = 0.55  # of Helvetica, on average


@dataclass(frozen=True, slots=True)
class Label:
    """Text on a page: in points, from the lower left corner."""

    text: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class NewPage:
    """A page to be written: RGB picture (rows, columns, 3), pixels per point, text to be found on it."""

    picture: Bytes
    scale: float
    labels: Sequence[Label] = ()


def written_pdf(pages: Iterable[NewPage], *, spells: Callable[[bytes], bool]) -> bytes:
    """Return a PDF of these pages.

    `spells` tells whether bytes spell an identity: compressed pixels may do so by chance, and are compressed
    otherwise then.
    """
    import pikepdf

    with pikepdf.new() as pdf:
        font = _font(pdf)
        for page in pages:
            pdf.pages.append(pikepdf.Page(_page(pdf, page, font, spells)))
        return _saved(pdf)


def notice_pdf(sentence: str) -> bytes:
    """Return a PDF of one A4 page that says a sentence."""
    import pikepdf

    with pikepdf.new() as pdf:
        shown = b"BT /F %d Tf 1 0 0 1 56 770 Tm %s Tj ET" % (_POINTS_HIGH, _string(sentence))
        content = pdf.make_stream(shown)
        page = pikepdf.Dictionary(
            Type=pikepdf.Name.Page,
            MediaBox=[0, 0, 595, 842],
            Contents=content,
            Resources=pikepdf.Dictionary(Font=pikepdf.Dictionary(F=_font(pdf))),
        )
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
        return _saved(pdf)


def _saved(pdf: Any) -> bytes:
    import pikepdf

    buffer = io.BytesIO()
    pdf.save(
        buffer,
        static_id=True,
        compress_streams=False,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
    )
    return buffer.getvalue()


def _font(pdf: Any) -> Any:
    import pikepdf

    name = pikepdf.Name
    font = pikepdf.Dictionary(
        Type=name.Font, Subtype=name.Type1, BaseFont=name.Helvetica, Encoding=name.WinAnsiEncoding
    )
    return pdf.make_indirect(font)


def _page(pdf: Any, page: NewPage, font: Any, spells: Callable[[bytes], bool]) -> Any:
    import pikepdf

    rows, columns = page.picture.shape[:2]
    width, height = columns / page.scale, rows / page.scale
    image = pdf.make_indirect(_image(pdf, page.picture, spells))
    drawn = f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /I Do Q\n".encode()
    content = pdf.make_stream(drawn + b"".join(_invisible(label) for label in page.labels))
    return pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Page,
            MediaBox=[0, 0, round(width, 3), round(height, 3)],
            Contents=content,
            Resources=pikepdf.Dictionary(
                XObject=pikepdf.Dictionary(I=image), Font=pikepdf.Dictionary(F=font)
            ),
        )
    )


def _image(pdf: Any, picture: Bytes, spells: Callable[[bytes], bool]) -> Any:
    import pikepdf

    rows, columns = picture.shape[:2]
    grey = bool((picture == picture[..., :1]).all())
    plane = np.ascontiguousarray(picture[..., 0] if grey else picture)
    name = pikepdf.Name
    packed, is_jpeg = _packed(plane, spells)
    return pikepdf.Stream(
        pdf,
        packed,
        Type=name.XObject,
        Subtype=name.Image,
        Width=columns,
        Height=rows,
        BitsPerComponent=8,
        ColorSpace=name.DeviceGray if grey else name.DeviceRGB,
        Filter=name.DCTDecode if is_jpeg else name.FlateDecode,
    )


def _packed(plane: Bytes, spells: Callable[[bytes], bool]) -> tuple[bytes, bool]:
    """Return pixels compressed without loss, or where that is large as JPEG, and whether they are JPEG."""
    packed, is_jpeg = b"", False
    for effort in _EFFORTS:
        packed = zlib.compress(plane.tobytes(), effort)
        is_jpeg = len(packed) > _LARGE
        if is_jpeg:
            packed = _jpeg(plane, _QUALITY - effort)
        if not spells(packed):
            break
    return packed, is_jpeg


def _jpeg(plane: Bytes, quality: int) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(plane).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _invisible(label: Label) -> bytes:
    """Return the operators that write a word without ink, stretched to the width that it had."""
    text = _string(f"{label.text} ")  # the space keeps words apart whatever the font's widths are
    size = max(1.0, label.height)
    stretch = 100 * label.width / max(0.1, _LETTER_WIDTH * size * len(label.text))
    place = f"/F {size:.2f} Tf {stretch:.1f} Tz 1 0 0 1 {label.x:.2f} {label.y:.2f} Tm ".encode()
    return b"BT 3 Tr " + place + text + b" Tj ET\n"


def is_writable(text: str) -> bool:
    """Whether the one font of the documents has all letters of a text."""
    try:
        text.encode(_ENCODING)
    except UnicodeEncodeError:
        return False
    return True


def _string(text: str) -> bytes:
    """Return a literal string, not a hexadecimal one, so that a search through the bytes finds what it says."""
    raw = text.encode(_ENCODING, "replace")
    return b"(" + re.sub(rb"([\\()])", rb"\\\1", raw).replace(b"\r", b" ") + b")"
