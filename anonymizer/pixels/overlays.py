"""Overlay planes: graphics of one bit a pixel that lie over an image (PS3.3 C.9.2)."""

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

Plane = npt.NDArray[np.bool_]
GROUPS = range(0x6000, 0x6020, 2)  # PS3.5 7.6


def overlay_planes(dataset: Dataset, frame: int, size: tuple[int, int]) -> Plane | None:
    """Return which pixels of a frame of `size` (rows, columns) any overlay marks, None where none does.

    Planes in unused bits of the pixels, which the standard has retired, are left out.
    """
    marked = np.zeros(size, bool)
    for group in GROUPS:
        plane = _plane(dataset, group, frame)
        if plane is not None:
            _lay(plane, _origin(dataset, group), marked)
    return marked if marked.any() else None


def _plane(dataset: Dataset, group: int, frame: int) -> Plane | None:
    rows, columns = (_whole(dataset, group, element) for element in (0x0010, 0x0011))
    data = dataset.get((group, 0x3000))
    if not rows or not columns or data is None or not isinstance(data.value, bytes):
        return None
    # An overlay of several frames begins at a frame of the image; one of a single frame lies over all of them.
    number = _whole(dataset, group, 0x0015) or 1
    place = frame - ((_whole(dataset, group, 0x0051) or 1) - 1) if number > 1 else 0
    bits = np.unpackbits(np.frombuffer(data.value, np.uint8), bitorder="little")
    start = place * rows * columns
    if not 0 <= place < number or start + rows * columns > bits.size:
        return None
    return np.asarray(bits[start : start + rows * columns].reshape(rows, columns).astype(bool))


def _lay(plane: Plane, origin: tuple[int, int], marked: Plane) -> None:
    top, left = origin
    part = plane[max(0, -top) :, max(0, -left) :]
    there = marked[max(0, top) :, max(0, left) :]
    rows, columns = min(part.shape[0], there.shape[0]), min(part.shape[1], there.shape[1])
    there[:rows, :columns] |= part[:rows, :columns]


def _origin(dataset: Dataset, group: int) -> tuple[int, int]:
    """Return row and column of the overlay's first pixel, from 0; the file counts from 1."""
    element = dataset.get((group, 0x0050))
    try:
        row, column = (int(value) for value in element.value) if element is not None else (1, 1)
    except (TypeError, ValueError):
        return 0, 0
    return row - 1, column - 1


def _whole(dataset: Dataset, group: int, element: int) -> int:
    found = dataset.get((group, element))
    try:
        return int(found.value) if found is not None else 0
    except (TypeError, ValueError):
        return 0
