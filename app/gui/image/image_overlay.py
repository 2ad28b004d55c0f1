"""What is drawn over an image: outlines of regions, a heat map, and the line of facts beneath the image."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPolygonF

from app.gui.image.image_geometry import ViewGeometry

# Drawn on image black whatever the theme; told apart by line style too, not by colour alone.
KINDS = {
    "identity": ("identity", "#ff6b57", Qt.PenStyle.SolidLine),
    "text": ("text", "#ffb000", Qt.PenStyle.SolidLine),
    "outside ultrasound region": ("outside the ultrasound", "#c58af9", Qt.PenStyle.DashDotLine),
    "device rule": ("device rule", "#c58af9", Qt.PenStyle.DashDotDotLine),
    "drawn": ("drawn by hand", "#4cc9f0", Qt.PenStyle.DashLine),
    "kept": ("kept, not masked", "#9be564", Qt.PenStyle.DotLine),
    "unsure": ("left, perhaps text", "#dfe5ea", Qt.PenStyle.DashDotLine),
    "waiting": ("drawn, not applied yet", "#ff5d8f", Qt.PenStyle.DotLine),
    "to be shown": ("to be shown again", "#ff5d8f", Qt.PenStyle.DashLine),
    "": ("other", "#dfe5ea", Qt.PenStyle.DashDotLine),
}
HEAT_FROM = 0.2  # weaker than this is noise and would only veil the image
HEAT_STOPS = (0.2, 0.45, 0.7, 1.0)
HEAT_COLOURS = np.array([(62, 26, 120), (168, 46, 124), (238, 122, 48), (255, 240, 130)])
BORDER = 5  # points
TINT = 45  # of 255
MUTED, BRIGHT = QColor("#9aa4ad"), QColor("#dfe5ea")


Points = tuple[tuple[int, int], ...]  # x, y in pixels of the image


class RegionLike(Protocol):
    """A rectangle or polygon in pixels of the stored matrix; `anonymizer.Region` is one."""

    @property
    def x(self) -> int:
        """First column."""

    @property
    def y(self) -> int:
        """First row."""

    @property
    def width(self) -> int:
        """Columns."""

    @property
    def height(self) -> int:
        """Rows."""

    @property
    def frame(self) -> int | None:
        """The frame, None for every frame."""

    @property
    def points(self) -> Points:
        """The corners of a polygon, () for a rectangle."""

    def is_in(self, frame: int) -> bool:
        """Whether the region holds in a frame."""

    @property
    def kind(self) -> str:
        """What it is, such as "text" or "drawn"; it chooses colour and line."""


def look(kind: str) -> tuple[str, QColor, Qt.PenStyle]:
    """Return the words, colour and line of a kind of region."""
    words, colour, style = KINDS.get(kind, (kind, *KINDS[""][1:]))
    return words, QColor(colour), style


def in_frame(regions: Sequence[RegionLike], frame: int) -> list[RegionLike]:
    """Return the regions that this frame has."""
    return [region for region in regions if region.is_in(frame)]


def draw_regions(painter: QPainter, geometry: ViewGeometry, regions: Sequence[RegionLike]) -> None:
    """Outline the regions, on a dark line so that they show on bright tissue too."""
    for region in regions:
        _, colour, style = look(region.kind)
        for pen in (QPen(QColor(0, 0, 0, 180), 3.5), QPen(colour, 1.6, style)):
            painter.setPen(pen)
            draw_outline(painter, geometry, region)


def draw_outline(painter: QPainter, geometry: ViewGeometry, region: RegionLike) -> None:
    """Draw a region's line with the painter's pen; what an unmasked polygon would cover is tinted."""
    if not region.points:
        rect = geometry.rect_to_view(QRectF(region.x, region.y, region.width, region.height))
        painter.drawRect(rect.adjusted(-1, -1, 1, 1))
        return
    line = [geometry.to_view(QPointF(x, y)) for x, y in region.points]
    path = QPainterPath()
    # All outside a shape: the border and the shape, without the seam that joins them.
    for part in (line[:BORDER], line[BORDER:]) if is_outside(region) else (line,):
        path.addPolygon(QPolygonF(part))
        path.closeSubpath()
    if region.kind == "waiting":
        colour = painter.pen().color()
        colour.setAlpha(TINT)
        painter.fillPath(path, colour)  # even-odd, as it is masked
    painter.drawPath(path)


def is_outside(region: RegionLike) -> bool:
    """Whether a region is all that lies outside a shape, as `anonymizer.outside` makes it: its border comes first."""
    left, top, right, bottom = region.x, region.y, region.x + region.width, region.y + region.height
    border = ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))
    return len(region.points) > BORDER and region.points[:BORDER] == border


def heat_image(values: NDArray[np.float32], opacity: float) -> QImage:
    """Return a heat map as colours, low values clear; `values` and `opacity` are 0 to 1.

    The colours grow lighter from violet over orange to yellow, so that they are read by lightness alone too.
    """
    heat = np.clip(np.nan_to_num(values.astype(np.float32)), 0, 1)
    colours = np.empty((*heat.shape, 4), np.uint8)
    for channel in range(3):
        colours[..., channel] = np.interp(heat, HEAT_STOPS, HEAT_COLOURS[:, channel])
    covered = np.interp(heat, (HEAT_FROM, HEAT_FROM + 0.15), (0, 255))
    colours[..., 3] = covered * min(max(opacity, 0.0), 1.0)
    rows, columns = heat.shape
    image = QImage(colours.tobytes(), columns, rows, 4 * columns, QImage.Format.Format_RGBA8888)
    return image.copy()  # Qt does not keep the bytes alive


def draw_corner(painter: QPainter, area: QRectF, text: str, colour: str) -> None:
    """Write a word, such as the label, on a dark plate in the upper left corner, with its colour beside it."""
    metrics = QFontMetricsF(painter.font())
    side = metrics.capHeight()
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0.0, area.width() - 4 * side - 16))
    plate = QRectF(area.left() + 8, area.top() + 8, metrics.horizontalAdvance(text) + 3.5 * side, 2.6 * side)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 190))
    painter.drawRoundedRect(plate, 5, 5)
    painter.setBrush(QColor(colour))
    painter.drawRect(QRectF(plate.left() + 0.8 * side, plate.center().y() - side / 2, side, side))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(BRIGHT)
    painter.drawText(plate.adjusted(2.6 * side, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)


def draw_facts(painter: QPainter, band: QRectF, facts: Sequence[str], kinds: Sequence[str]) -> None:
    """Write the facts at the left of the band beneath the image, the legend of the regions at its right."""
    metrics = QFontMetricsF(painter.font())
    right = _draw_legend(painter, band, kinds, metrics)
    painter.setPen(MUTED)
    text = metrics.elidedText(
        "   ".join(facts), Qt.TextElideMode.ElideRight, max(0.0, right - band.left() - 16)
    )
    painter.drawText(
        band.adjusted(8, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text
    )


def _draw_legend(painter: QPainter, band: QRectF, kinds: Sequence[str], metrics: QFontMetricsF) -> float:
    right = band.right() - 8
    for kind in reversed(kinds):
        words, colour, style = look(kind)
        width = metrics.horizontalAdvance(words)
        painter.setPen(BRIGHT)
        painter.drawText(QPointF(right - width, band.center().y() + metrics.capHeight() / 2), words)
        painter.setPen(QPen(colour, 1.6, style))
        painter.drawRect(QRectF(right - width - 22, band.center().y() - 4, 15, 8))
        right -= width + 36
    return right


def graphics_image(marked: NDArray[np.bool_]) -> QImage:
    """Return the graphics of a file, bright where they mark a pixel and clear elsewhere."""
    pixels = np.zeros((*marked.shape, 4), np.uint8)
    pixels[marked] = (200, 255, 255, 255)  # blue, green, red, alpha: a pale yellow, told apart from tissue
    rows, columns = marked.shape
    return QImage(pixels.tobytes(), columns, rows, 4 * columns, QImage.Format.Format_ARGB32).copy()
