"""A small DICOM corpus with planted identities, all of them invented, in places where maskers miss them.

Every instance is a small secondary capture or CT; `PLANTED` names what must not be found in any byte of output,
`KEPT` what must survive the profile "research".
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    SecondaryCaptureImageStorage,
)

ROOT = "1.2.826.0.1.3680043.10.8877"
SURNAME, GIVEN, DOCTOR, TOWN = "Quambletonix", "Zorvinda", "Ploverhausen", "Krummelwick"
PATIENT_ID, ACCESSION, PHONE, BIRTH = "88213377", "AXQ5520917", "+49 221 5550 1234", "19390417"
PLANTED = (
    SURNAME,
    GIVEN,
    DOCTOR,
    TOWN,
    PATIENT_ID,
    ACCESSION,
    BIRTH,
    "17.04.1939",
    "5550 1234",
    "Zorvi",
    ROOT,
)
_NUMBER = "1.23456789"
KEPT = {"StudyDescription": "CT chest", "SeriesDescription": "Axial 2.5mm", "KVP": "120", "PatientSex": "F"}


def base(number: int, patient: str = PATIENT_ID) -> FileDataset:
    """An instance with the usual identities and an image of 16 × 16 pixels."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.SourceApplicationEntityTitle = "KRUMMELWICK"
    ds = FileDataset(None, {}, file_meta=meta, preamble=SURNAME.encode().ljust(128, b"\0"))
    ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, f"{ROOT}.1.{number}"
    meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.StudyInstanceUID, ds.SeriesInstanceUID = f"{ROOT}.2", f"{ROOT}.3"
    ds.Modality, ds.KVP, ds.InstanceNumber = "CT", "120", number
    ds.PatientName, ds.PatientID, ds.PatientBirthDate = f"{SURNAME}^{GIVEN}", patient, BIRTH
    ds.PatientSex, ds.PatientAge, ds.AccessionNumber = "F", "085Y", ACCESSION
    ds.StudyDate = ds.SeriesDate = ds.ContentDate = "20240311"
    ds.StudyTime = "101112"
    ds.ReferringPhysicianName, ds.InstitutionName = f"{DOCTOR}^Otto", f"Klinikum {TOWN}"
    ds.PatientTelephoneNumbers = PHONE
    ds.StudyDescription = f"CT chest {SURNAME}"
    ds.SeriesDescription = "Axial 2.5mm"
    _pixels(ds)
    return ds


def _pixels(ds: Dataset) -> None:
    ds.Rows = ds.Columns = 16
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PixelRepresentation = 1, "MONOCHROME2", 0
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, 12, 11
    ds.PixelData = (np.arange(256, dtype="<u2") * 7 % 4096).tobytes()


def _free_text(ds: Dataset) -> None:
    ds.ImageComments = f"{GIVEN.upper()}{SURNAME.upper()} born 17.04.1939, call {PHONE}"
    ds.SeriesDescription = f"Axial 2.5mm {SURNAME[:8]}"
    ds.RequestedProcedureDescription = f"CT chest per Dr {DOCTOR}, Frau {SURNAME}"
    ds.AcquisitionComments = f"Z.{SURNAME} / ID:{PATIENT_ID[:4]}-{PATIENT_ID[4:]}"


def _unlisted(ds: Dataset) -> None:
    ds.FilterType, ds.ConvolutionKernel = SURNAME, f"B30f {GIVEN}"
    ds.ReceiveCoilName, ds.LossyImageCompression = f"{DOCTOR} coil"[:16], "00"
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = ACCESSION[:16], "99X", f"Thorax {GIVEN}"
    ds.AnatomicRegionSequence = [code]
    ds.add_new(0x00189999, "LO", f"unknown {SURNAME}")
    ds.add_new(0x00091001, "LO", f"no creator {SURNAME}")
    ds.add_new(0x00204000, "LT", f"{SURNAME} {GIVEN}")


def _bytes(ds: Dataset) -> None:
    ds.add_new(0x00282000, "OB", b"ICC " + SURNAME.encode() + b"\0" * (len(SURNAME) % 2))
    ds.add_new(0x00081001, "UN", SURNAME.lower().encode())
    block = ds.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    block.add_new(0x0C, "IS", "1000")
    block.add_new(0x0D, "CS", SURNAME.upper())
    block.add_new(0x77, "LO", SURNAME)


