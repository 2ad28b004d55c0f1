"""How large the pixels of an image are, and how fast its frames follow each other, where the file tells."""

from typing import Any

from pydicom.dataset import Dataset

from anonymizer.pixels.greyscale import functional_group

_CENTIMETRES = 3  # Physical Units X/Y Direction, PS3.3 C.8.5.5.1.15
_TISSUE = 1  # Region Spatial Format: 2D


def pixel_spacing(dataset: Dataset, frame: int = 0) -> tuple[float, float] | None:
    """Return the distance of rows and of columns in mm, None where unknown.

    For projections that of the detector; for ultrasound that of its regions (PS3.3 C.8.5.5), if all have the same.
    """
    source = functional_group(dataset, frame, "PixelMeasuresSequence")
    for keyword in ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing"):
        spacing = _pair(source.get(keyword))
        if spacing is not None:
            return spacing
    return _of_ultrasound(dataset)


def pixel_aspect(dataset: Dataset, frame: int = 0) -> float:
    """Return the height of a pixel over its width (PS3.3 C.7.6.3.1.7); 1 where nothing else is told."""
    spacing = pixel_spacing(dataset, frame) or _pair(dataset.get("PixelAspectRatio"))
    return spacing[0] / spacing[1] if spacing else 1.0


def frame_rate(dataset: Dataset) -> float | None:
    """Return the frames per second at which to show them (PS3.3 C.7.6.5), None where the file does not say."""
    for keyword in ("RecommendedDisplayFrameRate", "CineRate"):
        rate = _number(dataset.get(keyword))
        if rate > 0:
            return rate
    milliseconds = _number(dataset.get("FrameTime"))
    if milliseconds <= 0:
        steps = [_number(step) for step in _listed(dataset.get("FrameTimeVector"))[1:]]  # the first is 0
        milliseconds = sum(steps) / len(steps) if steps else 0.0
    return 1000 / milliseconds if milliseconds > 0 else None


def _of_ultrasound(dataset: Dataset) -> tuple[float, float] | None:
    found = set()
    for region in dataset.get("SequenceOfUltrasoundRegions") or []:
        units = (region.get("PhysicalUnitsXDirection"), region.get("PhysicalUnitsYDirection"))
        if region.get("RegionSpatialFormat") == _TISSUE and units == (_CENTIMETRES, _CENTIMETRES):
            deltas = (region.get("PhysicalDeltaY"), region.get("PhysicalDeltaX"))
            found.add(_pair([10 * abs(_number(delta)) for delta in deltas]))
    return found.pop() if len(found) == 1 else None


def _pair(value: Any) -> tuple[float, float] | None:
    try:
        first, second = (float(v) for v in value)
    except (TypeError, ValueError):
        return None
    return (first, second) if first > 0 and second > 0 else None


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return [value] if isinstance(value, str | float | int) else list(value)
