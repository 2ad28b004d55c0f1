"""Draws one frame and what lies over it; window/level, zoom, pan and drawing with the mouse.

While the mouse moves only the visible part is computed, in about the resolution of the screen.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QCursor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from anonymizer.pixels.rendering import WindowPreset
from app.gui.image import image_overlay as overlay
from app.gui.image.box_editor import CLICK, BoxEditor
from app.gui.image.image_aids import ImageAids
from app.gui.image.image_frames import Frame, Shown, Window, is_colour
from app.gui.image.image_geometry import ViewGeometry
from app.gui.image.image_overlay import RegionLike
from app.gui.image.image_tools import DrawTool, Tool, tool_for

BLACK = QColor(0, 0, 0)
SHARP_MS = 80  # after the last movement the visible part is drawn in full resolution


class ImageCanvas(QWidget):
    """A frame on neutral black, with outlines, heat map, a word in the corner and a line of facts beneath.

    `window_changed()`, `moved()` (zoom or pan), and while `drawing`:
    `region_drawn(x, y, width, height, frame)`.
    """

    window_changed = Signal()
    moved = Signal()
    region_drawn = Signal(int, int, int, int, int)
    drawing_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self.setAccessibleName("Image")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.caption = ""  # a word at the lower left, e.g. "masked"
        self.inverted: bool = False
        self.smooth = True
        self.show_regions = True
        self.only_kind = ""  # the kind of region that alone is outlined, "" for every kind
        self.space_held = False
        self._geometry = ViewGeometry()
        self._index = 0
        self._frame: Frame | None = None
        self._window: Window | None = None
        self._message = ""
        self._regions: tuple[RegionLike, ...] = ()
        self._heat: QImage | None = None
        self._corner: tuple[str, str] | None = None
        self._drawn: QRectF | None = None
        self._tool: Tool | None = None
        self._drawing = False
        self.boxes = BoxEditor(self)
        self.boxes.chosen.connect(lambda _number: self.update())
        self.boxes.pen.changed.connect(self.update)
        self._pressed = QPointF()
        self.aids = ImageAids()
        self.extra_presets: tuple[WindowPreset, ...] = ()  # offered after those of the file
        self._measuring = False
        self._drawn_part: tuple[object, QImage, QRectF] | None = None
        self._sharpen = QTimer(self, singleShot=True, interval=SHARP_MS)
        self._sharpen.timeout.connect(self.update)

    def set_overlay(self, values: NDArray[np.float32] | None, opacity: float = 0.5) -> None:
        """Lay a heat map of values 0 to 1 over the whole image; None takes it away."""
        self._heat = None if values is None else overlay.heat_image(values, opacity)
        self.update()

    def set_regions(self, regions: Sequence[RegionLike]) -> None:
        """Outline these regions."""
        self._regions = tuple(regions)
        self.boxes.show(self._regions)
        self.update()

    def set_corner(self, text: str, colour: str = "#ffffff") -> None:
        """Write a word, such as the label, in the upper left corner; "" takes it away."""
        self._corner = (text, colour) if text else None
        self.update()

    @property
    def drawing(self) -> bool:
        """Whether a drag with the left button draws a rectangle."""
        return self._drawing

    @drawing.setter
    def drawing(self, on: bool) -> None:
        if on != self._drawing:
            self._drawing = on
            self.setCursor(self._cursor())
            self.drawing_changed.emit(on)

    @property
    def measuring(self) -> bool:
        """Whether a drag with the left button measures a distance."""
        return self._measuring

    @measuring.setter
    def measuring(self, on: bool) -> None:
        self._measuring = on
        self.aids.line = None
        self.setCursor(self._cursor())
        self.update()

    def _cursor(self) -> Qt.CursorShape:
        return Qt.CursorShape.CrossCursor if self._drawing or self._measuring else Qt.CursorShape.ArrowCursor

    @property
    def presets(self) -> tuple[WindowPreset, ...]:
        """The windows that are offered: those of the file, then the usual ones of the modality."""
        if self._frame is None or not self._frame.windowed:
            return ()
        return (*self._frame.picture.window_presets, *self.extra_presets)

    @property
    def message(self) -> str:
        """The text that stands in place of an image; "" while there is one."""
        return self._message

    @property
    def regions(self) -> tuple[RegionLike, ...]:
        """The outlined regions."""
        return self._regions

    @property
    def frame_index(self) -> int:
        """The frame that is asked for, from 0."""
        return self._index

    @property
    def geometry_of_image(self) -> ViewGeometry:
        """Zoom and pan."""
        return self._geometry

    @property
    def frame_shown(self) -> Frame | None:
        """The frame on the screen."""
        return self._frame

    @property
    def window_now(self) -> Window | None:
        """The window, None for the file's own look."""
        return self._window

    def set_window(self, window: Window | None) -> None:
        """Show through another window; None for the file's own look."""
        self._window = window
        self.redraw()
        self.window_changed.emit()

    def set_preset(self, number: int) -> None:
        """Show through one of the windows that are offered, from 0; others do nothing."""
        presets = self.presets
        if number < len(presets):
            self.set_window(Window(presets[number].center, max(presets[number].width, 1.0)))

    def set_inverted(self, on: bool) -> None:  # noqa: FBT001 - a check box sends it
        """Black for white."""
        self.inverted = on
        self.redraw()
        self.window_changed.emit()

    def outline_only(self, kind: str) -> None:
        """Outline regions of one kind, "" for every kind."""
        self.only_kind = kind
        self.update()

    def toggle_regions(self) -> None:
        """Outlines on or off."""
        self.show_regions = not self.show_regions
        self.update()

    def fit(self) -> None:
        """The whole image, as large as it goes."""
        self._geometry.fit()
        self._moved()

    def actual_size(self) -> None:
        """One pixel of the image to one of the screen."""
        self.zoom_to(1 / self.devicePixelRatioF(), self._geometry.area.center())

    def zoom(self, factor: float) -> None:
        """Nearer or farther about the middle."""
        self.zoom_to(self._geometry.zoom * factor, self._geometry.area.center())

    def zoom_to(self, zoom: float, about: QPointF) -> None:
        """Zoom to so many view pixels a column; the point `about` stays where it is."""
        self._geometry.zoom_to(zoom, about)
        self._moved()

    def reset(self) -> None:
        """The file's own look, fitted."""
        self.inverted = False
        self._geometry.fit()
        self.set_window(None)
        self.moved.emit()

    def facts(self) -> list[str]:
        """What the line beneath the image says."""
        frame = self._frame
        if frame is None:
            return []
        window = self._window
        if window is None and frame.picture.window_presets:
            window = frame.usual_window()
        zoom = self._geometry.zoom * self.devicePixelRatioF()
        found = [
            self.caption,
            f"frame {frame.index + 1} of {frame.picture.frames}" if frame.picture.frames > 1 else "",
            f"W {window.width:.0f}  L {window.center:.0f}" if window and frame.windowed else "",
            f"{zoom:.0%}",
            "inverted" if self.inverted else "",
            f"{frame.columns} × {frame.rows}",
        ]
        return [text for text in found if text]

    def magnify(self, *, on: bool) -> None:
        """Show a magnifier at the mouse, or take it away."""
        self.aids.lens = QPointF(self.mapFromGlobal(QCursor.pos())) if on else None
        self.setMouseTracking(on)
        self.update()

    # What tools use.

    def redraw(self) -> None:
        """Draw again, quickly now and in full resolution in a moment."""
        self._sharpen.start()
        self.update()

    def _moved(self) -> None:
        self.redraw()
        self.moved.emit()

    def show_drawn(self, rect: QRectF | None) -> None:
        """Show the rectangle that is being drawn, in view coordinates."""
        self._drawn = rect
        self.update()

    def show_measured(self, line: QLineF) -> None:
        """Show the distance that is being measured, in image coordinates."""
        self.aids.line = line
        self.update()

    def take_drawn(self, rect: tuple[int, int, int, int]) -> None:
        """Tell of the finished rectangle."""
        self.region_drawn.emit(*rect, self._index)

    def _say(self, text: str) -> None:
        self._message = text
        self.update()

    # Painting.

    def _band(self) -> float:
        return self.fontMetrics().height() + 8.0

    def _part(self) -> tuple[QImage, QRectF] | None:
        frame, seen = self._frame, self._geometry.visible()
        if frame is None or seen.isEmpty():
            return None
        quick = self._sharpen.isActive()
        reduction = 1 / (self._geometry.zoom * self.devicePixelRatioF())
        level = frame.level_for(reduction * (1.9 if quick else 1.0))
        step = 1 << level
        rows, columns = frame.values[level].shape[:2]
        top, bottom = max(0, int(seen.top()) // step - 1), min(rows, int(seen.bottom()) // step + 2)
        left, right = max(0, int(seen.left()) // step - 1), min(columns, int(seen.right()) // step + 2)
        key = (id(frame), level, top, bottom, left, right, self._window, self.inverted)
        if self._drawn_part is None or self._drawn_part[0] != key:
            part = (slice(top, bottom), slice(left, right))
            pixels = frame.draw(level, part, self._window, invert=self.inverted)
            # Reduced copies leave out an odd last row or column: their pixels lie exactly on the grid of
            # `step`, so the part is placed by it and not stretched.
            place = QRectF(left * step, top * step, (right - left) * step, (bottom - top) * step)
            self._drawn_part = (key, to_image(pixels), place)
        return self._drawn_part[1], self._drawn_part[2]

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the image, what lies over it, and the facts."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), BLACK)
        part = self._part()
        if part is not None:
            self._paint_image(painter, *part)
        elif self._message:
            painter.setPen(overlay.BRIGHT)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(self.rect()).adjusted(16, 16, -16, -16), flags, self._message)
        if self.hasFocus():
            painter.setPen(QColor("#6fb3e8"))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _paint_image(self, painter: QPainter, image: QImage, place: QRectF) -> None:
        geometry = self._geometry
        painter.setClipRect(geometry.area)
        quick = self._sharpen.isActive()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.smooth and not quick)
        painter.drawImage(geometry.rect_to_view(place), image)
        if self._heat is not None:
            painter.drawImage(
                geometry.rect_to_view(QRectF(0, 0, geometry.columns, geometry.rows)), self._heat
            )
        regions = overlay.in_frame(self._regions, self._index) if self.show_regions else []
        regions = [region for region in regions if self.only_kind in ("", region.kind)]
        overlay.draw_regions(painter, geometry, regions)
        if self.show_regions:
            self.boxes.draw(painter, geometry, self._index)
        if self._drawn is not None:
            painter.setPen(overlay.look("waiting")[1])
            painter.drawRect(self._drawn)
        picture = self._frame.picture if self._frame else None
        self.aids.draw(
            painter,
            geometry,
            (image, place),
            spacing=picture.pixel_spacing if picture else None,
            edges=picture.edges if picture else None,
        )
        painter.setClipping(False)
        if self._corner is not None:
            overlay.draw_corner(painter, geometry.area, *self._corner)
        band = QRectF(0, self.height() - self._band(), self.width(), self._band())
        overlay.draw_facts(painter, band, self.facts(), list(dict.fromkeys(r.kind for r in regions)))

    # Qt's own events.

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the image in the area above the line of facts."""
        super().resizeEvent(event)
        self._geometry.set_area(QRectF(0, 0, self.width(), max(1.0, self.height() - self._band())))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a drag."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        kind = tool_for(
            event.button(), space=self.space_held, drawing=self._drawing, measuring=self._measuring
        )
        self._pressed = event.position()
        if kind is not None and self._frame is not None:
            grip = self.boxes.tool_at(self, event.position(), self._index) if kind is DrawTool else None
            self._tool = grip or kind(self, event.position())
            self.setCursor(self._tool.cursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the drag, and the magnifier the mouse."""
        if self.aids.lens is not None:
            self.aids.lens = event.position()
            self.update()
        if self._tool is not None:
            self._tool.move(event.position())
            self.moved.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag; a click chooses the box at the mouse."""
        if self._tool is not None:
            tool, self._tool = self._tool, None
            self.setCursor(self._cursor())
            tool.end()
        moved = (event.position() - self._pressed).manhattanLength()
        if event.button() == Qt.MouseButton.LeftButton and moved < CLICK and self.show_regions:
            self.boxes.choose_at(self._geometry.to_image(event.position()), self._index)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The right button zooms."""
        event.accept()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Space, held, pans; Z, held, magnifies."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.space_held = False
        if event.key() == Qt.Key.Key_Z and not event.isAutoRepeat():
            self.magnify(on=False)
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A held key is let go elsewhere."""
        self.space_held = False
        self.magnify(on=False)
        super().focusOutEvent(event)
        self.update()


def to_image(pixels: Shown) -> QImage:
    """Return uint8 pixels, contiguous, as a Qt image of its own."""
    rows, columns = pixels.shape[:2]
    if is_colour(pixels):
        image = QImage(pixels.tobytes(), columns, rows, 3 * columns, QImage.Format.Format_RGB888)
        return image.convertToFormat(QImage.Format.Format_RGB32)
    return QImage(pixels.tobytes(), columns, rows, columns, QImage.Format.Format_Grayscale8).copy()
