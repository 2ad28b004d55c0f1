"""Elements about which the rules need not be asked: numbers that stay, single dates and UIDs that are rewritten."""

import re
from struct import iter_unpack, pack
from typing import Any

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from anonymizer.files.slices import Slice
from anonymizer.headers.attributes import Notes, name_of, path_of
from anonymizer.headers.header import HeaderMasker, Rewriting
from anonymizer.headers.remembered import Answer
from anonymizer.masking.regular_file import parsed
from anonymizer.output.facts import FACTS, value_of
from anonymizer.report import Change

_SHORT_NUMBERS = 64  # bytes
_FLOATS = {b"FL": "<f", b"FD": "<d"}
_DIGITS = {
    b"DS": re.compile(rb"[+-]?\d+(?:\.\d*)?(?:\\[+-]?\d+(?:\.\d*)?)* ?"),
    b"IS": re.compile(rb"[+-]?\d+(?:\\[+-]?\d+)* ?"),
}
_SINGLE = {
    b"UI": re.compile(rb"[0-9.]+\0?"),
    b"DA": re.compile(rb"[0-9]{8}"),
    b"TM": re.compile(rb"[0-9]{2,6}(?:\.[0-9]{1,6})? ?"),
    b"DT": re.compile(rb"[0-9]{4,14}(?:\.[0-9]{1,6})?(?:[+-][0-9]{4})? ?"),
}
_FACT_TAGS = frozenset(FACTS)
Within = tuple[int, ...]


class ShortCuts:
    """Those for elements that stand in the same sequences, of files of one subject and character set."""

    def __init__(self, masker: HeaderMasker, charset: bytes, within: Within, *, dummies: bool) -> None:
        self._masker, self._charset, self._within, self._dummies = masker, charset, within, dummies
        self._sizes: dict[bytes, int] = {}  # by tag and VR, see `_size`
        self._private_sizes: dict[tuple[bytes, bytes], int] = {}  # by tag and VR, and creator
        self._rewritings: dict[tuple[int, bytes], Rewriting | None] = {}

    def number(self, raw: bytes, each: Slice) -> Answer | None:
        """Return the answer for numbers that no table names."""
        kind = raw[each.start : each.start + 6]
        size = self._sizes.get(kind)
        if size is None:
            size = self._sizes[kind] = self._size(each)
        length = each.stop - each.value
        if size < 0:
            digits = _DIGITS[each.vr].fullmatch(raw, each.value, each.stop)
            if digits is None or length % 2:
                return None
        elif not size or length % size or self._masker.is_disguised(raw[each.value : each.stop]):
            return None
        fact = None
        if not self._within and each.tag in _FACT_TAGS:
            fact = int(raw[each.value : each.stop].split(b"\\")[0])
        return Answer(raw[each.start : each.end], fact=fact)

    def _size(self, each: Slice) -> int:
        """Return how long one value is that needs no rule; -1: it is written in digits; 0: it needs one."""
        if not self._within and each.tag in _FACT_TAGS and each.vr != b"IS":
            return 0
        tag, vr = BaseTag(each.tag), each.vr.decode("ascii")
        if self._masker.leaves_number(tag, vr, self._within):
            return -1
        return self._masker.leaves(tag, vr, self._within)

    def private_number(self, raw: bytes, each: Slice, creator: bytes) -> Answer | None:
        """Return the answer for binary numbers of a private element that stays."""
        value = raw[each.value : each.stop]
        if not creator or not value or len(value) > _SHORT_NUMBERS:
            return None
        size = self._private_size(raw[each.start : each.start + 6], each, creator)
        if not size or len(value) % size or _holds_nan(each.vr, value):
            return None
        swapped = b"".join(value[at : at + size][::-1] for at in range(0, len(value), size))
        head = pack(">HH2sH", each.tag >> 16, each.tag & 0xFFFF, each.vr, len(value))
        if self._masker.is_disguised(raw[each.start : each.end] + head + swapped):  # in both byte orders
            return None
        return Answer(raw[each.start : each.end])

    def _private_size(self, kind: bytes, each: Slice, creator: bytes) -> int:
        size = self._private_sizes.get((kind, creator))
        if size is None:
            beside, tag = parsed([self._charset, creator]), BaseTag(each.tag)
            size = self._masker.leaves_private(beside, tag, each.vr.decode("latin-1"))
            self._private_sizes[kind, creator] = size
        return size

    def single(self, raw: bytes, each: Slice) -> Answer | None:
        """Return the answer for one well-formed date, time or UID: pydicom need neither read nor write it."""
        form = _SINGLE.get(each.vr)
        if form is None or each.tag in self._masker.neighbours or (each.stop - each.value) % 2:
            return None
        if form.fullmatch(raw, each.value, each.stop) is None:
            return None
        tag, text = BaseTag(each.tag), raw[each.value : each.stop].rstrip(b" \0").decode("ascii")
        return self._rewritten(tag, each.vr, text) or self._asked(tag, each.vr, text)

    def _rewritten(self, tag: BaseTag, vr: bytes, text: str) -> Answer | None:
        kind = (int(tag), vr)
        if kind not in self._rewritings:
            self._rewritings[kind] = self._masker.rewriting(tag, vr.decode("ascii"), self._within)
        rule = self._rewritings[kind]
        new = rule.new(text) if rule is not None and text else None
        if rule is None or not new:
            return None
        change = Change(path_of(tag), name_of(tag), rule.action, "table", rule.reason)
        return Answer(
            _written(tag, vr, new),
            () if new == text else (change,),
            uids=(text,) if rule.action == "U" and new != text else (),
            fact=new if not self._within and tag in FACTS else None,
        )

    def _asked(self, tag: BaseTag, vr: bytes, text: str) -> Answer | None:
        dataset = Dataset()
        dataset[tag] = DataElement(tag, vr.decode("ascii"), text)
        ruled, completed = self._masker.mask_attribute(dataset, tag, self._within, dummies=self._dummies)
        if tag not in dataset:
            return answer_of(b"", ruled, completed, None)
        value = dataset[tag].value
        if value is not None and not isinstance(value, str):
            return None
        fact = None if self._within or tag not in FACTS else value_of(dataset, FACTS[tag])
        return answer_of(_written(tag, vr, value or ""), ruled, completed, fact)


def answer_of(written: bytes, ruled: Notes, completed: Notes, fact: Any) -> Answer:
    """Return what the rules made of an element, and what had to be done to keep the object valid."""
    return Answer(
        written,
        tuple(ruled.changes),
        tuple(completed.changes),
        tuple(sorted(ruled.uids)),
        tuple(ruled.fragments),
        fact,
        ruled.non_ascii,
    )


def _written(tag: BaseTag, vr: bytes, value: str) -> bytes:
    raw = value.encode("ascii")
    raw += (b"\0" if vr == b"UI" else b" ") * (len(raw) % 2)
    return pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr, len(raw)) + raw


def _holds_nan(vr: bytes, value: bytes) -> bool:
    """Whether one of several floats is no number: it need not be written as it was read."""
    form = _FLOATS.get(vr)
    return form is not None and any(number != number for (number,) in iter_unpack(form, value))  # noqa: PLR0124 - so it is told
