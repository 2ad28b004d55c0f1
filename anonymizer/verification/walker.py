"""A byte walker for written DICOM files (PS3.10, PS3.5 7): every byte ends as a value or as a problem.

It shares no code with the parser that masking relies on, so that what one of them overlooks the other sees. It
is strict: what masking writes is well-formed, so anything else is worth a finding.
"""

import struct
import zlib
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary

_PREAMBLE, _BODY = 128, 132
_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_PIXELS, _PRIVATE = 0x7FE00010, 0x10000
_LONG = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"))
_SHORT = frozenset(
    (b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT", b"PN", b"SH", b"SL",
     b"SS", b"ST", b"TM", b"UI", b"UL", b"US")
)  # fmt: skip
_BULK_VRS = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"UN"))
_BULK = 4096  # bytes
_OF_FILES = frozenset({0x00020000, 0xFFFCFFFC})
_DEEPEST = 64
_MOST_INFLATED = 512 * 2**20
_IMPLICIT, _BIG, _DEFLATED = "1.2.840.10008.1.2", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"
_ENCAPSULATED = "1.2.840.10008.1.2.4."
_RLE = "1.2.840.10008.1.2.5"


class NotWrittenError(Exception):
    """The bytes do not begin as a DICOM file does."""


class MalformedError(Exception):
    """The structure breaks the standard's rules; the text says how."""


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


@dataclass(slots=True)
class Walk:
    """What a file holds."""

    syntax: str = ""
    big: bool = False
    preamble: bytes = b""
    meta: list[Value] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)  # a bulk value stands here as an empty one
    bulk: list[Bulk] = field(default_factory=list)
    fragments: list[bytes] = field(default_factory=list)  # of encapsulated pixel data
    problems: list[tuple[str, str]] = field(default_factory=list)  # place, what is wrong there

    @property
    def encapsulated(self) -> bool:
        """Whether the transfer syntax compresses pixels."""
        return self.syntax.startswith(_ENCAPSULATED) or self.syntax == _RLE


def walk(raw: bytes) -> Walk:
    """Walk through a file's bytes. Raises NotWrittenError; damage further on is told in `problems`."""
    if raw[_PREAMBLE:_BODY] != b"DICM":
        raise NotWrittenError
    found = Walk(preamble=raw[:_PREAMBLE])
    try:
        begin = _meta(raw, found)
        body, begin = _inflated(raw, begin, found) if found.syntax == _DEFLATED else (raw, begin)
        found.big = found.syntax == _BIG
        reader = _Reader(body, found, implicit=found.syntax == _IMPLICIT, big=found.big)
        reader.dataset(begin, len(body), "")
    except MalformedError as error:
        found.problems.append(("file", str(error)))
    return found


def _meta(raw: bytes, found: Walk) -> int:
    """Read the file meta information (PS3.10 7.1); returns where the data set begins."""
    inner = Walk()
    reader = _Reader(raw, inner, implicit=False, big=False)
    at, end = _BODY, len(raw)
    while at + 2 <= end and raw[at : at + 2] == b"\x02\0":
        at = reader.element(at, end, "")
    found.meta, found.problems = inner.values, inner.problems
    syntax = next((v.value for v in found.meta if v.tag == 0x00020010), b"")  # noqa: PLR2004 - Transfer Syntax UID
    found.syntax = syntax.rstrip(b"\0 ").decode("latin-1")
    if not found.syntax:
        raise MalformedError("The file names no transfer syntax.")
    return at


def _inflated(raw: bytes, begin: int, found: Walk) -> tuple[bytes, int]:
    packer = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        body = packer.decompress(raw[begin:], _MOST_INFLATED)
    except zlib.error as error:
        raise MalformedError("The compressed part is damaged.") from error
    if not packer.eof:
        raise MalformedError("The compressed part is cut off or too large.")
    if packer.unused_data.strip(b"\0"):
        found.problems.append(("end of file", "Bytes stand behind the data set."))
        found.values.append(Value("", 0, b"UN", packer.unused_data))
    return body, 0


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


