"""The values of an instance against its originals: what was judged of each, UIDs, dates and private attributes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from anonymizer.profiles.table import safe_private
from anonymizer.report import Finding
from anonymizer.verification.expectation import text_of
from anonymizer.verification.judgement import CLEAN, Compared, Judge, Judgement, finding, safe_creators
from anonymizer.verification.passages import Passage
from anonymizer.verification.values import Value, is_standard
from anonymizer.verification.walker import Walk

_INSTANCE_UIDS = frozenset({0x00080018, 0x0020000D, 0x0020000E, 0x00200052, 0x00081155})
_OWN_ROOTS = ("2.25.", "1.2.840.10008.")  # new UIDs and registered ones
_FIRST_CREATOR, _LAST_CREATOR = 0x10, 0xFF
_PRIVATE = 0x10000
Creators = dict[tuple[str, int], str]  # by the item that they stand in, and their block


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the originals of an instance say about what may stand in it."""

    uids: frozenset[str] = field(repr=False)
    uids_kept: bool
    dates: set[str] = field(repr=False)  # must not be left
    tomorrow: str
    private: frozenset[tuple[str, int, int]]  # what the site keeps on its own account
    private_kept: bool  # what is listed as safe stays

    def of_value(self, value: Value, judged: Judgement) -> Iterator[Finding]:
        """Compare what was judged of a value."""
        yield from (finding(kind, value.place) for kind in judged.kinds)
        strange = value.tag in _INSTANCE_UIDS and not self.uids_kept
        for uid in judged.uids:
            if uid in self.uids or (strange and not uid.startswith(_OWN_ROOTS)):
                yield finding("original UID", value.place)
        if judged.date in self.dates:
            yield finding("date", value.place)
        elif judged.date > self.tomorrow and judged.date.isdigit():
            yield finding("future date", value.place)

    def of_attribute(self, value: Value, creators: Creators) -> Iterator[Finding]:
        """Tell whether an attribute may be there at all."""
        if value.tag & _PRIVATE:
            if not self._may_stay(value, creators):
                yield finding("private attribute", value.place)
        elif not is_standard(value.tag):
            unknown = value.tag & 0xFFFF or not value.tag  # what stands behind the data set has no tag
            yield finding("unknown attribute" if unknown else "group length", value.place)

    def _may_stay(self, value: Value, creators: Creators) -> bool:
        group, element = value.tag >> 16, value.tag & 0xFFFF
        if _FIRST_CREATOR <= element <= _LAST_CREATOR:
            creator = text_of(value.value)
            creators[value.prefix, group << 8 | element] = creator
            kept = (creator, group) in {(name, number) for name, number, _ in self.private}
            safe = (creator, group) in safe_creators()
        else:
            creator = creators.get((value.prefix, group << 8 | element >> 8), "")
            kept = (creator, group, element & 0xFF) in self.private
            safe = (creator, group, element & 0xFF) in safe_private()
        return kept or (self.private_kept and safe)


def of_values(walked: Walk, judge: Judge, comparison: Comparison) -> Iterator[Finding]:
    """Judge all values of a file."""
    creators: Creators = {}
    yield from _of_single(walked.meta, judge, comparison, creators)
    for part in walked.parts:
        if not isinstance(part, Passage):
            yield from _of_single((part,), judge, comparison, creators)
        elif (judged := _judged(part, judge, comparison)) is None:
            yield from _of_single(part.values, judge, comparison, creators)
        else:
            for value, judgement in judged:
                yield from comparison.of_value(value, judgement)


def _of_single(
    values: Iterable[Value], judge: Judge, comparison: Comparison, creators: Creators
) -> Iterator[Finding]:
    for value in values:
        judged = judge.judge(value)
        if judged is not CLEAN:
            yield from comparison.of_value(value, judged)
        if value.tag & _PRIVATE or not is_standard(value.tag):
            yield from comparison.of_attribute(value, creators)


def _judged(passage: Passage, judge: Judge, comparison: Comparison) -> Compared | None:
    """Return the values of a passage that have to be compared; None where one of its attributes must not be there."""

    def judged() -> Compared | None:
        creators: Creators = {}
        if any(any(comparison.of_attribute(value, creators)) for value in passage.values):
            return None
        pairs = ((value, judge.judge(value)) for value in passage.values)
        return tuple(pair for pair in pairs if pair[1] is not CLEAN)

    return judge.of_passage((passage, comparison.private, comparison.private_kept), judged)
