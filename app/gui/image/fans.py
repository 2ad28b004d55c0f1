"""The fan of an ultrasound image, of which the inside is kept and everything outside is masked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import asin, atan2, cos, degrees, hypot, radians, sin

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPolygonF

from anonymizer import Region, fan, outside
from app.gui.image.image_overlay import Points

SMALLEST = 4.0  # pixels between the two arcs
NARROWEST = 2.0  # degrees between the two sides
WIDEST = 45.0  # degrees to either side of a fan that nobody has shaped yet
DOWN = 90.0  # degrees: the ray from the apex downwards


@dataclass(frozen=True, slots=True)
class Fan:
    """An apex (it may lie outside the image), two radii in pixels, two angles in degrees clockwise from the right."""

    x: float
    y: float
    inner: float
    outer: float
    first: float
    last: float

    @classmethod
    def proposed(cls, areas: Sequence[Region], size: tuple[int, int]) -> "Fan":
        """The fan to begin with: in the largest area that the file names, else in the whole image (columns, rows)."""
        largest = max(areas, key=lambda area: area.width * area.height, default=Region(0, 0, *size))
        return cls.inside(QRectF(largest.x, largest.y, largest.width, largest.height))

    @classmethod
    def inside(cls, area: QRectF) -> "Fan":
        """A fan in a rectangle, as deep as it, its apex in the middle of the upper edge."""
        depth = max(area.height(), SMALLEST)
        half = min(WIDEST, degrees(asin(min(1.0, area.width() / 2 / depth))))
        return cls(area.center().x(), area.top(), 0.0, depth, DOWN - half, DOWN + half)

    def outline(self) -> Points:
        """The closed line around it, in whole pixels; it may leave the image."""
        far, near = round(self.outer), round(self.inner)
        return fan((round(self.x), round(self.y)), (near, far), (self.first, self.last))

    def mask(self, columns: int, rows: int) -> Points:
        """The polygon of all that lies outside it in an image."""
        return outside(clipped(self.outline(), columns, rows), columns, rows)

    def handles(self) -> dict[str, QPointF]:
        """Where the mouse takes hold: the apex, the middles of both arcs, the ends of the outer one."""
        middle = (self.first + self.last) / 2
        return {
            "apex": QPointF(self.x, self.y),
            "near": self._at(self.inner, middle),
            "far": self._at(self.outer, middle),
            "first": self._at(self.outer, self.first),
            "last": self._at(self.outer, self.last),
        }

    def with_handle(self, name: str, point: QPointF) -> "Fan":
        """The fan after a handle was dragged to a point of the image."""
        if name == "apex":
            return replace(self, x=point.x(), y=point.y())
        x, y = point.x() - self.x, point.y() - self.y
        radius = hypot(x, y)
        if name == "near":
            return replace(self, inner=min(radius, self.outer - SMALLEST))
        if name == "far":
            return replace(self, outer=max(radius, self.inner + SMALLEST))
        angle = degrees(atan2(y, x)) % 360
        if name == "first":
            return replace(self, first=min(angle, self.last - NARROWEST))
        return replace(self, last=max(angle, self.first + NARROWEST))

    def moved(self, x: float, y: float) -> "Fan":
        """The fan so many pixels to the right and down."""
        return replace(self, x=self.x + x, y=self.y + y)

    def widened(self, across: float, down: float) -> "Fan":
        """The fan wider by so many degrees, deeper by so many pixels."""
        width = max(self.last - self.first + across, NARROWEST)
        middle = (self.first + self.last) / 2
        outer = max(self.outer + down, self.inner + SMALLEST)
        return replace(self, first=middle - width / 2, last=middle + width / 2, outer=outer)

    def opened(self, turned: float, inner: float) -> "Fan":
        """The fan turned by so many degrees, its inner arc so many pixels farther from the apex."""
        radius = min(max(self.inner + inner, 0.0), self.outer - SMALLEST)
        return replace(self, first=self.first + turned, last=self.last + turned, inner=radius)

    def _at(self, radius: float, angle: float) -> QPointF:
        return QPointF(self.x + radius * cos(radians(angle)), self.y + radius * sin(radians(angle)))


def clipped(points: Sequence[tuple[int, int]], columns: int, rows: int) -> Points:
    """Return the part of a closed line's inside that lies in the image, as a closed line."""
    line = QPolygonF([QPointF(x, y) for x, y in points])
    part = line.intersected(QPolygonF(QRectF(0, 0, columns, rows)))
    corners = (part.at(n) for n in range(part.count()))
    return tuple(dict.fromkeys((round(corner.x()), round(corner.y())) for corner in corners))
