"""Images made for the pixel tests: text on a smooth background, in any form that DICOM can store."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

NAME = "WESTERHOUT, JOHANNA"
NUMBER = "PID 48213377"
TEXT_BOX = (slice(10, 64), slice(10, 260))  # where `written` puts both lines


def background(rows=240, columns=320):
    y, x = np.mgrid[0:rows, 0:columns]
    return 0.15 + 0.45 * np.exp(-(((y - rows * 0.6) / 60) ** 2 + ((x - columns * 0.6) / 80) ** 2))


def written(picture, lines=(NAME, NUMBER), *, at=(14, 14), size=18, ink=1.0):
    stencil = Image.new("L", picture.shape[::-1])
    draw = ImageDraw.Draw(stencil)
    for number, line in enumerate(lines):
        draw.text((at[0], at[1] + 24 * number), line, fill=255, font=ImageFont.load_default(size))
    weight = np.asarray(stencil) / 255
    return picture * (1 - weight) + ink * weight


def dataset_of(pixels, *, photometric="MONOCHROME2", bits=None, frames=None, modality="OT"):
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.SOPInstanceUID = SecondaryCaptureImageStorage, generate_uid()
    dataset.Modality, dataset.PhotometricInterpretation = modality, photometric
    shape = pixels.shape[1:] if frames else pixels.shape
    dataset.Rows, dataset.Columns = shape[:2]
    dataset.SamplesPerPixel = shape[2] if len(shape) == 3 else 1
    if dataset.SamplesPerPixel == 3:
        dataset.PlanarConfiguration = 0
    if frames:
        dataset.NumberOfFrames = frames
    dataset.BitsAllocated = 8 * pixels.dtype.itemsize
    dataset.BitsStored = bits or dataset.BitsAllocated
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    dataset.PixelData = pixels.tobytes() + b"\0" * (pixels.nbytes % 2)
    dataset["PixelData"].VR = "OB" if dataset.BitsAllocated == 8 else "OW"
    return dataset


def readable(lines, secret):
    """Whether any longer part of a planted string stands in what was read."""
    heard = "".join(c for c in "".join(lines).upper() if c.isalnum())
    words = ["".join(c for c in word if c.isalnum()) for word in secret.upper().split()]
    return any(word in heard for word in words if len(word) > 3)


def of_a_patient(dataset: Dataset, name: str, **facts: object) -> Dataset:
    """Make pixels an instance that can be written and masked; `facts` are further attributes by keyword."""
    dataset.PatientID, dataset.PatientName = "4711", name
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.3", "1.2.3.4"
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    for keyword, value in facts.items():
        setattr(dataset, keyword, value)
    return dataset
