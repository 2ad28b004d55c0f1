"""A sequential Huffman-coded JPEG stream (ISO/IEC 10918-1), read as far as blocks can be found in it."""

import re
import struct
from dataclasses import dataclass

from anonymizer.pixels.jpeg_huffman import Table, UnfitError
from anonymizer.pixels.jpeg_segments import ADOBE, CODED, SCAN, Part, parts

_BASELINE, _EXTENDED = 0xC0, 0xC1
_OTHER_FRAMES = frozenset({0xC2, 0xC3, *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0), 0xDC})
_HUFFMAN, _QUANTISER, _RESTART = 0xC4, 0xDB, 0xDD
_RESTARTS = re.compile(rb"\xff[\xd0-\xd7]")
# Coefficients 0 to 63, all bits: what a sequential scan says. Some encoders write noughts, and decoders let them.
_WHOLE_BLOCK = (b"\x00\x3f\x00", b"\x00\x00\x00")
_COUNTS = 16
BLOCK_SIDE = 8


@dataclass(frozen=True, slots=True)
class Component:
    """One of a frame's colours: how many blocks it has in an MCU, and its tables."""

    identifier: int
    across: int
    down: int
    quantiser: int
    dc: int = 0
    ac: int = 0


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream with one scan of all its components."""

    data: bytes
    rows: int
    columns: int
    bits: int
    components: tuple[Component, ...]
    dc_tables: dict[int, Table]
    ac_tables: dict[int, Table]
    dc_steps: dict[int, int]  # of each quantiser, how much one step of a DC coefficient is
    restart: int  # MCUs between restart markers, 0: there are none
    transform: int | None  # what Adobe's segment says: 0 for RGB, 1 for YCbCr
    scan: int  # where the scan's header begins
    coded: tuple[int, int]  # where its coded blocks lie

    @property
    def mcu(self) -> tuple[int, int]:
        """Width and height of an MCU in pixels."""
        if len(self.components) == 1:
            return BLOCK_SIDE, BLOCK_SIDE
        return (
            BLOCK_SIDE * max(c.across for c in self.components),
            BLOCK_SIDE * max(c.down for c in self.components),
        )

    @property
    def plan(self) -> tuple[int, ...]:
        """The component of each block in an MCU, in their order."""
        if len(self.components) == 1:
            return (0,)
        return tuple(n for n, c in enumerate(self.components) for _ in range(c.across * c.down))

    def intervals(self) -> list[bytes]:
        """Return the coded blocks between restart markers, without stuffed bytes."""
        coded = self.data[slice(*self.coded)]
        return [part.replace(b"\xff\x00", b"\xff") for part in _RESTARTS.split(coded)]


class _Reader:
    """Reads the segments before the scan."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.frame: tuple[int, int, int, dict[int, Component]] | None = None
        self.dc: dict[int, Table] = {}
        self.ac: dict[int, Table] = {}
        self.quantisers: dict[int, int] = {}
        self.restart = 0
        self.transform: int | None = None

    def take(self, part: Part) -> None:
        body = self.data[part.body : part.end]
        if part.marker in (_BASELINE, _EXTENDED):
            self._take_frame(body)
        elif part.marker in _OTHER_FRAMES:
            raise UnfitError
        elif part.marker == _HUFFMAN:
            self._take_tables(body)
        elif part.marker == _QUANTISER:
            self._take_quantisers(body)
        elif part.marker == _RESTART:
            (self.restart,) = struct.unpack_from(">H", body)
        elif part.marker == ADOBE and body[:5] == b"Adobe":
            self.transform = body[11]

    def _take_frame(self, body: bytes) -> None:
        bits, rows, columns, count = struct.unpack_from(">BHHB", body)
        rows_of = [body[6 + 3 * n : 9 + 3 * n] for n in range(count)]
        found = {row[0]: Component(row[0], row[1] >> 4, row[1] & 15, row[2]) for row in rows_of}
        if not rows or not columns or self.frame or len(found) < count:
            raise UnfitError
        self.frame = (bits, rows, columns, found)

    def _take_tables(self, body: bytes) -> None:
        while body:
            counts = tuple(body[1 : 1 + _COUNTS])
            stop = 1 + _COUNTS + sum(counts)
            table = Table(counts, body[1 + _COUNTS : stop])
            (self.ac if body[0] >> 4 else self.dc)[body[0] & 15] = table
            body = body[stop:]

    def _take_quantisers(self, body: bytes) -> None:
        while body:
            wide = body[0] >> 4
            self.quantisers[body[0] & 15] = struct.unpack_from(">H" if wide else ">B", body, 1)[0]
            body = body[1 + 64 * (2 if wide else 1) :]

    def stream(self, scan: Part, coded: Part) -> Stream:
        if self.frame is None:
            raise UnfitError
        bits, rows, columns, found = self.frame
        body = self.data[scan.body : scan.end]
        pairs = [(body[1 + 2 * n], body[2 + 2 * n]) for n in range(body[0])]
        if len(pairs) != len(found) or body[1 + 2 * len(pairs) :] not in _WHOLE_BLOCK:
            raise UnfitError
        of = [(found[number], tables) for number, tables in pairs]
        components = tuple(
            Component(c.identifier, c.across, c.down, c.quantiser, t >> 4, t & 15) for c, t in of
        )
        return Stream(
            self.data, rows, columns, bits, components, self.dc, self.ac, self.quantisers, self.restart,
            self.transform, scan.start, (coded.start, coded.end),
        )  # fmt: skip


def read_stream(data: bytes) -> Stream:
    """Read a frame. Raises UnfitError where it is progressive, lossless, arithmetic, in several scans or damaged."""
    reader, found = _Reader(data), list(parts(data))
    scans = [n for n, part in enumerate(found) if part.marker == SCAN]
    try:
        if len(scans) != 1 or found[scans[0] + 1].marker != CODED:
            raise UnfitError
        for part in found[: scans[0]]:
            reader.take(part)
        return reader.stream(found[scans[0]], found[scans[0] + 1])
    except (IndexError, KeyError, struct.error) as error:
        raise UnfitError from error
