"""Masking by way of pydicom: for every file, whatever is odd about it or has to be done to its pixels."""

import hashlib
import re
from typing import TYPE_CHECKING

from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import UID

from anonymizer.documents import clean_document
from anonymizer.errors import PixelError
from anonymizer.files.file_format import (
    UNREADABLE,
    NotDicomError,
    parse,
    renew_meta,
    searchable,
    serialise,
    transfer_syntax,
)
from anonymizer.files.truncation import End, end_of, holds_another_file, lacks_image, repair_pixels
from anonymizer.headers.damage import is_damaged
from anonymizer.headers.header import HeaderMasker
from anonymizer.headers.marks import mark, mark_masked_pixels, mark_settings
from anonymizer.headers.subject import Subject
from anonymizer.identities.collect import Mention, first_text, identity_of, mentions
from anonymizer.identities.harvest import Harvest
from anonymizer.identities.residue import Search, remove_holders, residue
from anonymizer.masking.run import Layout, Masked, QuarantineError, Run, Settings, check_listed, tools_of
from anonymizer.masking.series import series_of
from anonymizer.output.facts import facts_of
from anonymizer.output.gate import known_of
from anonymizer.pixels.decoding import matrix_of
from anonymizer.pixels.device_rules import Action, matching
from anonymizer.pixels.jpeg_comments import blank_comments
from anonymizer.pixels.unused_bits import clear_unused_bits
from anonymizer.profiles.drawings import ANNOTATIONS
from anonymizer.profiles.pixel_policy import MaskText
from anonymizer.profiles.plan import Plan
from anonymizer.report import Change
from anonymizer.words.spelling import spells_words

if TYPE_CHECKING:
    from anonymizer.pixels.burned_in_text import PixelResult
    from anonymizer.pixels.series_plan import SeriesPlan

_UID = re.compile(r"[0-9.]{3,64}\Z")
_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
_WRITTEN = ("PatientID", "PatientName", "PatientIdentityRemoved", "DeidentificationMethod",
            "DeidentificationMethodCodeSequence", "LongitudinalTemporalInformationModified")  # fmt: skip
DAMAGED = "The file is damaged, so of its texts and codes only those that are known to be harmless were kept."
NOT_EXAMINED = "Pixels were not examined for burned-in text."
_PIXEL_GROUP = 0x7FE0
MULTIFRAME_CAPTURES = "1.2.840.10008.5.1.4.1.1.7."  # the beginning of their SOP Class UIDs
_DERIVED = (
    Change(
        "(0008,0008)",
        "Image Type",
        "C",
        "file",
        "Pixels were masked, so that an original image is now derived.",
    ),
)
MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"


def mask_thoroughly(raw: bytes, dataset: FileDataset, end: End, run: Run) -> Masked:
    """Mask a data set that was read from a file's bytes, in place; `end`: how these end.

    Raises an AnonymizerError.
    """
    tools, settings = tools_of(run.settings), run.settings
    changes: list[Change] = []
    review: list[str] = []
    _refuse_directory(dataset, run.layout)
    _admit(dataset, raw, changes)
    plan = tools.plan.for_object(first_text(dataset, "SOPClassUID"))
    damaged = is_damaged(raw, dataset, end)
    identity = identity_of(dataset)
    patient = tools.patients.of(identity)
    harvest = Harvest()
    known = run.told.get(patient.key, frozenset())
    harvest.merge(tools.harvest(known | frozenset(mentions(dataset, plan))))
    check_listed(patient, harvest)
    syntax = transfer_syntax(dataset)
    _complete(dataset, raw, end, review)
    if lacks_image(dataset):
        review.append("The file says that it is an image but holds none; it may have been cut off.")
    review += [DAMAGED] if damaged else []
    renew_meta(dataset, syntax)
    # what lies behind the image may be part of another file, as may what is in it
    changes += _clear_pixels(dataset, harvest, doubtful=damaged or end is End.MORE)
    pixels = _mask_pixels(dataset, settings, harvest, run.plans.get(series_of(raw)) if run.plans else None)
    review += pixels.review
    lines, doubts = _clear_lines(dataset, plan, settings)
    changes, review = [*changes, *lines], [*review, *doubts]
    device = first_text(dataset, "DeviceSerialNumber")
    subject = Subject(plan, tools.patients, harvest, patient, device, damaged)
    document = clean_document(dataset, subject, find_text=settings.find_text)
    masked = HeaderMasker(subject).mask(dataset)
    changes += document.put_into(dataset)
    review += document.review
    for keyword in _WRITTEN:
        if keyword in dataset:
            del dataset[keyword]  # in a damaged file it can be of any kind
    dataset.PatientID = dataset.PatientName = subject.pseudonym
    mark(dataset, settings.profile, pixels_cleaned=pixels.cleaned, text_rewritten=masked.non_ascii)
    _mark_pixels(dataset, pixels)
    digest = settings.digest(patient)
    mark_settings(dataset, digest)
    renew_meta(dataset, UID(dataset.file_meta.TransferSyntaxUID))
    body, removed = _checked(dataset, Search(harvest, frozenset(masked.uids)))
    return Masked(
        (body,),
        facts_of(dataset),
        identity,
        digest,
        known_of(subject, masked.uids),
        changes=(*changes, *(_DERIVED if pixels.changed else ()), *masked.changes, *removed),
        review=tuple(review),
        regions=pixels.regions,
        readings=pixels.readings,
        fragments=masked.fragments.without(removed),
    )


