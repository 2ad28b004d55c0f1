"""Help for the eye over an image: ruler, magnifier, and the letters of the patient's sides."""

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen

from anonymizer.pixels.orientation import Edges
from app.gui.image.image_geometry import ViewGeometry
from app.gui.image.image_overlay import BRIGHT
from app.gui.image.image_ruler import draw_ruler, length

LENS, MAGNIFIED = 90.0, 2.5  # radius in view pixels; times the zoom of the view


class ImageAids:
    """What a view shows over its image; each is "off" until it is asked for."""

    def __init__(self) -> None:
        self.line: QLineF | None = None  # measured, in image coordinates
        self.lens: QPointF | None = None  # where the magnifier is, in view coordinates

    def clear(self) -> None:
        """Take everything away, as for another image."""
        self.line = self.lens = None

    def draw(
        self,
        painter: QPainter,
        geometry: ViewGeometry,
        image: tuple[QImage, QRectF],
        *,
        spacing: tuple[float, float] | None,
        edges: Edges | None,
    ) -> None:
        """Draw over the image; `image` is its visible part and where that lies in image coordinates."""
        if edges is not None:
            _draw_edges(painter, geometry.area, edges)
        if self.line is not None:
            draw_ruler(painter, geometry, self.line, length(self.line, spacing))
        if self.lens is not None:
            _draw_lens(painter, geometry, image, self.lens)


def _draw_edges(painter: QPainter, area: QRectF, edges: Edges) -> None:
    metrics = QFontMetricsF(painter.font())
    gap = metrics.height() * 0.35
    middle = Qt.AlignmentFlag.AlignCenter
    width = metrics.horizontalAdvance("WWW")
    box = QRectF(0, 0, width, metrics.height())
    for letters, centre in (
        (edges.left, QPointF(area.left() + gap + width / 2, area.center().y())),
        (edges.right, QPointF(area.right() - gap - width / 2, area.center().y())),
        (edges.top, QPointF(area.center().x(), area.top() + gap + metrics.height() / 2)),
        (edges.bottom, QPointF(area.center().x(), area.bottom() - gap - metrics.height() / 2)),
    ):
        box.moveCenter(centre)
        painter.setPen(QColor(0, 0, 0))
        painter.drawText(box.translated(1, 1), middle, letters)  # readable on bright tissue too
        painter.setPen(BRIGHT)
        painter.drawText(box, middle, letters)


def _draw_lens(
    painter: QPainter, geometry: ViewGeometry, image: tuple[QImage, QRectF], centre: QPointF
) -> None:
    painter.save()
    round_ = QPainterPath()
    round_.addEllipse(centre, LENS, LENS)
    painter.setClipPath(round_)
    painter.fillPath(round_, QColor(0, 0, 0))
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    place = geometry.rect_to_view(image[1])
    corner = centre + (place.topLeft() - centre) * MAGNIFIED
    painter.drawImage(QRectF(corner, place.size() * MAGNIFIED), image[0])
    painter.setClipping(False)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(BRIGHT, 1.5))
    painter.drawPath(round_)
    painter.restore()
