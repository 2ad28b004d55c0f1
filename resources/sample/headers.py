"""Headers of the sample files: complete enough for their object class and full of invented identity."""

from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian

from resources.sample.people import HOSPITALS, OPERATORS, PHYSICIANS, Person

EXAMINATIONS = {"CR": "Chest", "DX": "Chest", "CT": "Abdomen", "MR": "Head", "US": "Abdomen", "OT": "Abdomen"}


def uid_of(*parts: object) -> UID:
    """Return a valid UID (2.25 and 128 bits) that depends on nothing but the parts."""
    digest = sha256("/".join(str(part) for part in parts).encode()).digest()
    return UID(f"2.25.{int.from_bytes(digest[:16], 'big')}")


def common_header(person: Person, modality: str, sop_class: UID, number: int) -> Dataset:
    """Return what all kinds share: patient, study, series, equipment, general image."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.SpecificCharacterSet = "ISO_IR 192" if not person.name.isascii() else "ISO_IR 100"
    dataset.SOPClassUID = sop_class
    dataset.SOPInstanceUID = uid_of("instance", person.patient_id, modality, number)
    dataset.StudyInstanceUID = uid_of("study", person.patient_id)
    dataset.SeriesInstanceUID = uid_of("series", person.patient_id, modality)
    _patient(dataset, person)
    _study(dataset, person, modality)
    dataset.Modality, dataset.SeriesNumber, dataset.InstanceNumber = modality, 1, number
    dataset.SeriesDescription = f"{EXAMINATIONS[modality]} {number}"
    dataset.Laterality = ""
    dataset.ImageType = (
        ["ORIGINAL", "PRIMARY", "AXIAL"] if modality in {"CT", "MR"} else ["ORIGINAL", "PRIMARY"]
    )
    dataset.PatientPosition = "HFS" if modality in {"CT", "MR"} else ""
    dataset.ImageComments = f"Compared with earlier images of {person.plain}"
    return dataset


def _patient(dataset: Dataset, person: Person) -> None:
    dataset.PatientName, dataset.PatientID = person.name, person.patient_id
    dataset.IssuerOfPatientID = "INVENTED-MPI"
    dataset.PatientBirthDate, dataset.PatientSex = person.birth_date, person.sex
    dataset.PatientAge = f"{2023 - int(person.birth_date[:4]):03d}Y"
    dataset.PatientTelephoneNumbers = person.telephone
    other = Dataset()
    other.PatientID, other.IssuerOfPatientID = f"X{person.patient_id}", "INVENTED-OLD"
    other.TypeOfPatientID = "TEXT"
    dataset.OtherPatientIDsSequence = Sequence([other])
    dataset.PatientComments = f"{person.plain}, born {person.birthday}, asks to be called"


def _study(dataset: Dataset, person: Person, modality: str) -> None:
    place = int(sha256(person.patient_id.encode()).hexdigest(), 16)
    dataset.InstitutionName, dataset.InstitutionAddress = HOSPITALS[place % len(HOSPITALS)]
    dataset.ReferringPhysicianName = PHYSICIANS[place % len(PHYSICIANS)]
    dataset.PerformingPhysicianName = PHYSICIANS[(place + 1) % len(PHYSICIANS)]
    dataset.OperatorsName = OPERATORS[place % len(OPERATORS)]
    day = f"2023{place % 12 + 1:02d}{place % 27 + 1:02d}"
    for keyword in ("StudyDate", "SeriesDate", "ContentDate", "AcquisitionDate"):
        setattr(dataset, keyword, day)
    for keyword in ("StudyTime", "SeriesTime", "ContentTime", "AcquisitionTime"):
        setattr(dataset, keyword, f"{8 + place % 9:02d}{place % 60:02d}00")
    dataset.AccessionNumber, dataset.StudyID = f"ACC{place % 10**7:07d}", str(place % 9000 + 1000)
    dataset.StudyDescription = f"{modality} {EXAMINATIONS[modality].upper()}"
    dataset.Manufacturer, dataset.ManufacturerModelName = "Sample Devices", f"Model {modality}"
    dataset.StationName, dataset.DeviceSerialNumber = f"ROOM{place % 9 + 1}", f"SN{place % 10**6:06d}"
    dataset.SoftwareVersions = "1.0"
    request = Dataset()
    request.RequestedProcedureDescription = dataset.StudyDescription
    request.RequestedProcedureID = f"RP{place % 10**5:05d}"
    request.ScheduledProcedureStepID = f"SP{place % 10**5:05d}"
    request.ScheduledProcedureStepDescription = f"{EXAMINATIONS[modality]} for {person.plain}"
    dataset.RequestAttributesSequence = Sequence([request])
    private = dataset.private_block(0x0009, "SAMPLE DEVICES 1", create=True)
    private.add_new(0x01, "LO", person.plain)
    private.add_new(0x02, "SH", person.patient_id)


def geometry(dataset: Dataset, *, spacing: float) -> None:
    """Place an axial slice in space; `spacing` of rows and columns in mm."""
    number = int(dataset.InstanceNumber)
    dataset.FrameOfReferenceUID = uid_of("frame", dataset.StudyInstanceUID, dataset.Modality)
    dataset.PositionReferenceIndicator = ""
    dataset.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    dataset.ImagePositionPatient = ["-150", "-150", str(5.0 * number)]
    dataset.PixelSpacing = [str(spacing), str(spacing)]
    dataset.SliceThickness, dataset.SliceLocation = "5", str(5.0 * number)


def put_pixels(dataset: Dataset, pixels: npt.NDArray[Any], *, bits: int) -> None:
    """Put an array into a data set: (rows, columns), (rows, columns, 3) or (frames, rows, columns)."""
    colour = dataset.PhotometricInterpretation == "RGB"
    dataset.SamplesPerPixel = 3 if colour else 1
    if colour:
        dataset.PlanarConfiguration = 0
    dataset.Rows, dataset.Columns = pixels.shape[:2] if colour else pixels.shape[-2:]
    dataset.BitsAllocated = 8 * pixels.dtype.itemsize
    dataset.BitsStored, dataset.HighBit = bits, bits - 1
    dataset.PixelRepresentation = int(np.issubdtype(pixels.dtype, np.signedinteger))
    data = pixels.tobytes()
    dataset.PixelData = data + b"\0" * (len(data) % 2)
    dataset["PixelData"].VR = "OB" if dataset.BitsAllocated == 8 else "OW"  # noqa: PLR2004 - bits
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