def _mark_pixels(dataset: FileDataset, pixels: "PixelResult") -> None:
    """Say of the pixels what was found and done, whatever of that the profile removes (PS3.15 E.3.1)."""
    if pixels.examined:
        dataset.add_new("BurnedInAnnotation", "CS", "NO" if pixels.cleaned else "YES")
    elif first_text(dataset, "SOPClassUID").startswith(MULTIFRAME_CAPTURES):
        dataset.add_new("BurnedInAnnotation", "CS", "YES")  # required there, and nobody looked
    if pixels.changed:
        mark_masked_pixels(dataset)


def told_thoroughly(raw: bytes, settings: Settings) -> tuple[str, frozenset[Mention]]:
    """Return the patient's key and what a file tells of the patient. Raises an AnonymizerError."""
    dataset = parse(raw)
    end_of(dataset, raw)
    _admit(dataset, raw, [])
    tools = tools_of(settings)
    plan = tools.plan.for_object(first_text(dataset, "SOPClassUID"))
    return tools.patients.of(identity_of(dataset)).key, frozenset(mentions(dataset, plan))


def _admit(dataset: FileDataset, raw: bytes, changes: list[Change]) -> None:
    """Refuse what cannot be masked; complete what the file only says in its file meta information."""
    meta = getattr(dataset, "file_meta", None) or Dataset()
    if not len(dataset):
        raise QuarantineError("The file ends before its data begin.")
    for keyword in ("SOPClassUID", "SOPInstanceUID"):
        stored = f"MediaStorage{keyword}"
        if not first_text(dataset, keyword) and _UID.match(first_text(meta, stored)):
            dataset.add_new(keyword, "UI", UID(first_text(meta, stored)))
    sop_class = first_text(dataset, "SOPClassUID")
    if not _UID.match(sop_class):
        raise QuarantineError("The file does not say what kind of DICOM object it is (no SOP Class UID).")
    if not first_text(dataset, "SOPInstanceUID"):
        dataset.add_new("SOPInstanceUID", "UI", _own_uid("", raw))
        changes.append(
            Change("(0008,0018)", "SOP Instance UID", "U", "file", "The file had none; it was given one.")
        )


def _complete(dataset: FileDataset, raw: bytes, end: End, review: list[str]) -> None:
    """Make an instance out of a file that ends too early or goes on too long, and say so."""
    if repaired := repair_pixels(dataset):
        review.append("The file is truncated: the missing part of its image is blank.")
    elif end is End.CUT:
        review.append("The file is truncated: it was masked as far as it goes.")
    if repaired or end is End.CUT:
        dataset.add_new("SOPInstanceUID", "UI", _own_uid(str(dataset.SOPInstanceUID), raw))
    if holds_another_file(raw):
        review.append("Another DICOM file follows in the same file; only the first was masked and kept.")
    elif end is End.MORE:
        review.append("Behind the image stand bytes that are no part of it; they were left out.")


def _refuse_directory(dataset: FileDataset, layout: Layout) -> None:
    """Leave a DICOMDIR out: what it says of patients would be a copy of the originals."""
    meta = getattr(dataset, "file_meta", None) or Dataset()
    if MEDIA_DIRECTORY not in (
        first_text(dataset, "SOPClassUID"),
        first_text(meta, "MediaStorageSOPClassUID"),
    ):
        return
    reason = "A DICOMDIR lists other files; those are masked one by one"
    rebuilt = ", and it is rebuilt from what is written." if layout is Layout.MEDIA else "."
    raise NotDicomError(reason + rebuilt)


