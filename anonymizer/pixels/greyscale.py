"""From stored values to what a screen shows: the grey-scale transformations of PS3.3 C.11 and PS3.4 N.2."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

Array = npt.NDArray[Any]
Bytes = npt.NDArray[np.uint8]

WORD = 1 << 16  # the values that a 16-bit integer can have
MAX_TABLE = 1 << 22  # wider ranges are computed, not looked up
PERCENTILES = (0.5, 99.5)


@dataclass(frozen=True, slots=True)
class WindowPreset:
    """A window that the file offers, in values after the modality LUT."""

    name: str
    center: float
    width: float
    table: int | None = None  # the number of a VOI LUT of the file, which takes the window's place


def functional_group(dataset: Dataset, frame: int, keyword: str) -> Dataset:
    """Return where a frame's attributes of one functional group stand (PS3.3 C.7.6.16).

    That is its own item, the shared one, or for single-frame objects the data set itself.
    """
    per_frame = dataset.get("PerFrameFunctionalGroupsSequence") or []
    shared = dataset.get("SharedFunctionalGroupsSequence") or []
    for group in [*per_frame[frame : frame + 1], *shared[:1]]:
        if group.get(keyword):
            item: Dataset = group[keyword].value[0]
            return item
    return dataset


def apply_modality(values: Array, dataset: Dataset, frame: int) -> Array:
    """Return values after the modality LUT (PS3.3 C.11.1), as whole numbers where they are whole."""
    if dataset.get("ModalityLUTSequence"):
        table, first, _ = lookup_table(dataset.ModalityLUTSequence[0])
        return np.asarray(table[_positions(values, first, len(table))])
    slope, intercept = rescale(dataset, frame)
    if values.dtype.kind == "f" or not (slope == 1.0 and intercept.is_integer()):
        return values.astype(np.float32) * np.float32(slope) + np.float32(intercept)
    if intercept == 0:
        return values
    return narrowest(values.astype(np.int64) + int(intercept))


def rescale(dataset: Dataset, frame: int) -> tuple[float, float]:
    """Return slope and intercept of the modality LUT (PS3.3 C.11.1.1.2)."""
    source = functional_group(dataset, frame, "PixelValueTransformationSequence")
    return _number(source.get("RescaleSlope"), 1.0), _number(source.get("RescaleIntercept"), 0.0)


def narrowest(values: Array) -> Array:
    """Return whole numbers in 16 bits where they fit: the fast path of `display`."""
    low, high = int(values.min()), int(values.max())
    for kind in (np.int16, np.uint16, np.int32):
        limits = np.iinfo(kind)
        if limits.min <= low and high <= limits.max:
            return values.astype(kind)
    return values.astype(np.float32)


def _number(value: Any, default: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return default
    return number if np.isfinite(number) else default


def lookup_table(item: Dataset) -> tuple[npt.NDArray[np.uint16], int, int]:
    """Return a LUT's entries, the first value it maps and the bits of an entry (PS3.3 C.11.1.1)."""
    count, first, bits = (int(v) for v in item.LUTDescriptor)
    data = item["LUTData"].value
    if isinstance(data, bytes | bytearray):
        kind = "u1" if len(data) == (count or WORD) else "<u2"
        table = np.frombuffer(bytes(data), kind).astype(np.uint16)
    else:
        table = np.atleast_1d(np.asarray(data)).astype(np.int64).astype(np.uint16)
    return table, first, bits


def _positions(values: Array, first: int, count: int) -> Array:
    return np.clip(values.astype(np.int64) - first, 0, count - 1)


def presets(dataset: Dataset, frame: int = 0) -> tuple[WindowPreset, ...]:
    """Return the windows of the file; those without a meaning (width under 1, not a number) are left out."""
    source = functional_group(dataset, frame, "FrameVOILUTSequence")
    centers, widths = _several(source.get("WindowCenter")), _several(source.get("WindowWidth"))
    names = [str(n) for n in _several(source.get("WindowCenterWidthExplanation"))]
    found = []
    for number, (center, width) in enumerate(zip(centers, widths, strict=False)):
        middle, span = _number(center, np.nan), _number(width, np.nan)
        if np.isfinite(middle) and np.isfinite(span) and span > 0:
            name = names[number] if number < len(names) and names[number] else f"Window {number + 1}"
            found.append(WindowPreset(name, middle, span))
    return tuple(found)


