"""Where a polygon or a kept is taken hold of, and how it looks once that was dragged or moved by a key."""

from collections.abc import Callable

from PySide6.QtCore import QPointF

from app.gui.image.image_overlay import Points, RegionLike
from app.gui.image.shape_pen import ShapePen

CORNERS = 40  # a polygon with more of them is moved as a whole
Size = tuple[int, int]  # columns, rows
Shaped = Callable[[QPointF], Points]
Reshaping = tuple[Shaped, Shaped | None]
"""The line to show for a point of the image; what the region becomes, None where it is that line."""


class PolygonGrips:
    """The fans and kept boxes among the polygons are those that the pen knows."""

    def __init__(self, pen: ShapePen) -> None:
        self._pen = pen

    def handles(self, region: RegionLike) -> dict[str, QPointF]:
        """Points of the image by name."""
        kept = self._pen.kept_in(region.points)
        if kept is not None:
            return kept.handles()
        few = region.points if len(region.points) <= CORNERS else ()
        return {str(place): QPointF(x, y) for place, (x, y) in enumerate(few)}

    def dragged(self, points: Points, name: str, size: Size) -> Reshaping:
        """With one handle elsewhere."""
        kept = self._pen.kept_in(points)
        if kept is not None:
            return (
                lambda at: kept.with_handle(name, at).outline(),
                lambda at: self._pen.mask_around(kept.with_handle(name, at), size),
            )
        place = int(name)
        return lambda at: (*points[:place], _inside(at, size), *points[place + 1 :]), None

    def shifted(self, points: Points, start: QPointF, size: Size) -> Reshaping:
        """Moved as a whole by a drag from `start`."""
        return lambda at: _shifted(points, at - start, size), None

    def stepped(self, points: Points, by: QPointF, size: Size, held: str) -> Points:
        """Moved by an arrow key; a kept is widened with Shift held, turned and opened with Alt."""
        kept = self._pen.kept_in(points)
        if kept is None:
            return _shifted(points, by, size)
        change = {"shift": kept.widened, "alt": kept.opened}.get(held, kept.moved)
        return self._pen.mask_around(change(by.x(), by.y()), size)


def _inside(point: QPointF, size: Size) -> tuple[int, int]:
    columns, rows = size
    return min(max(0, round(point.x())), columns), min(max(0, round(point.y())), rows)


def _shifted(points: Points, by: QPointF, size: Size) -> Points:
    """Return a polygon that was moved, as far as it stays in the image."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    x = min(max(round(by.x()), -min(xs)), size[0] - max(xs))
    y = min(max(round(by.y()), -min(ys)), size[1] - max(ys))
    return tuple((px + x, py + y) for px, py in points)
