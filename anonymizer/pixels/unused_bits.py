"""Bits of pixels that hold no part of their value: older devices drew overlays into them, names among them.

PS3.5 8.1.1 lets the bits outside Bits Stored hold anything; an overlay without Overlay Data lies there (retired,
PS3.3 C.9.2 of 2004). They are cleared: without the overlay's attributes, which go with it, nobody shows them, and
everybody who looks at the bytes can read them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian

from anonymizer.pixels.decoding import transfer_syntax
from anonymizer.report import Change

Array = npt.NDArray[Any]

_OVERLAYS, _OVERLAY_DATA, _BIT_POSITION, _OVERLAY_ROWS = 0x6000, 0x3000, 0x0102, 0x0010
_LAST_OVERLAY = 0x601E
_REASON = "Bits beside the pixels' values held an overlay or other data; they were cleared, the values stay."


@dataclass(frozen=True, slots=True)
class Layout:
    """Where in each allocated word the value of a pixel lies."""

    allocated: int
    stored: int
    high: int
    signed: bool

    @property
    def is_full(self) -> bool:
        """Whether no bit is left over, or the numbers make no sense."""
        return not 0 < self.stored < self.allocated or not self.stored - 1 <= self.high < self.allocated

    @property
    def field(self) -> int:
        """The bits of the value, set."""
        return ((1 << self.stored) - 1) << (self.high + 1 - self.stored)

    @property
    def all(self) -> int:
        """All bits of the word, set."""
        return (1 << self.allocated) - 1

    def foreign(self, words: Array) -> Array:
        """Return the bits beside the values, without those that only repeat the sign."""
        beside = words & words.dtype.type(self.all ^ self.field)
        if not self.signed or self.high + 1 == self.allocated:
            return np.asarray(beside)
        above = self.all ^ ((1 << (self.high + 1)) - 1)
        negative = words & words.dtype.type(1 << self.high) != 0
        repeated = negative & ((words & words.dtype.type(above)) == words.dtype.type(above))
        return np.asarray(np.where(repeated, beside & words.dtype.type(self.all ^ above), beside))


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
    kind = ">" if transfer_syntax(dataset) == ExplicitVRBigEndian and layout.allocated > 8 else "<"  # noqa: PLR2004
    data = dataset["PixelData"].value
    size = layout.allocated // 8
    words = np.frombuffer(data[: len(data) // size * size], f"{kind}u{size}").astype(f"u{size}")
    foreign = layout.foreign(words)
    if not foreign.any() or not (announces_overlay(dataset) or _varies(words, foreign)):
        return []
    cleared = (words & ~foreign).astype(f"{kind}u{size}").tobytes()
    dataset["PixelData"].value = cleared + data[len(cleared) :]
    return [_change()]


def layout_of(dataset: Dataset) -> Layout | None:
    """Return where values lie in the words of grey pixel data; None for other objects."""
    try:
        numbers = [int(dataset.get(k) or 0) for k in ("BitsAllocated", "BitsStored", "PixelRepresentation")]
        high = int(dataset.get("HighBit", numbers[1] - 1))
        samples = int(dataset.get("SamplesPerPixel") or 1)
    except (TypeError, ValueError):
        return None
    if numbers[0] not in (8, 16, 32) or samples != 1 or not isinstance(dataset.get("PixelData"), bytes):
        return None
    return Layout(numbers[0], numbers[1], high, signed=numbers[2] == 1)


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
