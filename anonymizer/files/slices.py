"""Where the elements of a data set stand in its bytes, for data sets in which everything is as it should be.

Only Explicit VR Little Endian (PS3.5 7.1.2) is read, and no value is decoded. Whatever is out of the ordinary
raises `IrregularError`, upon which pydicom reads the file: it knows how to live with broken ones.
"""

from struct import Struct, error
from typing import NamedTuple

UNDEFINED = 0xFFFFFFFF
PIXEL_GROUP = 0x7FE00000
_HEAD, _LENGTH, _ITEM_HEAD = Struct("<HH2sH"), Struct("<L"), Struct("<LL")
_SHORT = frozenset(
    b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split()
)  # length in two bytes
_LONG = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())  # in four, two empty ones before them
_ITEM, _ITEM_END, _SEQUENCE_END = 0xE000FFFE, 0xE00DFFFE, 0xE0DDFFFE  # as numbers in little endian
_DELIMITERS = 0xFFFE
_DEEPEST = 16


class IrregularError(Exception):
    """The bytes are not as the standard wants them, or in a way that is too rare to be worth a short cut."""


class Slice(NamedTuple):
    """An element: from `start` to `end` with its head, its value from `value` to `stop`."""

    tag: int
    vr: bytes
    start: int
    value: int
    stop: int
    end: int  # behind the delimiter of a sequence of undefined length, else equal to `stop`

    def moved(self, by: int) -> "Slice":
        """Return it as it stands in other bytes, so many further on."""
        return Slice(self.tag, self.vr, self.start + by, self.value + by, self.stop + by, self.end + by)


class Item(NamedTuple):
    """An item of a sequence; its elements stand from `value` to `stop`."""

    start: int
    value: int
    stop: int
    end: int


def elements(raw: bytes, place: int, end: int, *, until: int = UNDEFINED, depth: int = 0) -> list[Slice]:
    """Return the elements between two places, in ascending order, before the first tag from `until` on.

    The last place reached is the end of the last element. Raises IrregularError.
    """
    found: list[Slice] = []
    previous = -1
    try:
        while place < end:
            each = element_at(raw, place, end, depth)
            if each.tag >= until:
                break
            if each.end > end or each.tag <= previous:
                raise IrregularError
            found.append(each)
            previous, place = each.tag, each.end
    except error as problem:
        raise IrregularError from problem
    return found


def element_at(raw: bytes, place: int, end: int, depth: int = 0) -> Slice:
    """Return the element that begins at a place. Raises IrregularError, or struct.error where the bytes end."""
    group, number, vr, length = _HEAD.unpack_from(raw, place)
    tag, value = group << 16 | number, place + 8
    if vr in _SHORT:
        return Slice(tag, vr, place, value, value + length, value + length)
    if group == _DELIMITERS:
        return Slice(tag, vr, place, value, value, value)
    if vr not in _LONG or length:
        raise IrregularError
    (length,) = _LENGTH.unpack_from(raw, value)
    value += 4
    if length != UNDEFINED:
        return Slice(tag, vr, place, value, value + length, value + length)
    if vr != b"SQ":
        raise IrregularError
    stop = _items(raw, value, end, depth=depth)[1]
    return Slice(tag, vr, place, value, stop, stop + 8)


def items(raw: bytes, sequence: Slice) -> list[Item]:
    """Return the items of a sequence. Raises IrregularError."""
    try:
        return _items(raw, sequence.value, sequence.end, closed=sequence.stop == sequence.end)[0]
    except error as problem:
        raise IrregularError from problem


def _items(
    raw: bytes, place: int, end: int, *, closed: bool = False, depth: int = 0
) -> tuple[list[Item], int]:
    """Return the items and where they end; `closed`: at `end`, else at a delimiter."""
    if depth > _DEEPEST:
        raise IrregularError
    found = []
    while not (closed and place == end):
        tag, length = _ITEM_HEAD.unpack_from(raw, place)
        if tag == _SEQUENCE_END and not closed and not length:
            break
        if tag != _ITEM:
            raise IrregularError
        stop = behind = place + 8 + length
        if length == UNDEFINED:
            stop = _item_end(raw, place + 8, end, depth)
            behind = stop + 8
        if behind > end:
            raise IrregularError
        found.append(Item(place, place + 8, stop, behind))
        place = behind
    return found, place


def _item_end(raw: bytes, place: int, end: int, depth: int) -> int:
    inner = elements(raw, place, end, until=0xFFFEE00D, depth=depth + 1)
    stop = inner[-1].end if inner else place
    if _ITEM_HEAD.unpack_from(raw, stop) != (_ITEM_END, 0):
        raise IrregularError
    return stop
