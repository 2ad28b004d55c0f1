"""Rules for the elements and attributes of a CDA document, as Table E.1-1 has them for attributes of DICOM.

What is taken out says so by the null flavour MSK (masked) of HL7, so that the structure stays valid.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from anonymizer.documents.cda_names import PRODUCTS, local_name
from anonymizer.documents.identifiers import new_identifier
from anonymizer.headers.free_text import clean, has_pattern
from anonymizer.headers.subject import Subject
from anonymizer.words import dates

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_MASKED = frozenset(
    {"name", "addr", "telecom", "birthTime", "deceasedTime", "birthplace", "guardian", "maritalStatusCode",
     "religiousAffiliationCode", "languageCommunication", "multipleBirthOrderNumber", "livingArrangementCode"}
)  # fmt: skip
_CHARACTERISTICS = frozenset({"administrativeGenderCode", "raceCode", "ethnicGroupCode"})
_TIMES = frozenset({"time", "effectiveTime", "availabilityTime", "birthTime", "expirationTime"})
_TEMPLATES = frozenset({"templateId", "typeId"})
_STRUCTURE = frozenset(
    {"classCode", "moodCode", "typeCode", "determinerCode", "contextControlCode", "contextConductionInd",
     "inversionInd", "negationInd", "nullFlavor", "use", "unit", "operator", "inclusive", "representation",
     "mediaType", "institutionSpecified", "independentInd", "separatableInd", "styleCode", "listType",
     "colspan", "rowspan", "align", "valign", "border", "width", "cellpadding", "cellspacing", "scope",
     "rules", "frame", "span", "qualifier", "partType", "alignment", "revised", "language", "ID", "IDREF", "href",
     "codeSystemVersion", "valueSetVersion"}
)  # fmt: skip
_CODES = frozenset({"code", "codeSystem", "root", "valueSet"})
_WORDS = frozenset({"displayName", "codeSystemName"})
_PLAIN = re.compile(r"#?[\w.:%/\[\]{}*^+' -]{0,64}$", re.ASCII)
_LOCAL = re.compile(r"#[A-Za-z_][\w.-]{0,63}$", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,12}(?:\.\d{1,12})?(?:[eE][+-]?\d{1,3})?$")
_LONG_NUMBER = re.compile(r"\d{6,}$")
_TEMPLATE_EXTENSION = re.compile(r"(?:\d{4}-\d\d-\d\d|POCD_HD\d+)$")
_YEARS = frozenset({"a", "y", "yr"})


class Rules:
    """What happens to elements and attributes of one document; texts are cleaned elsewhere."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        profile = subject.plan.profile
        self._keeps_characteristics = profile.has("retain_patient_characteristics")
        self._shift = None
        if profile.has("full_dates"):
            self._shift = 0
        elif profile.has("modified_dates"):
            self._shift = subject.shift()
        self._by_attribute: dict[str, Callable[[Element, str], str | None]] = {
            **dict.fromkeys(_STRUCTURE, self._structural),
            **dict.fromkeys(_CODES, self._code),
            **dict.fromkeys(_WORDS, self._wording),
            _LANGUAGE: self._structural,
            _TYPE: lambda _, text: self._structural(_, text.rpartition(":")[2]),
        }

    def apply(self, root: "Element") -> None:
        """Apply the rules to all elements of a document in place."""
        self._element(root, "", in_time=False)

    def _element(self, element: "Element", parent: str, *, in_time: bool) -> None:
        name = local_name(element)
        if self._is_masked(name, parent):
            _mask(element)
            return
        kind = element.get(_TYPE, "").rpartition(":")[2]
        in_time = in_time or name in _TIMES or kind.endswith("TS")
        if name in ("id", "setId"):
            self._identify(element)
        else:
            self._attributes(element, in_time=in_time)
        for child in element:
            self._element(child, name, in_time=in_time)

    def _is_masked(self, name: str, parent: str) -> bool:
        if name in _CHARACTERISTICS:
            return not self._keeps_characteristics
        return name in _MASKED and not (name == "name" and parent in PRODUCTS)

    def _identify(self, element: "Element") -> None:
        root, extension = element.get("root", ""), element.get("extension", "")
        null = element.get("nullFlavor", "")
        element.attrib.clear()
        if root or extension:
            new = new_identifier(self._subject, root, extension)
            element.attrib.update({k: v for k, v in zip(("root", "extension"), new, strict=True) if v})
        else:
            element.set("nullFlavor", null if null.isalpha() else "MSK")

    def _attributes(self, element: "Element", *, in_time: bool) -> None:
        old = dict(element.attrib)
        element.attrib.clear()
        for name, text in old.items():
            if name == "value":
                self._value(element, text, old.get("unit", ""), in_time=in_time)
            elif name == "extension":
                if local_name(element) in _TEMPLATES and _TEMPLATE_EXTENSION.match(text):
                    element.set(name, text)
            elif (rule := self._by_attribute.get(name)) and (new := rule(element, text)) is not None:
                element.set(name, new)

    def _structural(self, element: "Element", text: str) -> str | None:
        """Keep a token in which nobody can be recognised."""
        return None if has_pattern(text) else self._code(element, text)

    def _code(self, _: "Element", text: str) -> str | None:
        """Keep a code or the UID of a code system, which may look like a record number."""
        return text if _PLAIN.match(text) and not self._subject.harvest.touches(text) else None

    def _wording(self, _: "Element", text: str) -> str | None:
        return clean(text, self._subject.harvest, self._subject.plan.profile.own_words) or None

    def _value(self, element: "Element", text: str, unit: str, *, in_time: bool) -> None:
        """Move a date, keep a number, a truth value or a reference inside the document."""
        new: str | None = None
        text = text.strip()
        if not unit and (in_time or re.match(r"(?:19|20)\d{6}", text)):
            new = dates.move_datetime(text, self._shift) if self._shift is not None else None
        elif text in ("true", "false"):
            new = text
        elif _NUMBER.match(text) and (unit or not _LONG_NUMBER.match(text)):
            new = _capped(text, unit) if not self._subject.harvest.touches(text) else None
        elif _LOCAL.match(text):
            new = self._structural(element, text)
        if new is not None:
            element.set("value", new)
        elif local_name(element) != "reference":
            element.set("nullFlavor", "MSK")


def _capped(text: str, unit: str) -> str:
    """Give ages over 89 years as 90."""
    return "90" if unit in _YEARS and float(text) > dates.OLDEST_AGE else text


def _mask(element: "Element") -> None:
    kind = element.get(_TYPE)
    tail = element.tail
    element.clear()
    element.tail = tail
    element.set("nullFlavor", "MSK")
    if kind and _PLAIN.match(kind):
        element.set(_TYPE, kind.rpartition(":")[2])