def _refuse_spelling_pixels(dataset: FileDataset) -> None:
    """Keep in quarantine what holds text among its pixels: in a damaged file nobody knows whose name it is."""
    for tag in [tag for tag in dataset.keys() if tag.group == _PIXEL_GROUP]:  # noqa: SIM118 - pydicom's keys
        value = dataset[tag].value
        if isinstance(value, bytes) and spells_words(value):
            raise QuarantineError("The file is damaged, and words stand among its pixels that may be a name.")


def _own_uid(uid: str, raw: bytes) -> UID:
    """Return a UID by content, for an object that is not (any more) what its own UID stands for."""
    number = int.from_bytes(hashlib.sha256(uid.encode() + raw).digest()[:16], "big")
    return UID(f"2.25.{number}")


def _clear_pixels(dataset: FileDataset, harvest: Harvest, *, doubtful: bool) -> list[Change]:
    """Take out what hides in pixel data beside the pixels; of `doubtful` ones that spell words nothing is written."""
    changes = list(blank_comments(dataset))
    if doubtful:
        _refuse_spelling_pixels(dataset)  # while the letters are whole
    return [*changes, *_clear_unused(dataset, harvest)]


def _clear_unused(dataset: FileDataset, harvest: Harvest) -> list[Change]:
    """Take overlays out of the bits beside the pixels' values.

    An identity among the pixels that is written in letters stays as it is, so that the search of what is to be
    written finds it: half of its letters would be left.
    """
    value = dataset.get("PixelData")
    if isinstance(value, bytes) and next(harvest.found_in_bytes(value), None):
        return []
    try:
        return clear_unused_bits(dataset)
    except UNREADABLE as error:
        raise PixelError(
            "The image says that an overlay lies among its pixels and cannot be decoded."
        ) from error


def _mask_pixels(
    dataset: FileDataset, settings: Settings, harvest: Harvest, plan: "SeriesPlan | None"
) -> "PixelResult":
    """Mask the pixels by the device rules and by what is found in them."""
    from anonymizer.pixels.burned_in_text import PixelResult, mask_burned_in_text
    from anonymizer.pixels.verdicts import Judge

    if not any(keyword in dataset for keyword in _PIXELS):
        return PixelResult()
    rules = matching(settings.device_rules, dataset)
    for rule in rules:
        if rule.action is Action.LEAVE_OUT:
            raise QuarantineError(f"Left out by the device rule “{rule.name}”.")
    policy = settings.profile.pixels
    try:
        matrix = matrix_of(dataset) if rules and policy.mask is not MaskText.FLAG else None
        known = [region for rule in rules if matrix for region in rule.regions(dataset, matrix)]
        if not settings.find_text and not known:
            return PixelResult(review=(NOT_EXAMINED,))
        judge = Judge(policy, harvest)
        return mask_burned_in_text(dataset, find=settings.find_text, drawn=known, judge=judge, plan=plan)
    except UNREADABLE as error:
        raise PixelError("The image cannot be decoded, so it cannot be searched for text.") from error


def _clear_lines(
    dataset: FileDataset, plan: Plan, settings: Settings
) -> tuple[list[Change], tuple[str, ...]]:
    """Take letters out of what was drawn over images, where the profile lets drawings stay."""
    from anonymizer.pixels.drawn_lines import clear_drawn_text

    decision = plan.decide(ANNOTATIONS, sequence=True)
    if ANNOTATIONS not in dataset or decision is None or decision.action not in "KC":
        return [], ()
    try:
        return clear_drawn_text(dataset, find_text=settings.find_text)
    except UNREADABLE as error:
        raise QuarantineError("What was drawn over images cannot be read.") from error


def _checked(dataset: FileDataset, search: Search) -> tuple[bytes, list[Change]]:
    """Return the bytes to be written, searched for identities; what still holds one is removed, once."""
    removed: list[Change] = []
    try:
        body = serialise(dataset)
    except UNREADABLE:
        removed += remove_holders(dataset, search, unwritable=True)
        body = _serialise_or_refuse(dataset)
    if residue(searchable(body), dataset, search):
        removed += remove_holders(dataset, search)
        body = _serialise_or_refuse(dataset)
        if residue(searchable(body), dataset, search):
            raise QuarantineError("An identity is left in the masked file where it cannot be removed.")
    return body, removed


def _serialise_or_refuse(dataset: FileDataset) -> bytes:
    try:
        return serialise(dataset)
    except UNREADABLE as error:
        raise QuarantineError("The masked file cannot be written as valid DICOM.") from error
