"""Where in their words the values of grey pixels lie: Bits Allocated, Bits Stored and High Bit (PS3.5 8.1.1).

Today the high bit follows from the stored ones, but older devices put values elsewhere. pydicom and the libraries
below it read the lowest bits whatever the file says.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian

Array = npt.NDArray[Any]


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

    @property
    def shift(self) -> int:
        """By how many bits the value lies higher than the lowest bit; 0 where the numbers make no sense."""
        return 0 if self.is_full else self.high + 1 - self.stored

    def values(self, words: Array) -> Array:
        """Return the values in words, as whole numbers of the words' size."""
        kind = f"{'i' if self.signed else 'u'}{self.allocated // 8}"
        left = np.left_shift(words.view(kind), self.allocated - 1 - self.high)
        return np.asarray(np.right_shift(left, self.allocated - self.stored))

    def lies_low(self, words: Array) -> bool:
        """Whether values said to lie higher fill the lowest bits alone: some devices misstate the high bit."""
        return self.shift > 0 and bool(
            (
                replace(self, high=self.stored - 1).values(words)
                == words.view(f"{'i' if self.signed else 'u'}{self.allocated // 8}")
            ).all()
        )

    def foreign(self, words: Array) -> Array:
        """Return the bits beside the values, without those that only repeat the sign."""
        beside = words & words.dtype.type(self.all ^ self.field)
        if not self.signed or self.high + 1 == self.allocated:
            return np.asarray(beside)
        above = self.all ^ ((1 << (self.high + 1)) - 1)
        negative = words & words.dtype.type(1 << self.high) != 0
        repeated = negative & ((words & words.dtype.type(above)) == words.dtype.type(above))
        return np.asarray(np.where(repeated, beside & words.dtype.type(self.all ^ above), beside))


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


def pixel_words(dataset: Dataset, layout: Layout) -> tuple[Array, str]:
    """Return the words of uncompressed pixel data in this machine's byte order, and of which kind they were."""
    size = layout.allocated // 8
    order = ">" if dataset.file_meta.TransferSyntaxUID == ExplicitVRBigEndian and size > 1 else "<"
    data, kind = dataset.PixelData, f"{order}u{size}"
    return np.frombuffer(data[: len(data) // size * size], kind).astype(f"u{size}"), kind


def displaced(dataset: Dataset) -> Layout | None:
    """Return where values lie that do not begin at the lowest bit of their words; None for all others.

    For compressed data that is what the numbers say; the frames have to be asked.
    """
    layout = layout_of(dataset)
    if layout is None or not layout.shift:
        return None
    if dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        return layout
    return None if layout.lies_low(pixel_words(dataset, layout)[0]) else layout
