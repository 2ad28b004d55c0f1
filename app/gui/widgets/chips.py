"""Small coloured labels in table cells: a word with a dot of its colour, so that colour is never all there is."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.gui.models.roles import CHIP_ROLE

_FILL = 38  # of 255: text on it stays as legible as beside it


class ChipDelegate(QStyledItemDelegate):
    """Paints a cell's text in a rounded box of the colour that the model gives."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Background and selection as in any cell, then the chip."""
        colour, text = str(index.data(CHIP_ROLE) or ""), str(index.data() or "")
        if not colour or not text:
            super().paint(painter, option, index)
            return
        bare = QStyleOptionViewItem(option)
        self.initStyleOption(bare, index)
        bare.text = ""
        widget: QWidget | None = option.widget
        if widget is not None:
            widget.style().drawControl(widget.style().ControlElement.CE_ItemViewItem, bare, painter, widget)
        _paint_chip(painter, QRectF(option.rect), text, QColor(colour))

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Room for the dot and the rounded ends."""
        size = super().sizeHint(option, index)
        return QSize(size.width() + 2 * size.height(), size.height())


def _paint_chip(painter: QPainter, cell: QRectF, text: str, colour: QColor) -> None:
    metrics = QFontMetricsF(painter.font())
    height = metrics.height() + 4
    dot = metrics.xHeight()
    room = cell.width() - 12 - dot - 16
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0.0, room))
    box = QRectF(
        cell.left() + 6, cell.center().y() - height / 2, metrics.horizontalAdvance(shown) + dot + 20, height
    )
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    fill = QColor(colour)
    fill.setAlpha(_FILL)
    painter.setBrush(fill)
    painter.drawRoundedRect(box, height / 2, height / 2)
    painter.setBrush(colour)
    painter.drawEllipse(QRectF(box.left() + 7, box.center().y() - dot / 2, dot, dot))
    painter.setPen(colour)
    painter.drawText(
        box.adjusted(dot + 12, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown
    )
    painter.restore()
