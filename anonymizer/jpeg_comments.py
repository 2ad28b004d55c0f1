"""Comments, EXIF and the like inside compressed frames: blanked in place, so that no offset and no pixel changes.

JPEG and JPEG-LS keep them in COM and APPn segments (ISO/IEC 10918-1 B.1.1.3), JPEG 2000 in COM segments
(ISO/IEC 15444-1 A.9.2). Segments that decoders need (JFIF, ICC, SPIFF and Adobe's colour transform) stay.
"""

import struct
from collections.abc import Iterator

from pydicom.dataset import FileDataset

from anonymizer.file_format import transfer_syntax
from anonymizer.report import Change

_JPEG, _JPEG_2000 = b"\xff\xd8", b"\xff\x4f"
_BLANKED = frozenset({0xFE, 0xE1, *range(0xE3, 0xE8), *range(0xE9, 0xEE), 0xEF})
_START_OF_SCAN, _START_OF_TILE, _COMMENT_2000 = 0xDA, 0x90, 0x64
_ITEM, _SHORTEST = b"\xfe\xff\x00\xe0", 4


def blank_comments(dataset: FileDataset) -> list[Change]:
    """Blank the segments of all frames in the data set itself; the change made, if there was any."""
    value = dataset.get("PixelData")
    if not isinstance(value, bytes) or not transfer_syntax(dataset).is_encapsulated:
        return []
    blanked = bytearray(value)
    for start, end in _fragments(value):
        for first, last in _segments(value[start:end]):
            blanked[start + first : start + last] = bytes(last - first)
    if bytes(blanked) == value:
        return []
    dataset["PixelData"].value = bytes(blanked)
    reason = "Comments inside the compressed image were blanked; its pixels are the same."
    return [Change("(7FE0,0010)", "Pixel Data", "C", "file", reason)]


def _fragments(value: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the fragments of encapsulated pixel data lie (PS3.5 A.4)."""
    place = 0
    while value[place : place + 4] == _ITEM:
        (length,) = struct.unpack_from("<L", value, place + 4)
        yield place + 8, min(len(value), place + 8 + length)
        place += 8 + length


def _segments(frame: bytes) -> Iterator[tuple[int, int]]:
    """Yield the parts of a frame to blank, marker and length excepted."""
    newer = frame[:2] == _JPEG_2000
    if not newer and frame[:2] != _JPEG:
        return
    place = 2
    while place + _SHORTEST <= len(frame) and frame[place] == 0xFF:  # noqa: PLR2004 - every marker begins so
        marker = frame[place + 1]
        if marker in (_START_OF_SCAN, _START_OF_TILE):
            return
        (length,) = struct.unpack_from(">H", frame, place + 2)
        end = min(len(frame), place + 2 + length)
        if newer and marker == _COMMENT_2000:
            yield min(end, place + 6), end
        elif not newer and marker in _BLANKED:
            yield min(end, place + 4), end
        place += 2 + length
