"""The kinds of sample files: each function fills in one and returns what it burned into the pixels."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    ComputedRadiographyImageStorage,
    CTImageStorage,
    DigitalXRayImageStorageForPresentation,
    MRImageStorage,
    SecondaryCaptureImageStorage,
    UltrasoundImageStorage,
    UltrasoundMultiFrameImageStorage,
)

from resources.sample import pictures
from resources.sample.headers import geometry, put_pixels
from resources.sample.people import Person

Fill = Callable[[Dataset, Person, np.random.Generator], list[str]]
BANNER = 40  # pixels above an ultrasound sector
CINE_FRAMES = 8


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of file is made and how it is labelled."""

    modality: str
    sop_class: UID
    label: str
    fill: Fill


def radiograph(dataset: Dataset, person: Person, rng: np.random.Generator) -> list[str]:
    """Fill in a chest radiograph; CR is MONOCHROME1 and carries the plate reader's label."""
    labelled = dataset.Modality == "CR"
    picture = np.round(pictures.radiograph(rng, 448, 384) * 3900)
    burned: list[str] = []
    pictures.write(picture, ["R"], at=(14, 60), size=24, ink=4000)
    if labelled:
        burned = [person.plain, f"{person.patient_id}  {person.birthday}", dataset.InstitutionName]
        picture[374:448, :230] = 60  # the flashed label of a cassette
        pictures.write(picture, burned, at=(10, 380), size=15, ink=4000)
    dataset.PhotometricInterpretation = "MONOCHROME1" if labelled else "MONOCHROME2"
    dataset.PresentationLUTShape = "INVERSE" if labelled else "IDENTITY"
    dataset.WindowCenter, dataset.WindowWidth = "2048", "4096"
    dataset.ImagerPixelSpacing = ["0.9", "0.9"]
    dataset.BodyPartExamined, dataset.ViewPosition, dataset.PatientOrientation = "CHEST", "PA", ["L", "F"]
    if not labelled:
        _digital(dataset)
    put_pixels(dataset, (4095 - picture if labelled else picture).astype(np.uint16), bits=12)
    return burned


def _digital(dataset: Dataset) -> None:
    dataset.PresentationIntentType, dataset.PixelIntensityRelationship = "FOR PRESENTATION", "LOG"
    dataset.PixelIntensityRelationshipSign = 1
    dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = "1", "0", "US"
    dataset.LossyImageCompression, dataset.BurnedInAnnotation, dataset.ImageLaterality = "00", "NO", "U"


def ct(dataset: Dataset, _: Person, rng: np.random.Generator) -> list[str]:
    """Fill in a CT slice, without a word in its pixels."""
    picture = np.clip(np.round(pictures.ct_slice(rng, 256, 256)), -1024, 3071)
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = "1", "-1024", "HU"
    dataset.WindowCenter, dataset.WindowWidth = ["40", "500"], ["400", "2000"]
    dataset.WindowCenterWidthExplanation = ["SOFT TISSUE", "BONE"]
    dataset.KVP, dataset.AcquisitionNumber, dataset.BodyPartExamined = "120", 1, "ABDOMEN"
    geometry(dataset, spacing=1.5)
    put_pixels(dataset, (picture + 1024).astype(np.uint16), bits=12)
    return []


def mr(dataset: Dataset, _: Person, rng: np.random.Generator) -> list[str]:
    """Fill in an MR slice with signed values, without a word in its pixels."""
    picture = np.round(pictures.mr_slice(rng, 224, 192) * 1800)
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.ScanningSequence, dataset.SequenceVariant, dataset.ScanOptions = "SE", "SK", ""
    dataset.MRAcquisitionType, dataset.RepetitionTime, dataset.EchoTime = "2D", "4200", "95"
    dataset.EchoTrainLength, dataset.MagneticFieldStrength, dataset.BodyPartExamined = 12, "1.5", "HEAD"
    dataset.WindowCenter, dataset.WindowWidth = "700", "1500"
    geometry(dataset, spacing=1.1)
    put_pixels(dataset, picture.astype(np.int16), bits=12)
    return []


