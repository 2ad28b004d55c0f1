"""Encapsulated CDA documents (HL7 Clinical Document Architecture): structure, codes and cleaned narrative stay.

Names, addresses, identifiers and dates are treated by what they are (`cda_rules`); every text is read in its
context, so that a name which several elements share is found too. Comments, processing instructions,
stylesheets, embedded media and what belongs to no known standard are left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from anonymizer.documents.cda_names import collect_names, local_name
from anonymizer.documents.cda_rules import Rules
from anonymizer.documents.cleaned import Cleaned
from anonymizer.documents.errors import UnreadableError
from anonymizer.headers.free_text import unsafe_spans, without
from anonymizer.headers.subject import Subject

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_HL7 = "urn:hl7-org:v3"
_KNOWN = ("urn:hl7-org:", "urn:ihe:", "urn:epsos-org:")
_PREFIXES = {"": _HL7, "sdtc": "urn:hl7-org:sdtc", "xsi": "http://www.w3.org/2001/XMLSchema-instance"}
_REMOVED = frozenset(
    {"observationMedia", "renderMultiMedia", "thumbnail", "signatureText", "regionOfInterest"}
)
_HOLDERS = frozenset({"entry", "entryRelationship", "component"})  # make no sense without what they hold
_INLINE = frozenset({"content", "sub", "sup", "linkHtml", "footnote", "footnoteRef"})
_DEEPEST, _MOST_ELEMENTS = 100, 200_000
_MEDIA_NOTE = " Embedded media were removed."

CLEANED = (
    "Names, addresses, identifiers, dates and words that are not known to be harmless left the document."
)

BODY_LOST = "The body of the document was an embedded file; it could not be cleaned and was removed."


def clean_cda(raw: bytes, subject: Subject) -> Cleaned:
    """Return a CDA document without identities; those that it names are added to the subject's harvest.

    Raises UnreadableError where it is no well-formed CDA document without a document type definition.
    """
    from xml.etree import ElementTree as ET

    root = _parsed(raw)
    collect_names(root, subject.harvest)
    media = _prune(root)
    Rules(subject).apply(root)
    _clean_texts(root, subject)
    bodies = [body for body in root.iter() if local_name(body) == "nonXMLBody" and not len(body)]
    for body in bodies:
        ET.SubElement(body, body.tag.replace("nonXMLBody", "text")).text = BODY_LOST
    return Cleaned(_written(root), CLEANED + _MEDIA_NOTE * media, (BODY_LOST,) * bool(bodies))


def notice_cda(sentence: str) -> bytes:
    """Return a document that says a sentence and nothing else."""
    from xml.etree import ElementTree as ET

    root = ET.Element(f"{{{_HL7}}}ClinicalDocument")
    ET.SubElement(root, f"{{{_HL7}}}typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040")
    for name in ("id", "code", "effectiveTime", "confidentialityCode"):
        ET.SubElement(root, f"{{{_HL7}}}{name}", nullFlavor="MSK")
    place = root
    for name in ("component", "structuredBody", "component", "section", "text"):
        place = ET.SubElement(place, f"{{{_HL7}}}{name}")
    place.text = sentence
    return _written(root)


def _parsed(raw: bytes) -> "Element":
    root = _parsed_or_none(raw)
    if root is None:  # padding is no XML; in UTF-16 the last byte may look like some
        root = _parsed_or_none(raw.strip(b" \t\r\n\0"))
    if root is None or local_name(root) != "ClinicalDocument" or _depth(root) > _DEEPEST:
        raise UnreadableError
    return root


def _parsed_or_none(raw: bytes) -> "Element | None":
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(raw, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, ValueError):
        return None
    return root


def _depth(root: "Element") -> int:
    level, depth, count = [root], 0, 0
    while level and depth <= _DEEPEST:
        depth += 1
        count += len(level)
        if count > _MOST_ELEMENTS:
            raise UnreadableError
        level = [child for element in level for child in element]
    return depth


def _prune(root: "Element") -> bool:
    """Remove media and what belongs to no known standard; tell whether there was any."""
    namespace = root.tag.rpartition("}")[0].lstrip("{")
    found = False
    for parent in list(root.iter()):
        for child in list(parent):
            space = child.tag.rpartition("}")[0].lstrip("{")
            known = space == namespace or space.startswith(_KNOWN)
            if known and local_name(child) not in _REMOVED and child.get("representation") != "B64":
                continue
            found = True
            _remove(parent, child)
    while empty := [(p, c) for p in root.iter() for c in p if local_name(c) in _HOLDERS and not len(c)]:
        for parent, child in empty:
            _remove(parent, child)
    return found


def _remove(parent: "Element", child: "Element") -> None:
    """Remove an element, but not the text that stands behind it."""
    place = list(parent).index(child)
    tail = child.tail or ""
    if place:
        before = parent[place - 1]
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(child)


# -- texts -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Piece:
    """A text of an element, or behind it (`tail`), at a place in the whole text of the document."""

    element: "Element"
    tail: bool
    text: str
    start: int

    def write(self, text: str) -> None:
        if self.tail:
            self.element.tail = text
        else:
            self.element.text = text


def _clean_texts(root: "Element", subject: Subject) -> None:
    pieces, whole = _read(root)
    spans = _merged(unsafe_spans(whole, subject.harvest, subject.plan.profile.own_words))
    first = 0
    for piece in pieces:
        end = piece.start + len(piece.text)
        while first < len(spans) and spans[first][1] <= piece.start:
            first += 1
        here, place = [], first
        while place < len(spans) and spans[place][0] < end:
            start, stop = spans[place]
            here.append((max(start, piece.start) - piece.start, min(stop, end) - piece.start))
            place += 1
        if here:
            piece.write(_padded(piece.text, without(piece.text, here)))


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans in their order, those that overlap as one."""
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(stop, merged[-1][1])
        else:
            merged.append((start, stop))
    return merged


def _read(root: "Element") -> tuple[list[_Piece], str]:
    """Return all texts in their order; between paragraphs and cells stands a line's end, in words nothing."""
    pieces: list[_Piece] = []
    parts: list[str] = []
    position = 0
    for element, tail, block in _texts(root):
        text = (element.tail if tail else element.text) or ""
        if block:
            parts.append("\n")
            position += 1
        if text.strip():
            pieces.append(_Piece(element, tail, text, position))
        parts.append(text)
        position += len(text)
    return pieces, "".join(parts)


def _texts(element: "Element") -> Iterator[tuple["Element", bool, bool]]:
    """Yield each element with whether its tail is meant, and whether a new block begins there."""
    block = local_name(element) not in _INLINE
    yield element, False, block
    for child in element:
        yield from _texts(child)
        yield child, True, local_name(child) not in _INLINE


def _padded(old: str, new: str) -> str:
    """Keep the white space around a text, so that neighbours do not run into each other."""
    if not new:
        return " "
    before = old[: len(old) - len(old.lstrip())]
    return before + new + old[len(old.rstrip()) :]


def _written(root: "Element") -> bytes:
    from xml.etree import ElementTree as ET

    for prefix, uri in _PREFIXES.items():
        ET.register_namespace(prefix, uri)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"
