"""The header layers: table, VR, harvest and vocabulary decide about every attribute at every depth.

One `HeaderMasker` works on one instance. It changes the data set in place and notes each change with its
layer and reason, never with a value.
"""

import re
from collections.abc import Callable
from typing import Any

from pydicom.datadict import dictionary_description, dictionary_has_tag
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag

from anonymizer import dates
from anonymizer.actions import DATE_VRS, DUMMY_TEXT, LONG_TEXT_VRS, TEXT_VRS, dummy
from anonymizer.content import content_decision
from anonymizer.file_format import UNREADABLE
from anonymizer.free_text import clean, hunt
from anonymizer.harvest import Harvest
from anonymizer.plan import Decision, Plan
from anonymizer.pseudonyms import Pseudonyms
from anonymizer.report import Change
from anonymizer.table import is_safe_private

_NUMBER = re.compile(rb"[0-9+\-.eE \\\0]*$")
_LONGEST_CODE = 64  # four times what is allowed: real files are not strict
_PATIENT_NAME, _PATIENT_ID, _CHARSET, _LENGTH_TO_END = 0x00100010, 0x00100020, 0x00080005, 0x00080001
_OVERLAYS = 0x6000
_FIRST_GROUP = 8  # lower groups belong to messages, file meta information and directories
_KEPT_RAW = frozenset({"US", "SS", "UL", "SL", "FL", "FD", "AT", "OF", "OD", "OL", "OV", "SV", "UV"})
_PIXELS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
_CODED = frozenset(
    {"CodeValue", "LongCodeValue", "CodingSchemeDesignator", "CodingSchemeVersion", "MappingResource",
     "ContextIdentifier", "SoftwareVersions", "CodingSchemeName", "CodingSchemeResponsibleOrganization"}
)  # fmt: skip
_CLASS_UIDS = re.compile(
    r"SOPClass|TransferSyntax|CodingScheme|ContextUID|MappingResource|ContextGroupExtension"
)
_STRUCTURAL = frozenset({0x00080016, 0x00080018, 0x0020000D, 0x0020000E, 0x00280004})


