"""The directories of a TIFF or BigTIFF file as bytes, within limits (TIFF 6.0, section 2)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from anonymizer.pictures.parts import damaged

SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
_CODES = {1: "B", 3: "H", 4: "L", 13: "L", 16: "Q", 18: "Q"}
_MOST_PAGES, _MOST_ENTRIES = 10_000, 4096
_BIG = 43


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a page, its value in the byte order of the file."""

    kind: int
    count: int
    value: bytes


Page = dict[int, Entry]


@dataclass(frozen=True, slots=True)
class Numbers:
    """Reads numbers in the byte order of one file."""

    order: str  # "<" or ">"

    def of(self, page: Page, tag: int) -> tuple[int, ...]:
        """Return the whole numbers of a field; none where it is missing or of another kind."""
        entry = page.get(tag)
        if entry is None or entry.kind not in _CODES:
            return ()
        return struct.unpack(f"{self.order}{entry.count}{_CODES[entry.kind]}", entry.value)

    def first(self, page: Page, tag: int, default: int = 0) -> int:
        """Return the first number of a field."""
        return next(iter(self.of(page, tag)), default)


def read_pages(raw: bytes) -> tuple[Numbers, list[Page]]:
    """Return the byte order and the pages of a file, in their order. Raises SourceError if it is damaged."""
    order = "<" if raw[:2] == b"II" else ">"
    try:
        big = struct.unpack_from(f"{order}H", raw, 2)[0] == _BIG
        pages = list(_pages(raw, order, big=big))
    except (struct.error, OverflowError) as error:  # offsets of 64 bits can be beyond all memory
        raise damaged() from error
    if not pages:
        raise damaged()
    return Numbers(order), pages


def _pages(raw: bytes, order: str, *, big: bool) -> Iterator[Page]:
    count_code, offset_code, start = ("Q", "Q", 8) if big else ("H", "L", 4)
    (place,) = struct.unpack_from(order + offset_code, raw, start)
    seen: set[int] = set()
    while place:
        if place in seen or len(seen) >= _MOST_PAGES:
            raise damaged()
        seen.add(place)
        (count,) = struct.unpack_from(order + count_code, raw, place)
        if not 0 < count <= _MOST_ENTRIES:
            raise damaged()
        place += struct.calcsize(count_code)
        size = 20 if big else 12
        yield dict(_entry(raw, place + size * index, order, big=big) for index in range(count))
        (place,) = struct.unpack_from(order + offset_code, raw, place + size * count)


def _entry(raw: bytes, place: int, order: str, *, big: bool) -> tuple[int, Entry]:
    tag, kind = struct.unpack_from(f"{order}HH", raw, place)
    (count,) = struct.unpack_from(order + ("Q" if big else "L"), raw, place + 4)
    start, room = (place + 12, 8) if big else (place + 8, 4)
    size = SIZES.get(kind, 1) * count
    if size > room:
        (start,) = struct.unpack_from(order + ("Q" if big else "L"), raw, start)
    if start + size > len(raw):
        return tag, Entry(kind, 0, b"")
    return tag, Entry(kind, count, raw[start : start + size])
