"""Which private elements belong to which creator (PS3.5 7.8)."""

from collections.abc import Iterable

from anonymizer.files.slices import Slice

_FIRST_CREATOR, _LAST_CREATOR = 0x10, 0xFF


def is_creator(tag: int) -> bool:
    """Whether a private element names the creator of a block."""
    return _FIRST_CREATOR <= tag & 0xFFFF <= _LAST_CREATOR


def named_block(creator: int) -> int:
    """Return the block that a creator names: the first three bytes of the tags in it."""
    return creator >> 16 << 8 | creator & 0xFF


def creators(slices: Iterable[Slice]) -> dict[int, Slice]:
    """Return the creators among elements, by their blocks."""
    return {named_block(each.tag): each for each in slices if each.tag >> 16 & 1 and is_creator(each.tag)}
