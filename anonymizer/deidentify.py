"""One instance from start to finish: read, collect, mask pixels and header, check the bytes, write."""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import UID

from anonymizer.collect import collect, identity_of, texts
from anonymizer.documents import clean_document
from anonymizer.errors import (
    AnonymizerError,
    PatientError,
    PixelError,
    SourceError,
    TextFinderError,
    WriteError,
)
from anonymizer.facts import facts_of, safe_part
from anonymizer.file_format import (
    IMPLEMENTATION_VERSION_NAME,
    UNREADABLE,
    NotDicomError,
    lenient,
    parse,
    renew_meta,
    searchable,
    serialise,
    transfer_syntax,
)
from anonymizer.file_kinds import PictureKind, picture_kind
from anonymizer.gate import judged
from anonymizer.harvest import Harvest
from anonymizer.header import HeaderMasker
from anonymizer.jpeg_comments import blank_comments
from anonymizer.key import SecretKey
from anonymizer.marks import mark, mark_settings
from anonymizer.media_directory import file_id
from anonymizer.patients import Patient, PatientRules, Patients
from anonymizer.plan import Plan
from anonymizer.profile import Profile
from anonymizer.pseudonyms import Pseudonyms
from anonymizer.report import Change, Facts, FileRecord, Identity, Outcome, Region
from anonymizer.residue import remove_holders, residue
from anonymizer.source import Source
from anonymizer.subject import Subject
from anonymizer.truncation import End, end_of, holds_another_file, lacks_image, repair_pixels
from anonymizer.writing import masked_with_other_settings, write_new


class Layout(StrEnum):
    """How the output folder is arranged."""

    TREE = "tree"  # <patient>/<study>/<series>/<instance>.dcm
    FLAT = "flat"  # <instance>.dcm
    MEDIA = "media"  # DICOM/PAxxxxxx/STxxxxxx/SExxxxxx/xxxxxxxx: names that a DICOMDIR can hold


@dataclass(frozen=True, slots=True)
class Settings:
    """What every instance of a run is masked with."""

    profile: Profile
    key: SecretKey
    find_text: bool = True
    patients: PatientRules = field(default_factory=PatientRules)
    verify: bool = True  # check each masked instance before it is written


class _QuarantineError(SourceError):
    """The instance cannot be made fit to leave."""


_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
_MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"


def deidentify(source: Source, out: Path, settings: Settings, layout: Layout = Layout.TREE) -> FileRecord:
    """Mask one input and write it below `out`. Every input gets a record, whatever happens to it.

    Raises WriteError where the output folder cannot be written or holds this instance masked with other
    settings, and TextFinderError where the text detector cannot be loaded, as then every input would fail.
    """
    if source.refused:
        return FileRecord(source.path, Outcome.SKIPPED, source.refused)
    identity: Identity | None = None
    with lenient():
        try:
            raw = source.read()
            if (kind := picture_kind(raw)) is not None:
                return _mask_picture(source, raw, kind, _Run(out, settings, layout))
            dataset = parse(raw)
            run = _Run(out, settings, layout, end_of(dataset, raw))
            identity = identity_of(dataset)
            return _mask(source, raw, dataset, run)
        except NotDicomError as error:
            return FileRecord(source.path, Outcome.SKIPPED, str(error))
        except (WriteError, TextFinderError):
            raise
        except AnonymizerError as error:
            return FileRecord(source.path, Outcome.QUARANTINED, _sentence(error), identity=identity)
        except RecursionError:
            reason = "The file nests sequences too deeply."
            return FileRecord(source.path, Outcome.QUARANTINED, reason, identity=identity)


def _sentence(error: AnonymizerError) -> str:
    return f"{error} {error.remedy}".strip()


@dataclass(frozen=True, slots=True)
class _Run:
    out: Path
    settings: Settings
    layout: Layout
    end: End = End.WHOLE  # how the input ends


def _mask_picture(source: Source, raw: bytes, kind: PictureKind, run: _Run) -> FileRecord:
    if run.layout is Layout.FLAT:
        reason = f"This is a {kind} picture; a project holds DICOM instances only."
        return FileRecord(source.path, Outcome.SKIPPED, reason)
    from anonymizer.pictures.masking import PictureRun, mask_picture

    _, patients = _tools(run.settings.profile, run.settings.key, run.settings.patients)
    return mask_picture(source, raw, kind, PictureRun(run.out, patients.pseudonyms, run.settings.find_text))


