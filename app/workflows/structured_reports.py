"""Labels as DICOM structured reports: TID 1500 Measurement Report, one for each study and reader, and back.

Each label is a measurement group (TID 1501) with the image as its source, the label set as tracking identifier and
the class as its Finding (121071, DCM), under a coding scheme of the program.
"""

import hashlib
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app import NAME, VERSION
from app.errors import UsageError
from app.progress import Progress
from app.project import Project
from app.storage import sync_folder
from labeller import InstanceRow, ListedLabel

SCHEME = "99LEADGLASS"
_LONGEST = 64  # characters of a code's meaning (VR LO)
_MARKS = (
    "PatientIdentityRemoved", "DeidentificationMethod", "DeidentificationMethodCodeSequence",
    "LongitudinalTemporalInformationModified", "BurnedInAnnotation",
)  # fmt: skip
_TAKEN_OVER = (
    "PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "StudyDate",
    "StudyTime", "ReferringPhysicianName",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReportedLabel:
    """A label that is to be reported."""

    row: InstanceRow
    class_name: str
    reader: str
    at: str  # ISO 8601


def write_reports(
    project: Project, labels: Sequence[ReportedLabel], folder: Path, progress: Progress, *, label_set: str
) -> int:
    """Write a report for each study and reader into a new or empty folder; returns how many.

    The same labels give the same bytes. Raises UsageError where the folder holds files or cannot be written, or a
    class has a name longer than a code's meaning may be.
    """
    too_long = next((one.class_name for one in labels if len(one.class_name) > _LONGEST), None)
    if too_long is not None:
        raise UsageError(
            "A class has a name of more than 64 characters.", "Rename it; DICOM codes are shorter."
        )
    groups: defaultdict[tuple[str, str], list[ReportedLabel]] = defaultdict(list)
    for one in labels:
        groups[one.row.study, one.reader].append(one)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("The folder for the reports is not empty.", "Choose a new or empty folder.")
    progress.stage("Writing structured reports", len(groups))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, (_, group) in enumerate(sorted(groups.items()), start=1):
            if progress.cancelled():
                return number - 1
            _save(_report(project, group, label_set), folder)
            progress.step(number)
        sync_folder(folder)
    except OSError as error:
        raise UsageError(
            f"The reports cannot be written: {error.strerror}.",
            "Check that there is room on the disk and that you may write there.",
        ) from error
    return len(groups)


def read_reports(folder: Path) -> Iterator[ListedLabel]:
    """Yield the labels in all TID 1500 reports below a folder, those of other programs too.

    The finding and every coded qualitative evaluation of an image is a label. A file that is no such report yields a row
    without a class, so that it can be told.
    """
    for number, path in enumerate(sorted(p for p in folder.rglob("*") if p.is_file()), start=1):
        where = f"report {number}"
        try:
            yield from _labels_in(path, where)
        except Exception:  # noqa: BLE001 - damaged reports raise errors of every kind, which may quote the file
            yield ListedLabel(number, "", "", class_name="", reader="", where=where)


def _report(project: Project, group: Sequence[ReportedLabel], label_set: str) -> Any:
    import highdicom as hd
    from pydicom import dcmread
    from pydicom.sr.codedict import codes

    evidence = [
        _complete(dcmread(project.instances / one.row.file, stop_before_pixels=True))
        for one in {one.row.sop_instance_uid: one for one in group}.values()
    ]
    at = max(one.at for one in group)
    key = "\0".join([group[0].row.study, group[0].reader, label_set, at])
    content = hd.sr.MeasurementReport(
        observation_context=_observer(group[0].reader),
        procedure_reported=hd.sr.CodedConcept("363679005", "SCT", "Imaging procedure"),
        imaging_measurements=[_group(one, label_set) for one in group],
        title=codes.DCM.ImagingMeasurementReport,
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The string .* is unlikely to represent")  # a pseudonym is one word
        report = hd.sr.ComprehensiveSR(
            evidence=evidence,
            content=content[0],
            series_number=9000,
            series_instance_uid=_uid("series", key),
            sop_instance_uid=_uid("instance", key),
            instance_number=1,
            manufacturer=NAME,
            manufacturer_model_name=NAME,
            software_versions=VERSION,
            device_serial_number="1",
            series_description=f"Labels: {label_set}"[:_LONGEST],
            is_complete=True,
        )
    _same_every_time(report, at)
    for keyword in _MARKS:
        if keyword in evidence[0]:
            report[keyword] = evidence[0][keyword]
    return report


def _complete(instance: Any) -> Any:
    """Fill in, empty, what a report takes over from its image and masking may have removed (type 2)."""
    for keyword in _TAKEN_OVER:
        if keyword not in instance:
            setattr(instance, keyword, "")
    return instance


def _observer(reader: str) -> Any:
    import highdicom as hd
    from pydicom.sr.codedict import codes

    return hd.sr.ObservationContext(
        observer_person_context=hd.sr.ObserverContext(
            observer_type=codes.DCM.Person,
            observer_identifying_attributes=hd.sr.PersonObserverIdentifyingAttributes(name=_person(reader)),
        )
    )


def _person(reader: str) -> str:
    """A reader's name as a family name of VR PN, which may hold no delimiters."""
    return "".join(" " if sign in "^=\\" else sign for sign in reader)[:_LONGEST].strip() + "^"


def _group(one: ReportedLabel, label_set: str) -> Any:
    import highdicom as hd

    image = hd.sr.SourceImageForMeasurementGroup(one.row.sop_class_uid, one.row.sop_instance_uid)
    key = f"{one.row.sop_instance_uid}\0{one.reader}\0{label_set}"
    return hd.sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(uid=_uid("tracking", key), identifier=label_set),
        finding_type=_code(one.class_name),
        source_images=[image],
    )


def _code(class_name: str) -> Any:
    import highdicom as hd

    digest = hashlib.sha256(class_name.encode()).hexdigest()[:12].upper()
    return hd.sr.CodedConcept(value=f"C{digest}", scheme_designator=SCHEME, meaning=class_name)


def _uid(kind: str, key: str) -> str:
    """Return a UID that depends on masked facts alone (PS3.5 B.2)."""
    digest = hashlib.sha256(f"{kind}\0{key}".encode()).digest()
    return f"2.25.{int.from_bytes(digest[:16], 'big')}"


def _same_every_time(report: Any, at: str) -> None:
    """Put the time of the last label in the place of the time of writing."""
    date, clock = at[:10].replace("-", ""), at[11:19].replace(":", "")
    for element in report.iterall():
        if element.keyword in {"ContentDate", "SeriesDate", "InstanceCreationDate"}:
            element.value = date
        elif element.keyword in {"ContentTime", "SeriesTime", "InstanceCreationTime"}:
            element.value = clock
        elif element.keyword in {"VerificationDateTime", "ObservationDateTime", "ContributionDateTime"}:
            element.value = date + clock


def _save(report: Any, folder: Path) -> None:
    path = folder / f"{report.SOPInstanceUID}.dcm"
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        report.save_as(temporary, enforce_file_format=True)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _labels_in(path: Path, where: str) -> Iterable[ListedLabel]:
    import highdicom as hd

    report: Any = hd.sr.srread(path)
    reader = _reader_of(report)
    found = []
    for group in report.content.get_image_measurement_groups():
        images = [item.referenced_sop_instance_uid for item in group.source_images]
        coded = [item.value for item in group.get_qualitative_evaluations()]
        if group.finding_type is not None:
            coded.insert(0, group.finding_type)
        values = [str(code.meaning) for code in coded]
        found += [
            ListedLabel(0, "", str(image), class_name=value, reader=reader, where=where)
            for image in images
            for value in values
        ]
    return found


def _reader_of(report: Any) -> str:
    """Return the person observer's name (121008, DCM); "" where the report names none."""
    for item in report.content[0].ContentSequence:
        if item.value_type.value == "PNAME" and item.name.value == "121008":
            return str(item.value).rstrip("^").replace("^", " ")
    return ""
