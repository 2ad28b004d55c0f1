"""Passages: attributes in a row that were walked through before in another file, byte for byte.

Only what is well-formed and not large is remembered. What a passage says is judged anew for every patient and for
every claim that files make of themselves.
"""

from collections.abc import Sequence
from typing import NamedTuple

from anonymizer.verification.values import Value

_HEAD = 8  # bytes that passages are found by
_LONGEST = 2**12  # bytes of an attribute; more can be bulk data, which are searched in another way
_FEWEST, _ALIKE = 2, 3
_ROOM = 2 * 2**20  # bytes
_PIXELS = 0x7FE00000


class Passage:
    """Attributes in a row, with all of each private group that they belong to. Equal only to itself."""

    __slots__ = ("_after", "_before", "first", "last", "raw", "tags", "values")

    def __init__(self, raw: bytes, values: tuple[Value, ...]) -> None:
        self.raw, self.values = raw, values  # the latter with those at any depth
        own = [value.tag for value in values if not value.prefix]
        self.first, self.last = own[0], own[-1]
        self._before, self._after = _private(self.first), _private(self.last)
        self.tags = frozenset(value.tag for value in values)

    def continues(self, raw: bytes, place: int, last: int) -> bool:
        """Tell whether the passage stands behind an attribute, `last`, and is whole there."""
        if self.first <= last or not raw.startswith(self.raw, place):
            return False
        if self._before and self._before == last >> 16:
            return False
        end = place + len(self.raw)
        return not self._after or int.from_bytes(raw[end : end + 2], "little") != self._after


class Step(NamedTuple):
    """An attribute of the data set itself, with all that it contains."""

    tag: int
    start: int
    end: int
    values: Sequence[Value]


class Passages:
    """Those that are remembered."""

    def __init__(self) -> None:
        self._by_head: dict[bytes, tuple[Passage, ...]] = {}
        self._before: set[bytes] = set()  # what stood in the file before and was no part of a passage
        self._taken = 0

    def at(self, raw: bytes, place: int, last: int) -> Passage | None:
        """Return the passage that stands at a place behind an attribute, `last`; None where none is known."""
        for passage in self._by_head.get(raw[place : place + _HEAD], ()):
            if passage.continues(raw, place, last):
                return passage
        return None

    def learn(self, raw: bytes, steps: Sequence[Step]) -> None:
        """Remember those of a file's steps that stood in the file before, too: runs of them, one behind the other."""
        run: list[Step] = []
        now: set[bytes] = set()
        for step in steps:
            known = self._known(raw, step, now)
            if not known or (run and run[-1].end != step.start):
                self._keep(raw, run)
                run = []
            if known:
                run.append(step)
        self._keep(raw, run)
        self._before = now

    def _known(self, raw: bytes, step: Step, now: set[bytes]) -> bool:
        if step.end - step.start > _LONGEST or step.tag >= _PIXELS:
            return False
        written = raw[step.start : step.end]
        now.add(written)
        return written in self._before

    def _keep(self, raw: bytes, run: Sequence[Step]) -> None:
        if len(run) < _FEWEST:
            return
        values = tuple(value for step in run for value in step.values)
        passage = Passage(raw[run[0].start : run[-1].end], values)
        self._taken += len(passage.raw)
        if self._taken > _ROOM:
            self._by_head.clear()
            self._taken = len(passage.raw)
        head = passage.raw[:_HEAD]
        self._by_head[head] = (passage, *self._by_head.get(head, ()))[:_ALIKE]


def _private(tag: int) -> int:
    """Return the group of a private attribute, 0 for one of the standard."""
    return tag >> 16 if tag & 0x10000 else 0
