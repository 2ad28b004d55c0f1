"""Regular files: in the syntax that most are in, nothing broken, so that they need not be decoded as a whole."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from struct import pack

from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from anonymizer.files.file_format import NAMES, UNREADABLE, is_misdeclared
from anonymizer.files.slices import PIXEL_GROUP, IrregularError, Slice, elements
from anonymizer.files.stretches import Piece, Stretch, Stretches, first_tag
from anonymizer.headers.damage import is_spoiled

CHARSET, SOP_CLASS, SOP_INSTANCE, PIXEL_DATA = 0x00080005, 0x00080016, 0x00080018, 0x7FE00010
LENGTH_TO_END, FIRST_GROUP = 0x00080001, 8
_SYNTAX = 0x00020010
_OTHER_ENCODINGS = frozenset(
    ("", DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian)
)
_META, _META_VALUE = 132, 144
_GROUP_LENGTH = b"\x02\0\0\0UL\x04\0"
_PREFIX = b"DICM"
_SHORTEST_UID, _LONGEST_UID = 3, 64
_SHORT_HEAD = 8  # bytes before a value: tag, VR and length
_BEHIND_PIXELS = PIXEL_GROUP | 0xFFFF


@dataclass(frozen=True)
class RegularFile:
    """A file's bytes and the elements in them."""

    raw: bytes = field(repr=False)
    pieces: tuple[Piece, ...]  # of the data set, pixel data excepted
    end: int  # behind the last element that was looked for
    pixels: Slice | None = None

    @cached_property
    def single(self) -> tuple[Slice, ...]:
        """The elements that are no part of a stretch."""
        return tuple(piece for piece in self.pieces if type(piece) is Slice)

    @cached_property
    def by_tag(self) -> dict[int, bytes]:
        """The elements of the data set itself, with their heads."""
        found: dict[int, bytes] = {}
        for piece in self.pieces:
            if isinstance(piece, Stretch):
                found.update(piece.by_tag)
            else:
                found[piece.tag] = self.raw[piece.start : piece.end]
        return found

    def bytes_of(self, tag: int) -> bytes:
        """Return an element as it stands in the file; b"" if there is none."""
        return self.by_tag.get(tag, b"")

    def short_value(self, tag: int) -> bytes:
        """Return the value of an element whose length takes two bytes; b"" if there is none."""
        return self.bytes_of(tag)[_SHORT_HEAD:]

    @property
    def is_followed(self) -> bool:
        """Whether something stands behind the last element that was looked for."""
        return bool(self.pieces) and self.end < len(self.raw)

    @cached_property
    def charset(self) -> bytes:
        """The element that names the character set, b"" without one."""
        return self.bytes_of(CHARSET)

    def uid(self, tag: int) -> str:
        """Return a UID; "" if there is none. Raises IrregularError for several or for letters in it."""
        found = self.bytes_of(tag)
        if not found:
            return ""
        value = found[_SHORT_HEAD:].strip(b" \0")
        if found[4:6] != b"UI" or value.translate(None, b"0123456789."):
            raise IrregularError
        return value.decode("ascii")


def open_regular(raw: bytes, stretches: Stretches) -> RegularFile:
    """Find the elements of a file. Raises IrregularError for any but a regular one without compression."""
    file, syntax = _opened(raw, stretches)
    if syntax != ExplicitVRLittleEndian:
        raise IrregularError
    if file.end < len(raw):
        behind = elements(raw, file.end, len(raw))
        if not behind:
            raise IrregularError
        pixels = behind.pop(0) if behind[0].tag == PIXEL_DATA else None
        file = RegularFile(raw, (*file.pieces, *behind), file.end, pixels)
    _check(file)
    return file


def open_header(raw: bytes, stretches: Stretches) -> RegularFile:
    """Find the elements before the pixel data, in a file or its beginning; compression does not matter.

    Raises IrregularError for any but a regular header.
    """
    file, syntax = _opened(raw, stretches)
    if syntax in _OTHER_ENCODINGS:
        raise IrregularError
    _check(file)
    return file


def _opened(raw: bytes, stretches: Stretches) -> tuple[RegularFile, str]:
    """Return a file as far as its pixel data, and its transfer syntax."""
    if raw[128:132] != _PREFIX or raw[_META : _META + 8] != _GROUP_LENGTH:
        raise IrregularError
    start = _META_VALUE + int.from_bytes(raw[_META + 8 : _META_VALUE], "little")
    meta = {each.tag: raw[each.value : each.stop] for each in elements(raw, _META, start)}
    syntax = meta.get(_SYNTAX, b"").rstrip(b"\0 ").decode("latin-1")
    pieces = stretches.read(raw, start, until=PIXEL_GROUP)
    size = sum(piece.size if isinstance(piece, Stretch) else piece.end - piece.start for piece in pieces)
    return RegularFile(raw, tuple(pieces), start + size), syntax


def _check(file: RegularFile) -> None:
    first = first_tag(file.pieces[0]) if file.pieces else 0
    if first >> 16 < FIRST_GROUP or LENGTH_TO_END in file.by_tag:
        raise IrregularError
    if any(PIXEL_GROUP <= each.tag <= _BEHIND_PIXELS for each in file.single):
        raise IrregularError
    if not all(_SHORTEST_UID <= len(file.uid(tag)) <= _LONGEST_UID for tag in (SOP_CLASS, SOP_INSTANCE)):
        raise IrregularError
    names = [file.short_value(tag) for tag in NAMES]
    if is_misdeclared(file.charset[_SHORT_HEAD:], names) or any(map(is_spoiled, names)):
        raise IrregularError
    if file.pixels is not None and (file.pixels.stop - file.pixels.value) % 2:
        raise IrregularError


def parsed(parts: Iterable[bytes]) -> Dataset:
    """Return a data set of single elements, in ascending order. Raises IrregularError."""
    try:
        return read_dataset(BytesIO(b"".join(parts)), is_implicit_VR=False, is_little_endian=True)
    except (*UNREADABLE, OSError) as error:
        raise IrregularError from error


def in_sequences(inner: bytes, within: tuple[int, ...]) -> bytes:
    """Return elements as the only item of the sequences around them, outermost first."""
    for tag in reversed(within):
        item = pack("<LL", 0xE000FFFE, len(inner)) + inner
        inner = sequence_head(tag, len(item)) + item
    return inner


def sequence_head(tag: int, length: int) -> bytes:
    """Return the first bytes of a sequence."""
    return pack("<HH4sL", tag >> 16, tag & 0xFFFF, b"SQ\0\0", length)
