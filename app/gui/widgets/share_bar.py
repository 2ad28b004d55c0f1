"""Draws a probability in a table cell as a bar with its number."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.gui import theme
from app.gui.models.predictions import SHARE


class ShareBar(QStyledItemDelegate):
    """For cells that give a number from 0 to 1 under the role SHARE; others are drawn as usual."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw bar and number."""
        share = index.data(SHARE)
        if not isinstance(share, float):
            super().paint(painter, option, index)
            return
        colours = theme.tokens()
        area = QRectF(option.rect)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(colours.raised))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text_width = painter.fontMetrics().horizontalAdvance("100 %") + 6
        track = area.adjusted(4, area.height() * 0.38, -text_width - 4, -area.height() * 0.38)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.line))
        painter.drawRoundedRect(track, 2, 2)
        painter.setBrush(QColor(colours.accent))
        painter.drawRoundedRect(
            QRectF(track.topLeft(), track.size()).adjusted(0, 0, -track.width() * (1 - share), 0), 2, 2
        )
        painter.setPen(QColor(colours.text))
        right = area.adjusted(0, 0, -4, 0)
        painter.drawText(right, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{share:.0%}")
        painter.restore()
