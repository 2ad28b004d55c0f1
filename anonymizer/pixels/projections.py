"""The least and the greatest value that each pixel of a cine ever has, and what in them is no picture of any frame.

Overlays stand still over what moves, so these two show them, late captions and running clocks too. What moves leaves
streaks in them that no frame has, and that look like text; text stands in one frame at least.
"""

import numpy as np
import numpy.typing as npt

from anonymizer.pixels.decoding import Array
from anonymizer.pixels.text_boxes import TextBox
from anonymizer.pixels.text_views import grey_of

Indices = npt.NDArray[np.uint32]

ALIKE = 0.35  # of the height of strokes: by how much a frame's values may differ from the projection's
SHARE = 0.35  # of the pixels of strokes that one frame must have


class Projection:
    """One of the two, made frame by frame: `sign` is 1 for the greatest values, -1 for the least."""

    def __init__(self, picture: Array, sign: int) -> None:
        self.values = picture.copy()
        self._sign = sign
        self._best = self._height(picture)
        self._frame: Indices = np.zeros(self._best.shape, np.uint32)

    def add(self, picture: Array, index: int) -> None:
        """Take the next frame."""
        extreme = np.maximum if self._sign > 0 else np.minimum
        extreme(self.values, picture, out=self.values)
        height = self._height(picture)
        better = height > self._best
        self._best[better], self._frame[better] = height[better], index

    def frame_of(self, box: TextBox) -> int:
        """Return the frame from which most of the strokes in a box come."""
        strokes, _ = self._strokes(box)
        return int(np.bincount(self._frame[_inside(box)][strokes]).argmax()) if strokes.any() else 0

    def shows(self, box: TextBox, picture: Array) -> bool:
        """Whether the strokes in a box are there in that frame, and not put together from many."""
        strokes, height = self._strokes(box)
        if not strokes.any():
            return True
        away = np.abs(self._best[_inside(box)] - self._height(picture)[_inside(box)])
        return float((away[strokes] <= ALIKE * height).mean()) >= SHARE

    def _strokes(self, box: TextBox) -> tuple[npt.NDArray[np.bool_], float]:
        part = self._best[_inside(box)]
        ground, top = (float(v) for v in np.percentile(part, (50, 98)))
        return np.asarray(part > (ground + top) / 2), top - ground

    def _height(self, picture: Array) -> npt.NDArray[np.float32]:
        return np.asarray(self._sign * grey_of(picture).astype(np.float32), np.float32)


def _inside(box: TextBox) -> tuple[slice, slice]:
    return slice(box.y, box.y + box.height), slice(box.x, box.x + box.width)
