"""Stretches: elements in a row that stood so, byte for byte, in files before, so that they are known as a whole.

The files of a series differ in some twenty of their elements. What stands between these is found by comparing
bytes, without taking it apart again, and whoever works something out from a stretch does that once.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from struct import error

from anonymizer.files.slices import UNDEFINED, IrregularError, Slice, element_at

_HEAD = 8  # bytes of an element by which stretches that begin with it are found
_ALTERNATIVES = 4  # stretches that begin alike
_FEWEST = 2  # elements that are worth a stretch
_LONGEST = 2**14  # bytes of an element that may be part of one
_ROOM = 2 * 2**20  # bytes that are remembered


class Stretch:
    """Consecutive elements of a data set, equal only to itself. Its private groups are whole."""

    def __init__(self, raw: bytes, slices: tuple[Slice, ...]) -> None:
        self.raw, self.slices = raw, slices  # where they stand in `raw`
        self.first, self.last = slices[0].tag, slices[-1].tag
        self.size = len(raw)
        self._opens = _private_group(self.first)
        closes = _private_group(self.last)
        self._closes = closes.to_bytes(2, "little") if closes else None

    def __len__(self) -> int:
        """How many bytes it takes."""
        return self.size

    @cached_property
    def by_tag(self) -> dict[int, bytes]:
        """Its elements, with their heads."""
        return {each.tag: self.raw[each.start : each.end] for each in self.slices}

    def stands(self, raw: bytes, place: int, previous: int) -> bool:
        """Whether it stands at a place, with nothing of its private groups before or behind it."""
        if not raw.startswith(self.raw, place) or self._opens == _private_group(previous) != 0:
            return False
        behind = place + self.size
        return self._closes is None or raw[behind : behind + 2] != self._closes


Piece = Slice | Stretch


class Stretches:
    """Takes data sets apart and learns what repeats; `apart` are tags that are no part of a stretch.

    No stretch reaches over one of them either, be it there or not.
    """

    def __init__(self, apart: Iterable[int] = ()) -> None:
        self._apart = sorted(apart)
        self._known: dict[bytes, tuple[Stretch, ...]] = {}
        self._before: set[bytes] = set()  # elements that were single in the file before
        self._taken = 0

    def read(self, raw: bytes, place: int, *, until: int = UNDEFINED) -> list[Piece]:
        """Return what stands from a place on, in ascending order, before the first tag from `until` on.

        Raises IrregularError, as `elements` does.
        """
        pieces: list[Piece] = []
        previous, end, known = -1, len(raw), self._known
        try:
            while place < end:
                for stretch in known.get(raw[place : place + _HEAD], ()):
                    if stretch.stands(raw, place, previous):
                        first, last, behind = stretch.first, stretch.last, place + stretch.size
                        pieces.append(stretch)
                        break
                else:
                    each = element_at(raw, place, end)
                    first = last = each.tag
                    behind = each.end
                    if first >= until:
                        break
                    pieces.append(each)
                if first <= previous or behind > end:
                    raise IrregularError
                previous, place = last, behind
        except error as problem:
            raise IrregularError from problem
        self._learn(raw, pieces)
        return pieces

    def _learn(self, raw: bytes, pieces: Sequence[Piece]) -> None:
        """Make stretches of single elements that stood in the file before, too.

        That they stood in any file is not enough: positions and numbers of slices recur in every series.
        """
        run: list[Slice] = []
        now: set[bytes] = set()
        before = section = -1
        for piece in pieces:
            if isinstance(piece, Slice) and self._came_before(raw, piece, now):
                here = bisect_right(self._apart, piece.tag)
                if here != section:
                    before = self._keep(raw, run, before, piece.tag)
                    run, section = [], here
                run.append(piece)
            else:
                self._keep(raw, run, before, first_tag(piece))
                run, before = [], _last(piece)
        self._keep(raw, run, before, -1)
        self._before = now

    def _came_before(self, raw: bytes, each: Slice, now: set[bytes]) -> bool:
        if each.end - each.start > _LONGEST or each.tag in self._apart:
            return False
        element = raw[each.start : each.end]
        now.add(element)
        return element in self._before

    def _keep(self, raw: bytes, run: Sequence[Slice], before: int, behind: int) -> int:
        """Remember a run that stands between two tags, private groups of which it has a part excepted."""
        if len(run) < _FEWEST:
            return run[-1].tag if run else before
        last = run[-1].tag
        run = [each for each in run if _private_group(each.tag) not in _halved(before, behind)]
        if len(run) >= _FEWEST:
            start, end = run[0].start, run[-1].end
            moved = tuple(each.moved(-start) for each in run)
            stretch = Stretch(raw[start:end], moved)
            self._taken += stretch.size
            if self._taken > _ROOM:
                self._known.clear()
                self._taken = stretch.size
            head = stretch.raw[:_HEAD]
            self._known[head] = (stretch, *self._known.get(head, ()))[:_ALTERNATIVES]
        return last


def first_tag(piece: Piece) -> int:
    """Return the tag that a piece begins with."""
    return piece.tag if isinstance(piece, Slice) else piece.first


def _last(piece: Piece) -> int:
    return piece.tag if isinstance(piece, Slice) else piece.last


def _private_group(tag: int) -> int:
    """Return the group of a private element; 0 for any other one."""
    group = tag >> 16
    return group if tag > 0 and group & 1 else 0


def _halved(before: int, behind: int) -> set[int]:
    return {_private_group(before), _private_group(behind)} - {0}
