"""Shapes other than a box: polygons by clicks, freehand lines, and what lies outside a fan or a box."""

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.gui.image.fans import Fan, clipped
from app.gui.image.image_geometry import ViewGeometry
from app.gui.image.image_overlay import Points, look
from app.gui.image.image_tools import DrawTool, Stage, Tool
from app.gui.image.kept_box import KeptBox

NEAR = 9.0  # view pixels: a corner so near the first one closes the polygon
APART = 2.0  # pixels of the image between points of a freehand line
Kept = Fan | KeptBox
FEWEST, MOST = 3, 800  # corners; a longer line is thinned, as it travels as an argument of a command


class Shape(StrEnum):
    """What a drag or clicks draw."""

    BOX = "Box"
    POLYGON = "Polygon"
    FREEHAND = "Freehand"
    FAN = "Keep a fan"
    KEEP = "Keep a box"


HINTS = {
    Shape.BOX: "Drag a box over what must not be seen.",
    Shape.POLYGON: "Click corner by corner; click the first one again (or Enter) to close, Backspace takes one back.",
    Shape.FREEHAND: "Draw around what must not be seen; the line closes where the button is released.",
    Shape.FAN: "All outside the fan is masked. Drag its five handles; arrows move it, Shift+arrows widen and deepen it, "
    "Alt+arrows turn it and open its top.",
    Shape.KEEP: "Drag a box around what is kept (Shift+D begins one by keys); all outside it is masked. Arrows move it, "
    "Shift+arrows and Alt+arrows move its edges.",
}


