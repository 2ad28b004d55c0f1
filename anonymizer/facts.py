"""The facts of a masked instance that the catalogue and the output folder may know."""

import re
from typing import Any

from pydicom.dataset import FileDataset

from anonymizer.file_format import UNREADABLE
from anonymizer.report import Facts

_SAFE = re.compile(r"[A-Za-z0-9._\-]{1,64}$")


def facts_of(dataset: FileDataset) -> Facts:
    """Facts from a data set that is masked already."""

    def text(keyword: str) -> str:
        value = _value(dataset, keyword)
        return "" if value is None else str(value)

    def number(keyword: str) -> int | None:
        try:
            return int(_value(dataset, keyword))
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
        transfer_syntax_uid=str(dataset.file_meta.TransferSyntaxUID),
    )


def _value(dataset: FileDataset, keyword: str) -> Any:
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
