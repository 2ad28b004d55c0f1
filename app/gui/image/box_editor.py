"""Boxes and other shapes over an image that are chosen, moved and changed with mouse and keys."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPen, QPolygonF

from app.gui.image.image_geometry import ViewGeometry
from app.gui.image.image_overlay import BRIGHT, RegionLike, is_outside, look
from app.gui.image.image_tools import Stage, Tool
from app.gui.image.polygon_grips import PolygonGrips, Reshaping
from app.gui.image.shape_pen import ReshapeTool, ShapePen

REACH = 7.0  # view pixels around a handle or an edge that still take hold of it
CLICK = 3.0  # view pixels that a click may move
Rect = tuple[int, int, int, int]

STEPS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
FAST = 10  # pixels with Ctrl


class BoxEditor(QObject):
    """Which box of a view is chosen, and what is done to it; boxes of the kind "waiting" can be changed.

    `chosen(number)` is the number among the view's regions, -1 for none; `placed(number, x, y, width, height)` by keys,
    `dragged` the same by a drag, which is a step of its own;
    `reshaped(number, points)` of a polygon; `deleted(number, here)`, `here` meaning this frame alone;
    `adjusted(number, x, y, width, height)` of a box that is masked already, of which an edge was dragged.
    """

    chosen = Signal(int)
    placed = Signal(int, int, int, int, int)
    dragged = Signal(int, int, int, int, int)
    reshaped = Signal(int, object)
    deleted = Signal(int, bool)
    adjusted = Signal(int, int, int, int, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.number = -1
        self.pen = ShapePen(self)
        self._grips = PolygonGrips(self.pen)
        self._regions: tuple[RegionLike, ...] = ()

    def show(self, regions: Sequence[RegionLike]) -> None:
        """Work on these; the chosen one stays chosen where it is still there."""
        self._regions = tuple(regions)
        if self.number >= len(self._regions):
            self.choose(-1)

    def choose(self, number: int) -> None:
        """Choose a region, -1 for none."""
        if number != self.number:
            self.number = number
            self.chosen.emit(number)

    def step(self, by: int, frame: int) -> None:
        """Choose the next or the previous region of the frame."""
        there = [n for n, region in enumerate(self._regions) if region.is_in(frame)]
        if there:
            here = there.index(self.number) if self.number in there else (-1 if by > 0 else 0)
            self.choose(there[(here + by) % len(there)])

    def region(self) -> RegionLike | None:
        """The chosen region."""
        return self._regions[self.number] if 0 <= self.number < len(self._regions) else None

    def choose_at(self, point: QPointF, frame: int) -> None:
        """Choose the smallest region at a point of the image; none where there is none."""
        if self.pen.took_click:
            self.pen.took_click = False
            return
        hits = [
            (region.width * region.height, -number, number)
            for number, region in enumerate(self._regions)
            if region.is_in(frame) and _holds(region, point)
        ]
        self.choose(min(hits)[2] if hits else -1)

    def tool_at(self, stage: Stage, point: QPointF, frame: int) -> Tool | None:
        """Return the drag that begins at a view point: of the chosen shape, of one that waits, or of a new shape.

        None where it draws a new box.
        """
        if self.pen.unfinished:
            return self.pen.tool(stage, point)
        return self._grip(stage, point) or self._move(stage, point, frame) or self.pen.tool(stage, point)

    def _grip(self, stage: Stage, point: QPointF) -> Tool | None:
        """Take hold of an edge of the chosen box, a corner of the chosen polygon, a handle of the chosen fan."""
        chosen, geometry = self.region(), stage.geometry_of_image
        if chosen is None or (chosen.kind != "waiting" and chosen.points):
            return None
        if not chosen.points:
            edges = _edges_at(geometry.rect_to_view(_rect(chosen)), point)
            return _BoxTool(stage, point, (chosen, edges), self._placer(chosen)) if edges else None
        for name, handle in self._grips.handles(chosen).items():
            if (geometry.to_view(handle) - point).manhattanLength() <= 2 * REACH:
                return self._reshape(stage, point, self._grips.dragged(chosen.points, name, _size(geometry)))
        return None

    def _move(self, stage: Stage, point: QPointF, frame: int) -> Tool | None:
        """Take hold of a shape that waits; what is kept moves by a handle, as its mask is all around it."""
        at = stage.geometry_of_image.to_image(point)
        for number in reversed(range(len(self._regions))):
            region = self._regions[number]
            if region.kind != "waiting" or not region.is_in(frame) or is_outside(region):
                continue
            if _holds(region, at):
                self.choose(number)
                if not region.points:
                    return _BoxTool(stage, point, (region, "lrtb"), self._placer(region))
                size = _size(stage.geometry_of_image)
                return self._reshape(stage, point, self._grips.shifted(region.points, at, size))
        return None

    def key(self, event: QKeyEvent, size: tuple[int, int]) -> bool:
        """Move, resize or delete the chosen box, go on with a polygon; False where the key is for something else."""
        if self.pen.unfinished:
            return self._key_of_pen(event, size)
        region = self.region()
        if region is None:
            return False
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.deleted.emit(self.number, shift)
            return True
        step = STEPS.get(Qt.Key(event.key()))
        if step is None or region.kind != "waiting":
            return False
        far = FAST if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1
        by = QPointF(step[0] * far, step[1] * far)
        if region.points:
            alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            held = "alt" if alt else "shift" if shift else ""
            self.reshaped.emit(self.number, self._grips.stepped(region.points, by, size, held))
        else:
            rect = _moved(_rect(region), by, "rb" if shift else "lrtb")
            self.placed.emit(self.number, *_whole(rect, size))
        return True

    def _key_of_pen(self, event: QKeyEvent, size: tuple[int, int]) -> bool:
        actions: dict[int, Callable[[], None]] = {
            Qt.Key.Key_Return: lambda: self.pen.finish(size),
            Qt.Key.Key_Enter: lambda: self.pen.finish(size),
            Qt.Key.Key_Backspace: self.pen.back,
            Qt.Key.Key_Escape: self.pen.drop,
        }
        action = actions.get(event.key())
        if action is not None:
            action()
        return action is not None

    def draw(self, painter: QPainter, geometry: ViewGeometry, frame: int) -> None:
        """Show which box is chosen, with handles where it can be changed, and what is not finished."""
        self.pen.draw(painter, geometry)
        region = self.region()
        if region is None or not region.is_in(frame):
            return
        painter.setPen(QPen(look(region.kind)[1], 3))
        rect = geometry.rect_to_view(_rect(region)).adjusted(-1, -1, 1, 1)
        if not region.points:
            painter.drawRect(rect)
        elif not is_outside(region):
            painter.drawPolygon(QPolygonF([geometry.to_view(QPointF(x, y)) for x, y in region.points]))
        if region.kind == "waiting":
            handles = _handles_of(rect)
            if region.points:
                handles = [geometry.to_view(handle) for handle in self._grips.handles(region).values()]
            painter.setPen(QPen(Qt.GlobalColor.black, 1))
            for at in handles:
                square = QRectF(at.x() - 4, at.y() - 4, 8, 8)
                painter.fillRect(square, BRIGHT)
                painter.drawRect(square)

    def _reshape(self, stage: Stage, point: QPointF, how: Reshaping) -> Tool:
        (shown, shaped), number = how, self.number
        done = shaped or shown
        return ReshapeTool(stage, point, self.pen, (shown, lambda at: self.reshaped.emit(number, done(at))))

    def _placer(self, region: RegionLike) -> Callable[[Rect], None]:
        number, told = self.number, self.dragged if region.kind == "waiting" else self.adjusted
        return lambda rect: told.emit(number, *rect)


class _BoxTool(Tool):
    """Moves a box, or some of its edges, with the mouse."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(
        self, stage: Stage, start: QPointF, what: tuple[RegionLike, str], done: Callable[[Rect], None]
    ) -> None:
        super().__init__(stage, start)
        (region, self._edges), self._done = what, done
        self._rect = _rect(region)

    def _now(self, end: QPointF) -> QRectF:
        geometry = self.stage.geometry_of_image
        return _moved(self._rect, geometry.to_image(end) - geometry.to_image(self.start), self._edges)

    def drag(self, delta: QPointF) -> None:
        """Show where the box would be."""
        self.stage.show_drawn(self.stage.geometry_of_image.rect_to_view(self._now(self.last + delta)))

    def end(self) -> None:
        """Put the box there unless it was but a click."""
        self.stage.show_drawn(None)
        if (self.last - self.start).manhattanLength() >= CLICK:
            geometry = self.stage.geometry_of_image
            self._done(_whole(self._now(self.last), (geometry.columns, geometry.rows)))


