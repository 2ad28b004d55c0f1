"""Huffman tables of sequential JPEG (ISO/IEC 10918-1 annexes C and F): codes, look-ups, and room for further ones."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

WINDOW = 16  # bits: no code is longer
STEP = 32  # bits by which a look-up's step stands above the bits that it takes
END_OF_BLOCK, SKIP_16 = 0x00, 0xF0
BLOCK = 64  # coefficients
ENDED = 1 << 10  # coefficients: what an end of block counts in a leap
_LEAPS = 4  # further codes in a window
_NOWHERE = 1 << 31  # bits that a code takes which does not exist: a walk ends there


class UnfitError(Exception):
    """The stream is none that can be edited in place; it is never shown to anybody."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: how many codes of each length from 1 to 16, and the symbols in the order of their codes."""

    counts: tuple[int, ...]
    symbols: bytes

    def with_symbols(self, wanted: frozenset[int]) -> "Table":
        """Return the table with codes for further symbols; those that it has stay what they are.

        Raises UnfitError where no codes are left.
        """
        missing = sorted(wanted - set(self.symbols))
        if not missing:
            return self
        after = 0
        for length, count in enumerate(self.counts, 1):
            after = (after << 1) + count if length > 1 else count
        if after + len(missing) >= 1 << WINDOW:  # the code of ones alone is reserved
            raise UnfitError
        return Table((*self.counts[:-1], self.counts[-1] + len(missing)), self.symbols + bytes(missing))

    def segment(self, kind: int, number: int) -> bytes:
        """Return the DHT segment that defines it; `kind` is 0 for DC, 1 for AC."""
        body = bytes([kind << 4 | number, *self.counts]) + self.symbols
        return b"\xff\xc4" + struct.pack(">H", len(body) + 2) + body


@lru_cache(32)
def codes_of(table: Table) -> Mapping[int, tuple[int, int]]:
    """Return code and length of each symbol."""
    found, code, place = {}, 0, 0
    for length, count in enumerate(table.counts, 1):
        for symbol in table.symbols[place : place + count]:
            found[symbol] = (code, length)
            code += 1
        place += count
        code <<= 1
    return found


@lru_cache(16)
def symbols_at(table: Table) -> Ints:
    """Return for every window of 16 bits its symbol and the length of the code: symbol × 32 + length, or -1."""
    found = np.full(1 << WINDOW, -1, np.int64)
    for symbol, (code, length) in codes_of(table).items():
        first = code << (WINDOW - length)
        found[first : first + (1 << (WINDOW - length))] = symbol * 32 + length
    return found


@lru_cache(16)
def dc_steps(table: Table) -> list[int]:
    """Return for every window how many bits a DC difference takes."""
    found = symbols_at(table)
    taken = found % 32 + (found >> 5 & 15)
    return [int(n) for n in np.where(found < 0, _NOWHERE, taken)]


@lru_cache(16)
def ac_steps(table: Table) -> list[int]:
    """Return for every window the bits that an AC code takes, and above them how many coefficients it stands for."""
    found = symbols_at(table)
    symbol = found >> 5
    size, run = symbol & 15, symbol >> 4 & 15
    step = np.where(size > 0, run + 1, np.where(symbol == SKIP_16, 16, BLOCK))
    taken = found % 32 + size
    return [int(n) for n in np.where(found < 0, _NOWHERE, step << STEP | taken)]


@lru_cache(16)
def ac_leaps(table: Table) -> list[int]:
    """Return the same as `ac_steps` for as many codes as a window holds whole, and ENDED more behind an end of block.

    A walk that leaps over the last coefficient without an end of block has gone into the next block.
    """
    single = np.array(ac_steps(table), np.int64)
    length = np.where(symbols_at(table) < 0, WINDOW + 1, symbols_at(table) % 32)
    window = np.arange(1 << WINDOW)
    taken, step = single & (1 << STEP) - 1, single >> STEP
    ended = step == BLOCK
    for _ in range(_LEAPS):
        shift = np.minimum(taken, WINDOW)
        following = (window << shift) & ((1 << WINDOW) - 1)
        more = ~ended & (step < BLOCK) & (length[following] <= WINDOW - shift)
        further = np.where(more, single[following], 0)
        taken, step = taken + (further & (1 << STEP) - 1), step + (further >> STEP)
        ended |= further >> STEP == BLOCK
    step = np.where(ended, step - BLOCK + ENDED, step)
    return [int(n) for n in step << STEP | taken]


def category(value: int) -> int:
    """Return how many bits a difference takes (table F.1)."""
    return abs(value).bit_length()


def extra_bits(value: int) -> tuple[int, int]:
    """Return the bits that follow a difference's category, and how many."""
    size = category(value)
    return (value if value >= 0 else value + (1 << size) - 1), size
