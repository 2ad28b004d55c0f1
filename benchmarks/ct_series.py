"""CT series of invented patients as scanners write them: some 200 elements, nested and private ones among them."""

import random
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import CTImageStorage, EnhancedCTImageStorage, ExplicitVRLittleEndian, generate_uid

SLICES = 60  # in a series
_DIGITS = 5  # of the number that tells copies of an instance apart


def _uid(*parts: object) -> str:
    return str(generate_uid(entropy_srcs=["invented", *map(str, parts)]))


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def _reference(sop_class: str, uid: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, uid
    return item


def _of_patient(ds: Dataset, patient: int) -> None:
    ds.PatientName, ds.PatientID = f"Invented{patient}^Name{patient}", f"P{patient:07d}"
    ds.PatientBirthDate, ds.PatientSex, ds.PatientAge = f"19{40 + patient % 50}0102", "F", "061Y"
    ds.PatientSize, ds.PatientWeight, ds.EthnicGroup = "1.68", "71.5", "unknown"
    ds.PatientTelephoneNumbers, ds.PatientAddress = f"+49 30 5550{patient:04d}", f"{patient} Blankside Row"
    ds.OtherPatientIDs, ds.MedicalAlerts, ds.AdditionalPatientHistory = f"X{patient:07d}", "none", "cough"
    other = Dataset()
    other.PatientID, other.IssuerOfPatientID, other.TypeOfPatientID = f"Y{patient:07d}", "BLANKSIDE", "TEXT"
    ds.OtherPatientIDsSequence = [other]


def _of_study(ds: Dataset, patient: int) -> None:
    ds.StudyInstanceUID, ds.SeriesInstanceUID = _uid("study", patient), _uid("series", patient)
    ds.FrameOfReferenceUID, ds.StudyID = _uid("frame", patient), f"S{patient:06d}"
    ds.StudyDate = ds.SeriesDate = ds.AcquisitionDate = ds.ContentDate = "20240311"
    ds.StudyTime, ds.SeriesTime, ds.AccessionNumber = "101112.5", "101530", f"ACC{patient:07d}"
    ds.StudyDescription, ds.SeriesDescription = "CT chest with contrast", "Axial lung 1.0 mm"
    ds.ProtocolName, ds.RequestedProcedureDescription = "Thorax routine", "CT chest"
    ds.ReferringPhysicianName, ds.PerformingPhysicianName = "Mockfield^Alma", "Sampleton^Bert"
    ds.OperatorsName, ds.NameOfPhysiciansReadingStudy = "Testwell^Cora", "Fictus^Dora"
    ds.InstitutionName, ds.InstitutionAddress = "Blankside General", "1 Blankside Row"
    ds.InstitutionalDepartmentName, ds.StationName, ds.DeviceSerialNumber = "Radiology", "CT99X", "SN778812"
    ds.Manufacturer, ds.ManufacturerModelName, ds.SoftwareVersions = "INVENTED", "Model 7", ["v1.2", "b7"]
    ds.SeriesNumber, ds.PatientPosition, ds.BodyPartExamined = 3, "HFS", "CHEST"
    ds.ProcedureCodeSequence = [_code("24627-2", "LN", "Chest CT")]
    ds.ReferencedStudySequence = [_reference("1.2.840.10008.3.1.2.3.1", _uid("ref", patient))]
    request = Dataset()
    request.RequestedProcedureDescription, request.RequestedProcedureID = "CT chest", f"RP{patient:06d}"
    request.ScheduledProcedureStepDescription, request.ScheduledProcedureStepID = "CT", f"SP{patient:06d}"
    request.ScheduledProtocolCodeSequence = [_code("CTCHEST", "99INV", "CT of chest")]
    ds.RequestAttributesSequence = [request]
    ds.PerformedProcedureStepStartDate, ds.PerformedProcedureStepStartTime = "20240311", "101112"
    ds.PerformedProcedureStepID, ds.PerformedProcedureStepDescription = f"PP{patient:05d}", "CT chest"
    ds.PerformedProtocolCodeSequence = [_code("CTCHEST", "99INV", "CT of chest")]
    ds.AnatomicRegionSequence = [_code("51185008", "SCT", "Chest")]


def _of_scanner(ds: Dataset) -> None:
    ds.ScanOptions, ds.KVP, ds.DataCollectionDiameter = "HELICAL MODE", "120", "500"
    ds.ReconstructionDiameter, ds.GantryDetectorTilt, ds.TableHeight = "360", "0", "151.3"
    ds.RotationDirection, ds.ExposureTime, ds.XRayTubeCurrent, ds.Exposure = "CW", 500, 210, 105
    ds.FilterType, ds.GeneratorPower, ds.FocalSpots, ds.ConvolutionKernel = "BODY", 25, [0.7, 0.7], "LUNG"
    ds.DistanceSourceToDetector, ds.DistanceSourceToPatient = "949.1", "541"
    ds.SliceThickness, ds.SpacingBetweenSlices, ds.PixelSpacing = "1.0", "1.0", ["0.703125", "0.703125"]
    ds.SingleCollimationWidth, ds.TotalCollimationWidth, ds.TableSpeed = 0.625, 40.0, 55.0
    ds.TableFeedPerRotation, ds.SpiralPitchFactor, ds.CTDIvol = 27.5, 0.6875, 8.25
    ds.ExposureModulationType, ds.EstimatedDoseSaving, ds.RevolutionTime = "Z", 12.5, 0.5
    ds.ContrastBolusAgent, ds.ContrastBolusVolume, ds.ContrastFlowRate = "Iodine 300", "80", ["3.0"]
    ds.DateOfLastCalibration, ds.TimeOfLastCalibration = "20240310", "060000"
    ds.PositionReferenceIndicator, ds.RescaleType = "SN", "HU"
    ds.WindowCenter, ds.WindowWidth = ["-500", "40"], ["1500", "400"]
    ds.WindowCenterWidthExplanation = ["LUNG", "SOFT"]
    ds.LossyImageCompression, ds.PresentationLUTShape = "00", "IDENTITY"
    ds.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]


