"""The values of a written file as the verification sees them, and which attributes the standard knows."""

from functools import cache
from typing import NamedTuple

from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary

_PRIVATE = 0x10000
_OF_FILES = frozenset({0x00020000, 0xFFFCFFFC})


class Value(NamedTuple):
    """An element that holds a value: where it stands, its tag, its VR and its bytes."""

    prefix: str  # of the item that it stands in, such as "(0040,0275)[0]/"; "" at the root
    tag: int
    vr: bytes
    value: bytes

    @property
    def place(self) -> str:
        """The path for a finding."""
        return self.prefix + place(self.tag)


class Bulk(NamedTuple):
    """A large binary value, not copied."""

    prefix: str
    tag: int
    content: memoryview


def place(tag: int) -> str:
    """Write a tag as reports do: "(0010,0010)"."""
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


@cache
def _dictionary() -> dict[int, bytes]:
    """VRs of the standard's attributes, for implicit VR."""
    return {tag: row[0][:2].encode() for tag, row in DicomDictionary.items()}


@cache
def _repeating() -> dict[int, bytes]:
    return {
        int(mask.replace("x", "0"), 16): row[0][:2].encode()
        for mask, row in RepeatersDictionary.items()
        if mask[2:4] == "xx"
    }


def is_standard(tag: int) -> bool:
    """Tell whether the standard knows a public attribute; group lengths, which it has retired, do not count."""
    return tag in _dictionary() or tag & 0xFF00FFFF in _repeating() or tag in _OF_FILES


def implicit_vr(tag: int) -> bytes:
    """Tell the VR of an attribute by the standard's dictionary; UN where it knows none."""
    vr = _dictionary().get(tag)
    if vr is None and not tag & _PRIVATE:
        vr = _repeating().get(tag & 0xFF00FFFF)
    if vr is None and tag & _PRIVATE and 0x10 <= tag & 0xFFFF <= 0xFF:  # noqa: PLR2004 - the creators' range
        return b"LO"
    return vr or b"UN"