def _handles_of(rect: QRectF) -> list[QPointF]:
    """The corners of a rectangle and the middles of its edges."""
    across, down = (
        (rect.left(), rect.center().x(), rect.right()),
        (rect.top(), rect.center().y(), rect.bottom()),
    )
    return [QPointF(x, y) for x in across for y in down if QPointF(x, y) != rect.center()]


def _holds(region: RegionLike, point: QPointF) -> bool:
    """Whether a point of the image lies in a region."""
    if not region.points:
        return _rect(region).contains(point)
    line = QPolygonF([QPointF(x, y) for x, y in region.points])
    return line.containsPoint(point, Qt.FillRule.OddEvenFill)


def _size(geometry: ViewGeometry) -> tuple[int, int]:
    return geometry.columns, geometry.rows


def _rect(region: RegionLike) -> QRectF:
    return QRectF(region.x, region.y, region.width, region.height)


def _moved(rect: QRectF, by: QPointF, edges: str) -> QRectF:
    left, right = (by.x() if edge in edges else 0.0 for edge in "lr")
    top, bottom = (by.y() if edge in edges else 0.0 for edge in "tb")
    return rect.adjusted(left, top, right, bottom)


def _whole(rect: QRectF, size: tuple[int, int]) -> Rect:
    """Return whole pixels inside an image of `size` (columns, rows), at least one; a box that is moved keeps its size."""
    columns, rows = size
    rect = rect.normalized()
    width, height = max(1, min(round(rect.width()), columns)), max(1, min(round(rect.height()), rows))
    return (
        min(max(0, round(rect.x())), columns - width),
        min(max(0, round(rect.y())), rows - height),
        width,
        height,
    )


def _edges_at(rect: QRectF, point: QPointF) -> str:
    """Return the edges of a view rectangle that a point takes hold of, "" for none; corners have two."""
    if not rect.adjusted(-REACH, -REACH, REACH, REACH).contains(point):
        return ""
    near = {
        "l": abs(point.x() - rect.left()) <= REACH,
        "r": abs(point.x() - rect.right()) <= REACH,
        "t": abs(point.y() - rect.top()) <= REACH,
        "b": abs(point.y() - rect.bottom()) <= REACH,
    }
    found = "".join(edge for edge, is_near in near.items() if is_near)
    return found if len(found) <= 2 else found[:1]  # noqa: PLR2004 - a tiny box: one edge at a time