def _private(ds: Dataset, number: int) -> None:
    for group, creator in ((0x0009, "GEMS_IDEN_01"), (0x0019, "GEMS_ACQU_01"), (0x0043, "GEMS_PARM_01")):
        block = ds.private_block(group, creator, create=True)
        for element in range(0x02, 0x1E):
            block.add_new(element, *(("DS", f"{element}.5") if element % 2 else ("SL", element)))
    block = ds.private_block(0x0027, "GEMS_IMAG_01", create=True)
    block.add_new(0x41, "FL", float(number))
    block.add_new(0x50, "FL", number * 0.5)
    block.add_new(0x06, "SL", 1)


def _of_image(ds: Dataset, patient: int, number: int, rng: random.Random) -> None:
    ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, _uid("image", patient, number)
    ds.Modality, ds.ImageType = "CT", ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.InstanceCreationDate, ds.InstanceCreationTime = "20240311", f"10{number % 60:02d}07"
    ds.AcquisitionTime = ds.ContentTime = f"10{number % 60:02d}05.{number % 1000:03d}"
    ds.InstanceNumber, ds.AcquisitionNumber, ds.SliceLocation = number + 1, 1, f"{-number:.2f}"
    ds.ImagePositionPatient = ["-180", "-180", f"{-number:.3f}"]
    ds.XRayTubeCurrentInmA, ds.TablePosition = float(rng.randrange(180, 260)), -float(number)
    ds.ReferencedImageSequence = [_reference(CTImageStorage, _uid("scout", patient))]
    ds.SourceImageSequence = [_reference(CTImageStorage, _uid("source", patient, number))]
    ds.IrradiationEventUID = _uid("event", patient)
    ds.ImageComments = "breath hold"


def _pixels(ds: Dataset, size: int, frames: int, generator: np.random.Generator) -> None:
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PixelRepresentation = 1, "MONOCHROME2", 0
    ds.Rows = ds.Columns = size
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, 12, 11
    ds.RescaleIntercept, ds.RescaleSlope = "-1024", "1"
    axis = np.linspace(-1, 1, size)
    body = 1100 * (axis[:, None] ** 2 + axis**2 < 0.7)
    noise = generator.normal(20, 10, (frames, size, size)).clip(0)
    ds.PixelData = (body + noise).astype(np.uint16).tobytes()


def _blank() -> Dataset:
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SpecificCharacterSet = "ISO_IR 100"
    return ds


