"""Truncated files: an image that ends too early is completed with blank pixels, so that it can be masked."""

from math import ceil

from pydicom.dataset import FileDataset
from pydicom.uid import UID

from anonymizer.file_format import UNREADABLE, transfer_syntax

_MAX_PIXEL_BYTES = 2**31


def repair_pixels(dataset: FileDataset) -> bool:
    """Complete native pixel data that are shorter than the image says. True if something was missing."""
    if "PixelData" not in dataset or transfer_syntax(dataset).is_encapsulated:
        return False
    try:
        wanted = _expected(dataset)
        value = dataset.PixelData
    except UNREADABLE:
        return False
    if not isinstance(value, bytes) or len(value) >= wanted or wanted > _MAX_PIXEL_BYTES:
        return False
    dataset["PixelData"].value = value + bytes(wanted + wanted % 2 - len(value))
    return True


def lacks_image(dataset: FileDataset) -> bool:
    """Whether the object is of an image class (PS3.4 table B.5-1) but has no pixel data."""
    pixels = ("PixelData", "FloatPixelData", "DoubleFloatPixelData", "PixelDataProviderURL")
    return "Image Storage" in UID(str(dataset.get("SOPClassUID", ""))).name and not any(
        k in dataset for k in pixels
    )


def _expected(dataset: FileDataset) -> int:
    bits = int(dataset.Rows) * int(dataset.Columns) * int(dataset.BitsAllocated)
    samples = int(dataset.get("SamplesPerPixel") or 1) * int(dataset.get("NumberOfFrames") or 1)
    size = ceil(bits * samples / 8)
    return size * 2 // 3 if dataset.get("PhotometricInterpretation") == "YBR_FULL_422" else size
