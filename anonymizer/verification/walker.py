"""A byte walker for written DICOM files (PS3.10, PS3.5 7): every byte ends as a value or as a problem.

It shares no code with the parser that masking relies on, so that what one of them overlooks the other sees. It
is strict: what masking writes is well-formed, so anything else is worth a finding.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from anonymizer.verification.passages import Passage, Passages, Step
from anonymizer.verification.values import Bulk, Value, implicit_vr, place

_PREAMBLE, _BODY = 128, 132
_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_PIXELS = 0x7FE00010
_LONG = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"))
_SHORT = frozenset(
    (b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT", b"PN", b"SH", b"SL",
     b"SS", b"ST", b"TM", b"UI", b"UL", b"US")
)  # fmt: skip
_BULK_VRS = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"UN"))
_BULK = 4096  # bytes
_DEEPEST = 64
_MOST_INFLATED = 512 * 2**20
_IMPLICIT, _BIG, _DEFLATED = "1.2.840.10008.1.2", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"
_ENCAPSULATED = "1.2.840.10008.1.2.4."
_RLE = "1.2.840.10008.1.2.5"


class NotWrittenError(Exception):
    """The bytes do not begin as a DICOM file does."""


class MalformedError(Exception):
    """The structure breaks the standard's rules; the text says how."""


@dataclass(slots=True)
class Walk:
    """What a file holds."""

    syntax: str = ""
    big: bool = False
    preamble: bytes = b""
    meta: list[Value] = field(default_factory=list)
    values: list[Value] = field(
        default_factory=list
    )  # outside passages; a bulk value stands here as an empty one
    bulk: list[Bulk] = field(default_factory=list)
    fragments: list[bytes] = field(default_factory=list)  # of encapsulated pixel data
    problems: list[tuple[str, str]] = field(default_factory=list)  # place, what is wrong there
    passages: list[tuple[int, Passage]] = field(default_factory=list)  # and how many values stand before each

    @property
    def parts(self) -> Iterator[Value | Passage]:
        """Everything in the order of the file."""
        at = 0
        for begin, passage in self.passages:
            yield from self.values[at:begin]
            yield passage
            at = begin
        yield from self.values[at:]

    def values_of(self, tags: frozenset[int]) -> list[Value]:
        """Return the values of some attributes, at any depth."""
        found: list[Value] = []
        for part in self.parts:
            if isinstance(part, Passage):
                if not tags.isdisjoint(part.tags):
                    found += (value for value in part.values if value.tag in tags)
            elif part.tag in tags:
                found.append(part)
        return found

    @property
    def encapsulated(self) -> bool:
        """Whether the transfer syntax compresses pixels."""
        return self.syntax.startswith(_ENCAPSULATED) or self.syntax == _RLE


def walk(raw: bytes, passages: Passages | None = None) -> Walk:
    """Walk through a file's bytes. Raises NotWrittenError; damage further on is told in `problems`.

    `passages` are those of files that were walked through before.
    """
    if raw[_PREAMBLE:_BODY] != b"DICM":
        raise NotWrittenError
    found = Walk(preamble=raw[:_PREAMBLE])
    try:
        begin = _meta(raw, found)
        body, begin = _inflated(raw, begin, found) if found.syntax == _DEFLATED else (raw, begin)
        found.big = found.syntax == _BIG
        reader = _Reader(body, found, implicit=found.syntax == _IMPLICIT, big=found.big)
        if passages is None or body is not raw or reader.is_unusual:
            reader.dataset(begin, len(body), "")
        else:
            _with_passages(raw, begin, reader, passages)
    except MalformedError as error:
        found.problems.append(("file", str(error)))
    return found


def _with_passages(raw: bytes, begin: int, reader: "_Reader", passages: Passages) -> None:
    """Read the data set, and what of it stood in other files only as far as it takes to see that."""
    found, values = reader.found, reader.found.values
    at, last, end = begin, -1, len(raw)
    steps: list[Step] = []
    while at < end:
        passage = passages.at(raw, at, last)
        if passage is None:
            start, before = at, len(values)
            at, last = reader.step(at, end, last)
            steps.append(Step(last, start, at, values[before:]))
        else:
            found.passages.append((len(values), passage))
            at, last = at + len(passage.raw), passage.last
    if not found.problems:
        passages.learn(raw, steps)


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


class _Reader:
    """Reads the elements of one encoding."""

    def __init__(self, data: bytes, found: Walk, *, implicit: bool, big: bool) -> None:
        self._data, self.found = data, found
        self._implicit, self._big = implicit, big
        order = ">" if big else "<"
        self._tag_and_length = struct.Struct(order + "HHL").unpack_from
        self._tag_vr_length = struct.Struct(order + "HH2sH").unpack_from
        self._long_length = struct.Struct(order + "L").unpack_from

    @property
    def is_unusual(self) -> bool:
        """Whether the encoding is another one than Explicit VR Little Endian."""
        return self._implicit or self._big

    def step(self, at: int, end: int, last: int) -> tuple[int, int]:
        """Read one element of the data set itself; returns where it ends, and its tag."""
        if at + 8 > end:
            return self._rest(at, end, ""), last
        group, number, _ = self._tag_and_length(self._data, at)
        tag = group << 16 | number
        if tag <= last:
            self._problem(place(tag), "Elements are repeated or out of order.")
        return self.element(at, end, ""), tag

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
            self.found.bulk.append(Bulk(prefix, tag, memoryview(self._data)[start:stop]))
            self.found.values.append(Value(prefix, tag, vr, b""))
        else:
            self.found.values.append(Value(prefix, tag, vr, self._data[start:stop]))
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
            reader = _Reader(self._data, self.found, implicit=True, big=False)
        # an empty value stands for the sequence itself, so that a private one is judged too
        self.found.values.append(value._replace(vr=b"SQ"))
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
            self.found.fragments.append(self._data[at : at + length])
            at += length
            if length % 2 and self._data[at : at + 1] == b"\0":
                at += 1  # writers pad an odd fragment without counting the padding
        raise MalformedError("The compressed pixel data are damaged.")

    def _rest(self, at: int, end: int, prefix: str) -> int:
        self._problem(prefix or "end of file", "Bytes stand behind the data set.")
        self.found.values.append(Value(prefix, 0, b"UN", self._data[at:end]))
        return end

    def _check_empty(self, length: int, where: str) -> None:
        if length:
            self._problem(where, "A delimiter has a length.")

    def _problem(self, where: str, what: str) -> None:
        self.found.problems.append((where, what))
