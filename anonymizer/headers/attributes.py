"""Reading and changing single attributes of a data set, each change noted with its layer and reason."""

import re
from dataclasses import dataclass, field
from typing import Any

from pydicom.datadict import dictionary_description, dictionary_has_tag, dictionary_VR
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from anonymizer.files.file_format import UNREADABLE
from anonymizer.headers.fragments import Fragments
from anonymizer.report import Change

_DELIMITERS = 0xFFFE
_NUMBERS = frozenset(
    {"US", "SS", "UL", "SL", "FL", "FD", "AT", "OF", "OD", "OL", "OV", "SV", "UV", "US or SS"}
)
_STRINGS = frozenset({"AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UI", "UR",
                      "UT"})  # fmt: skip
_LETTER, _UNPRINTABLE = re.compile(rb"[A-Za-z\x80-\xff]"), re.compile(rb"[\0-\x1f\x7f]")
_SHORTEST_WORDS = 3
_STRUCTURAL = frozenset({0x00080016, 0x00080018, 0x0020000D, 0x0020000E, 0x00280004})


@dataclass(slots=True)
class Notes:
    """What was done to an instance or to a part of it."""

    changes: list[Change] = field(default_factory=list)
    non_ascii: bool = False  # a text was kept that needs a character set
    uids: set[str] = field(default_factory=set, repr=False)  # that were replaced
    fragments: Fragments = field(default_factory=Fragments)  # of free text that were taken out or kept


class Edits:
    """Changes data sets in place and notes what was changed."""

    def __init__(self) -> None:
        self.notes = Notes()

    def take(self) -> Notes:
        """Return the notes made since the last time."""
        notes, self.notes = self.notes, Notes()
        return notes

    def set(
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
        """Give an attribute another value; one that its VR cannot hold, as a damaged file has it, by the standard's."""
        try:
            dataset[element.tag] = DataElement(element.tag, element.VR, value)
        except UNREADABLE:
            vr = dictionary_VR(element.tag) if dictionary_has_tag(element.tag) else "LO"
            dataset[element.tag] = DataElement(element.tag, vr, value)
        self.note(path, element.tag, action, layer=layer, reason=reason)

    def remove(self, dataset: Dataset, tag: BaseTag, path: str, *, reason: str, layer: str = "table") -> None:
        """Remove an attribute, unless nothing could be read without it."""
        if int(tag) not in _STRUCTURAL:
            del dataset[tag]
            self.note(path, tag, "X", layer=layer, reason=reason)

    def note(self, path: str, tag: BaseTag, action: str, *, reason: str, layer: str = "table") -> None:
        """Note a change that was made elsewhere."""
        self.notes.changes.append(Change(path, name_of(tag), action, layer, reason))


def is_known(tag: BaseTag) -> bool:
    """Tell whether the dictionary of PS3.6 has a tag for data, repeating groups included."""
    if tag.group == _DELIMITERS:
        return False
    if dictionary_has_tag(tag):
        return True
    try:
        return bool(dictionary_description(tag))
    except KeyError:
        return False


def kind_differs(tag: BaseTag, vr: str) -> bool:
    """Tell whether a value is of numbers where the dictionary wants text, the other way round, or no sequence."""
    wanted = dictionary_VR(tag) if dictionary_has_tag(tag) else ""
    if wanted == "SQ":
        return vr in _NUMBERS or vr in _STRINGS
    return (vr in _NUMBERS and wanted in _STRINGS) or (vr in _STRINGS and wanted in _NUMBERS)


def hides_words(tag: BaseTag, raw: DataElement | RawDataElement | None) -> bool:
    """Tell whether a value of the wrong kind (VR) can be read as words, which nobody looks for there."""
    if raw is None or raw.VR is None or not kind_differs(tag, str(raw.VR)):
        return False
    if raw.VR in _STRINGS:
        text = raw.value if isinstance(raw.value, bytes) else str(raw.value or "").encode("utf-8")
        return _LETTER.search(text) is not None
    if not isinstance(raw, RawDataElement):
        return True  # it was decoded as numbers, so what it says is not seen any more
    value = (raw.value or b"").strip(b"\0 ")
    return len(value) >= _SHORTEST_WORDS and _UNPRINTABLE.search(value) is None


def undecoded(dataset: Dataset, tag: BaseTag) -> DataElement | RawDataElement | None:
    """Return an element as it was read; None where there is none or its value was never there."""
    try:
        return dataset.get_item(tag)
    except UNREADABLE:
        return None


def read(dataset: Dataset, tag: BaseTag) -> DataElement | None:
    """Return an element with its value decoded; None where that is not possible."""
    try:
        element = dataset[tag]
        _ = element.value
    except UNREADABLE:
        return None
    return element


def name_of(tag: BaseTag) -> str:
    """Return the attribute's name in PS3.6, or what it is called without one."""
    try:
        return dictionary_description(tag)
    except KeyError:
        return "Private attribute" if tag.is_private else "Unknown attribute"


def path_of(tag: BaseTag) -> str:
    """Return a tag as it stands in a path: "(0010,0010)"."""
    return f"({tag.group:04X},{tag.element:04X})"


def values(element: DataElement) -> list[Any]:
    """Return an element's values as a list, whatever its multiplicity."""
    value = element.value
    if value is None:
        return []
    if isinstance(value, (list, tuple)) or type(value).__name__ == "MultiValue":
        return list(value)
    return [value]


def joined(parts: list[str]) -> str | list[str]:
    """Return values as pydicom wants them: a single one alone, several as a list."""
    return parts[0] if len(parts) == 1 else parts
