"""Encapsulated documents (PS3.3 A.45, A.85, A.104): cleaned, replaced by a notice, or kept out.

`clean_document` stands before the header layers: it takes the document out of the data set, as Table E.1-1
replaces it by a dummy value; `Document.put_into` puts the cleaned one in afterwards.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pydicom.dataset import Dataset

from anonymizer.documents.cda import clean_cda, notice_cda
from anonymizer.documents.cleaned import Cleaned
from anonymizer.documents.errors import LockedError, UnreadableError
from anonymizer.documents.identifiers import new_header_identifier
from anonymizer.documents.mesh import clean_mtl, clean_obj, clean_stl, notice_stl, notice_text
from anonymizer.files.file_format import UNREADABLE
from anonymizer.headers.subject import Subject
from anonymizer.identities.byte_search import SHORTEST_NEEDLE
from anonymizer.identities.residue import LONG_IN_NOISE
from anonymizer.report import Change

__all__ = ["DOCUMENT", "Document", "clean_document", "may_hold_document"]

_ROOT = "1.2.840.10008.5.1.4.1.1.104."
DOCUMENT = 0x00420011
_PATH, _NAME, LAYER = "(0042,0011)", "Encapsulated Document", "document"
_IDENTIFIER = "Identifiers of documents are replaced as UIDs are."
UNREADABLE_NOTICE = "The content of this document could not be read and was removed."
HELD_NOTICE = "The content of this document still held an identity and was removed."
REMOVED_NOTICE = "The content of this document was removed, as the profile says."
NO_TEXT_NOTICE = "The content of this document was removed, as the profile keeps no free text."


@dataclass(frozen=True, slots=True)
class Document:
    """A document that is fit to leave and what was done to it; without `cleaned` there was none."""

    mime: str = ""
    cleaned: Cleaned | None = None
    action: str = ""
    identifier: str = ""  # new value of HL7 Instance Identifier (0040,E001)

    @property
    def review(self) -> tuple[str, ...]:
        """Why a human should look at it."""
        return self.cleaned.review if self.cleaned else ()

    def put_into(self, dataset: Dataset) -> list[Change]:
        """Put it into the masked data set with the attributes that describe it (PS3.3 C.24.2)."""
        if self.cleaned is None:
            return []
        body = self.cleaned.body + b"\0" * (len(self.cleaned.body) % 2)
        dataset.add_new("EncapsulatedDocument", "OB", body)  # a damaged file's attributes can be of any kind
        dataset.add_new("EncapsulatedDocumentLength", "UL", len(self.cleaned.body))
        dataset.add_new("MIMETypeOfEncapsulatedDocument", "LO", self.mime)
        dataset.add_new("BurnedInAnnotation", "CS", "NO")
        changes = [Change(_PATH, _NAME, self.action, LAYER, self.cleaned.reason)]
        if self.identifier:
            dataset.HL7InstanceIdentifier = self.identifier
            changes.append(Change("(0040,E001)", "HL7 Instance Identifier", "U", LAYER, _IDENTIFIER))
        return changes


_Cleaner = Callable[[bytes, Subject, bool], Cleaned]  # of bytes; whether pictures are searched for text


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of document: how it is cleaned and what stands in its place."""

    mime: str
    clean: _Cleaner
    notice: Callable[[str], bytes]
    is_text: bool = True


def may_hold_document(sop_class: str, *, has_document: bool) -> bool:
    """Whether an object is of a class of documents or has one all the same."""
    return has_document or sop_class.startswith(_ROOT)


