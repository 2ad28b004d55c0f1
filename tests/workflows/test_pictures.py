"""Pictures of masked instances for data sets: stated windows, and 16 bits from which every value comes back."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from anonymizer import DicomImage, read_image
from app.errors import UsageError
from app.workflows.pictures import parse_window, picture_reader
from labeller.pictures import encoded


def image(path: Path, stored: np.ndarray, **attributes: object) -> Path:
    """A small CT image of these stored values."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = "2.25.5"
    dataset.Rows, dataset.Columns = stored.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit, dataset.PixelRepresentation = 15, int(stored.dtype.kind == "i")
    dataset.RescaleSlope, dataset.RescaleIntercept = "1", "0"
    for name, value in attributes.items():
        setattr(dataset, name, value)
    dataset.PixelData = stored.tobytes()
    dataset.save_as(path, enforce_file_format=True)
    return path


STORED = np.arange(0, 4096, 16, dtype=np.uint16).reshape(16, 16)


@pytest.mark.parametrize(
    "attributes",
    [
        {"RescaleIntercept": "-1024"},
        {"PhotometricInterpretation": "MONOCHROME1"},
        {"RescaleSlope": "0.5", "RescaleIntercept": "-3.25"},
        {"RescaleSlope": "2", "RescaleIntercept": "7", "PhotometricInterpretation": "MONOCHROME1"},
    ],
)
def test_every_value_after_the_modality_lut_comes_back_from_16_bits(
    tmp_path: Path, attributes: dict[str, object]
) -> None:
    path = image(tmp_path / "a.dcm", STORED, **attributes)
    picture = picture_reader("png16")(path)
    (tmp_path / "a.png").write_bytes(encoded(picture, "png16"))
    with Image.open(tmp_path / "a.png") as opened:
        pixels = np.asarray(opened).astype(np.float64)
    slope, intercept = (float(picture.facts[name]) for name in ("value_slope", "value_intercept"))
    assert np.allclose(pixels * slope + intercept, DicomImage.open(path).frame(0))
    shown = read_image(path).astype(int)
    assert (pixels[-1, -1] > pixels[0, 0]) == (shown[-1, -1] > shown[0, 0])  # bright is high
    assert read_image(tmp_path / "a.png").shape == (16, 16)  # as training reads it


def test_the_window_that_was_used_is_stated(tmp_path: Path) -> None:
    path = image(tmp_path / "a.dcm", STORED, WindowCenter="1000", WindowWidth="500", RescaleIntercept="-1024")
    own = picture_reader("png")(path)
    assert np.array_equal(own.pixels, read_image(path))
    assert own.facts == {"window_center": "1000", "window_width": "500", "window_function": "LINEAR"}
    other = picture_reader("jpeg", "40,400")(path)
    assert other.facts["window_center"] == "40"
    assert (other.pixels[0, 0], other.pixels[-1, -1]) == (0, 255)
    automatic = picture_reader("png")(image(tmp_path / "b.dcm", STORED))
    assert float(automatic.facts["window_width"]) > 3000


@pytest.mark.parametrize("text", ["40", "a,b", "40,0", "40,400,3"])
def test_a_window_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no window"):
        parse_window(text)
