"""What kind of file it is, by its first bytes: pictures that can be masked, and others by their name."""

from enum import StrEnum

_AT, _DICOM = 128, b"DICM"
_LONGEST = 32


class PictureKind(StrEnum):
    """A format of pictures that is masked."""

    PNG = "PNG"
    JPEG = "JPEG"
    TIFF = "TIFF"


SUFFIXES = {PictureKind.PNG: ".png", PictureKind.JPEG: ".jpg", PictureKind.TIFF: ".tif"}
_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", PictureKind.PNG),
    (b"\xff\xd8\xff", PictureKind.JPEG),
    (b"II*\0", PictureKind.TIFF),
    (b"MM\0*", PictureKind.TIFF),
    (b"II+\0\x08\0\0\0", PictureKind.TIFF),
    (b"MM\0+\0\x08\0\0", PictureKind.TIFF),
)
_OTHERS = (
    (0, b"%PDF", "a PDF document"),
    (0, b"PK\x03\x04", "a zip archive or an office document"),
    (0, b"PK\x05\x06", "an empty zip archive"),
    (0, b"\x1f\x8b", "a gzip archive; unpack it first"),
    (0, b"BZh", "a bzip2 archive; unpack it first"),
    (0, b"\xfd7zXZ\0", "an xz archive; unpack it first"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"),
    (0, b"Rar!\x1a\x07", "a RAR archive; unpack it first"),
    (257, b"ustar", "a tar archive; unpack it first"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an office document or a thumbnail cache"),
    (0, b"MZ", "a program"),
    (0, b"\x7fELF", "a program"),
    (0, b"GIF8", "a GIF picture; of pictures only PNG, JPEG and TIFF are masked"),
    (0, b"BM", "a BMP picture; of pictures only PNG, JPEG and TIFF are masked"),
    (8, b"WEBP", "a WebP picture; of pictures only PNG, JPEG and TIFF are masked"),
    (4, b"ftyphei", "a HEIC picture; of pictures only PNG, JPEG and TIFF are masked"),
    (4, b"ftypmif1", "a HEIC picture; of pictures only PNG, JPEG and TIFF are masked"),
    (4, b"ftypavif", "an AVIF picture; of pictures only PNG, JPEG and TIFF are masked"),
    (0, b"\0\0\0\x0cjP  ", "a JPEG 2000 picture; of pictures only PNG, JPEG and TIFF are masked"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 picture; of pictures only PNG, JPEG and TIFF are masked"),
    (0, b"8BPS", "a Photoshop picture; of pictures only PNG, JPEG and TIFF are masked"),
    (4, b"ftyp", "a video"),
    (0, b"\x1aE\xdf\xa3", "a video"),
    (8, b"AVI ", "a video"),
    (0, b"SQLite format 3\0", "a database"),
    (0, b"{\\rtf", "a text document"),
    (344, b"n+1\0", "a NIfTI volume"),
    (344, b"ni1\0", "a NIfTI volume"),
    (0, b"NRRD", "an NRRD volume"),
)
_MARKUP = ((b"<?xml", "an XML file"), (b"<!doctype html", "a web page"), (b"<html", "a web page"))
_NOT_TEXT = frozenset(range(32)) - {7, 8, 9, 10, 11, 12, 13, 27}


def picture_kind(raw: bytes) -> PictureKind | None:
    """Return which picture a file is; a DICOM file with a picture's first bytes is none."""
    if raw[_AT : _AT + 4] == _DICOM:
        return None
    return next((kind for start, kind in _PICTURES if raw.startswith(start)), None)


def describe(raw: bytes) -> str:
    """Say in a sentence what a file that is neither DICOM nor such a picture is, as far as its bytes tell."""
    head = raw[:512]
    for place, sign, name in _OTHERS:
        if head[place : place + len(sign)] == sign:
            return (
                f"This is {name}."
                if not name.endswith("first")
                else f"This is {name}, then mask what is in it."
            )
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for sign, name in _MARKUP:
        if start.startswith(sign):
            return f"This is {name}, not a DICOM file."
    if head and not _NOT_TEXT.intersection(head):
        return "This is a text file, not a DICOM file."
    return "This is not a DICOM file."