@lru_cache(4)
def _tools(profile: Profile, key: SecretKey, rules: PatientRules) -> tuple[Plan, Patients]:
    return Plan(profile), Patients(Pseudonyms(key), rules)


def _mask(source: Source, raw: bytes, dataset: FileDataset, run: _Run) -> FileRecord:
    plan, patients = _tools(run.settings.profile, run.settings.key, run.settings.patients)
    changes: list[Change] = []
    review: list[str] = []
    _refuse_directory(dataset, run.layout)
    _admit(dataset, raw, changes)
    plan = plan.for_object(_first(dataset, "SOPClassUID"))
    identity = identity_of(dataset)
    patient = patients.of(identity)
    harvest = collect(dataset, plan)
    _check_listed(patient, harvest)
    syntax = transfer_syntax(dataset)
    _complete(dataset, raw, run, review)
    if lacks_image(dataset):
        review.append("The file says that it is an image but holds none; it may have been cut off.")
    renew_meta(dataset, syntax)
    changes += blank_comments(dataset)
    regions, notes, pixels_cleaned = _mask_pixels(dataset, run.settings)
    review += notes
    device = _first(dataset, "DeviceSerialNumber")
    subject = Subject(plan, patients, harvest, patient, device)
    document = clean_document(dataset, subject, find_text=run.settings.find_text)
    masker = HeaderMasker(subject)
    masker.mask(dataset)
    changes += document.put_into(dataset)
    review += document.review
    dataset.PatientID = dataset.PatientName = subject.pseudonym
    mark(dataset, run.settings.profile, pixels_cleaned=pixels_cleaned, text_rewritten=masker.non_ascii)
    digest = _settings_digest(run.settings, patient)
    mark_settings(dataset, digest)
    renew_meta(dataset, UID(dataset.file_meta.TransferSyntaxUID))
    body, removed = _checked(dataset, harvest)
    facts = facts_of(dataset)
    record = FileRecord(
        source.path,
        Outcome.MASKED,
        review=tuple(review),
        changes=(*changes, *masker.changes, *removed),
        regions=regions,
        new_path=_where(facts, run.layout, patients.pseudonyms).as_posix(),
        facts=facts,
        identity=identity,
        fragments=masker.fragments.without(removed),
    )
    if run.settings.verify:
        record = judged(record, body, subject)
    return _written(record, body, digest, run) if record.outcome is Outcome.MASKED else record


def _written(record: FileRecord, body: bytes, digest: str, run: _Run) -> FileRecord:
    """Write a masked instance and return its record, or why it could not be written.

    Raises WriteError where the output folder was filled with other settings.
    """
    where = run.out / record.new_path
    if write_new(where, body):
        return record
    differs = masked_with_other_settings(where, digest)
    if differs and run.layout is Layout.FLAT:  # a project lives on through new versions and settings
        reason = "It is in the project already, masked with other settings; that copy was left as it is."
    elif differs:
        raise WriteError(
            "The output folder holds instances that were masked before with other settings.",
            "Choose another output folder; what stands there was left as it is.",
        )
    else:
        reason = (
            "Another instance with the same SOP Instance UID but different content was written before. "
            "Find out which of the two is right."
        )
    return FileRecord(record.path, Outcome.QUARANTINED, reason, identity=record.identity)


def _check_listed(patient: Patient, harvest: Harvest) -> None:
    if patient.listed and harvest.distinctive_in(patient.pseudonym):
        raise PatientError(
            "The pseudonym that the list gives this patient holds something of the patient's own data.",
            "Choose another pseudonym for this patient.",
        )


def _where(facts: Facts, layout: Layout, pseudonyms: Pseudonyms) -> Path:
    """Return where in the output folder an instance goes."""
    above, uid = (facts.patient, facts.study, facts.series), facts.sop_instance_uid
    if layout is Layout.MEDIA:
        return Path(file_id((*above, uid), pseudonyms))
    parts = above if layout is Layout.TREE else ()
    return Path(*(safe_part(part) for part in parts), f"{safe_part(uid)}.dcm")


def _settings_digest(settings: Settings, patient: Patient) -> str:
    """Return a name for settings: equal where they and this version of the program would do the same.

    Of a list only the patient's own row counts, so that a list can grow.
    """
    _, patients = _tools(settings.profile, settings.key, settings.patients)
    parts = [settings.profile.identity, str(settings.find_text), IMPLEMENTATION_VERSION_NAME]
    if patient.listed:
        parts += [patient.pseudonym, str(patient.day_shift)]
    return patients.pseudonyms.digest("\0".join(parts))[:16]