def capture(dataset: Dataset, person: Person, rng: np.random.Generator) -> list[str]:
    """Fill in a screen capture of a workstation: a slice with the patient's data in its corners."""
    slice_ = np.clip((pictures.ct_slice(rng, 280, 280) + 160) / 400, 0, 1) * 255
    screen = np.zeros((400, 520, 3), np.uint8)
    screen[80:360, 120:400] = slice_.astype(np.uint8)[..., None]
    left = [person.plain, person.patient_id, f"*{person.birthday}"]
    pictures.write(screen, left, at=(8, 6), size=15, ink=250)
    place = str(dataset.InstitutionName)
    pictures.write(screen, [place], at=(510 - pictures.text_width(place, 15), 6), size=15, ink=250)
    pictures.write(screen, ["W 400 L 40"], at=(8, 374), size=14, ink=220)
    dataset.PhotometricInterpretation, dataset.ConversionType = "RGB", "WSD"
    dataset.BurnedInAnnotation = "NO"  # as such captures often say, wrongly
    put_pixels(dataset, screen, bits=8)
    return [*left, place]


def still(dataset: Dataset, person: Person, rng: np.random.Generator) -> list[str]:
    """Fill in a colour ultrasound image."""
    flow = bool(rng.integers(2))
    frame = pictures.ultrasound(rng, 400, 520, flow=flow)
    burned = _banner(frame, person, dataset)
    dataset.PhotometricInterpretation = "RGB"
    dataset.UltrasoundColorDataPresent = int(flow)
    _ultrasound(dataset, frame)
    put_pixels(dataset, frame, bits=8)
    return burned


def grey(dataset: Dataset, person: Person, rng: np.random.Generator) -> list[str]:
    """Fill in an ultrasound image without colour."""
    frame = pictures.ultrasound(rng, 400, 520)
    burned = _banner(frame, person, dataset)
    dataset.PhotometricInterpretation = "MONOCHROME2"
    _ultrasound(dataset, frame)
    put_pixels(dataset, np.ascontiguousarray(frame[..., 0]), bits=8)
    return burned


def cine(dataset: Dataset, person: Person, rng: np.random.Generator) -> list[str]:
    """Fill in a short ultrasound cine: the sector moves, the banner stands still."""
    seed = int(rng.integers(1 << 30))
    frames = []
    for number in range(CINE_FRAMES):
        phase = 2 * np.pi * number / CINE_FRAMES
        frames.append(pictures.ultrasound(np.random.default_rng(seed), 360, 480, phase=phase))
        burned = _banner(frames[-1], person, dataset)
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.NumberOfFrames, dataset.FrameTime = CINE_FRAMES, "40"
    dataset.FrameIncrementPointer = 0x00181063
    _ultrasound(dataset, frames[0])
    put_pixels(dataset, np.stack([frame[..., 0] for frame in frames]), bits=8)
    return burned


def _banner(frame: npt.NDArray[np.uint8], person: Person, dataset: Dataset) -> list[str]:
    """Burn in what scanners write above and below the sector."""
    day = str(dataset.StudyDate)
    place, date = str(dataset.InstitutionName), f"{day[6:]}.{day[4:6]}.{day[:4]}"
    lines = [f"{person.plain}  {person.patient_id}", f"{place}  {person.birthday}"]
    pictures.write(frame, lines, at=(8, 3), size=14, ink=235)
    pictures.write(frame, [date], at=(8, frame.shape[0] - 44), size=14, ink=200)
    pictures.write(frame, ["MI 0.9  TIs 0.2"], at=(8, frame.shape[0] - 22), size=14, ink=200)
    return [person.plain, person.patient_id, place, person.birthday, date]


def _ultrasound(dataset: Dataset, frame: npt.NDArray[Any]) -> None:
    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 0
    region.RegionLocationMinX0, region.RegionLocationMinY0 = 60, BANNER + 4
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = frame.shape[1] - 61, frame.shape[0] - 20
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX = region.PhysicalDeltaY = 0.04
    dataset.SequenceOfUltrasoundRegions = Sequence([region])
    dataset.BodyPartExamined, dataset.LossyImageCompression = "ABDOMEN", "00"


KINDS: Mapping[str, Kind] = {
    "cr": Kind("CR", ComputedRadiographyImageStorage, "radiograph", radiograph),
    "dx": Kind("DX", DigitalXRayImageStorageForPresentation, "radiograph", radiograph),
    "ct": Kind("CT", CTImageStorage, "cross-section", ct),
    "mr": Kind("MR", MRImageStorage, "cross-section", mr),
    "capture": Kind("OT", SecondaryCaptureImageStorage, "cross-section", capture),
    "us": Kind("US", UltrasoundImageStorage, "ultrasound", still),
    "us_grey": Kind("US", UltrasoundImageStorage, "ultrasound", grey),
    "cine": Kind("US", UltrasoundMultiFrameImageStorage, "ultrasound", cine),
}
