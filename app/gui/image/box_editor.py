"""Boxes over an image that are chosen, moved and resized with mouse and keys."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPen

from app.gui.image.image_geometry import ViewGeometry
from app.gui.image.image_overlay import BRIGHT, RegionLike, in_frame, look
from app.gui.image.image_tools import Stage, Tool

REACH = 7.0  # view pixels around a handle or an edge that still take hold of it
CLICK = 3.0  # view pixels that a click may move
Rect = tuple[int, int, int, int]

STEPS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
FAST = 10  # pixels with Ctrl


class BoxEditor(QObject):
    """Which box of a view is chosen, and what is done to it; boxes of the kind "waiting" can be changed.

    `chosen(number)` is the number among the view's regions, -1 for none; `placed(number, x, y, width, height)`;
    `deleted(number)`.
    """

    chosen = Signal(int)
    placed = Signal(int, int, int, int, int)
    deleted = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.number = -1
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
        there = [n for n, region in enumerate(self._regions) if region.frame in (None, frame)]
        if there:
            here = there.index(self.number) if self.number in there else (-1 if by > 0 else 0)
            self.choose(there[(here + by) % len(there)])

    def region(self) -> RegionLike | None:
        """The chosen region."""
        return self._regions[self.number] if 0 <= self.number < len(self._regions) else None

    def choose_at(self, point: QPointF, frame: int) -> None:
        """Choose the smallest region at a point of the image; none where there is none."""
        hits = [
            (region.width * region.height, -number, number)
            for number, region in enumerate(self._regions)
            if region.frame in (None, frame) and _rect(region).contains(point)
        ]
        self.choose(min(hits)[2] if hits else -1)

    def tool_at(self, stage: Stage, point: QPointF, frame: int) -> Tool | None:
        """Return the drag that begins at a view point: an edge of the chosen box, or a box that waits."""
        geometry = stage.geometry_of_image
        chosen = self.region()
        if chosen is not None and chosen.kind == "waiting":
            edges = _edges_at(geometry.rect_to_view(_rect(chosen)), point)
            if edges:
                return _BoxTool(stage, point, (chosen, edges), self._placer())
        for number in reversed(range(len(self._regions))):
            region = self._regions[number]
            inside = _rect(region).contains(geometry.to_image(point))
            if region in in_frame([region], frame) and region.kind == "waiting" and inside:
                self.choose(number)
                return _BoxTool(stage, point, (region, "lrtb"), self._placer())
        return None

    def key(self, event: QKeyEvent, size: tuple[int, int]) -> bool:
        """Move, resize or delete the chosen box; False where the key is for something else."""
        region = self.region()
        if region is None:
            return False
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.deleted.emit(self.number)
            return True
        step = STEPS.get(Qt.Key(event.key()))
        if step is None or region.kind != "waiting":
            return False
        far = FAST if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1
        edges = "rb" if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else "lrtb"
        rect = _moved(_rect(region), QPointF(step[0] * far, step[1] * far), edges)
        self.placed.emit(self.number, *_whole(rect, size))
        return True

    def draw(self, painter: QPainter, geometry: ViewGeometry) -> None:
        """Show which box is chosen, with handles where it can be changed."""
        region = self.region()
        if region is None:
            return
        rect = geometry.rect_to_view(_rect(region)).adjusted(-1, -1, 1, 1)
        painter.setPen(QPen(look(region.kind)[1], 3))
        painter.drawRect(rect)
        if region.kind == "waiting":
            painter.setPen(QPen(Qt.GlobalColor.black, 1))
            for x in (rect.left(), rect.center().x(), rect.right()):
                for y in (rect.top(), rect.center().y(), rect.bottom()):
                    if QPointF(x, y) != rect.center():
                        painter.fillRect(QRectF(x - 4, y - 4, 8, 8), BRIGHT)
                        painter.drawRect(QRectF(x - 4, y - 4, 8, 8))

    def _placer(self) -> Callable[[Rect], None]:
        number = self.number
        return lambda rect: self.placed.emit(number, *rect)


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
