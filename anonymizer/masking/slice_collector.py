"""Collecting identities from the slices of a regular file; what a slice tells is found out once."""

from collections.abc import Iterator, Sequence

from pydicom.datadict import tag_for_keyword
from pydicom.tag import BaseTag

from anonymizer.files.slices import Slice, elements, items
from anonymizer.files.stretches import Stretch
from anonymizer.headers.private_blocks import creators
from anonymizer.headers.remembered import Memory
from anonymizer.identities.collect import (
    ISSUERS,
    Mention,
    first_text,
    identity_from,
    issuer_of,
    may_mention,
    mentions_at,
)
from anonymizer.masking.regular_file import CHARSET, RegularFile, parsed
from anonymizer.profiles.plan import Plan
from anonymizer.report import Identity

_PRIVATE_KINDS = frozenset({b"PN", b"SQ", b"UN"})  # the others tell nothing without a name


class SliceCollector:
    """Collects for one character set and plan."""

    def __init__(self, plan: Plan, charset: bytes) -> None:
        self._plan, self._charset = plan, charset
        self._mentions: Memory[bytes, tuple[Mention, ...]] = Memory()
        self._in_stretches: Memory[Stretch, tuple[Mention, ...]] = Memory()
        self._texts: Memory[bytes, str] = Memory()

    def identity(self, file: RegularFile) -> Identity:
        """Return the original identity. Raises IrregularError."""
        return identity_from(lambda keyword: self.first_text(file, keyword), self._issuer(file))

    def _issuer(self, file: RegularFile) -> str:
        key = b"".join(file.bytes_of(tag) for tag in ISSUERS)
        if not key:
            return ""
        text = self._texts.get(key)
        if text is None:
            text = issuer_of(parsed([self._charset, key]))
            self._texts.put(key, text)
        return text

    def first_text(self, file: RegularFile, keyword: str) -> str:
        """Return the first value of an attribute; "" where there is none. Raises IrregularError."""
        tag = tag_for_keyword(keyword) or 0
        key = file.bytes_of(tag)
        if not key:
            return ""
        if key[4:6] == b"UI":
            return file.uid(tag)
        text = self._texts.get(key)
        if text is None:
            text = first_text(parsed([self._charset, key]), keyword)
            self._texts.put(key, text)
        return text

    def mentions(self, file: RegularFile) -> frozenset[Mention]:
        """Return what the file tells of whose it is. Raises IrregularError."""
        told = set(self._among(file.raw, file.single))
        for piece in file.pieces:
            if isinstance(piece, Stretch):
                told.update(self._in_stretch(piece))
        return frozenset(told)

    def _in_stretch(self, stretch: Stretch) -> tuple[Mention, ...]:
        found = self._in_stretches.get(stretch)
        if found is None:
            found = tuple(dict.fromkeys(self._among(stretch.raw, stretch.slices)))
            self._in_stretches.put(stretch, found)
        return found

    def _among(self, raw: bytes, slices: Sequence[Slice]) -> Iterator[Mention]:
        known = self._mentions.get
        blocks = creators(slices)
        for each in slices:
            if each.tag >> 16 & 1:
                if each.vr in _PRIVATE_KINDS:
                    yield from self._asked(raw, each, blocks.get(each.tag >> 8))
            elif each.vr == b"SQ":
                found = known(raw[each.start : each.end])
                yield from found if found is not None else self._inside(raw, each)
            elif may_mention(each.tag, each.vr.decode("ascii")):
                found = known(raw[each.start : each.end])
                yield from found if found is not None else self._asked(raw, each)

    def _inside(self, raw: bytes, sequence: Slice) -> tuple[Mention, ...]:
        found: list[Mention] = []
        for item in items(raw, sequence):
            inner = elements(raw, item.value, item.stop)
            if any(each.tag == CHARSET for each in inner):
                return self._asked(raw, sequence)
            found += self._among(raw, inner)
        told = tuple(dict.fromkeys(found))
        self._mentions.put(raw[sequence.start : sequence.end], told)
        return told

    def _asked(self, raw: bytes, each: Slice, creator: Slice | None = None) -> tuple[Mention, ...]:
        element = raw[each.start : each.end]
        before = b"" if creator is None else raw[creator.start : creator.end]
        found = self._mentions.get(before + element)
        if found is None:
            parts = (self._charset, before, element) if each.tag > CHARSET else (element,)
            found = tuple(mentions_at(parsed(parts), BaseTag(each.tag), self._plan))
            self._mentions.put(before + element, found)
        return found
