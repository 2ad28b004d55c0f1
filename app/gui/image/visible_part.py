"""The part of a frame that can be seen, as an image of about the resolution of the screen."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from app.gui.image.image_frames import Shown, is_colour

if TYPE_CHECKING:
    from app.gui.image.image_stage import ImageStage

COARSER = 1.9  # how much coarser a part is drawn while the mouse moves


class VisiblePart:
    """Keeps the part that was drawn last, since most paintings show the same again."""

    def __init__(self) -> None:
        self._drawn: tuple[object, QImage, QRectF] | None = None

    def forget(self) -> None:
        """Another image comes."""
        self._drawn = None

    def of(self, stage: "ImageStage", *, quick: bool) -> tuple[QImage, QRectF] | None:
        """Return the visible part and where it lies in image coordinates, None where nothing is to be seen."""
        frame, geometry = stage.frame_shown, stage.geometry_of_image
        seen = geometry.visible()
        if frame is None or seen.isEmpty():
            return None
        reduction = 1 / (geometry.zoom * stage.devicePixelRatioF())
        level = frame.level_for(reduction * (COARSER if quick else 1.0))
        step = 1 << level
        rows, columns = frame.values[level].shape[:2]
        top, bottom = max(0, int(seen.top()) // step - 1), min(rows, int(seen.bottom()) // step + 2)
        left, right = max(0, int(seen.left()) // step - 1), min(columns, int(seen.right()) // step + 2)
        key = (id(frame), level, top, bottom, left, right, stage.window_now, stage.inverted)
        if self._drawn is None or self._drawn[0] != key:
            part = (slice(top, bottom), slice(left, right))
            pixels = frame.draw(level, part, stage.window_now, invert=stage.inverted)
            # Reduced copies leave out an odd last row or column: their pixels lie exactly on the grid of
            # `step`, so the part is placed by it and not stretched.
            place = QRectF(left * step, top * step, (right - left) * step, (bottom - top) * step)
            self._drawn = (key, to_image(pixels), place)
        return self._drawn[1], self._drawn[2]


def to_image(pixels: Shown) -> QImage:
    """Return uint8 pixels, contiguous, as a Qt image of its own."""
    rows, columns = pixels.shape[:2]
    if is_colour(pixels):
        image = QImage(pixels.tobytes(), columns, rows, 3 * columns, QImage.Format.Format_RGB888)
        return image.convertToFormat(QImage.Format.Format_RGB32)
    return QImage(pixels.tobytes(), columns, rows, columns, QImage.Format.Format_Grayscale8).copy()
