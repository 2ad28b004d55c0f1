"""Bits of pixels that hold no part of their value: older devices drew overlays into them, names among them.

PS3.5 8.1.1 lets the bits outside Bits Stored hold anything; an overlay without Overlay Data lies there (retired,
PS3.3 C.9.2 of 2004). They are cleared: without the overlay's attributes, which go with it, nobody shows them, and
everybody who looks at the bytes can read them.
"""

from typing import Any

import numpy.typing as npt
from pydicom.dataset import Dataset

from anonymizer.pixels.bit_layout import layout_of, pixel_words
from anonymizer.pixels.decoding import transfer_syntax
from anonymizer.report import Change

Array = npt.NDArray[Any]

_OVERLAYS, _OVERLAY_DATA, _BIT_POSITION, _OVERLAY_ROWS = 0x6000, 0x3000, 0x0102, 0x0010
_LAST_OVERLAY = 0x601E
_REASON = "Bits beside the pixels' values held an overlay or other data; they were cleared, the values stay."


def clear_unused_bits(dataset: Dataset) -> list[Change]:
    """Clear the bits beside the values in the data set itself, where they hold something; the change made, if any.

    Compressed data are only touched where an overlay says that it lies there. A value that all such pixels share is
    padding and stays. Raises PixelError where compressed data must be decoded and cannot.
    """
    layout = layout_of(dataset)
    if layout is None or layout.is_full:
        return []
    if transfer_syntax(dataset).is_encapsulated:
        return _clear_compressed(dataset)
    words, kind = pixel_words(dataset, layout)
    if layout.lies_low(words) and not announces_overlay(dataset):
        return []  # the high bit is misstated: what it calls beside the values is the end of each value
    foreign = layout.foreign(words)
    if not foreign.any() or not (announces_overlay(dataset) or _varies(words, foreign)):
        return []
    cleared = (words & ~foreign).astype(kind).tobytes()
    dataset["PixelData"].value = cleared + dataset.PixelData[len(cleared) :]
    return [_change()]


def announces_overlay(dataset: Dataset) -> bool:
    """Whether an overlay says that it lies among the pixels, or has no data of its own."""
    for group in range(_OVERLAYS, _LAST_OVERLAY + 1, 2):
        if group << 16 | _OVERLAY_ROWS in dataset or group << 16 | _BIT_POSITION in dataset:
            position = dataset.get(group << 16 | _BIT_POSITION)
            placed = position is not None and position.value not in (0, "", None)
            if placed or group << 16 | _OVERLAY_DATA not in dataset:
                return True
    return False


def _varies(words: Array, foreign: Array) -> bool:
    """Whether the pixels with bits beside their values differ in these values: padding is one value."""
    beyond = words[foreign != 0]
    return bool((beyond != beyond[0]).any())


def _clear_compressed(dataset: Dataset) -> list[Change]:
    from anonymizer.pixels.pixel_store import fill_regions

    if not announces_overlay(dataset):
        return []
    before = dataset.PixelData
    fill_regions(dataset, ())  # decoding takes the bits out
    return [] if dataset.PixelData == before else [_change()]


def _change() -> Change:
    return Change("(7FE0,0010)", "Pixel Data", "C", "file", _REASON)
