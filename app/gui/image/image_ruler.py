"""Measuring a distance in the image: in millimetres where the file tells the spacing, else in pixels."""

import math

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from app.gui.image.image_geometry import ViewGeometry

LINE, PLATE = QColor("#ffe066"), QColor(0, 0, 0, 190)
END = 5.0  # half the length of the strokes at the ends, in view pixels


def length(line: QLineF, spacing: tuple[float, float] | None) -> str:
    """Return the length of a line in image coordinates in words; `spacing` is mm between rows and columns."""
    if spacing is None:
        return f"{math.hypot(line.dx(), line.dy()):.0f} px"
    return f"{math.hypot(line.dx() * spacing[1], line.dy() * spacing[0]):.1f} mm"


def draw_ruler(painter: QPainter, geometry: ViewGeometry, line: QLineF, words: str) -> None:
    """Draw a line given in image coordinates, with its length beside its end."""
    shown = QLineF(geometry.to_view(line.p1()), geometry.to_view(line.p2()))
    across = shown.normalVector().unitVector()
    stroke = QPointF(across.dx(), across.dy()) * END
    for pen in (QPen(QColor(0, 0, 0, 180), 4), QPen(LINE, 1.8)):
        painter.setPen(pen)
        painter.drawLine(shown)
        for end in (shown.p1(), shown.p2()):
            painter.drawLine(end - stroke, end + stroke)
    metrics = QFontMetricsF(painter.font())
    plate = QRectF(0, 0, metrics.horizontalAdvance(words) + 12, metrics.height() + 4)
    plate.moveTopLeft(shown.p2() + QPointF(10, 6))
    plate.moveRight(min(plate.right(), geometry.area.right() - 4))
    plate.moveBottom(min(plate.bottom(), geometry.area.bottom() - 4))
    painter.fillRect(plate, PLATE)
    painter.setPen(LINE)
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, words)
