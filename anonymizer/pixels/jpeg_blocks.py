"""Blocks of a lossy JPEG blanked among their coefficients: nothing is decoded to pixels and compressed again.

Of a masked block only its mean stays, as black, and its code is written anew; the first block behind it gets the
difference to that mean, as it is coded relative to it. All other bits are copied, so every other block decodes to the
very pixels that it had.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from anonymizer.pixels.jpeg_huffman import (
    BLOCK,
    END_OF_BLOCK,
    ENDED,
    STEP,
    Ints,
    Table,
    UnfitError,
    ac_leaps,
    ac_steps,
    category,
    codes_of,
    dc_steps,
    extra_bits,
    symbols_at,
)
from anonymizer.pixels.jpeg_stream import BLOCK_SIDE, Stream, read_stream

Mask = npt.NDArray[np.bool_]
Bits = npt.NDArray[np.uint8]

DARK, MIDDLE, BRIGHT = -1, 0, 1  # levels that a blanked component can have
_TAKEN = (1 << STEP) - 1
_OVERRUN = 4  # bytes of ones behind an interval, so that its last codes can be looked up


def blanked(frame: bytes, masked: Mask, levels: Sequence[int]) -> bytes:
    """Return a frame in which all MCUs with a masked pixel are blank.

    `masked` is (rows, columns); `levels` has DARK, MIDDLE or BRIGHT for each component. Raises UnfitError.
    """
    stream = read_stream(frame)
    if masked.shape != (stream.rows, stream.columns) or len(levels) != len(stream.components):
        raise UnfitError
    where = _mcus(masked, stream.mcu).ravel()
    intervals = stream.intervals()
    size = stream.restart or where.size
    if len(intervals) != -(-where.size // size):
        raise UnfitError
    means = [_mean(stream, number, level) for number, level in enumerate(levels)]
    try:
        read = {
            n: _Interval.read(stream, raw, where[n * size : (n + 1) * size], means)
            for n, raw in enumerate(intervals)
            if where[n * size : (n + 1) * size].any()
        }
    except IndexError as error:  # the codes led out of the interval
        raise UnfitError from error
    extended = _with_codes(stream, list(read.values()))
    written = [read[n].written(extended) if n in read else _stuffed(raw) for n, raw in enumerate(intervals)]
    return _joined(stream, extended, written)


def _mcus(masked: Mask, mcu: tuple[int, int]) -> Mask:
    """Return which MCUs hold a masked pixel: (rows, columns) of MCUs."""
    width, height = mcu
    padded = np.pad(masked, ((0, -masked.shape[0] % height), (0, -masked.shape[1] % width)))
    rows, columns = padded.shape[0] // height, padded.shape[1] // width
    return np.asarray(padded.reshape(rows, height, columns, width).any(axis=(1, 3)))


def _mean(stream: Stream, number: int, level: int) -> int:
    """Return the DC coefficient that is darkest, middle or brightest, or beyond it, where decoders stop."""
    step = stream.dc_steps.get(stream.components[number].quantiser, 0)
    if not step:
        raise UnfitError
    return level * -(-(BLOCK_SIDE << (stream.bits - 1)) // step)


@dataclass(slots=True)
class _Interval:
    """The blocks from one restart marker to the next, as far as they are of interest."""

    stream: Stream
    raw: bytes
    starts: Ints  # the bit where each block begins, in the end where the last one that was read ends
    coefficients: Ints  # and where its AC codes do
    means: Ints  # DC coefficient of each block, not the difference
    masked: Mask
    new: Ints  # what a difference is to be where it changes
    changes: Mask

    @classmethod
    def read(cls, stream: Stream, raw: bytes, mcus: Mask, means: Sequence[int]) -> "_Interval":
        """Read an interval up to the MCU behind the last masked one."""
        plan = np.array(stream.plan)
        count = min(mcus.size, int(np.flatnonzero(mcus)[-1]) + 2)
        windows = _windows(raw)
        starts, coefficients = _walked(stream, array("H", windows.astype(np.uint16).tobytes()), count)
        if starts[-1] > 8 * len(raw):
            raise UnfitError
        component = np.tile(plan, count)
        masked = np.repeat(mcus[:count], plan.size)
        dc = _differences(stream, windows, starts[:-1], component)
        own, new = np.zeros_like(dc), np.zeros_like(dc)
        changes = masked.copy()
        for number, mean in enumerate(means):
            mine = component == number
            own[mine] = np.cumsum(dc[mine])
            after = np.where(masked[mine], mean, own[mine])
            new[mine] = np.diff(after, prepend=0)
            changes[mine] |= np.concatenate(([False], masked[mine][:-1]))
        return cls(stream, raw, starts, coefficients, own, masked, new, changes)

    def written(self, tables: "_Tables") -> bytes:
        """Return the interval with masked blocks blank, stuffed and filled up to whole bytes."""
        bits = np.unpackbits(np.frombuffer(self.raw, np.uint8))
        plan, pieces, copied = self.stream.plan, [], 0
        for n in np.flatnonzero(self.changes).tolist():
            component = self.stream.components[plan[n % len(plan)]]
            pieces.append(bits[copied : self.starts[n]])
            pieces.append(_dc_bits(tables.dc[component.dc], int(self.new[n])))
            copied = int(self.coefficients[n])
            if self.masked[n]:
                pieces.append(_code_bits(tables.ac[component.ac], END_OF_BLOCK))
                copied = int(self.starts[n + 1])
        pieces.append(bits[copied:])
        joined = np.concatenate(pieces)
        # What was copied last ends with the ones that filled its last byte; codes may begin with ones, so the
        # end is known only where all blocks were read. Ones beyond it are no code and no decoder reads them.
        filled = np.concatenate((joined, np.ones(-joined.size % 8, np.uint8)))
        return _stuffed(np.packbits(filled).tobytes())

    def categories(self, number: int) -> frozenset[int]:
        """Return the categories of new differences that are coded with a DC table."""
        plan = self.stream.plan
        tables = np.array([self.stream.components[c].dc for c in plan])
        mine = self.changes & (np.resize(tables, self.changes.size) == number)
        return frozenset(category(int(value)) for value in np.unique(self.new[mine]))


@dataclass(frozen=True, slots=True)
class _Tables:
    """The tables that the blank blocks are coded with."""

    dc: dict[int, Table]
    ac: dict[int, Table]


def _windows(raw: bytes) -> Ints:
    """Return the 16 bits that begin at each bit."""
    data = np.frombuffer(raw + b"\xff" * _OVERRUN, np.uint8).astype(np.int32)
    wide = data[:-2] << 16 | data[1:-1] << 8 | data[2:]
    return np.asarray(wide[:, None] >> np.arange(8, 0, -1, dtype=np.int32) & 0xFFFF, np.int64).ravel()


def _walked(stream: Stream, windows: "array[int]", mcus: int) -> tuple[Ints, Ints]:
    """Return where blocks and their AC codes begin; at the end of the first where the last block ends."""
    components = [stream.components[number] for number in stream.plan]
    tables = [(dc_steps(stream.dc_tables[c.dc]), stream.ac_tables[c.ac]) for c in components]
    plan = [(dc, ac_leaps(ac), ac_steps(ac)) for dc, ac in tables]
    starts, coefficients, place = [], [], 0
    for _ in range(mcus):
        for dc, leaps, steps in plan:
            starts.append(place)
            place += dc[windows[place]]
            coefficients.append(place)
            first, reached = place, 1
            while reached < BLOCK:
                leap = leaps[windows[place]]
                place += leap & _TAKEN
                reached += leap >> STEP
            if reached != BLOCK and not ENDED < reached < ENDED + BLOCK:
                place = _stepped(windows, steps, first)
    starts.append(place)
    return np.array(starts), np.array(coefficients)


def _stepped(windows: "array[int]", steps: list[int], place: int) -> int:
    """Return where a block's AC codes end that begin at `place`."""
    reached = 1
    while reached < BLOCK:
        step = steps[windows[place]]
        place += step & _TAKEN
        reached += step >> STEP
    return place