class _Reader:
    """Reads the elements of one encoding."""

    def __init__(self, data: bytes, found: Walk, *, implicit: bool, big: bool) -> None:
        self._data, self._found, self._implicit, self._big = data, found, implicit, big
        order = ">" if big else "<"
        self._tag_and_length = struct.Struct(order + "HHL").unpack_from
        self._tag_vr_length = struct.Struct(order + "HH2sH").unpack_from
        self._long_length = struct.Struct(order + "L").unpack_from

    def dataset(self, at: int, end: int, prefix: str, *, delimited: bool = False, depth: int = 0) -> int:
        """Read the elements of a data set or an item; returns where it ends."""
        if depth > _DEEPEST:
            raise MalformedError("Sequences are nested too deeply.")
        last, element = -1, self.element
        head = self._tag_and_length
        while at < end:
            if at + 8 > end:
                return self._rest(at, end, prefix)
            group, number, length = head(self._data, at)
            tag = group << 16 | number
            if tag == _ITEM_END and delimited:
                self._check_empty(length, prefix)
                return at + 8
            if tag <= last:
                self._problem(prefix + place(tag), "Elements are repeated or out of order.")
            last = tag
            at = element(at, end, prefix, depth)
        if delimited:
            raise MalformedError("An item has no end.")
        return at

    def element(self, at: int, end: int, prefix: str, depth: int = 0) -> int:
        """Read one element, with all that it contains; returns where it ends."""
        tag, vr, start, length = self._header(at, end)
        if length == _UNDEFINED or vr == b"SQ":
            return self._nested(Value(prefix, tag, vr, b""), (start, length, end), depth)
        stop = start + length
        if stop > end:
            raise MalformedError(f"The value of {place(tag)} runs past its end.")
        if length > _BULK and vr in _BULK_VRS:
            self._found.bulk.append(Bulk(prefix, tag, memoryview(self._data)[start:stop]))
            self._found.values.append(Value(prefix, tag, vr, b""))
        else:
            self._found.values.append(Value(prefix, tag, vr, self._data[start:stop]))
        return stop

    def _header(self, at: int, end: int) -> tuple[int, bytes, int, int]:
        if at + 8 > end:
            raise MalformedError("The file is cut off.")
        if self._implicit:
            group, number, length = self._tag_and_length(self._data, at)
            tag = group << 16 | number
            return tag, implicit_vr(tag), at + 8, length
        group, number, vr, length = self._tag_vr_length(self._data, at)
        tag = group << 16 | number
        if vr in _SHORT:
            return tag, vr, at + 8, length
        if vr not in _LONG or at + 12 > end:
            raise MalformedError(f"The VR of {place(tag)} is none of the standard's.")
        if length:
            self._problem(place(tag), "Reserved bytes are in use.")
        return tag, vr, at + 12, self._long_length(self._data, at + 8)[0]

    def _nested(self, value: Value, span: tuple[int, int, int], depth: int) -> int:
        start, length, end = span
        if value.tag == _PIXELS and value.vr != b"SQ" and not value.prefix:
            return self._fragments(start, end)
        stop = end if length == _UNDEFINED else start + length
        if stop > end:
            raise MalformedError(f"The sequence {value.place} runs past its end.")
        if value.vr not in (b"SQ", b"UN"):
            raise MalformedError(f"The length of {value.place} is undefined.")
        reader = self
        if value.vr == b"UN" and not self._implicit:  # PS3.5 6.2.2: such a sequence is in implicit VR
            reader = _Reader(self._data, self._found, implicit=True, big=False)
        # an empty value stands for the sequence itself, so that a private one is judged too
        self._found.values.append(value._replace(vr=b"SQ"))
        return reader.items((start, stop), value.place, delimited=length == _UNDEFINED, depth=depth)

    def items(self, span: tuple[int, int], path: str, *, delimited: bool, depth: int) -> int:
        """Read the items of a sequence; returns where it ends."""
        at, end = span
        index = 0
        while at < end:
            if at + 8 > end:
                raise MalformedError("A sequence is cut off.")
            group, number, length = self._tag_and_length(self._data, at)
            tag, at = group << 16 | number, at + 8
            if tag == _SEQUENCE_END and delimited:
                self._check_empty(length, path + "/")
                return at
            if tag != _ITEM:
                raise MalformedError("A sequence holds something other than items.")
            inside = f"{path}[{index}]/"
            stop = end if length == _UNDEFINED else at + length
            if stop > end:
                raise MalformedError("An item runs past its end.")
            at = self.dataset(at, stop, inside, delimited=length == _UNDEFINED, depth=depth + 1)
            index += 1
        if delimited:
            raise MalformedError("A sequence has no end.")
        return at

    def _fragments(self, at: int, end: int) -> int:
        """Read encapsulated pixel data (PS3.5 A.4)."""
        while at + 8 <= end:
            group, number, length = self._tag_and_length(self._data, at)
            tag, at = group << 16 | number, at + 8
            if tag == _SEQUENCE_END:
                self._check_empty(length, place(_PIXELS))
                return at
            if tag != _ITEM or at + length > end:
                break
            self._found.fragments.append(self._data[at : at + length])
            at += length
            if length % 2 and self._data[at : at + 1] == b"\0":
                at += 1  # writers pad an odd fragment without counting the padding
        raise MalformedError("The compressed pixel data are damaged.")

    def _rest(self, at: int, end: int, prefix: str) -> int:
        self._problem(prefix or "end of file", "Bytes stand behind the data set.")
        self._found.values.append(Value(prefix, 0, b"UN", self._data[at:end]))
        return end

    def _check_empty(self, length: int, where: str) -> None:
        if length:
            self._problem(where, "A delimiter has a length.")

    def _problem(self, where: str, what: str) -> None:
        self._found.problems.append((where, what))