def clean_document(dataset: Dataset, subject: Subject, *, find_text: bool) -> Document:
    """Take the document out of a data set and return it cleaned.

    Identities that only the document names are added to the subject's harvest. `find_text`: pictures are
    searched for burned-in text. Raises SourceError where the document may hold something worth keeping but
    cannot be cleaned, so that the instance is quarantined.
    """
    sop_class = str(dataset.get("SOPClassUID", ""))
    if not may_hold_document(sop_class, has_document=DOCUMENT in dataset):
        return Document()
    if subject.plan.profile.documents == "quarantine":
        raise LockedError("The file carries a document, and the profile keeps documents out.")
    identifier = _new_identifier(dataset, subject)
    raw = _taken(dataset)
    kind = _kind(sop_class, raw)
    if notice := _removed(subject, kind):
        return Document(kind.mime, Cleaned(kind.notice(notice), notice), "D", identifier)
    try:
        cleaned = kind.clean(raw, subject, find_text)
        shortest = SHORTEST_NEEDLE if kind.is_text else LONG_IN_NOISE
        if not next(subject.harvest.found_in_bytes(cleaned.body, shortest=shortest), None):
            return Document(kind.mime, cleaned, "C", identifier)
        notice = HELD_NOTICE
    except UnreadableError:
        notice = UNREADABLE_NOTICE
    return Document(kind.mime, Cleaned(kind.notice(notice), notice, (notice,)), "D", identifier)


def _new_identifier(dataset: Dataset, subject: Subject) -> str:
    try:
        old = str(dataset.get("HL7InstanceIdentifier") or "")
    except UNREADABLE:
        return ""  # the header layers remove what cannot be read
    return new_header_identifier(subject, old)


def _removed(subject: Subject, kind: _Kind) -> str:
    """Return what to say where the profile removes the document; "" where it is cleaned.

    Table E.1-1 replaces it (D); no option says otherwise, so text stays only where an option keeps cleaned
    text elsewhere, and geometry, in which nothing can be read, always.
    """
    profile = subject.plan.profile
    if profile.documents == "remove" or dict(profile.attributes).get(DOCUMENT, "C") in "DZX":
        return REMOVED_NOTICE
    return NO_TEXT_NOTICE if kind.is_text and not subject.plan.cleans_content else ""


def _taken(dataset: Dataset) -> bytes:
    """Return the document without the padding, and take it out of the data set."""
    if DOCUMENT not in dataset:
        return b""
    try:
        value = dataset[DOCUMENT].value
        length = int(dataset.get("EncapsulatedDocumentLength") or 0)
    except UNREADABLE:
        value, length = b"", 0
    del dataset[DOCUMENT]
    if isinstance(value, str):  # a wrong VR
        value = value.encode("utf-8", "surrogateescape")
    raw = value if isinstance(value, bytes) else b""
    return raw[:length] if 0 < length <= len(raw) <= length + 1 else raw


def _kind(sop_class: str, raw: bytes) -> _Kind:
    """Tell the kind by the SOP class, else by how the document begins."""
    number = sop_class.removeprefix(_ROOT)
    if number in _KINDS:
        return _KINDS[number]
    start = raw[:1024].lstrip()
    if b"%PDF-" in start:
        return _KINDS["1"]
    if b"<ClinicalDocument" in start:
        return _KINDS["2"]
    raise LockedError(
        "The file carries a whole document of a kind that cannot be masked.",
        "Export the document by other means if it is needed.",
    )


def _pdf(raw: bytes, subject: Subject, find_text: bool) -> Cleaned:  # noqa: FBT001 - one signature for all kinds
    from anonymizer.documents.pdf import clean_pdf

    return clean_pdf(raw, subject.harvest, own=subject.plan.profile.own_words, find_text=find_text)


def _pdf_notice(sentence: str) -> bytes:
    from anonymizer.documents.pdf_writing import notice_pdf

    return notice_pdf(sentence)


def _without_pictures(clean: Callable[[bytes, Subject], Cleaned]) -> _Cleaner:
    return lambda raw, subject, _: clean(raw, subject)


_KINDS = {
    "1": _Kind("application/pdf", _pdf, _pdf_notice),
    "2": _Kind("text/XML", _without_pictures(clean_cda), notice_cda),
    "3": _Kind("model/stl", _without_pictures(clean_stl), notice_stl, is_text=False),
    "4": _Kind("model/obj", _without_pictures(clean_obj), notice_text, is_text=False),
    "5": _Kind("model/mtl", _without_pictures(clean_mtl), notice_text, is_text=False),
}