def _deep(ds: Dataset) -> None:
    inner: Dataset = Dataset()
    inner.PatientName, inner.TextValue = f"{SURNAME}^{GIVEN}", f"{GIVEN} says hello"
    inner.StudyDate, inner.ReferencedSOPInstanceUID = "20240311", f"{ROOT}.1.1"
    for _ in range(6):
        outer = Dataset()
        outer.ReferencedSeriesSequence = [inner]
        inner = outer
    ds.ReferencedInstanceSequence = [inner]


def _umlauts(ds: Dataset) -> None:
    ds.SpecificCharacterSet = "ISO_IR 100"
    ds.PatientName = f"Böswümme^{GIVEN}"
    ds.StudyDescription = "CT chest für Böswümme BOESWUEMME"
    ds.ImageComments = "Boswumme, hochauflösend"


def _korean(ds: Dataset) -> None:
    ds.SpecificCharacterSet = ["", "ISO 2022 IR 149"]
    ds.PatientName = f"{SURNAME}^{GIVEN}=金^喜中=김^희중"
    ds.StudyDescription = "CT chest 김희중"


def _cyrillic(ds: Dataset) -> None:
    ds.SpecificCharacterSet = "ISO_IR 144"
    ds.PatientName, ds.StudyDescription = "Люкceмбypг^Иван", "CT chest Люкceмбypг"


def _bad_values(ds: Dataset) -> None:
    ds.add_new(0x00080020, "DA", f"born {BIRTH}")
    ds.add_new(0x00101030, "DS", "71.5")
    ds.add_new(0x00101020, "DS", _NUMBER)
    ds.add_new(0x00080060, "CS", "CT")
    ds.add_new(0x00081030, "LO", f"CT chest {SURNAME}" + "x" * 80)


def _in_pixels(ds: Dataset) -> None:
    ds.PixelData = b"\0" * 100 + SURNAME.encode() + ds.PixelData[100 + len(SURNAME) :]


INSTANCES: dict[str, Callable[[Dataset], None]] = {
    "plain": lambda _: None, "free_text": _free_text, "unlisted": _unlisted, "bytes": _bytes, "deep": _deep,
    "umlauts": _umlauts, "korean": _korean, "cyrillic": _cyrillic, "bad_values": _bad_values,
    "in_pixels": _in_pixels,
}  # fmt: skip
SYNTAXES = {
    "implicit": ImplicitVRLittleEndian, "big_endian": ExplicitVRBigEndian, "deflated": DeflatedExplicitVRLittleEndian,
}  # fmt: skip
MORE_PLANTED = ("Böswümme", "Boswumme", "BOESWUEMME", "김희중", "희중", "喜中", "Люкceмбypг")


def write(folder: Path) -> dict[str, Path]:
    """Write the corpus; the files' names and folders hold identities too. Returns kind → file."""
    from pydicom.config import IGNORE, settings

    target = folder / f"{SURNAME}_{PATIENT_ID}"
    target.mkdir(parents=True)
    reading, writing = settings.reading_validation_mode, settings.writing_validation_mode
    settings.reading_validation_mode = settings.writing_validation_mode = IGNORE
    written = {}
    try:
        for number, (kind, plant) in enumerate(INSTANCES.items(), 1):
            ds = base(number)
            plant(ds)
            written[kind] = _save(ds, target / f"{kind}.dcm")
        for number, (kind, syntax) in enumerate(SYNTAXES.items(), 50):
            ds = base(number)
            ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
            ds.file_meta.TransferSyntaxUID = syntax
            ds.set_original_encoding(syntax.is_implicit_VR, syntax.is_little_endian)
            if syntax is ExplicitVRBigEndian:
                ds.PixelData = np.frombuffer(ds.PixelData, "<u2").astype(">u2").tobytes()
            written[kind] = _save(ds, target / kind)
    finally:
        settings.reading_validation_mode, settings.writing_validation_mode = reading, writing
    bad = written["bad_values"]
    bad.write_bytes(bad.read_bytes().replace(_NUMBER.encode(), SURNAME[: len(_NUMBER)].encode()))
    (target / "cut.dcm").write_bytes(written["plain"].read_bytes()[:-64])
    (target / "notes.txt").write_text(f"{SURNAME} is no DICOM file", encoding="utf-8")
    return {**written, "cut": target / "cut.dcm", "notes": target / "notes.txt"}


def _save(ds: FileDataset, path: Path) -> Path:
    ds.save_as(path, enforce_file_format=True)
    return path
