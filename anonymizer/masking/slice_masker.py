"""The header layers, applied slice by slice: what the rules make of an element is worked out once and remembered.

`HeaderMasker` decides; here it is only asked as seldom as possible. Numbers that no table names stay as they are,
elements that the same patient had before get the answer that they got then, sequences are opened item by item,
and what is left is handed to the rules in a small data set of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from struct import pack
from typing import Any

from pydicom.charset import default_encoding
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.tag import BaseTag

from anonymizer.files.file_format import UNREADABLE
from anonymizer.files.slices import UNDEFINED, IrregularError, Item, Slice, elements, items
from anonymizer.files.stretches import Stretch
from anonymizer.headers.attributes import name_of, path_of
from anonymizer.headers.header import Entry, HeaderMasker
from anonymizer.headers.private_blocks import creators, is_creator, named_block
from anonymizer.headers.remembered import LONGEST, Answer, Memory
from anonymizer.masking.regular_file import (
    CHARSET,
    FIRST_GROUP,
    LENGTH_TO_END,
    RegularFile,
    in_sequences,
    parsed,
    sequence_head,
)
from anonymizer.masking.short_cuts import ShortCuts, Within, answer_of
from anonymizer.output.facts import FACTS, value_of
from anonymizer.report import Change, Fragment

UNICODE = "ISO_IR 192"
_VALUE_TYPE, _CONCEPT_NAME = 0x0040A040, 0x0040A043
_GONE = Answer()
_SHORTEST_TEXT = 5  # bytes: less holds no identity that is searched in bytes
_MARK, _OF = 2, b"\0of"  # how many bytes a key begins with, and what stands before a creator in it


@dataclass(slots=True)
class _Level:
    """What is known of elements that stand in the same sequences."""

    within: Within
    dummies: bool
    mark: bytes  # what keys begin with
    short: ShortCuts
    entries: dict[int, Entry | None] = field(default_factory=dict)
    gone: dict[tuple[int, bytes], Answer] = field(default_factory=dict)  # private, by tag and creator


@dataclass(slots=True)
class Part:
    """What became of some elements: those of an item, or all of a file."""

    written: dict[int, bytes] = field(default_factory=dict)  # by tag, of a stretch by its first, ascending
    changes: list[Change] = field(default_factory=list)
    completed: list[Change] = field(default_factory=list)
    uids: list[str] = field(default_factory=list, repr=False)
    fragments: list[Fragment] = field(default_factory=list, repr=False)
    facts: dict[int, Any] = field(default_factory=dict, repr=False)
    non_ascii: bool = False

    def add(self, tag: int, answer: Answer) -> None:
        """Take the answer for one element."""
        if answer.written:
            self.written[tag] = answer.written
        if answer.plain:
            return
        if answer.changes:
            self.changes += answer.changes
        if answer.completed:
            self.completed += answer.completed
        if answer.uids:
            self.uids += answer.uids
        if answer.fragments:
            self.fragments += answer.fragments
        if answer.fact is not None:
            self.facts[tag] = answer.fact
        self.non_ascii |= answer.non_ascii

    def extend(self, other: "Part") -> None:
        """Take what became of the elements that follow."""
        self.written.update(other.written)
        self.changes += other.changes
        self.completed += other.completed
        self.uids += other.uids
        self.fragments += other.fragments
        self.facts.update(other.facts)
        self.non_ascii |= other.non_ascii


class SliceMasker:
    """Masks the elements of regular files of one subject that name the same character set."""

    def __init__(self, masker: HeaderMasker, charset: bytes) -> None:
        self._masker, self._charset = masker, charset
        self._levels: dict[tuple[Within, bool], _Level] = {}
        self._answers: Memory[bytes, Answer] = Memory()
        self._parts: Memory[Stretch, Part] = Memory()
        self.fresh: list[bytes] = []  # what was written and not seen before

    def mask(self, file: RegularFile) -> Part:
        """Mask the elements of a data set. Raises IrregularError where that has to be done otherwise."""
        self.fresh.clear()
        answers = iter(self._among(file.raw, file.single, self._level((), dummies=False)))
        part = Part()
        for piece in file.pieces:
            if isinstance(piece, Stretch):
                part.extend(self._stretch(piece))
            else:
                part.add(piece.tag, next(answers))
        return part

    def _stretch(self, stretch: Stretch) -> Part:
        """Return what becomes of a stretch: the same in every file, as nothing in it depends on what is around it."""
        found = self._parts.get(stretch)
        if found is None:
            found = self._part(stretch.raw, stretch.slices, self._level((), dummies=False))
            found.written = {stretch.first: b"".join(found.written.values())}
            self._parts.put(stretch, found)
        return found

    def forget(self) -> None:
        """Forget every answer."""
        self._answers.forget()
        self._parts.forget()

    def _level(self, within: Within, *, dummies: bool) -> _Level:
        found = self._levels.get((within, dummies))
        if found is None:
            mark = pack("<H", len(self._levels))
            short = ShortCuts(self._masker, self._charset, within, dummies=dummies)
            found = self._levels[within, dummies] = _Level(within, dummies, mark, short)
        return found

    def _part(self, raw: bytes, slices: Sequence[Slice], level: _Level) -> Part:
        part = Part()
        for each, answer in zip(slices, self._among(raw, slices, level), strict=True):
            part.add(each.tag, answer)
        return part

    def _among(self, raw: bytes, slices: Sequence[Slice], level: _Level) -> list[Answer]:
        """Return the answer for each of some elements, which hold all that their answers depend on."""
        keys = _keys(raw, slices, level.mark, self._masker.neighbours)
        known = self._answers.get
        answers = [known(key) for key in keys]
        missing = []
        for number, answer in enumerate(answers):
            if answer is None:
                answers[number] = found = self._found(raw, slices[number], keys[number], level)
                if found is None:
                    missing.append(number)
        if missing:
            asked = self._ask(raw, slices, [slices[number] for number in missing], level)
            for number in missing:
                answers[number] = answer = asked[slices[number].tag]
                self._remember(keys[number], slices[number], answer, level)
        return [answer or _GONE for answer in answers]

    def _remember(self, key: bytes, each: Slice, answer: Answer, level: _Level) -> None:
        creator = _creator_in(key, each)
        if creator and self._masker.private_goes(parsed([creator]), BaseTag(each.tag)):
            level.gone[each.tag, creator] = answer
        else:
            self._answers.put(key, answer)

    def _found(self, raw: bytes, each: Slice, key: bytes, level: _Level) -> Answer | None:
        """Return an answer that needs no rule for this very element."""
        if each.tag >> 16 & 1:
            creator = _creator_in(key, each)
            gone = level.gone.get((each.tag, creator))
            return gone or self._noted(key, level.short.private_number(raw, each, creator))
        if not each.tag & 0xFFFF:
            return _GONE  # a group length: retired, and wrong after masking
        if each.vr == b"SQ":
            return self._sequence(raw, each, key, level)
        if each.vr == b"UN" or each.tag == LENGTH_TO_END or each.tag >> 16 < FIRST_GROUP:
            raise IrregularError
        number = level.short.number(raw, each)
        if number is not None and each.stop - each.value < _SHORTEST_TEXT:
            return number
        return self._noted(key, number or level.short.single(raw, each))

    def _noted(self, key: bytes, answer: Answer | None) -> Answer | None:
        """Remember an answer, and that what is written has to be searched."""
        if answer is not None:
            self.fresh.append(answer.written)
            self._answers.put(key, answer)
        return answer

    # -- sequences ---------------------------------------------------------------------------------------

    def _sequence(self, raw: bytes, each: Slice, key: bytes, level: _Level) -> Answer | None:
        """Return the answer for a sequence whose items are masked one by one; None for any other one."""
        if each.tag not in level.entries:
            level.entries[each.tag] = self._masker.entry(
                BaseTag(each.tag), level.within, dummies=level.dummies
            )
        entry, found = level.entries[each.tag], items(raw, each)
        if entry is None or not found:
            return None
        inside = self._level((*level.within, each.tag), dummies=entry.dummies)
        answers = []
        for item in found:
            answer = self._item(raw, item, inside)
            if answer is None:
                return None
            answers.append(answer)
        answer = _joined(each, entry, answers)
        self._answers.put(key, answer)
        return answer

    def _item(self, raw: bytes, item: Item, level: _Level) -> Answer | None:
        """Return the answer for an item; None where its own content decides what happens to it."""
        key = level.mark + raw[item.start : item.end] if item.end - item.start <= LONGEST else b""
        answer = self._answers.get(key)
        if answer is None:
            inner = elements(raw, item.value, item.stop)
            tags = {each.tag for each in inner}
            if CHARSET in tags or (_VALUE_TYPE in tags and _CONCEPT_NAME in tags):
                return None
            answer = _of_item(item, self._part(raw, inner, level))
            self._answers.put(key, answer)
        return answer

    # -- asking the rules ----------------------------------------------------------------------------------

    def _ask(
        self, raw: bytes, slices: Sequence[Slice], missing: Sequence[Slice], level: _Level
    ) -> dict[int, Answer]:
        """Return what the rules make of elements, by tag."""
        neighbours = self._masker.neighbours
        wanted = {tag for each in missing if each.tag in neighbours for tag in neighbours[each.tag]}
        beside = [other for other in slices if other.tag in wanted] if wanted else []
        needed = sorted({*missing, *beside, *_blocks(slices, missing)})
        inner = b"".join(raw[each.start : each.end] for each in needed if each.tag != CHARSET)
        root = parsed([self._charset, in_sequences(inner, level.within)])
        dataset = root
        for tag in level.within:
            dataset = dataset[tag].value[0]
        if self._charset:
            self._masker.mask_attribute(root, BaseTag(CHARSET), (), dummies=False)
        noted = {
            each.tag: self._masker.mask_attribute(
                dataset, BaseTag(each.tag), level.within, dummies=level.dummies
            )
            for each in sorted(
                {*missing, *beside}
            )  # as in a whole data set: neighbours before are masked before
        }
        noted = {each.tag: noted[each.tag] for each in missing}
        facts = {tag: value_of(dataset, keyword) for tag, keyword in FACTS.items() if tag in noted}
        written = self._written(root, dataset)
        answers = {}
        for tag, (ruled, completed) in noted.items():
            fact = facts.get(tag) if not level.within else None
            answers[tag] = answer_of(written.get(tag, b""), ruled, completed, fact)
            self.fresh.append(answers[tag].written)
        return answers

    def _written(self, root: Dataset, dataset: Dataset) -> dict[int, bytes]:
        buffer = DicomBytesIO()
        buffer.is_little_endian, buffer.is_implicit_VR = True, False
        try:
            if self._charset:
                root.SpecificCharacterSet = UNICODE
            if dataset is root:
                write_dataset(buffer, dataset)
            else:
                write_dataset(buffer, dataset, root.get("SpecificCharacterSet", default_encoding))
        except (*UNREADABLE, OSError) as error:
            raise IrregularError from error
        written = buffer.getvalue()
        return {each.tag: written[each.start : each.end] for each in elements(written, 0, len(written))}


def _keys(
    raw: bytes, slices: Sequence[Slice], mark: bytes, neighbours: Mapping[int, tuple[int, ...]]
) -> list[bytes]:
    """Return what each answer follows from: the element, if private with its creator or its block."""
    keys = [mark + raw[each.start : each.end] if each.end - each.start <= LONGEST else b"" for each in slices]
    for number, each in enumerate(slices):
        if each.tag in neighbours and keys[number]:
            wanted = neighbours[each.tag]
            keys[number] += b"".join(
                raw[beside.start : beside.end] for beside in slices if beside.tag in wanted
            )
    private = [number for number, each in enumerate(slices) if each.tag >> 16 & 1]
    blocks = creators(slices[number] for number in private)
    held: dict[int, list[bytes]] = {block: [] for block in blocks}
    for number in private:
        each = slices[number]
        creator = blocks.get(each.tag >> 8)
        if creator is not None:
            held[each.tag >> 8].append(raw[each.start : each.start + 4])
            if keys[number]:
                keys[number] += _OF + raw[creator.start : creator.end]
    for number in private:
        if is_creator(slices[number].tag) and keys[number]:
            keys[number] += b"\0holds" + b"".join(held[named_block(slices[number].tag)])
    return keys


def _creator_in(key: bytes, each: Slice) -> bytes:
    """Return the element that names the creator of a private one, from the key of the answer for it."""
    beside = key[_MARK + each.end - each.start :]
    return beside[len(_OF) :] if each.tag >> 16 & 1 and beside.startswith(_OF) else b""


def _blocks(slices: Sequence[Slice], missing: Sequence[Slice]) -> set[Slice]:
    """Return the creators of private elements, and for creators what stands in their blocks."""
    private = [each for each in missing if each.tag >> 16 & 1]
    if not private:
        return set()
    blocks = creators(slices)
    wanted = {named_block(each.tag) for each in private if is_creator(each.tag)}
    inside = {each for each in slices if each.tag >> 8 in wanted}
    return inside | {blocks[each.tag >> 8] for each in private if each.tag >> 8 in blocks}


def _of_item(item: Item, part: Part) -> Answer:
    written = b"".join(part.written.values())
    undefined = item.stop != item.end
    head = pack("<LL", 0xE000FFFE, UNDEFINED if undefined else len(written))
    return Answer(
        head + written + (pack("<LL", 0xE00DFFFE, 0) if undefined else b""),
        (*part.changes, *part.completed),
        uids=tuple(part.uids),
        fragments=tuple(part.fragments),
        non_ascii=part.non_ascii,
    )


def _joined(sequence: Slice, entry: Entry, answers: Sequence[Answer]) -> Answer:
    """Return the answer for a sequence: its items', with their paths below its own."""
    path = path_of(BaseTag(sequence.tag))
    changes, fragments = [], []
    if entry.replaced is not None:
        changes.append(Change(path, name_of(BaseTag(sequence.tag)), "D", "table", entry.replaced.reason))
    for index, answer in enumerate(answers):
        prefix = f"{path}[{index}]/"
        changes += [Change(prefix + c.path, c.name, c.action, c.layer, c.reason) for c in answer.changes]
        fragments += [replace(f, path=prefix + f.path) for f in answer.fragments]
    body = b"".join(answer.written for answer in answers)
    undefined = sequence.stop != sequence.end
    head = sequence_head(sequence.tag, UNDEFINED if undefined else len(body))
    return Answer(
        head + body + (pack("<LL", 0xE0DDFFFE, 0) if undefined else b""),
        tuple(changes),
        uids=tuple(uid for answer in answers for uid in answer.uids),
        fragments=tuple(fragments),
        non_ascii=any(answer.non_ascii for answer in answers),
    )
