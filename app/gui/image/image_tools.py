"""What a drag with the mouse does in the image view: window/level, zoom, pan, or draw a rectangle."""

from typing import Protocol

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt

from app.gui.image.image_frames import Frame, Window
from app.gui.image.image_geometry import ViewGeometry

ZOOM_STEP = 1.25
DRAG_STEPS = 256  # a drag over so many view pixels changes the width by its whole
SMALLEST_DRAWN = 3  # view pixels: a click is no rectangle


class Stage(Protocol):
    """What a tool may do to the view."""

    @property
    def geometry_of_image(self) -> ViewGeometry:
        """Zoom and pan."""

    @property
    def frame_shown(self) -> Frame | None:
        """The frame on the screen."""

    @property
    def window_now(self) -> Window | None:
        """The window, None for the file's own look."""

    def set_window(self, window: Window | None) -> None:
        """Show through another window."""

    def redraw(self) -> None:
        """Draw again after zoom or pan."""

    def show_drawn(self, rect: QRectF | None) -> None:
        """Show the rectangle that is being drawn, in view coordinates."""

    def show_measured(self, line: QLineF) -> None:
        """Show the distance that is being measured, in image coordinates."""

    def take_drawn(self, rect: tuple[int, int, int, int]) -> None:
        """Take the finished rectangle: x, y, width, height in pixels of the image."""


class Tool:
    """One drag, from the press of a button to its release."""

    cursor = Qt.CursorShape.ArrowCursor

    def __init__(self, stage: Stage, start: QPointF) -> None:
        self.stage, self.start, self.last = stage, start, start

    def move(self, point: QPointF) -> None:
        """Follow the mouse."""
        self.drag(point - self.last)
        self.last = point

    def drag(self, delta: QPointF) -> None:
        """Do what the tool does for a movement."""

    def end(self) -> None:
        """The button was released."""


class WindowTool(Tool):
    """To the right: less contrast; up: brighter."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, stage: Stage, start: QPointF) -> None:
        super().__init__(stage, start)
        frame = stage.frame_shown
        self._window = stage.window_now or (frame.usual_window() if frame and frame.windowed else None)
        self._unit = self._window.width / DRAG_STEPS if self._window else 0.0

    def drag(self, delta: QPointF) -> None:
        """Change width and centre, in steps that fit the width at the beginning."""
        if self._window is not None:
            width = max(self._window.width + delta.x() * self._unit, 1.0)
            self._window = Window(self._window.center + delta.y() * self._unit, width)
            self.stage.set_window(self._window)


class PanTool(Tool):
    """The image follows the mouse."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def drag(self, delta: QPointF) -> None:
        """Move the image."""
        self.stage.geometry_of_image.pan(delta)
        self.stage.redraw()


class ZoomTool(Tool):
    """Up: nearer, about the point where the drag began."""

    cursor = Qt.CursorShape.SizeVerCursor

    def drag(self, delta: QPointF) -> None:
        """Zoom about the start."""
        geometry = self.stage.geometry_of_image
        geometry.zoom_to(geometry.zoom * ZOOM_STEP ** (-delta.y() / 30), self.start)
        self.stage.redraw()


class DrawTool(Tool):
    """A rectangle of whole pixels."""

    cursor = Qt.CursorShape.CrossCursor

    def drag(self, delta: QPointF) -> None:
        """Show the rectangle up to the mouse."""
        self.stage.show_drawn(QRectF(self.start, self.last + delta).normalized())

    def end(self) -> None:
        """Hand the rectangle over unless it was but a click."""
        self.stage.show_drawn(None)
        moved = self.last - self.start
        if min(abs(moved.x()), abs(moved.y())) >= SMALLEST_DRAWN:
            rect = self.stage.geometry_of_image.pixel_rect(self.start, self.last)
            if rect[2] and rect[3]:
                self.stage.take_drawn(rect)


class MeasureTool(Tool):
    """A distance between two points of the image."""

    cursor = Qt.CursorShape.CrossCursor

    def drag(self, delta: QPointF) -> None:
        """Show the line up to the mouse."""
        geometry = self.stage.geometry_of_image
        line = QLineF(geometry.to_image(self.start), geometry.to_image(self.last + delta))
        self.stage.show_measured(line)


def tool_for(
    button: Qt.MouseButton, *, space: bool, drawing: bool, measuring: bool = False
) -> type[Tool] | None:
    """Return what a drag with this button does."""
    if button == Qt.MouseButton.LeftButton and not space and (drawing or measuring):
        return DrawTool if drawing else MeasureTool
    if button == Qt.MouseButton.LeftButton:
        return PanTool if space else WindowTool
    return {Qt.MouseButton.RightButton: ZoomTool, Qt.MouseButton.MiddleButton: PanTool}.get(button)
