"""The parts of a JPEG, JPEG-LS or JPEG 2000 stream, found without decoding it.

JPEG: ISO/IEC 10918-1 annex B; JPEG-LS: ISO/IEC 14495-1 annex C; JPEG 2000: ISO/IEC 15444-1 annexes A and I.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

START, END, SCAN, COMMENT = 0xD8, 0xD9, 0xDA, 0xFE
CODED = 0  # stands for a marker where coded pixels lie, which have none
JFIF, ICC, SPIFF, ADOBE = 0xE0, 0xE2, 0xE8, 0xEE  # APPn segments that decoders may need
LAST_APPLICATION = 0xEF
_ALONE = frozenset({0x01, *range(0xD0, 0xDA)})  # markers without a length
# behind 0xFF in coded pixels stand 0 (JPEG) or less than 0x80 (JPEG-LS), or a restart marker
_NEXT_MARKER = re.compile(rb"\xff(?=[\x80-\xcf\xd8-\xfe])")
_SIZE, _TILE, _DATA, _END_2000, _COMMENT_2000 = 0x51, 0x90, 0x93, 0xD9, 0x64
_BOXES_OF_TEXT = frozenset({b"xml ", b"uuid", b"uinf", b"asoc", b"lbl ", b"jp2i", b"nlst", b"free", b"skip"})


@dataclass(frozen=True, slots=True)
class Part:
    """A marker with its segment: `start` is where 0xFF stands, `body` where its content begins."""

    marker: int
    start: int
    body: int
    end: int


def is_application(marker: int) -> bool:
    """Whether a marker begins a segment that an application wrote for itself (APP0 to APP15)."""
    return JFIF <= marker <= LAST_APPLICATION


def parts(data: bytes, place: int = 0) -> Iterator[Part]:
    """Yield the parts of the JPEG or JPEG-LS stream at `place`, up to its end marker or to what is none."""
    while place + 2 <= len(data) and data[place] == 0xFF:  # noqa: PLR2004 - every marker begins so
        marker = data[place + 1]
        if marker == 0xFF:  # noqa: PLR2004 - a fill byte
            place += 1
            continue
        if marker in _ALONE:
            yield Part(marker, place, place + 2, place + 2)
            place += 2
            if marker == END:
                return
            continue
        if place + 4 > len(data):
            return
        end = min(len(data), place + 2 + max(2, struct.unpack_from(">H", data, place + 2)[0]))
        yield Part(marker, place, min(place + 4, end), end)
        place = end
        if marker == SCAN:
            found = _NEXT_MARKER.search(data, place)
            place = found.start() if found else len(data)
            yield Part(CODED, end, end, place)


def comments_2000(data: bytes, place: int) -> Iterator[tuple[int, int]]:
    """Yield where comments lie in the JPEG 2000 codestream at `place`, and last where the stream ends, twice."""
    place += 2
    tile = -1
    while place + 4 <= len(data) and data[place] == 0xFF:  # noqa: PLR2004 - every marker begins so
        marker = data[place + 1]
        if marker == _END_2000:
            place += 2
            break
        if marker == _DATA:
            length = struct.unpack_from(">L", data, tile + 6)[0] if 0 <= tile <= len(data) - 10 else 0
            place = tile + length if length else _end_2000(data, place)
            continue
        if marker == _TILE:
            tile = place
        end = min(len(data), place + 2 + max(2, struct.unpack_from(">H", data, place + 2)[0]))
        if marker == _COMMENT_2000:
            yield min(place + 6, end), end
        place = end
    if data[place : place + 2] == b"\xff\xd9":
        place += 2
    yield min(place, len(data)), min(place, len(data))


def _end_2000(data: bytes, place: int) -> int:
    """Return where the last tile part ends that gives no length."""
    found = data.find(b"\xff\xd9", place)
    return len(data) if found < 0 else found


def boxes(data: bytes, place: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, begin and end of the content of each box of the JP2 file at `place`."""
    while place + 8 <= len(data):
        length, kind = struct.unpack_from(">L4s", data, place)
        head = 8
        if length == 1 and place + 16 <= len(data):
            (length,) = struct.unpack_from(">Q", data, place + 8)
            head = 16
        end = len(data) if length == 0 else min(len(data), place + length)
        if end < place + head or not kind.strip(b" ").isalnum():
            return
        yield kind, place + head, end
        place = end


def holds_text(box: bytes) -> bool:
    """Whether a kind of box carries words or somebody's own data, which no decoder needs."""
    return box in _BOXES_OF_TEXT