class ShapePen(QObject):
    """What is being drawn in one view. `drawn(points)` tells of a finished polygon, (x, y) each, inside the image."""

    drawn = Signal(object)
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shape = Shape.BOX
        self.corners: list[QPointF] = []  # of a polygon that is not closed yet, in pixels of the image
        self.took_click = False  # the last click set or closed something: it chooses nothing
        self.preview: tuple[QPointF, ...] = ()  # a closed line that is being dragged
        self._kept: dict[Points, Kept] = {}

    def choose(self, shape: Shape) -> None:
        """Draw this from now on; an unfinished polygon is dropped."""
        self.shape = shape
        self.drop()

    @property
    def unfinished(self) -> bool:
        """Whether a polygon is not closed yet."""
        return bool(self.corners)

    def tool(self, stage: Stage, point: QPointF) -> Tool | None:
        """The drag that begins at a view point; None where a drag draws a plain box."""
        match self.shape:
            case Shape.POLYGON:
                return _CornerTool(stage, point, self)
            case Shape.FREEHAND:
                return _FreehandTool(stage, point, self)
            case Shape.FAN:
                return Tool(stage, point)  # a fan is there already and only its handles are dragged
            case Shape.KEEP:
                return _KeepTool(stage, point, self)
        return None

    def finish(self, size: tuple[int, int]) -> None:
        """Close the polygon, where it has corners enough."""
        if len(self.corners) >= FEWEST:
            corners, self.corners = self.corners, []
            self.hand_over(corners, size)

    def back(self) -> None:
        """Take the last corner back."""
        if self.corners:
            self.corners.pop()
            self.changed.emit()

    def drop(self) -> None:
        """Take all corners back."""
        self.corners, self.preview = [], ()
        self.changed.emit()

    def hand_over(self, line: list[QPointF], size: tuple[int, int]) -> None:
        """Tell of a closed line, cut to an image of `size` (columns, rows); one that holds nothing is dropped."""
        few = line[:: 1 + len(line) // MOST]
        points = clipped([(round(p.x()), round(p.y())) for p in few], *size)
        self.changed.emit()
        if holds_pixels(points):
            self.drawn.emit(points)

    def mask_around(self, kept: Kept, size: tuple[int, int]) -> Points:
        """The polygon that masks all outside a fan or a box, which `kept_in` finds again; () where nothing is kept."""
        if not holds_pixels(clipped(kept.outline(), *size)):
            return ()
        points = kept.mask(*size)
        self._kept[points] = kept
        return points

    def kept_in(self, points: Points) -> Kept | None:
        """The fan or the box that a polygon was made of."""
        return self._kept.get(points)

    def draw(self, painter: QPainter, geometry: ViewGeometry) -> None:
        """Show what is not finished."""
        colour = look("waiting")[1]
        painter.setPen(QPen(colour, 1.6))
        if self.preview:
            painter.drawPolygon(QPolygonF([geometry.to_view(point) for point in self.preview]))
        if self.corners:
            line = [geometry.to_view(corner) for corner in self.corners]
            painter.drawPolyline(QPolygonF(line))
            if self.shape is Shape.POLYGON:
                painter.setPen(QPen(colour, 1.2, Qt.PenStyle.DotLine))
                painter.drawLine(line[-1], line[0])
                for place, corner in enumerate(line):
                    fill = colour if place == 0 else QColor("#dfe5ea")
                    painter.fillRect(QRectF(corner.x() - 4, corner.y() - 4, 8, 8), fill)


class ReshapeTool(Tool):
    """Drags something of a polygon; `shaped(point)` gives the line for a point of the image, `done` takes the last."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(
        self,
        stage: Stage,
        start: QPointF,
        pen: ShapePen,
        how: tuple[Callable[[QPointF], Points], Callable[[QPointF], None]],
    ) -> None:
        super().__init__(stage, start)
        self._pen, (self._shaped, self._done) = pen, how

    def drag(self, delta: QPointF) -> None:
        """Show where the line would be."""
        point = self.stage.geometry_of_image.to_image(self.last + delta)
        self._pen.preview = tuple(QPointF(x, y) for x, y in self._shaped(point))
        self.stage.redraw()

    def end(self) -> None:
        """Put it there, unless it was but a click."""
        self._pen.preview = ()
        if self.last != self.start:
            self._done(self.stage.geometry_of_image.to_image(self.last))
        self.stage.redraw()


class _CornerTool(Tool):
    """Sets a corner, which follows the mouse until the button is released; on the first one it closes the polygon."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, stage: Stage, start: QPointF, pen: ShapePen) -> None:
        super().__init__(stage, start)
        self._pen = pen
        pen.took_click = True
        geometry = stage.geometry_of_image
        first = geometry.to_view(pen.corners[0]) if len(pen.corners) >= FEWEST else None
        self._closes = first is not None and (first - start).manhattanLength() <= NEAR
        if not self._closes:
            pen.corners.append(geometry.to_image(start))
            stage.redraw()

    def drag(self, delta: QPointF) -> None:
        """Move the corner."""
        if not self._closes:
            self._pen.corners[-1] = self.stage.geometry_of_image.to_image(self.last + delta)
            self.stage.redraw()

    def end(self) -> None:
        """Close the polygon, where its first corner was clicked."""
        if self._closes:
            self._pen.finish(_size(self.stage))
        self.stage.redraw()


class _FreehandTool(Tool):
    """A closed line along the mouse."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, stage: Stage, start: QPointF, pen: ShapePen) -> None:
        super().__init__(stage, start)
        self._pen = pen
        pen.corners = [stage.geometry_of_image.to_image(start)]

    def drag(self, delta: QPointF) -> None:
        """Add the place of the mouse, unless it has hardly moved."""
        point = self.stage.geometry_of_image.to_image(self.last + delta)
        if (point - self._pen.corners[-1]).manhattanLength() >= APART:
            self._pen.corners.append(point)
            self.stage.redraw()

    def end(self) -> None:
        """Close the line."""
        line, self._pen.corners = self._pen.corners, []
        if len(line) >= FEWEST:
            self._pen.hand_over(line, _size(self.stage))
        self.stage.redraw()


class _KeepTool(DrawTool):
    """A box of which all outside is masked."""

    def __init__(self, stage: Stage, start: QPointF, pen: ShapePen) -> None:
        super().__init__(stage, start)
        self._pen = pen

    def end(self) -> None:
        """Hand over what lies outside."""
        self.stage.show_drawn(None)
        x, y, width, height = self.stage.geometry_of_image.pixel_rect(self.start, self.last)
        if width > 1 and height > 1:
            kept = KeptBox(x, y, x + width, y + height)
            self._pen.drawn.emit(self._pen.mask_around(kept, _size(self.stage)))


def holds_pixels(points: Points) -> bool:
    """Whether a closed line can hold anything."""
    return len(points) >= FEWEST and len({x for x, _ in points}) > 1 and len({y for _, y in points}) > 1


def _size(stage: Stage) -> tuple[int, int]:
    return stage.geometry_of_image.columns, stage.geometry_of_image.rows
