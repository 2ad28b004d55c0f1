"""The facts of a masked instance that the catalogue and the output folder may know."""

import re
from collections.abc import Callable
from typing import Any

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset, FileDataset

from anonymizer.files.file_format import UNREADABLE
from anonymizer.report import Facts

_SAFE = re.compile(r"[A-Za-z0-9._\-]{1,64}$")


FACTS = {
    int(tag_for_keyword(keyword) or 0): keyword
    for keyword in (
        "PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID", "Modality",
        "Rows", "Columns", "NumberOfFrames", "BodyPartExamined", "ImageLaterality", "Laterality",
        "ViewPosition", "StudyDescription", "SeriesDescription", "StudyDate", "SeriesNumber",
        "InstanceNumber", "PatientSex", "PatientAge", "Manufacturer",
    )
}  # fmt: skip
TAGS = {keyword: tag for tag, keyword in FACTS.items()}


def facts_of(dataset: FileDataset) -> Facts:
    """Facts from a data set that is masked already."""
    syntax = str(dataset.file_meta.TransferSyntaxUID)
    return facts_from(lambda keyword: value_of(dataset, keyword), syntax)


def facts_from(value: Callable[[str], Any], syntax: str) -> Facts:
    """Facts from a function that finds the first value of each attribute in `FACTS`; None where there is none."""

    def text(keyword: str) -> str:
        found = value(keyword)
        return "" if found is None else str(found)

    def number(keyword: str) -> int | None:
        try:
            return int(value(keyword))
        except (TypeError, ValueError):
            return None

    return Facts(
        patient=text("PatientID"),
        study=text("StudyInstanceUID"),
        series=text("SeriesInstanceUID"),
        sop_instance_uid=text("SOPInstanceUID"),
        sop_class_uid=text("SOPClassUID"),
        modality=text("Modality"),
        rows=number("Rows") or 0,
        columns=number("Columns") or 0,
        frames=number("NumberOfFrames") or 1,
        body_part=text("BodyPartExamined"),
        laterality=text("ImageLaterality") or text("Laterality"),
        view_position=text("ViewPosition"),
        study_description=text("StudyDescription"),
        series_description=text("SeriesDescription"),
        study_date=text("StudyDate"),
        series_number=number("SeriesNumber"),
        instance_number=number("InstanceNumber"),
        patient_sex=text("PatientSex"),
        patient_age=text("PatientAge"),
        manufacturer=text("Manufacturer"),
        transfer_syntax_uid=syntax,
    )


def value_of(dataset: Dataset, keyword: str) -> Any:
    """Return an attribute's first value; None where there is none or it cannot be read."""
    try:
        value = dataset.get(keyword)
    except UNREADABLE:
        return None
    if type(value).__name__ == "MultiValue":
        return value[0] if value else None
    return value


def safe_part(text: str) -> str:
    """Return a part of an output path: identifiers only, never "." or ".." or a separator."""
    return text if _SAFE.match(text) and text.strip(".") else "unknown"
