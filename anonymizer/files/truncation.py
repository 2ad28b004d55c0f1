"""Files that end too early or go on too long: told by where their last element ends.

An image that ends too early is completed with blank pixels, so that it can be masked.
"""

from enum import StrEnum
from math import ceil

from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileDataset
from pydicom.tag import BaseTag
from pydicom.uid import UID

from anonymizer.files.file_format import UNREADABLE, transfer_syntax

_MAX_PIXEL_BYTES = 2**31
_PIXELS = BaseTag(0x7FE00010)
_UNDEFINED, _SHORTEST_HEADER = 0xFFFFFFFF, 8
SHAPE = (0x00280002, 0x00280004, 0x00280008, 0x00280010, 0x00280011, 0x00280100)  # what the size follows from
_SECOND_FILE, FIRST_ELEMENT = b"DICM\x02\0\0\0UL", 132


class End(StrEnum):
    """How a file ends."""

    WHOLE = "whole"
    CUT = "cut"  # in the middle of an element
    MORE = "more"  # behind the pixels stands what is no element


def end_of(dataset: FileDataset, raw: bytes) -> End:
    """Return how the file ends; an element that is cut is taken out unless it holds pixels or items.

    Ask before any value is converted. Raises SourceError for an unknown transfer syntax.
    """
    found = [element for element in dataset.values() if isinstance(element, RawDataElement)]
    last = max(found, key=lambda element: element.value_tell, default=None)
    if last is None or last.length == _UNDEFINED or last.value is None:
        return End.WHOLE
    lacking = last.length - len(last.value)
    rest = 0 if transfer_syntax(dataset).is_deflated else len(raw) - last.value_tell - last.length
    if lacking <= 0 and not 0 < rest < _SHORTEST_HEADER:
        return End.WHOLE
    behind = any(element.tag == _PIXELS and element is not last for element in found)
    if lacking > 0 and last.tag != _PIXELS and _vr(last) != "SQ":
        del dataset[last.tag]
    return End.MORE if behind or (lacking <= 0 and last.tag == _PIXELS) else End.CUT


def _vr(element: RawDataElement) -> str:
    if element.VR is not None:
        return str(element.VR)
    return dictionary_VR(element.tag) if dictionary_has_tag(element.tag) else "UN"


def holds_another_file(raw: bytes) -> bool:
    """Whether a second DICOM file begins behind the first one's head."""
    return raw.find(_SECOND_FILE, FIRST_ELEMENT) >= 0


def repair_pixels(dataset: FileDataset) -> bool:
    """Complete native pixel data that are shorter than the image says. True if something was missing."""
    if "PixelData" not in dataset or transfer_syntax(dataset).is_encapsulated:
        return False
    try:
        wanted = pixel_bytes(dataset)
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
    return is_image_class(str(dataset.get("SOPClassUID", ""))) and not any(k in dataset for k in pixels)


def is_image_class(sop_class: str) -> bool:
    """Whether a SOP Class is one of images."""
    return "Image Storage" in UID(sop_class).name


def pixel_bytes(dataset: Dataset) -> int:
    """Return how many bytes native pixel data must have. Raises one of UNREADABLE."""
    bits = int(dataset.Rows) * int(dataset.Columns) * int(dataset.BitsAllocated)
    samples = int(dataset.get("SamplesPerPixel") or 1) * int(dataset.get("NumberOfFrames") or 1)
    size = ceil(bits * samples / 8)
    return size * 2 // 3 if dataset.get("PhotometricInterpretation") == "YBR_FULL_422" else size
