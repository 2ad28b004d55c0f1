"""The header layers: table, VR, harvest and vocabulary decide about every attribute at every depth.

One `HeaderMasker` works on one instance. It changes the data set in place and notes each change with its
layer and reason, never with a value.
"""

from collections.abc import Callable

from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag

from anonymizer.actions import DATE_VRS, DUMMY_TEXT, TEXT_VRS, dummy
from anonymizer.attributes import Edits, is_known, path_of, read
from anonymizer.content import content_decision
from anonymizer.date_rules import DateRules
from anonymizer.file_format import UNREADABLE
from anonymizer.fragments import Fragments
from anonymizer.identifier_rules import PATIENT_ID, PATIENT_NAME, IdentifierRules
from anonymizer.plan import Decision
from anonymizer.report import Change
from anonymizer.subject import Subject
from anonymizer.text_rules import TextRules
from anonymizer.validity import complete, held

_CHARSET, _LENGTH_TO_END = 0x00080005, 0x00080001
_OVERLAYS = 0x6000
_FIRST_GROUP = 8  # lower groups belong to messages, file meta information and directories
_KEPT_RAW = {"US": 2, "SS": 2, "UL": 4, "SL": 4, "FL": 4, "FD": 8, "AT": 4, "OF": 4, "OD": 8, "OL": 4, "OV": 8,
             "SV": 8, "UV": 8}  # and how many bytes one value has  # fmt: skip
_PIXELS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
_CONTENT = frozenset({"ContentSequence", "WaveformAnnotationSequence", "GraphicAnnotationSequence"})


class HeaderMasker:
    """Masks the header of one instance under the plan of its subject."""

    def __init__(self, subject: Subject) -> None:
        self._plan = subject.plan
        self._edits = Edits()
        self._dates = DateRules(subject, self._edits)
        self._identifiers = IdentifierRules(subject, self._edits)
        self._texts = TextRules(subject, self._edits)
        self._by_action: dict[str, Callable[[Dataset, DataElement, str, Decision], None]] = {
            "D": self._replace, "Z": self._empty, "K": self._keep, "C": self._clean, "U": self._renew_uid,
            "M": self._move,
        }  # fmt: skip

    @property
    def changes(self) -> list[Change]:
        """What was changed so far."""
        return self._edits.changes

    @property
    def non_ascii(self) -> bool:
        """Whether a text was kept that needs a character set."""
        return self._edits.non_ascii

    @property
    def fragments(self) -> Fragments:
        """The pieces of free text that were taken out or kept."""
        return self._texts.fragments

    def mask(self, dataset: Dataset) -> None:
        """Mask the whole data set in place."""
        self._dataset(dataset, "", (), dummies=False)

    def _dataset(self, dataset: Dataset, prefix: str, within: tuple[int, ...], *, dummies: bool) -> None:
        needs = held(dataset, self._plan.needs(within))
        for tag in sorted(dataset.keys()):
            path = prefix + path_of(tag)
            if tag.is_private:
                self._private(dataset, tag, path, within)
            elif tag in _PIXELS:
                continue
            elif tag.group < _FIRST_GROUP or int(tag) == _LENGTH_TO_END:
                reason = "It has no place in a data set."
                self._edits.remove(dataset, tag, path, layer="file", reason=reason)
            elif tag == _CHARSET:
                self._charset(dataset, tag, nested=bool(prefix))
            elif tag.element == 0:
                del dataset[tag]  # a group length: retired, and wrong after masking
            else:
                self._public(dataset, tag, path, within, dummies=dummies)
        complete(dataset, needs, self._edits, prefix)

    def _charset(self, dataset: Dataset, tag: BaseTag, *, nested: bool) -> None:
        """Decode all text: it is written in UTF-8, so that one declaration at the root is enough."""
        for other in sorted(dataset.keys()):
            try:
                dataset[other]
            except UNREADABLE:
                continue  # told about when the walk reaches it
        self._edits.non_ascii = True
        if nested:
            del dataset[tag]

    def _public(
        self, dataset: Dataset, tag: BaseTag, path: str, within: tuple[int, ...], *, dummies: bool
    ) -> None:
        raw = dataset.get_item(tag)
        if self._untouched(raw, tag, within):
            return
        decision = self._plan.decide(int(tag), sequence=raw is not None and raw.VR == "SQ", within=within)
        if decision is not None and decision.action == "X":
            self._edits.remove(dataset, tag, path, reason=decision.reason)
        elif not is_known(tag):
            reason = "The standard does not know this attribute."
            self._edits.remove(dataset, tag, path, layer="vr", reason=reason)
        elif self._overlay_removed(tag):
            self._edits.remove(dataset, tag, path, reason="It belongs to an overlay that is removed.")
        elif (element := read(dataset, tag)) is None:
            self._edits.remove(dataset, tag, path, layer="vr", reason="The value cannot be read.")
        else:
            self._decided(dataset, element, path, within, dummies=dummies)

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

    def _untouched(
        self, raw: DataElement | RawDataElement | None, tag: BaseTag, within: tuple[int, ...]
    ) -> bool:
        """Whether an element can stay undecoded: a number that no table names."""
        if not isinstance(raw, RawDataElement) or raw.VR not in _KEPT_RAW:
            return False
        if len(raw.value or b"") % _KEPT_RAW[raw.VR]:
            return False  # no whole number of values: reading it will tell
        return self._plan.decide(int(tag), within=within) is None and is_known(tag)

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
        replaced = decision is not None and decision.action == "D"
        inner = dummies or (replaced and element.keyword not in _CONTENT)
        if replaced and decision is not None:
            self._edits.note(path, element.tag, "D", reason=decision.reason)
        kept = []
        for index, item in enumerate(element.value or ()):
            here = f"{path}[{index}]"
            found = content_decision(item, self._plan)
            if found is not None and found.action == "X":
                self._edits.note(here, element.tag, "X", reason="Table E.3.4-1 removes this content item.")
                continue
            self._dataset(item, here + "/", (*within, int(element.tag)), dummies=inner)
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
        elif (value := dummy(element.VR)) is None:
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
