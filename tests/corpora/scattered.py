"""A corpus made by chance: objects of all kinds, invented people of many scripts, identities scattered everywhere.

`write(folder, seed, files)` makes it and tells for each file what must not be found in the output, and what must.
"""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from anonymizer.files.file_format import lenient
from tests.corpora.people import Person, written
from tests.corpora.places import PLACES

ROOT = "1.2.826.0.1.3680043.10.7755"
KINDS = {  # SOP Class UID: modality, has pixels
    CTImageStorage: ("CT", True),
    "1.2.840.10008.5.1.4.1.1.4": ("MR", True),
    "1.2.840.10008.5.1.4.1.1.4.1": ("MR", True),
    "1.2.840.10008.5.1.4.1.1.3.1": ("US", True),
    "1.2.840.10008.5.1.4.1.1.1": ("CR", True),
    "1.2.840.10008.5.1.4.1.1.1.1": ("DX", True),
    "1.2.840.10008.5.1.4.1.1.1.2": ("MG", True),
    "1.2.840.10008.5.1.4.1.1.7": ("OT", True),
    "1.2.840.10008.5.1.4.1.1.88.33": ("SR", False),
    "1.2.840.10008.5.1.4.1.1.88.59": ("KO", False),
    "1.2.840.10008.5.1.4.1.1.11.1": ("PR", False),
    "1.2.840.10008.5.1.4.1.1.66.4": ("SEG", True),
    "1.2.840.10008.5.1.4.1.1.481.3": ("RTSTRUCT", False),
    "1.2.840.10008.5.1.4.1.1.481.5": ("RTPLAN", False),
    "1.2.840.10008.5.1.4.1.1.481.2": ("RTDOSE", True),
    "1.2.840.10008.5.1.4.1.1.9.1.1": ("ECG", False),
    "1.2.840.10008.5.1.4.1.1.30": ("OT", True),
    "1.2.840.10008.5.1.4.1.1.20": ("NM", True),
    "1.2.840.10008.5.1.4.1.1.128": ("PT", True),
    "1.2.840.10008.5.1.4.1.1.77.1.5.1": ("OP", True),
    "1.2.840.10008.5.1.4.1.1.77.1.6": ("SM", True),
}
SYNTAXES = (ExplicitVRLittleEndian,) * 4 + (
    ImplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
)
CLINICAL = (
    "CT chest",
    "MR knee right",
    "T1 AX FLAIR POST GAD",
    "Thorax nativ",
    "Abdomen 5.0 B30f",
    "IRM genou gauche",
)


@dataclass
class Truth:
    """What is known of one file of the corpus."""

    path: Path
    person: Person
    kind: str
    study: str
    sop: str
    refers_to: str
    date: dt.date
    gone: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)  # keyword -> text that must be there