def table_presets(dataset: Dataset, frame: int = 0) -> tuple[WindowPreset, ...]:
    """Return the VOI LUTs of the file, each with the window over the values that it tells apart."""
    source = functional_group(dataset, frame, "FrameVOILUTSequence")
    found = []
    for number, item in enumerate(source.get("VOILUTSequence") or []):
        table, first, _ = lookup_table(item)
        name = str(item.get("LUTExplanation") or "") or f"Table {number + 1}"
        found.append(WindowPreset(name, first + len(table) / 2, max(float(len(table)), 1.0), number))
    return tuple(found)


def _several(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return [value] if isinstance(value, str | bytes) or not hasattr(value, "__iter__") else list(value)


def window_function(dataset: Dataset, frame: int = 0) -> str:
    """Return LINEAR, LINEAR_EXACT or SIGMOID (PS3.3 C.11.2.1.3)."""
    source = functional_group(dataset, frame, "FrameVOILUTSequence")
    name = str(source.get("VOILUTFunction") or "LINEAR").upper()
    return name if name in {"LINEAR", "LINEAR_EXACT", "SIGMOID"} else "LINEAR"


def apply_voi_table(values: Array, item: Dataset) -> Bytes:
    """Return 0 to 255 after an item of the VOI LUT Sequence (PS3.3 C.11.2.1.1)."""
    table, first, bits = lookup_table(item)
    top = float((1 << bits) - 1) if 0 < bits <= 16 else float(max(1, table.max()))  # noqa: PLR2004 - 16 bits
    scaled = np.clip(table * (255.0 / top), 0, 255).astype(np.uint8)
    return np.asarray(scaled[_positions(values, first, len(scaled))])


def display(
    values: Array, *, center: float, width: float, invert: bool = False, function: str = "LINEAR"
) -> Bytes:
    """Return what a screen shows of values after the modality LUT: uint8 of the same shape, 0 black.

    Whole numbers go through a table, fast enough to follow a dragging mouse. RGB (three dimensions) has no
    window and comes back as it is. `function` is one of PS3.3 C.11.2.1.3.
    """
    if values.ndim == 3:  # noqa: PLR2004 - colour
        return values.astype(np.uint8, copy=False)
    if values.dtype.itemsize <= 2 and values.dtype.kind in "iu":  # noqa: PLR2004 - 16 bits
        every = np.arange(1 << 8 * values.dtype.itemsize).astype(f"u{values.dtype.itemsize}")
        table = _to_bytes(every.view(values.dtype), center, width, function)
        return np.take(255 - table if invert else table, values.view(every.dtype))
    if values.dtype.kind in "iu":
        low, high = int(values.min()), int(values.max())
        if high - low < MAX_TABLE:
            table = _to_bytes(np.arange(low, high + 1), center, width, function)
            return np.take(255 - table if invert else table, values - low)
    shown = _to_bytes(values, center, width, function)
    return np.asarray(255 - shown if invert else shown)


def _to_bytes(values: Array, center: float, width: float, function: str) -> Bytes:
    x = values.astype(np.float32)
    width = max(float(width), 1e-6)
    if function == "SIGMOID":
        y = 1.0 / (1.0 + np.exp(np.clip(-4.0 * (x - center) / width, -60, 60)))
    elif function == "LINEAR_EXACT" or width <= 1:
        y = (x - center) / width + 0.5
    else:
        y = (x - (center - 0.5)) / (width - 1) + 0.5
    return np.asarray(np.nan_to_num(np.clip(y * 255.0 + 0.5, 0, 255)), np.float32).astype(np.uint8)


def automatic_window(values: Array, valid: npt.NDArray[np.bool_] | None = None) -> tuple[float, float]:
    """Return center and width of the window over the middle 99 % of the values."""
    sample = values[valid] if valid is not None and bool(valid.any()) else values.ravel()
    sample = sample[:: max(1, sample.size // 500_000)]
    sample = sample[np.isfinite(sample)] if sample.dtype.kind == "f" else sample
    if sample.size == 0:
        return 0.0, 1.0
    low, high = (float(v) for v in np.percentile(sample, PERCENTILES))
    if high <= low:
        low, high = float(sample.min()), float(sample.max())
    return (low + high) / 2 + 0.5, max(high - low + 1, 1.0)


def padding_of(stored: Array, dataset: Dataset) -> npt.NDArray[np.bool_] | None:
    """Return which stored values are padding (PS3.3 C.7.5.1.1.2), or None where none can be."""
    value = dataset.get("PixelPaddingValue")
    if value is None or stored.ndim != 2:  # noqa: PLR2004 - grey
        return None
    limit = dataset.get("PixelPaddingRangeLimit")
    try:
        ends = sorted((int(value), int(value if limit is None else limit)))
    except (TypeError, ValueError):
        return None
    return np.asarray((stored >= ends[0]) & (stored <= ends[1]))
