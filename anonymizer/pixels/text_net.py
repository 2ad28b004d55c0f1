"""The small neural network that finds burned-in text: its own training on synthetic pictures, see resources/weights.

For every second pixel in each direction it says how likely it lies in a line of text, of any script, any direction
and 6 to 40 pixels height. Larger text is found in a reduced image.
"""

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from anonymizer.errors import TextFinderError
from anonymizer.pixels.text_engine import session_of
from anonymizer.pixels.text_views import (
    colour_of,
    grey_of,
    is_coloured,
    is_one_colour,
    planes,
    rank,
    weakest_of,
)
from resources import find

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]

WEIGHTS = "text_net.onnx"
TILE, OVERLAP = 1152, 96  # pixels: greatest side of a tile, and what neighbours share
STRIDE = 16  # the net halves its input four times
SMALL, LARGE = (
    700,
    1100,
)  # pixels: longest side up to which an image is also enlarged, from which its half counts fully
REDUCED = 120  # pixels: longest side of the smallest reduced image that is looked at


@lru_cache(maxsize=1)
def _session() -> Any:
    try:
        return session_of(find("weights", WEIGHTS))
    except FileNotFoundError as error:
        raise TextFinderError("The text detector is missing.", "Install Leadglass again.") from error


def load() -> None:
    """Load the net now, so that a broken installation is told before any file is touched."""
    _session()


def text_maps(image: Array) -> tuple[Floats, Floats]:
    """Return the probability that each pixel lies in a line of text, and the same for large text alone.

    Each is (rows, columns), 0 to 1. `image` is (rows, columns) of any values, or RGB uint8 (rows, columns, 3). The
    second map comes from images so much reduced that anatomy in them may look like text. Raises TextFinderError.
    """
    size = image.shape[:2]
    longest = max(size)
    fine, coarse = _fine(image), np.zeros(size, np.float32)
    if is_coloured(image):
        for view in (weakest_of(image), colour_of(image)):
            if view is not None:
                np.maximum(fine, _at(view, size), out=fine)
    if is_one_colour(grey := grey_of(image)):  # ink a few steps from the ground shows in ranks alone
        np.maximum(fine, _fine(rank(grey)), out=fine)
    factor = 0.5
    while factor * longest >= REDUCED:
        into = fine if longest > LARGE and factor == 0.5 else coarse  # noqa: PLR2004 - half
        np.maximum(into, _at(_resized(image, factor), size), out=into)
        factor /= 2
    return fine, coarse


def quick_map(image: Array) -> Floats:
    """Return the first of the two maps at a fifth of the cost: nothing is enlarged, large images are halved."""
    size = image.shape[:2]
    return _at(image if max(size) <= LARGE else _resized(image, 0.5), size)


def _fine(image: Array) -> Floats:
    size = image.shape[:2]
    fine = _at(image, size)
    if max(size) <= SMALL:
        np.maximum(fine, _at(_resized(image, 2), size), out=fine)
    return fine


def _resized(image: Array, factor: float) -> Array:
    import cv2

    known = image if image.dtype in (np.uint8, np.uint16, np.int16) else image.astype(np.float32)
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(known, None, fx=factor, fy=factor, interpolation=way))


def _at(image: Array, size: tuple[int, int]) -> Floats:
    import cv2

    half = _tiled(planes(image))
    rows, columns = image.shape[:2]
    whole = cv2.resize(half, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)[:rows, :columns]
    if size != (rows, columns):
        whole = cv2.resize(whole, (size[1], size[0]), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(whole, dtype=np.float32)


def _tiled(shown: npt.NDArray[np.uint8]) -> Floats:
    """Return the map at half the size; tiles of one value are left out."""
    rows, columns = shown.shape[:2]
    # The net has learned with cuts through text, so it needs no margin, and takes a repeated border for strokes.
    padded = np.pad(shown, ((0, -rows % STRIDE), (0, -columns % STRIDE), (0, 0)), mode="symmetric")
    found = np.zeros((padded.shape[0] // 2, padded.shape[1] // 2), np.float32)
    for top, bottom in _spans(padded.shape[0]):
        for left, right in _spans(padded.shape[1]):
            tile = padded[top:bottom, left:right]
            if tile[..., 0].min() == tile[..., 0].max() and tile[..., 1].min() == tile[..., 1].max():
                continue
            part = found[top // 2 : bottom // 2, left // 2 : right // 2]
            made = _session().run(None, {"blocks": _in_blocks(tile)})[0][0, 0]
            np.maximum(part, made, out=part)
    return found


def _in_blocks(tile: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return (rows, columns, 4) as the net takes it: 2 x 2 pixels beside each other, (1, rows / 2, columns / 2, 16)."""
    rows, columns = tile.shape[0] // 2, tile.shape[1] // 2
    pairs = np.ascontiguousarray(tile).reshape(2 * rows, -1).view(np.uint64)
    blocks = np.ascontiguousarray(pairs.reshape(rows, 2, columns).transpose(0, 2, 1))
    return blocks.view(np.uint8).reshape(1, rows, columns, 16)


def _spans(length: int) -> list[tuple[int, int]]:
    """Return the fewest equal spans of whole strides that cover a side; neighbours share about the overlap."""
    count = max(1, -(-(length - OVERLAP) // (TILE - OVERLAP)))
    span = -(-(length + (count - 1) * OVERLAP) // count // STRIDE) * STRIDE
    starts = [round(i * (length - span) / max(1, count - 1) / STRIDE) * STRIDE for i in range(count)]
    return [(start, start + span) for start in starts]