def write(folder: Path, seed: int, files: int) -> list[Truth]:
    """Write so many instances of some patients with two studies each, 23 days apart."""
    rnd = random.Random(seed)
    people = [Person.make(rnd) for _ in range(max(2, files // 8))]
    first = {who.patient_id: dt.date(2021, 1, 4) + dt.timedelta(rnd.randrange(900)) for who in people}
    truths: list[Truth] = []
    with lenient():
        for number in range(files):
            who = people[number % len(people)]
            study = number // len(people) % 2
            date = first[who.patient_id] + dt.timedelta(23 * study)
            mine = [truth.sop for truth in truths if truth.person is who]
            truths.append(_instance(folder, rnd, _Job(who, number, study, date, mine[-1] if mine else "")))
    return truths


@dataclass(frozen=True)
class _Job:
    who: Person
    number: int
    study: int
    date: dt.date
    refers_to: str


def _instance(folder: Path, rnd: random.Random, job: _Job) -> Truth:
    who = job.who
    sop_class = rnd.choice(list(KINDS))
    syntax = rnd.choice(SYNTAXES)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID = sop_class, syntax
    ds = FileDataset(None, {}, file_meta=meta, preamble=who.given.encode()[:128].ljust(128, b"\0"))
    number = hash_of(who)
    folder = folder / f"{who.surname}_{who.patient_id}".replace(" ", "_")
    study, sop = f"{ROOT}.{number}.{job.study + 1}", f"{ROOT}.{number}.9.{job.number}"
    truth = Truth(folder / f"{job.number:04d}", who, KINDS[sop_class][0], study, sop, job.refers_to, job.date)
    meta.MediaStorageSOPInstanceUID = truth.sop
    _identify(ds, truth, sop_class, rnd)
    if KINDS[sop_class][1]:
        _pixels(ds, rnd, big=syntax is ExplicitVRBigEndian)
    _scatter(ds, truth, rnd)
    truth.path.parent.mkdir(parents=True, exist_ok=True)
    ds.set_original_encoding(syntax.is_implicit_VR, syntax.is_little_endian)
    ds.save_as(truth.path, enforce_file_format=True)
    return truth


def hash_of(who: Person) -> int:
    """A number for a person that is the same in every process."""
    return int.from_bytes(who.surname.encode()[:5], "big")


def _identify(ds: Dataset, truth: Truth, sop_class: str, rnd: random.Random) -> None:
    who, date = truth.person, f"{truth.date:%Y%m%d}"
    ds.SpecificCharacterSet = who.charset
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, truth.sop
    ds.StudyInstanceUID, ds.SeriesInstanceUID = truth.study, f"{truth.study}.{truth.sop.rsplit('.', 1)[-1]}"
    ds.Modality, ds.InstanceNumber = truth.kind, 1
    ds.PatientName, ds.PatientID, ds.PatientBirthDate = who.dicom_name, who.patient_id, f"{who.birth:%Y%m%d}"
    ds.PatientSex, ds.PatientAge, ds.AccessionNumber = "O", "091Y", who.accession
    ds.PatientTelephoneNumbers = who.phone
    ds.ReferringPhysicianName, ds.OperatorsName = f"{who.others[0]}^Q", [f"{who.others[1]}^Z", who.others[2]]
    ds.InstitutionName = f"Klinik {who.others[3]}"
    ds.StudyDate = ds.SeriesDate = ds.ContentDate = date
    ds.StudyTime, ds.AcquisitionDateTime, ds.TimezoneOffsetFromUTC = (
        "235959",
        f"{date}235959.25+0100",
        "+0100",
    )
    if truth.refers_to:
        item = Dataset()
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = CTImageStorage, truth.refers_to
        ds.ReferencedInstanceSequence = [item]
    words = rnd.choice(CLINICAL)
    text, gone = _plantable(rnd, who)
    ds.StudyDescription, ds.SeriesDescription = f"{words} {text}", words
    truth.kept |= {
        "StudyDescription": words,
        "SeriesDescription": words,
        "PatientSex": "O",
        "PatientAge": "090Y",
    }
    truth.gone += [gone, who.patient_id, who.accession, *who.others, f"{who.birth:%Y%m%d}", ROOT]


def _plantable(rnd: random.Random, who: Person) -> tuple[str, str]:
    """A way to write an identity that the character set of the file can hold."""
    while True:
        text, gone = written(rnd, who)
        if text.isascii() or who.charset == "ISO_IR 192":
            return text, gone
        if text.isprintable() and "年" not in text and who.script not in ("",):
            return text, gone


def _scatter(ds: Dataset, truth: Truth, rnd: random.Random) -> None:
    for _ in range(rnd.randrange(4, 14)):
        text, gone = _plantable(rnd, truth.person)
        before, after = rnd.choice(
            (("", ""), ("Liver ", ""), ("", " lesion"), ("for ", " left"), ("(", ")"), ("seen ", "/ok"))
        )
        rnd.choice(PLACES)(rnd, ds, f"{before}{text}{after}")
        truth.gone.append(gone)


def _pixels(ds: Dataset, rnd: random.Random, *, big: bool) -> None:
    ds.Rows = ds.Columns = 16
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PixelRepresentation = 1, "MONOCHROME2", 0
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, 12, 11
    values: Sequence[int] = [rnd.randrange(4096) for _ in range(256)]
    ds.PixelData = b"".join(value.to_bytes(2, "big" if big else "little") for value in values)


def day(value: str) -> dt.date:
    """A DA value as a date."""
    return dt.date(int(value[:4]), int(value[4:6]), int(value[6:8]))
