"""The header layers: table, VR, harvest and vocabulary decide about every attribute at every depth.

One `HeaderMasker` works for one subject. It changes data sets in place and notes each change with its layer and
reason, never with a value. What it does to an attribute follows from the attribute, the sequences around it, its
private creator, its `neighbours` and the subject, from nothing else: `slice_masker` relies on that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from pydicom.datadict import keyword_for_tag
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag

from anonymizer.files.file_format import UNREADABLE
from anonymizer.headers.attributes import (
    Edits,
    Notes,
    hides_words,
    is_known,
    kind_differs,
    path_of,
    read,
    undecoded,
)
from anonymizer.headers.content import content_decision
from anonymizer.headers.date_rules import TIMES_OF_DATES, DateRules
from anonymizer.headers.identifier_rules import PATIENT_ID, PATIENT_NAME, IdentifierRules
from anonymizer.headers.subject import Subject
from anonymizer.headers.text_rules import TextRules
from anonymizer.headers.validity import complete, held
from anonymizer.identities.collect import ISSUERS
from anonymizer.profiles.actions import DATE_VRS, DUMMY_TEXT, TEXT_VRS, dummy
from anonymizer.profiles.iod import Need
from anonymizer.profiles.plan import Decision

_CHARSET, _LENGTH_TO_END = 0x00080005, 0x00080001
_OVERLAYS = 0x6000
_FIRST_GROUP = 8  # lower groups belong to messages, file meta information and directories
_KEPT_RAW = {"US": 2, "SS": 2, "UL": 4, "SL": 4, "FL": 4, "FD": 8, "AT": 4, "OF": 4, "OD": 8, "OL": 4, "OV": 8,
             "SV": 8, "UV": 8}  # and how many bytes one value has  # fmt: skip
_PRIVATE_NUMBERS = frozenset({"US", "SS", "UL", "SL", "FL", "FD"})
_PIXELS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
_CONTENT = frozenset({"ContentSequence", "WaveformAnnotationSequence", "GraphicAnnotationSequence"})
_CODE_MEANING, _CODING_SCHEME = 0x00080104, 0x00080102
# what stands beside an attribute and decides what becomes of it; of dates, too, where times of day move
NEIGHBOURS = {PATIENT_ID: ISSUERS, _CODE_MEANING: (_CODING_SCHEME,)}


@dataclass(frozen=True, slots=True)
class Entry:
    """How the items of a sequence that stays are masked."""

    dummies: bool  # texts become dummies
    replaced: Decision | None = None  # the sequence itself is noted as replaced


@dataclass(frozen=True, slots=True)
class Rewriting:
    """What becomes of single well-formed UIDs or dates of an attribute."""

    action: str
    reason: str
    new: Callable[[str], str | None]  # None: only the rules themselves know


class HeaderMasker:
    """Masks headers under the plan of one subject."""

    def __init__(self, subject: Subject) -> None:
        self._plan = subject.plan
        self._edits = Edits()
        self._needs: dict[tuple[int, ...], dict[int, Need]] = {}
        self.neighbours = NEIGHBOURS | (TIMES_OF_DATES if subject.minute_shift() else {})
        self._pseudonyms = subject.pseudonyms
        self._dates = DateRules(subject, self._edits)
        self._identifiers = IdentifierRules(subject, self._edits)
        self._texts = TextRules(subject, self._edits)
        self._by_action: dict[str, Callable[[Dataset, DataElement, str, Decision], None]] = {
            "D": self._replace, "Z": self._empty, "K": self._keep, "C": self._clean, "U": self._renew_uid,
            "M": self._move,
        }  # fmt: skip

    def mask(self, dataset: Dataset) -> Notes:
        """Mask the whole data set in place; what was done to it."""
        self._dataset(dataset, "", (), dummies=False)
        return self._edits.take()

    def mask_attribute(
        self, dataset: Dataset, tag: BaseTag, within: tuple[int, ...], *, dummies: bool
    ) -> tuple[Notes, Notes]:
        """Mask one attribute of a data set in place; what was done by rule, and to keep the object valid."""
        needs = held(dataset, self._needs_of(tag, within))
        self._attribute(dataset, tag, "", within, dummies=dummies)
        ruled = self._edits.take()
        complete(dataset, needs, self._edits, "")
        return ruled, self._edits.take()

    def entry(self, tag: BaseTag, within: tuple[int, ...], *, dummies: bool) -> Entry | None:
        """Tell how the items of a public sequence are masked; None where it goes or is emptied."""
        decision = self._plan.decide(int(tag), sequence=True, within=within)
        if not is_known(tag) or self._overlay_removed(tag):
            return None
        if decision is not None and decision.action in "XZ":
            return None
        return self._inside(tag, decision, dummies=dummies)

    def leaves(self, tag: BaseTag, vr: str, within: tuple[int, ...]) -> int:
        """Return how long a value is if those of an attribute can stay undecoded: numbers that no table names."""
        if vr not in _KEPT_RAW or self._overlay_removed(tag) or not is_known(tag) or kind_differs(tag, vr):
            return 0
        return 0 if self._plan.decide(int(tag), within=within) is not None else _KEPT_RAW[vr]

    def leaves_number(self, tag: BaseTag, vr: str, within: tuple[int, ...]) -> bool:
        """Whether a number written in digits (DS, IS) stays as it is: no table names the attribute."""
        if vr not in ("DS", "IS") or self._overlay_removed(tag) or not is_known(tag) or kind_differs(tag, vr):
            return False
        return self._plan.decide(int(tag), within=within) is None

    def rewriting(self, tag: BaseTag, vr: str, within: tuple[int, ...]) -> Rewriting | None:
        """Tell how a UID is renewed or a date moved that stands alone in an attribute; None for any other rule."""
        decision = self._plan.decide(int(tag), within=within)
        if decision is None or not is_known(tag) or kind_differs(tag, vr) or self._overlay_removed(tag):
            return None
        if decision.action == "U" and vr == "UI":
            return Rewriting("U", decision.reason, self._pseudonyms.uid)
        if decision.action == "M" and vr in DATE_VRS and int(tag) not in self.neighbours:
            return Rewriting("M", decision.reason, partial(self._dates.moved, vr, device=decision.device))
        return None

    def leaves_private(self, creator: Dataset, tag: BaseTag, vr: str) -> int:
        """Return how long a value is if the binary numbers of a private element stay; 0 where they do not."""
        size = _KEPT_RAW[vr] if vr in _PRIVATE_NUMBERS else 0
        return 0 if size and self._plan.private_goes(creator, tag) else size

    def private_goes(self, creator: Dataset, tag: BaseTag) -> bool:
        """Whether a private element is removed whatever its value is; `creator` holds that of its block."""
        return bool(self._plan.private_goes(creator, tag))

    def _needs_of(self, tag: BaseTag, within: tuple[int, ...]) -> tuple[tuple[int, Need], ...]:
        if within not in self._needs:
            self._needs[within] = dict(self._plan.needs(within))
        need = self._needs[within].get(int(tag))
        return () if need is None else ((int(tag), need),)

    def _dataset(self, dataset: Dataset, prefix: str, within: tuple[int, ...], *, dummies: bool) -> None:
        needs = held(dataset, self._plan.needs(within))
        for tag in sorted(dataset.keys()):
            self._attribute(dataset, tag, prefix, within, dummies=dummies)
        complete(dataset, needs, self._edits, prefix)

    def _attribute(
        self, dataset: Dataset, tag: BaseTag, prefix: str, within: tuple[int, ...], *, dummies: bool
    ) -> None:
        path = prefix + path_of(tag)
        if tag.is_private:
            self._private(dataset, tag, path, within)
        elif tag in _PIXELS:
            if within:  # no text was looked for in them
                reason = "Pixels inside a sequence are not those of the image."
                self._edits.remove(dataset, tag, path, layer="file", reason=reason)
        elif tag.group < _FIRST_GROUP or int(tag) == _LENGTH_TO_END:
            reason = "It has no place in a data set."
            self._edits.remove(dataset, tag, path, layer="file", reason=reason)
        elif tag == _CHARSET:
            self._charset(dataset, tag, nested=bool(within))
        elif tag.element == 0:
            del dataset[tag]  # a group length: retired, and wrong after masking
        else:
            self._public(dataset, tag, path, within, dummies=dummies)

    def _charset(self, dataset: Dataset, tag: BaseTag, *, nested: bool) -> None:
        """Decode all text: it is written in UTF-8, so that one declaration at the root is enough."""
        for other in sorted(dataset.keys()):
            try:
                dataset[other]
            except UNREADABLE:
                continue  # told about when the walk reaches it
        self._edits.notes.non_ascii = True
        if nested:
            del dataset[tag]

    def _public(
        self, dataset: Dataset, tag: BaseTag, path: str, within: tuple[int, ...], *, dummies: bool
    ) -> None:
        raw = undecoded(dataset, tag)
        if isinstance(raw, RawDataElement) and self._stays_undecoded(raw, within):
            return
        decision = self._plan.decide(int(tag), sequence=raw is not None and raw.VR == "SQ", within=within)
        if decision is not None and decision.action == "X":
            self._edits.remove(dataset, tag, path, reason=decision.reason)
        elif not is_known(tag):
            reason = "The standard does not know this attribute."
            self._edits.remove(dataset, tag, path, layer="vr", reason=reason)
        elif hides_words(tag, raw):
            reason = "Its value is of another kind (VR) than the standard says, and it can be read as words."
            self._edits.remove(dataset, tag, path, layer="vr", reason=reason)
        elif self._overlay_removed(tag):
            self._edits.remove(dataset, tag, path, reason="It belongs to an overlay that is removed.")
        elif (element := read(dataset, tag)) is None:
            self._edits.remove(dataset, tag, path, layer="vr", reason="The value cannot be read.")
        else:
            self._decided(dataset, element, path, within, dummies=dummies)

    def is_disguised(self, raw: bytes) -> bool:
        """Whether the bytes of a number are the text of an identity."""
        return self._texts.is_disguised(raw)

    def _stays_undecoded(self, raw: RawDataElement, within: tuple[int, ...]) -> bool:
        """Whether numbers can stay as the bytes that they are: no table names them, and nobody's name is in them."""
        size = self.leaves(raw.tag, str(raw.VR), within)
        return bool(size) and not len(raw.value or b"") % size and not self._texts.is_disguised(raw.value)

    def _decided(
        self, dataset: Dataset, element: DataElement, path: str, within: tuple[int, ...], *, dummies: bool
    ) -> None:
        decision = self._plan.decide(int(element.tag), sequence=element.VR == "SQ", within=within)
        if decision is not None and decision.action == "X":
            self._edits.remove(dataset, element.tag, path, reason=decision.reason)
        elif element.VR == "SQ":
            self._sequence(dataset, element, path, within, decision=decision, dummies=dummies)
        elif decision is not None:
            self._by_action[decision.action](dataset, element, path, decision)
        else:
            self._by_vr(dataset, element, path, dummies=dummies)

    def _overlay_removed(self, tag: BaseTag) -> bool:
        """Tell whether an attribute describes an overlay whose data go: without them it would be invalid."""
        if tag.group & 0xFF00 != _OVERLAYS:
            return False
        decision = self._plan.decide(tag.group << 16 | 0x3000)
        return decision is not None and decision.action in "XC"

    @staticmethod
    def _inside(tag: BaseTag, decision: Decision | None, *, dummies: bool) -> Entry:
        replaced = decision if decision is not None and decision.action == "D" else None
        return Entry(dummies or (replaced is not None and keyword_for_tag(tag) not in _CONTENT), replaced)

    def _sequence(
        self,
        dataset: Dataset,
        element: DataElement,
        path: str,
        within: tuple[int, ...],
        *,
        decision: Decision | None,
        dummies: bool,
    ) -> None:
        if decision is not None and decision.action == "Z":
            self._edits.set(dataset, element, Sequence(), path, reason=decision.reason, action="Z")
            return
        entry = self._inside(element.tag, decision, dummies=dummies)
        if entry.replaced is not None:
            self._edits.note(path, element.tag, "D", reason=entry.replaced.reason)
        kept = []
        for index, item in enumerate(element.value or ()):
            here = f"{path}[{index}]"
            found = content_decision(item, self._plan)
            if found is not None and found.action == "X":
                self._edits.note(here, element.tag, "X", reason="Table E.3.4-1 removes this content item.")
                continue
            self._dataset(item, here + "/", (*within, int(element.tag)), dummies=entry.dummies)
            if found is not None and found.action == "D":
                self._dummy_content(item, here, found)
            kept.append(item)
        if not kept and element.value:
            del dataset[element.tag]  # content that is empty would be invalid (type 1C)
        elif len(kept) != len(element.value or ()):
            element.value = Sequence(kept)

    def _dummy_content(self, item: Dataset, path: str, decision: Decision) -> None:
        for keyword in ("TextValue", "PersonName"):
            if keyword in item:
                where = f"{path}/{path_of(item[keyword].tag)}"
                self._edits.set(item, item[keyword], DUMMY_TEXT, where, reason=decision.reason)

    # -- the table's actions -----------------------------------------------------------------------------

    def _replace(self, dataset: Dataset, element: DataElement, path: str, decision: Decision) -> None:
        if int(element.tag) in (PATIENT_NAME, PATIENT_ID):
            self._identifiers.pseudonymise(dataset, element, path, reason=decision.reason)
        elif element.VR == "UI":
            self._renew_uid(dataset, element, path, decision)
        elif (value := dummy(element.VR, int(element.tag))) is None:
            self._empty(dataset, element, path, decision)
        else:
            self._edits.set(dataset, element, value, path, reason=decision.reason)

    def _empty(self, dataset: Dataset, element: DataElement, path: str, decision: Decision) -> None:
        if int(element.tag) == PATIENT_NAME:
            self._identifiers.pseudonymise(dataset, element, path, reason=decision.reason)
        elif element.VM or element.value:
            self._edits.set(dataset, element, None, path, reason=decision.reason, action="Z")

    def _renew_uid(self, dataset: Dataset, element: DataElement, path: str, decision: Decision) -> None:
        if element.VR == "UI":
            self._identifiers.renew_uid(dataset, element, path, reason=decision.reason)
        elif element.VR != "SQ":
            reason = "The value is no UID."
            self._edits.remove(dataset, element.tag, path, layer="vr", reason=reason)

    def _move(self, dataset: Dataset, element: DataElement, path: str, decision: Decision) -> None:
        if element.VR in DATE_VRS:
            self._dates.move(dataset, element, path, reason=decision.reason, device=decision.device)
        elif element.VR in TEXT_VRS:  # the time zone, for one: kept, as dates are
            self._keep(dataset, element, path, decision)
        else:
            self._replace(dataset, element, path, decision)

    def _keep(self, dataset: Dataset, element: DataElement, path: str, decision: Decision) -> None:
        if element.VR == "AS":
            self._dates.age(dataset, element, path)
        elif element.VR in TEXT_VRS:
            self._texts.hunt(dataset, element, path)
        elif element.VR in DATE_VRS:
            self._dates.keep(dataset, element, path, reason=decision.reason)
        elif element.VR not in ("PN", "UI"):
            self._texts.other(dataset, element, path)

    def _clean(self, dataset: Dataset, element: DataElement, path: str, decision: Decision) -> None:
        if element.VR in TEXT_VRS:
            self._texts.clean(dataset, element, path)
        elif element.VR != "CS" or self._texts.is_suspicious(element):
            reason = f"{decision.reason} It cannot be cleaned, so it is removed."
            self._edits.remove(dataset, element.tag, path, reason=reason)

    # -- what no table names -----------------------------------------------------------------------------

    def _by_vr(self, dataset: Dataset, element: DataElement, path: str, *, dummies: bool) -> None:
        vr = element.VR
        if vr == "PN":
            reason = "Every person's name is removed."
            self._edits.set(dataset, element, None, path, reason=reason, action="Z", layer="vr")
        elif vr == "UI":
            self._identifiers.unlisted_uid(dataset, element, path)
        elif vr in DATE_VRS:
            self._dates.unlisted(dataset, element, path)
        elif vr in TEXT_VRS:
            self._texts.unlisted(dataset, element, path, dummies=dummies)
        elif vr == "AS":
            self._dates.age(dataset, element, path)
        else:
            self._texts.other(dataset, element, path)

    def _private(self, dataset: Dataset, tag: BaseTag, path: str, within: tuple[int, ...]) -> None:
        """Keep what the lists call safe or the site keeps, by the rules for its VR; remove everything else."""
        reason = self._plan.private_goes(dataset, tag)
        if not reason and tag.is_private_creator:
            return
        element = None if reason else read(dataset, tag)
        if element is None:
            reason = reason or "The value cannot be read."
            self._edits.remove(dataset, tag, path, layer="private", reason=reason)
        elif element.VR == "SQ":
            self._sequence(dataset, element, path, within, decision=None, dummies=False)
        else:
            self._by_vr(dataset, element, path, dummies=False)
