"""Pictures of masked instances for data sets: windowed to 8 bits, or 16 bits without loss."""

from collections.abc import Callable
from pathlib import Path

from anonymizer import DicomImage
from app.errors import UsageError
from labeller import Picture, sixteen_bits, stored_bits

FILE_WINDOW = "file"
"""The window that the file offers first; without one, the middle 99 % of its values."""


def parse_window(text: str) -> tuple[float, float] | None:
    """Return center and width of "CENTER,WIDTH", None for "file". Raises UsageError."""
    if text == FILE_WINDOW:
        return None
    try:
        center, width = (float(part) for part in text.split(","))
    except ValueError:
        center, width = 0.0, 0.0
    if width < 1:
        raise UsageError(
            f"“{text}” is no window.", "Give “file” or CENTER,WIDTH, such as 40,400 for soft tissue in CT."
        )
    return center, width


def picture_reader(image_format: str, window: str = FILE_WINDOW) -> Callable[[Path], Picture]:
    """Return what makes a picture of a masked file for an export format; of several frames the middle one.

    It raises SourceError, PixelError and ExportError where a file has no such picture.
    """
    wanted = parse_window(window)
    if image_format == "png16":
        return _all_levels
    return lambda path: _windowed(path, wanted)


def _windowed(path: Path, wanted: tuple[float, float] | None) -> Picture:
    image = DicomImage.open(path)
    index = image.frames // 2
    pixels, used = image.windowed(index, wanted)
    return Picture(pixels, _frame(image, index) | ({} if used is None else _facts(*used)))


def _facts(center: float, width: float, function: str) -> dict[str, str]:
    return {
        "window_center": f"{center:.10g}",
        "window_width": f"{width:.10g}",
        "window_function": function,
    }


def _frame(image: DicomImage, index: int) -> dict[str, str]:
    return {"frame": str(index + 1)} if image.frames > 1 else {}


def _all_levels(path: Path) -> Picture:
    image = DicomImage.open(path)
    index = image.frames // 2
    if image.is_colour:
        return Picture(image.render(index), _frame(image, index))
    values = image.frame(index)
    if values.dtype.kind in "iu":
        found = sixteen_bits(values, signed=image.may_be_negative, inverted=image.inverted)
    else:
        stored, slope, intercept = image.rescaled(index)
        if stored.dtype.kind == "f":
            raise UsageError("Its values are no whole numbers.", "Export it as DICOM.")
        found = stored_bits(stored, slope, intercept, inverted=image.inverted)
    return Picture(found.pixels, {**found.facts, **_frame(image, index)})