def _admit(dataset: FileDataset, raw: bytes, changes: list[Change]) -> None:
    """Refuse what cannot be masked; complete what the file only says in its file meta information."""
    meta = getattr(dataset, "file_meta", None) or Dataset()
    if not len(dataset):
        raise _QuarantineError("The file ends before its data begin.")
    for keyword in ("SOPClassUID", "SOPInstanceUID"):
        stored = f"MediaStorage{keyword}"
        if not _first(dataset, keyword) and _first(meta, stored):
            setattr(dataset, keyword, UID(_first(meta, stored)))
    sop_class = _first(dataset, "SOPClassUID")
    if not sop_class:
        raise _QuarantineError("The file does not say what kind of DICOM object it is (no SOP Class UID).")
    if not _first(dataset, "SOPInstanceUID"):
        dataset.SOPInstanceUID = _own_uid("", raw)
        changes.append(
            Change("(0008,0018)", "SOP Instance UID", "U", "file", "The file had none; it was given one.")
        )


def _complete(dataset: FileDataset, raw: bytes, run: _Run, review: list[str]) -> None:
    """Make an instance out of a file that ends too early or goes on too long, and say so."""
    if repaired := repair_pixels(dataset):
        review.append("The file is truncated: the missing part of its image is blank.")
    elif run.end is End.CUT:
        review.append("The file is truncated: it was masked as far as it goes.")
    if repaired or run.end is End.CUT:
        dataset.SOPInstanceUID = _own_uid(str(dataset.SOPInstanceUID), raw)
    if holds_another_file(raw):
        review.append("Another DICOM file follows in the same file; only the first was masked and kept.")
    elif run.end is End.MORE:
        review.append("Behind the image stand bytes that are no part of it; they were left out.")


def _refuse_directory(dataset: FileDataset, layout: Layout) -> None:
    """Leave a DICOMDIR out: what it says of patients would be a copy of the originals."""
    meta = getattr(dataset, "file_meta", None) or Dataset()
    if _MEDIA_DIRECTORY not in (_first(dataset, "SOPClassUID"), _first(meta, "MediaStorageSOPClassUID")):
        return
    reason = "A DICOMDIR lists other files; those are masked one by one"
    rebuilt = ", and it is rebuilt from what is written." if layout is Layout.MEDIA else "."
    raise NotDicomError(reason + rebuilt)


def _own_uid(uid: str, raw: bytes) -> UID:
    """Return a UID by content, for an object that is not (any more) what its own UID stands for."""
    number = int.from_bytes(hashlib.sha256(uid.encode() + raw).digest()[:16], "big")
    return UID(f"2.25.{number}")


def _first(dataset: Dataset, keyword: str) -> str:
    try:
        found = texts(dataset[keyword]) if keyword in dataset else []
    except UNREADABLE:
        return ""
    return found[0] if found else ""


def _mask_pixels(
    dataset: FileDataset, settings: Settings
) -> tuple[tuple[Region, ...], tuple[str, ...], bool]:
    """Return the regions masked, what a human should look at, and whether the pixels are clean of text."""
    if not any(keyword in dataset for keyword in _PIXELS):
        return (), (), False
    if not settings.find_text:
        return (), ("Pixels were not examined for burned-in text.",), False
    from anonymizer.pixels import mask_burned_in_text

    try:
        result = mask_burned_in_text(dataset)
    except UNREADABLE as error:
        raise PixelError("The image cannot be decoded, so it cannot be searched for text.") from error
    clean = result.examined and dataset.get("BurnedInAnnotation") == "NO"
    return result.regions, result.review, clean


def _checked(dataset: FileDataset, harvest: Harvest) -> tuple[bytes, list[Change]]:
    """Return the bytes to be written, searched for identities; what still holds one is removed, once."""
    removed: list[Change] = []
    try:
        body = serialise(dataset)
    except UNREADABLE:
        removed += remove_holders(dataset, harvest, unwritable=True)
        body = _serialise_or_refuse(dataset)
    if residue(searchable(body), dataset, harvest):
        removed += remove_holders(dataset, harvest)
        body = _serialise_or_refuse(dataset)
        if residue(searchable(body), dataset, harvest):
            raise _QuarantineError("An identity is left in the masked file where it cannot be removed.")
    return body, removed


def _serialise_or_refuse(dataset: FileDataset) -> bytes:
    try:
        return serialise(dataset)
    except UNREADABLE as error:
        raise _QuarantineError("The masked file cannot be written as valid DICOM.") from error