def make(folder: Path, files: int, size: int, *, first: int = 0) -> None:
    """Write so many instances of 512 × 512 (`size`) pixels and some 240 elements, 60 a patient, from a number on."""
    generator, rng = np.random.default_rng(0), random.Random(0)
    folder.mkdir(parents=True)
    for index in range(first, first + files):
        patient, number = divmod(index, SLICES)
        ds = _blank()
        _of_scanner(ds)
        _of_study(ds, patient)
        _of_patient(ds, patient)
        _of_image(ds, patient, number, rng)
        _private(ds, number)
        _pixels(ds, size, 1, generator)
        ds.save_as(folder / f"{index:06d}.dcm", enforce_file_format=True)


def make_many(folder: Path, files: int, size: int = 16) -> None:
    """Write so many small instances, each with a SOP Instance UID of its own, from those of ten patients."""
    make(folder, min(files, 10 * SLICES), size)
    known = [(path.read_bytes(), pydicom.dcmread(path).SOPInstanceUID) for path in sorted(folder.iterdir())]
    for index in range(len(known), files):
        copy, place = divmod(index, len(known))
        raw, uid = known[place]
        renamed = raw.replace(uid.encode(), f"{uid[:-_DIGITS]}{copy:0{_DIGITS}d}".encode())
        (folder / f"{index:06d}.dcm").write_bytes(renamed)


def _frame(patient: int, number: int) -> Dataset:
    frame = Dataset()
    content, position, measured, pixels = Dataset(), Dataset(), Dataset(), Dataset()
    content.FrameAcquisitionDateTime = f"20240311101112.{number:03d}"
    content.FrameReferenceDateTime = content.FrameAcquisitionDateTime
    content.FrameAcquisitionDuration, content.StackID = 250.0, "1"
    content.InStackPositionNumber, content.DimensionIndexValues = number + 1, [1, number + 1]
    content.TemporalPositionIndex, content.FrameAcquisitionNumber = 1, number + 1
    frame.FrameContentSequence = [content]
    position.ImagePositionPatient = ["-180", "-180", f"{-number:.3f}"]
    frame.PlanePositionSequence = [position]
    measured.SliceThickness, measured.PixelSpacing, measured.SpacingBetweenSlices = "1", ["0.7", "0.7"], "1"
    frame.PixelMeasuresSequence = [measured]
    pixels.RescaleIntercept, pixels.RescaleSlope, pixels.RescaleType = "-1024", "1", "HU"
    frame.PixelValueTransformationSequence = [pixels]
    frame.DerivationImageSequence = [_derivation(patient, number)]
    for keyword in ("CTExposureSequence", "CTXRayDetailsSequence", "CTGeometrySequence"):
        setattr(frame, keyword, [_details(number)])
    return frame


def _derivation(patient: int, number: int) -> Dataset:
    derivation = Dataset()
    sources = []
    for index in range(8):
        source = _reference(CTImageStorage, _uid("source", patient, number, index))
        source.PurposeOfReferenceCodeSequence = [_code("121322", "DCM", "Source image")]
        sources.append(source)
    derivation.SourceImageSequence = sources
    derivation.DerivationCodeSequence = [_code("113072", "DCM", "Multiplanar reformatting")]
    return derivation


def _details(number: int) -> Dataset:
    item = Dataset()
    item.ExposureTimeInms, item.XRayTubeCurrentInmA, item.ExposureInmAs = 500.0, 200.0 + number % 7, 105.0
    item.ExposureModulationType, item.EstimatedDoseSaving, item.CTDIvol = "Z", 12.5, 8.25
    return item


def make_enhanced(path: Path, frames: int = 500, size: int = 64) -> int:
    """Write an enhanced multi-frame CT; how many elements it has, at any depth."""
    ds = _blank()
    _of_study(ds, 0)
    _of_patient(ds, 0)
    ds.SOPClassUID, ds.SOPInstanceUID = EnhancedCTImageStorage, _uid("enhanced", 0)
    ds.Modality, ds.NumberOfFrames = "CT", frames
    ds.PerFrameFunctionalGroupsSequence = Sequence(_frame(0, number) for number in range(frames))
    _pixels(ds, size, frames, np.random.default_rng(0))
    ds.save_as(path, enforce_file_format=True)
    return sum(1 for _ in ds.iterall())
