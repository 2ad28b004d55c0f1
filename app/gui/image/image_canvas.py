"""Draws one frame and what lies over it; window/level, zoom, pan and drawing with the mouse.

While the mouse moves only the visible part is computed, in about the resolution of the screen.
"""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)

from app.gui.image import image_overlay as overlay
from app.gui.image.box_editor import CLICK
from app.gui.image.image_frames import Frame
from app.gui.image.image_stage import ImageStage
from app.gui.image.image_tools import DrawTool, tool_for

BLACK = QColor(0, 0, 0)


class ImageCanvas(ImageStage):
    """A frame on neutral black, with outlines, heat map, a word in the corner and a line of facts beneath."""

    _graphics: tuple[Frame, QImage] | None = None

    def _band(self) -> float:
        return self.fontMetrics().height() + 8.0

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the image, what lies over it, and the facts."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), BLACK)
        quick = self._sharpen.isActive()
        part = self._cut.of(self, quick=quick)
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
        self._paint_graphics(painter)
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

    def _paint_graphics(self, painter: QPainter) -> None:
        if self._frame is None or self._frame.graphics is None or not self.show_regions:
            return
        if self._graphics is None or self._graphics[0] is not self._frame:
            self._graphics = (self._frame, overlay.graphics_image(self._frame.graphics))
        whole = QRectF(0, 0, self._geometry.columns, self._geometry.rows)
        painter.drawImage(self._geometry.rect_to_view(whole), self._graphics[1])

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

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A held key is let go elsewhere."""
        self.space_held = False
        self.magnify(on=False)
        super().focusOutEvent(event)
        self.update()
