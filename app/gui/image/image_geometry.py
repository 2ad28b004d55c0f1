"""Where the pixels of an image lie in the view: zoom, pan and pixel aspect ratio.

Image coordinates are (x, y) in columns and rows of the stored matrix, 0 at the outer edge of the first pixel.
View coordinates are Qt's device-independent pixels.
"""

from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF

LARGEST_ZOOM = 64.0
SMALLEST_SHOWN = 16.0  # an image is never zoomed out to fewer view pixels than this


@dataclass(slots=True)
class ViewGeometry:
    """The mapping between an image and the area it is drawn in."""

    columns: int = 0
    rows: int = 0
    aspect: float = 1.0  # height of a pixel over its width
    area: QRectF = field(default_factory=QRectF)
    zoom: float = 1.0  # view pixels for one column
    center: QPointF = field(default_factory=QPointF)  # the image point in the middle of the area
    fitted: bool = True  # keeps the whole image in the area, whatever size that takes

    def set_image(self, columns: int, rows: int, aspect: float) -> None:
        """Take the size of a new image; another frame of the same size keeps zoom and pan."""
        if (columns, rows, aspect) == (self.columns, self.rows, self.aspect):
            return
        self.columns, self.rows, self.aspect = columns, rows, aspect
        self.fit()

    def set_area(self, area: QRectF) -> None:
        """Take the area to draw in."""
        self.area = area
        if self.fitted:
            self.fit()

    def fit(self) -> None:
        """Show the whole image as large as it goes."""
        self.fitted = True
        self.center = QPointF(self.columns / 2, self.rows / 2)
        if self.columns and self.rows and not self.area.isEmpty():
            self.zoom = self.fitting()

    def take_over(self, other: "ViewGeometry") -> None:
        """Show the same part of this image as another geometry shows of its own, whatever their sizes."""
        if not (self.columns and other.columns):
            return
        magnified = other.zoom / other.fitting()
        self.zoom = self.fitting() * magnified
        self.center = QPointF(
            other.center.x() / other.columns * self.columns, other.center.y() / other.rows * self.rows
        )
        self.fitted = other.fitted

    def fitting(self) -> float:
        """Return the zoom at which the whole image is as large as it goes."""
        if not self.columns or not self.rows or self.area.isEmpty():
            return 1.0
        return min(self.area.width() / self.columns, self.area.height() / (self.rows * self.aspect))

    def zoom_to(self, zoom: float, about: QPointF) -> None:
        """Zoom so that the image point under `about` stays where it is."""
        if not self.columns:
            return
        fixed = self.to_image(about)
        smallest = SMALLEST_SHOWN / max(self.columns, self.rows)
        self.zoom = min(max(zoom, smallest), LARGEST_ZOOM)
        moved = self.to_image(about)
        self.center += fixed - moved
        self.fitted = False

    def pan(self, delta: QPointF) -> None:
        """Move the image by view pixels; its middle never leaves the view for good."""
        moved = self.center - QPointF(delta.x() / self.zoom, delta.y() / (self.zoom * self.aspect))
        self.center = QPointF(
            min(max(moved.x(), 0.0), float(self.columns)), min(max(moved.y(), 0.0), float(self.rows))
        )
        self.fitted = False

    def to_image(self, point: QPointF) -> QPointF:
        """The image point at a view point; may lie outside the image."""
        offset = point - self.area.center()
        return QPointF(
            self.center.x() + offset.x() / self.zoom,
            self.center.y() + offset.y() / (self.zoom * self.aspect),
        )

    def to_view(self, point: QPointF) -> QPointF:
        """The view point at which an image point is drawn."""
        offset = point - self.center
        return self.area.center() + QPointF(offset.x() * self.zoom, offset.y() * self.zoom * self.aspect)

    def rect_to_view(self, rect: QRectF) -> QRectF:
        """The view rectangle that an image rectangle is drawn in."""
        return QRectF(self.to_view(rect.topLeft()), self.to_view(rect.bottomRight()))

    def visible(self) -> QRectF:
        """The part of the image that can be seen, in image coordinates."""
        seen = QRectF(self.to_image(self.area.topLeft()), self.to_image(self.area.bottomRight()))
        return seen.intersected(QRectF(0, 0, self.columns, self.rows))

    def middle(self) -> tuple[int, int, int, int]:
        """x, y, width, height of whole pixels in the middle of what can be seen: a quarter of its sides."""
        seen = self.visible()
        width, height = max(1, round(seen.width() / 4)), max(1, round(seen.height() / 4))
        return round(seen.center().x() - width / 2), round(seen.center().y() - height / 2), width, height

    def pixel_rect(self, one: QPointF, other: QPointF) -> tuple[int, int, int, int]:
        """x, y, width, height of the whole pixels between two view points, inside the image."""
        drawn = QRectF(self.to_image(one), self.to_image(other)).normalized()
        inside = drawn.intersected(QRectF(0, 0, self.columns, self.rows)).toAlignedRect()
        return inside.x(), inside.y(), inside.width(), inside.height()
