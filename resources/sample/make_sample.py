"""Make the sample files, the same each time: python -m resources.sample.make_sample [folder].

Every person in them is invented (people.py). Names, numbers and dates stand in headers, in file names and,
where devices do that, in the pixels. identities.json lists them; labels.csv gives each file its class.
"""

import csv
import io
import json
import shutil
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

from resources.sample.headers import common_header
from resources.sample.kinds import KINDS
from resources.sample.people import PEOPLE, Person

FOLDER = "instances"
READER = "Sample reader"
NOTE = "Every person, place and number in the sample files is invented."
SEED = 20240
HEADER_STRINGS = (
    "AccessionNumber",
    "InstitutionName",
    "InstitutionAddress",
    "ReferringPhysicianName",
    "PerformingPhysicianName",
    "OperatorsName",
    "StationName",
    "DeviceSerialNumber",
    "PatientTelephoneNumbers",
    "StudyDate",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "SOPInstanceUID",
)


@dataclass(frozen=True, slots=True)
class Plan:
    """One file to make: whose, of which kind, how encoded, which instance of the person."""

    person: int
    kind: str
    syntax: UID = ExplicitVRLittleEndian
    number: int = 1


PLANS = (
    Plan(0, "cr"),
    Plan(0, "dx", JPEGLSLossless, 2),
    Plan(1, "dx", JPEG2000Lossless),
    Plan(2, "cr", RLELossless),
    Plan(3, "cr", JPEGLSLossless),
    Plan(4, "dx", JPEGLSLossless),
    Plan(5, "dx", JPEG2000Lossless),
    Plan(6, "cr", JPEGLSLossless),
    Plan(7, "ct"),
    Plan(7, "ct", ExplicitVRLittleEndian, 2),
    Plan(8, "ct", ImplicitVRLittleEndian),
    Plan(9, "mr"),
    Plan(9, "mr", ExplicitVRLittleEndian, 2),
    Plan(10, "mr", RLELossless),
    Plan(11, "ct", JPEG2000Lossless),
    Plan(12, "mr", JPEGLSLossless),
    Plan(13, "capture", RLELossless),
    Plan(14, "us", JPEG2000Lossless),
    Plan(14, "us", JPEGBaseline8Bit, 2),
    Plan(15, "us", JPEGBaseline8Bit),
    Plan(16, "us_grey", RLELossless),
    Plan(17, "us", JPEGLSLossless),
    Plan(18, "cine", JPEGLSLossless),
    Plan(19, "us_grey", JPEGLSLossless),
    Plan(20, "us", JPEGBaseline8Bit),
)


def make(plan: Plan) -> tuple[Dataset, list[str]]:
    """Return a file's data set and what is burned into its pixels."""
    kind, person = KINDS[plan.kind], PEOPLE[plan.person]
    rng = np.random.default_rng([SEED, plan.person, plan.number])
    dataset = common_header(person, kind.modality, kind.sop_class, plan.number)
    burned = kind.fill(dataset, person, rng)
    if plan.syntax == JPEGBaseline8Bit:
        _compress_lossy(dataset)
    elif plan.syntax.is_encapsulated:
        dataset.compress(plan.syntax, encoding_plugin=_plugin(plan.syntax), generate_instance_uid=False)
    else:
        dataset.file_meta.TransferSyntaxUID = plan.syntax
    return dataset, burned


def _plugin(syntax: UID) -> str:
    return {RLELossless: "pydicom", JPEGLSLossless: "pyjpegls"}.get(syntax, "pylibjpeg")


def _compress_lossy(dataset: Dataset) -> None:
    """Store as JPEG baseline in YBR_FULL, as scanners do; pydicom has no encoder for it."""
    frame = np.frombuffer(dataset.PixelData, np.uint8).reshape(dataset.Rows, dataset.Columns, 3)
    stream = io.BytesIO()
    Image.fromarray(frame).save(stream, "JPEG", quality=92, subsampling=0)
    dataset.PixelData = encapsulate([stream.getvalue()])
    dataset["PixelData"].is_undefined_length = True
    dataset.PhotometricInterpretation = "YBR_FULL"
    dataset.LossyImageCompression = "01"
    dataset.LossyImageCompressionRatio = f"{frame.size / len(stream.getvalue()):.1f}"
    dataset.LossyImageCompressionMethod = "ISO_10918_1"
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit


def relative_path(plan: Plan) -> str:
    """Return where a file lies: folder and name betray the invented patient, as exports often do."""
    person = PEOPLE[plan.person]
    # Plain letters only: zip tools and file systems disagree on how to spell the others.
    name = unicodedata.normalize("NFKD", person.name).encode("ascii", "ignore").decode("ascii")
    family, folder = name.split("^")[0], name.replace("^", "_")
    modality = KINDS[plan.kind].modality
    return f"{FOLDER}/{folder}/{family}_{person.birth_date}_{modality}_{plan.number:02d}.dcm"


def identity_of(dataset: Dataset, person: Person, burned: list[str]) -> dict[str, object]:
    """Return all planted strings of a file."""
    planted = {keyword: str(dataset.get(keyword)) for keyword in HEADER_STRINGS}
    return {
        "patient_name": person.name,
        "patient_id": person.patient_id,
        "birth_date": person.birth_date,
        "other_patient_id": f"X{person.patient_id}",
        "as_written": person.plain,
        "header": planted,
        "burned_in": burned,
    }


def make_all(out: Path) -> None:
    """Write files, identities.json and labels.csv; what was made before is replaced."""
    shutil.rmtree(out / FOLDER, ignore_errors=True)
    identities: dict[str, dict[str, object]] = {}
    rows = []
    for plan in PLANS:
        dataset, burned = make(plan)
        path = relative_path(plan)
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        dataset.save_as(out / path, enforce_file_format=True)
        identities[path] = identity_of(dataset, PEOPLE[plan.person], burned)
        rows.append((path, KINDS[plan.kind].label, READER))
    document = {"note": NOTE, "files": identities}
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    (out / "identities.json").write_text(text, encoding="utf-8", newline="\n")
    with (out / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([("path", "class", "reader"), *rows])


if __name__ == "__main__":
    make_all(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