def _differences(stream: Stream, windows: Ints, starts: Ints, component: Ints) -> Ints:
    """Return the DC difference of each block."""
    found = np.zeros(starts.size, np.int64)
    for number, each in enumerate(stream.components):
        at = starts[component == number]
        symbol = symbols_at(stream.dc_tables[each.dc])[windows[at]]
        size, length = symbol >> 5 & 15, symbol % 32
        value = windows[at + length] >> (16 - size)
        found[component == number] = np.where(value < (1 << size) >> 1, value - (1 << size) + 1, value)
    return found


def _with_codes(stream: Stream, intervals: Sequence[_Interval]) -> _Tables:
    """Return tables that have codes for all that is written."""
    dc = {
        number: table.with_symbols(frozenset().union(*(each.categories(number) for each in intervals)))
        for number, table in stream.dc_tables.items()
    }
    ac = {number: table.with_symbols(frozenset({END_OF_BLOCK})) for number, table in stream.ac_tables.items()}
    return _Tables(dc, ac)


def _code_bits(table: Table, symbol: int) -> Bits:
    code, length = codes_of(table)[symbol]
    return _bits(code, length)


def _dc_bits(table: Table, value: int) -> Bits:
    return np.concatenate((_code_bits(table, category(value)), _bits(*extra_bits(value))))


def _bits(value: int, length: int) -> Bits:
    return np.array([value >> (length - 1 - n) & 1 for n in range(length)], np.uint8)


def _stuffed(raw: bytes) -> bytes:
    return raw.replace(b"\xff", b"\xff\x00")


def _joined(stream: Stream, tables: _Tables, intervals: Sequence[bytes]) -> bytes:
    """Return the stream with its coded blocks replaced; tables with further codes stand before the scan."""
    own = ((0, stream.dc_tables, tables.dc), (1, stream.ac_tables, tables.ac))
    added = b"".join(
        new[number].segment(kind, number)
        for kind, old, new in own
        for number in sorted(new)
        if new[number] != old[number]
    )
    coded = bytearray(intervals[0])
    for number, interval in enumerate(intervals[1:]):
        coded += bytes((0xFF, 0xD0 + number % 8)) + interval
    first, last = stream.coded
    return (
        stream.data[: stream.scan]
        + added
        + stream.data[stream.scan : first]
        + bytes(coded)
        + stream.data[last:]
    )
