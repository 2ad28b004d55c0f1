"""Pictures of a data set: the formats they are written in, and how their values relate to the image's own."""

import io
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labeller.errors import ExportError


@dataclass(frozen=True, slots=True)
class Picture:
    """An image as it goes into a data set: uint8, (rows, columns[, 3]), or uint16, (rows, columns); bright is high.

    `facts` are columns of the manifest: the window of 8 bits, or slope and intercept of 16 bits.
    """

    pixels: NDArray[Any]
    facts: Mapping[str, str] = field(default_factory=dict)


ReadPicture = Callable[[Path], Picture]
"""Makes a picture of a masked file; what it raises has a text for the user."""


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write images."""

    name: str  # as the command line and `dataset.json` have it
    suffix: str
    words: str  # for people
    media_type: str
    rule: str  # how the values in the file come about
    copies: bool = False  # the masked file itself is written


_WINDOWED = (
    "8 bits as a viewer shows it: modality LUT, then the window in window_center and window_width of the manifest "
    "(empty where the file has a VOI LUT or is in colour); low values dark"
)

FORMATS: Mapping[str, Format] = {
    one.name: one
    for one in (
        Format("png", ".png", "PNG, 8 bit, windowed", "image/png", _WINDOWED),
        Format(
            "png16",
            ".png",
            "PNG, 16 bit, all grey levels",
            "image/png",
            "16 bits without loss: value after the modality LUT = pixel × value_slope + value_intercept of the "
            "manifest; low values dark (value_slope is negative where the file shows low values bright); colour "
            "images in 8 bits",
        ),
        Format(
            "jpeg",
            ".jpg",
            "JPEG, 8 bit, windowed, with loss",
            "image/jpeg",
            f"{_WINDOWED}; JPEG of quality 95 without chroma subsampling, with loss",
        ),
        Format(
            "dicom",
            ".dcm",
            "DICOM, masked, all grey levels",
            "application/dicom",
            "The masked DICOM instance, byte by byte",
            copies=True,
        ),
    )
}


def format_of(name: str) -> Format:
    """Return the format of this name; raises ExportError if there is none."""
    try:
        return FORMATS[name]
    except KeyError:
        raise ExportError(f"There is no export format “{name}”.", f"Choose {' or '.join(FORMATS)}.") from None


def encoded(picture: Picture, image_format: str) -> bytes:
    """Return the file's bytes: the same for the same pixels, with nothing in them but the pixels."""
    from PIL import Image

    content = io.BytesIO()
    image = Image.fromarray(picture.pixels)
    if image_format == "jpeg":
        image.save(content, format="JPEG", quality=95, subsampling=0)
    else:
        # Run lengths alone are six times as fast as the default and no larger for filtered, noisy grey levels.
        image.save(content, format="PNG", compress_level=6, compress_type=zlib.Z_RLE)
    return content.getvalue()


def sixteen_bits(values: NDArray[Any], *, signed: bool, inverted: bool) -> Picture:
    """Map values after the modality LUT to 16 bits without loss.

    Whole numbers keep their steps: pixel = value where none can be negative, else value + 32768, or value − lowest
    where that does not fit; `inverted` turns them so that bright is high. Others must be passed to `stored_bits`.
    Raises ExportError where the range is wider than 16 bits.
    """
    low, high = int(values.min()), int(values.max())
    offset = 0 if low >= 0 and not signed else -32768
    if low < offset or high > offset + 65535:
        offset = low
    if high - offset > 65535:  # noqa: PLR2004 - 16 bits
        raise ExportError("Its values need more than 16 bits.", "Export it as DICOM.")
    pixels = (values.astype(np.int64) - offset).astype(np.uint16)
    return _turned(pixels, 1.0, float(offset), inverted=inverted)


def stored_bits(stored: NDArray[Any], slope: float, intercept: float, *, inverted: bool) -> Picture:
    """Map stored whole numbers whose rescale slope is no whole number: they keep their steps, the slope is stated."""
    whole = sixteen_bits(stored, signed=bool(int(stored.min()) < 0), inverted=False)
    offset = float(whole.facts["value_intercept"])
    return _turned(whole.pixels, slope, intercept + slope * offset, inverted=inverted)


def _turned(pixels: NDArray[np.uint16], slope: float, intercept: float, *, inverted: bool) -> Picture:
    if inverted != (slope < 0):
        top = 65535
        pixels, slope, intercept = (top - pixels).astype(np.uint16), -slope, intercept + slope * top
    return Picture(pixels, {"value_slope": f"{slope:.10g}", "value_intercept": f"{intercept:.10g}"})