class HeaderMasker:
    """Masks the header of one instance under a plan."""

    def __init__(
        self, plan: Plan, pseudonyms: Pseudonyms, harvest: Harvest, *, patient: str, device: str = ""
    ) -> None:
        self._plan, self._pseudonyms, self._harvest = plan, pseudonyms, harvest
        self._patient = patient
        self._pseudonym = pseudonyms.patient_id(patient)
        self._shift = pseudonyms.day_shift(patient)
        self._device_shift = pseudonyms.day_shift(f"device\0{device}")
        self.changes: list[Change] = []
        self.non_ascii = False
        self._by_action: dict[str, Callable[[Dataset, DataElement, str, Decision], None]] = {
            "D": self._replace, "Z": self._empty, "K": self._keep, "C": self._clean, "U": self._renew_uid,
            "M": self._move,
        }  # fmt: skip

    def mask(self, dataset: Dataset) -> None:
        """Mask the whole data set in place."""
        self._dataset(dataset, "", dummies=False)

    # -- walking -----------------------------------------------------------------------------------------

    def _dataset(self, dataset: Dataset, prefix: str, *, dummies: bool) -> None:
        for tag in sorted(dataset.keys()):
            path = f"{prefix}({tag.group:04X},{tag.element:04X})"
            if tag.is_private:
                self._private(dataset, tag, path)
            elif tag in _PIXELS:
                continue
            elif tag.group < _FIRST_GROUP or int(tag) == _LENGTH_TO_END:
                self._remove(dataset, tag, path, layer="file", reason="It has no place in a data set.")
            elif tag == _CHARSET:
                self._charset(dataset, tag, nested=bool(prefix))
            elif tag.element == 0:
                del dataset[tag]  # a group length: retired, and wrong after masking
            else:
                self._public(dataset, tag, path, dummies=dummies)

    def _charset(self, dataset: Dataset, tag: BaseTag, *, nested: bool) -> None:
        """Decode all text: it is written in UTF-8, so that one declaration at the root is enough."""
        for other in sorted(dataset.keys()):
            try:
                dataset[other]
            except UNREADABLE:
                continue  # told about when the walk reaches it
        self.non_ascii = True
        if nested:
            del dataset[tag]

    def _public(self, dataset: Dataset, tag: BaseTag, path: str, *, dummies: bool) -> None:
        raw = dataset.get_item(tag)
        if self._untouched(raw, tag):
            return
        decision = self._plan.decide(int(tag), sequence=raw is not None and raw.VR == "SQ")
        if decision is not None and decision.action == "X":
            self._remove(dataset, tag, path, reason=decision.reason)
        elif not _known(tag):
            self._remove(dataset, tag, path, layer="vr", reason="The standard does not know this attribute.")
        elif self._overlay_removed(tag):
            self._remove(dataset, tag, path, reason="It belongs to an overlay that is removed.")
        elif (element := _read(dataset, tag)) is None:
            self._remove(dataset, tag, path, layer="vr", reason="The value cannot be read.")
        else:
            self._decided(dataset, element, path, dummies=dummies)

    def _decided(self, dataset: Dataset, element: DataElement, path: str, *, dummies: bool) -> None:
        decision = self._plan.decide(int(element.tag), sequence=element.VR == "SQ")
        if decision is not None and decision.action == "X":
            self._remove(dataset, element.tag, path, reason=decision.reason)
        elif element.VR == "SQ":
            self._sequence(dataset, element, path, decision, dummies=dummies)
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

    def _untouched(self, raw: DataElement | RawDataElement | None, tag: BaseTag) -> bool:
        """Whether an element can stay undecoded: a number that no table names."""
        if not isinstance(raw, RawDataElement) or raw.VR not in _KEPT_RAW:
            return False
        return self._plan.decide(int(tag)) is None and _known(tag)

    def _sequence(
        self, dataset: Dataset, element: DataElement, path: str, decision: Decision | None, *, dummies: bool
    ) -> None:
        if decision is not None and decision.action == "Z":
            self._set(dataset, element, Sequence(), path, reason=decision.reason, action="Z")
            return
        replaced = decision is not None and decision.action == "D"
        inner = dummies or (replaced and element.keyword not in _CONTENT)
        if replaced and decision is not None:
            self._note(path, element.tag, "D", reason=decision.reason)
        kept = []
        for index, item in enumerate(element.value or ()):
            here = f"{path}[{index}]"
            found = content_decision(item, self._plan)
            if found is not None and found.action == "X":
                self._note(here, element.tag, "X", reason="Table E.3.4-1 removes this content item.")
                continue
            self._dataset(item, here + "/", dummies=inner)
            if found is not None and found.action == "D":
                self._dummy_content(item, here, found)
            kept.append(item)
        if len(kept) != len(element.value or ()):
            element.value = Sequence(kept)

    def _dummy_content(self, item: Dataset, path: str, decision: Decision) -> None:
        for keyword in ("TextValue", "PersonName"):
            if keyword in item:
                where = f"{path}/{_path(item[keyword].tag)}"
                self._set(item, item[keyword], DUMMY_TEXT, where, reason=decision.reason)

    # -- the table's actions -----------------------------------------------------------------------------

    def _replace(self, dataset: Dataset, element: DataElement, path: str, decision: Decision) -> None:
        if int(element.tag) in (_PATIENT_NAME, _PATIENT_ID):
            self._pseudonymise(dataset, element, path, decision.reason)
        elif element.VR == "UI":
            self._renew_uid(dataset, element, path, decision)
        else:
            value = dummy(element.VR)
            if value is None:
                self._empty(dataset, element, path, decision)
            else:
                self._set(dataset, element, value, path, reason=decision.reason)

    def _pseudonymise(self, dataset: Dataset, element: DataElement, path: str, reason: str) -> None:
        value = str(element.value or "").strip(" \0")
        other = int(element.tag) == _PATIENT_ID and value and value != self._patient
        new = self._pseudonyms.patient_id(value) if other else self._pseudonym
        self._set(dataset, element, new, path, reason=f"{reason} It becomes the pseudonym.", action="D")

    def _empty(self, dataset: Dataset, element: DataElement, path: str, decision: Decision) -> None:
        if int(element.tag) == _PATIENT_NAME:
            self._pseudonymise(dataset, element, path, decision.reason)
        elif element.VM or element.value:
            self._set(dataset, element, None, path, reason=decision.reason, action="Z")

    def _renew_uid(self, dataset: Dataset, element: DataElement, path: str, decision: Decision) -> None:
        if element.VR == "UI":
            self._uids(dataset, element, path, reason=decision.reason, layer="table")

    def _uids(self, dataset: Dataset, element: DataElement, path: str, *, reason: str, layer: str) -> None:
        old = [str(uid).strip(" \0") for uid in _values(element)]
        new = [uid and self._pseudonyms.uid(uid) for uid in old]
        self._harvest.uids.update(uid for uid, other in zip(old, new, strict=True) if uid != other)
        if new != old:
            self._set(dataset, element, _joined(new), path, reason=reason, action="U", layer=layer)

    def _move(self, dataset: Dataset, element: DataElement, path: str, decision: Decision) -> None:
        if element.VR not in DATE_VRS:
            if element.VR in TEXT_VRS:  # the time zone, for one: kept, as dates are
                self._keep(dataset, element, path, decision)
            else:
                self._replace(dataset, element, path, decision)
            return
        shift = self._device_shift if decision.device else self._shift
        self._dates(dataset, element, path, shift=shift, reason=decision.reason, layer="table")

    def _dates(
        self, dataset: Dataset, element: DataElement, path: str, *, shift: int, reason: str, layer: str
    ) -> None:
        old = [str(value) for value in _values(element)]
        if element.VR == "TM":
            new = [dates.clean_time(value) for value in old]
        elif element.VR == "DA":
            new = [dates.move_date(value, shift) for value in old]
        else:
            new = [dates.move_datetime(value, shift) for value in old]
        if None in new:
            reason = "The value is no valid date or time."
            self._set(dataset, element, None, path, reason=reason, action="Z", layer="vr")
        elif new != old:
            moved = _joined([text or "" for text in new])
            self._set(dataset, element, moved, path, reason=reason, action="M", layer=layer)

    def _keep(self, dataset: Dataset, element: DataElement, path: str, decision: Decision) -> None:
        if element.VR == "AS":
            self._age(dataset, element, path)
        elif element.VR in TEXT_VRS:
            self._text(dataset, element, path, hunt, layer="harvest")
        elif element.VR in DATE_VRS:
            self._dates(dataset, element, path, shift=0, reason=decision.reason, layer="vr")
        elif element.VR == "PN":
            return
        elif element.VR != "UI":
            self._other(dataset, element, path)

    def _clean(self, dataset: Dataset, element: DataElement, path: str, decision: Decision) -> None:
        if element.VR in TEXT_VRS:
            self._text(dataset, element, path, self._vocabulary, layer="vocabulary")
        elif element.VR == "CS" and not self._suspicious(element):
            return
        else:
            reason = f"{decision.reason} It cannot be cleaned, so it is removed."
            self._remove(dataset, element.tag, path, reason=reason)

    def _vocabulary(self, text: str, harvest: Harvest) -> str:
        return clean(text, harvest, self._plan.profile.keep_words)

    # -- rules by VR -------------------------------------------------------------------------------------

    def _by_vr(self, dataset: Dataset, element: DataElement, path: str, *, dummies: bool) -> None:
        vr = element.VR
        if vr == "PN":
            self._set(
                dataset, element, None, path, reason="Every person's name is removed.", action="Z", layer="vr"
            )
        elif vr == "UI":
            if not _CLASS_UIDS.search(element.keyword):
                self._uids(
                    dataset, element, path, reason="UIDs that name an instance are replaced.", layer="vr"
                )
        elif vr in DATE_VRS:
            self._unlisted_date(dataset, element, path)
        elif vr in TEXT_VRS:
            self._unlisted_text(dataset, element, path, dummies=dummies)
        elif vr == "AS":
            self._age(dataset, element, path)
        else:
            self._other(dataset, element, path)

    def _unlisted_date(self, dataset: Dataset, element: DataElement, path: str) -> None:
        profile = self._plan.profile
        if profile.has("modified_dates") or profile.has("full_dates"):
            shift = self._shift if profile.has("modified_dates") else 0
            self._dates(dataset, element, path, shift=shift, reason="Every date moves.", layer="vr")
        elif element.value:
            self._set(
                dataset, element, None, path, reason="Dates and times are removed.", action="Z", layer="vr"
            )

    def _unlisted_text(self, dataset: Dataset, element: DataElement, path: str, *, dummies: bool) -> None:
        if dummies or (element.keyword == "TextValue" and not self._plan.cleans_content):
            reason = "Text in structured content is replaced."
            self._set(dataset, element, DUMMY_TEXT, path, reason=reason, layer="vr")
        elif element.VR in LONG_TEXT_VRS:
            self._text(dataset, element, path, self._vocabulary, layer="vocabulary")
        elif element.keyword in _CODED:
            how = hunt if any(self._harvest.touches(str(value)) for value in _values(element)) else _as_it_is
            self._text(dataset, element, path, how, layer="harvest")
        else:
            self._text(dataset, element, path, hunt, layer="harvest")

    def _text(
        self,
        dataset: Dataset,
        element: DataElement,
        path: str,
        how: Callable[[str, Harvest], str],
        *,
        layer: str,
    ) -> None:
        old = [str(value) for value in _values(element)]
        new = [how(text, self._harvest) if text.strip() else text for text in old]
        if new != old:
            left = new if any(text.strip() for text in new) else [DUMMY_TEXT]
            reason = "What identifies somebody was taken out of the text."
            self._set(dataset, element, _joined(left), path, reason=reason, action="C", layer=layer)
        if not all(text.isascii() for text in new):
            self.non_ascii = True

    def _age(self, dataset: Dataset, element: DataElement, path: str) -> None:
        old = [str(value) for value in _values(element)]
        new = [dates.clean_age(value) for value in old]
        if None in new:
            self._set(
                dataset, element, None, path, reason="The value is no valid age.", action="Z", layer="vr"
            )
        elif new != old:
            reason = "Ages over 89 years are given as 90."
            capped = _joined([text or "" for text in new])
            self._set(dataset, element, capped, path, reason=reason, action="C", layer="vr")

    def _other(self, dataset: Dataset, element: DataElement, path: str) -> None:
        """Codes, numbers and bytes: kept if they are what they should be and hold no identity."""
        if element.VR in ("UN", "UR", "AE"):
            self._remove(
                dataset, element.tag, path, layer="vr", reason="Values of this kind cannot be checked."
            )
        elif element.VR == "CS":
            if self._suspicious(element):
                reason = "The code holds an identity or is no code."
                self._remove(dataset, element.tag, path, layer="harvest", reason=reason)
        elif element.VR in ("DS", "IS"):
            if not all(_NUMBER.match(str(value).encode()) for value in _values(element)):
                self._set(
                    dataset, element, None, path, reason="The value is no number.", action="Z", layer="vr"
                )
        elif isinstance(element.value, bytes) and next(self._harvest.found_in_bytes(element.value), None):
            self._remove(dataset, element.tag, path, layer="harvest", reason="The bytes hold an identity.")

    def _suspicious(self, element: DataElement) -> bool:
        values = [str(value).strip(" \0") for value in _values(element)]
        return any(
            not v.isascii() or len(v) > _LONGEST_CODE or self._harvest.distinctive_in(v) for v in values
        )

    # -- private attributes ------------------------------------------------------------------------------

    def _private(self, dataset: Dataset, tag: BaseTag, path: str) -> None:
        if not self._plan.profile.has("retain_safe_private"):
            self._remove(dataset, tag, path, layer="private", reason="Private attributes are removed.")
            return
        if not is_safe_private(dataset, tag):
            self._remove(
                dataset,
                tag,
                path,
                layer="private",
                reason="It is not on the list of safe private attributes.",
            )
            return
        if tag.is_private_creator:
            return
        element = _read(dataset, tag)
        if element is None:
            self._remove(dataset, tag, path, layer="private", reason="The value cannot be read.")
            return
        if element.VR == "SQ":
            self._sequence(dataset, element, path, None, dummies=False)
        else:
            self._by_vr(dataset, element, path, dummies=False)

    # -- notes -------------------------------------------------------------------------------------------

    def _set(
        self,
        dataset: Dataset,
        element: DataElement,
        value: Any,
        path: str,
        *,
        reason: str,
        action: str = "D",
        layer: str = "table",
    ) -> None:
        dataset[element.tag] = DataElement(element.tag, element.VR, value)
        self._note(path, element.tag, action, layer=layer, reason=reason)

    def _remove(
        self, dataset: Dataset, tag: BaseTag, path: str, *, reason: str, layer: str = "table"
    ) -> None:
        if int(tag) not in _STRUCTURAL:
            del dataset[tag]
            self._note(path, tag, "X", layer=layer, reason=reason)

    def _note(self, path: str, tag: BaseTag, action: str, *, reason: str, layer: str = "table") -> None:
        self.changes.append(Change(path, _name(tag), action, layer, reason))


_CONTENT = frozenset({"ContentSequence", "WaveformAnnotationSequence", "GraphicAnnotationSequence"})


def _known(tag: BaseTag) -> bool:
    """Tell whether the dictionary has a tag, repeating groups included."""
    if dictionary_has_tag(tag):
        return True
    try:
        return bool(dictionary_description(tag))
    except KeyError:
        return False


def _as_it_is(text: str, _: Harvest) -> str:
    return text


def _read(dataset: Dataset, tag: BaseTag) -> DataElement | None:
    """Return an element with its value decoded; None where that is not possible."""
    try:
        element = dataset[tag]
        _ = element.value
    except UNREADABLE:
        return None
    return element


def _name(tag: BaseTag) -> str:
    try:
        return dictionary_description(tag)
    except KeyError:
        return "Private attribute" if tag.is_private else "Unknown attribute"


def _path(tag: BaseTag) -> str:
    return f"({tag.group:04X},{tag.element:04X})"


def _values(element: DataElement) -> list[Any]:
    value = element.value
    if value is None:
        return []
    if isinstance(value, (list, tuple)) or type(value).__name__ == "MultiValue":
        return list(value)
    return [value]


def _joined(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values
