"""A confusion matrix: counts and the share of each of the readers' classes."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.gui import theme

STRONG = 0.55  # share from which the cell is dark enough for text in the other colour


class ConfusionMatrix(QWidget):
    """Rows are the readers' classes, columns what the model said; a screen reader gets it in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._classes: tuple[str, ...] = ()
        self._counts: tuple[tuple[int, ...], ...] = ()
        self.setAccessibleName("Confusion matrix")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_matrix(self, classes: Sequence[str], counts: Sequence[Sequence[int]]) -> None:
        """Show these counts; `counts[i][j]` are images of class i that the model called j."""
        self._classes = tuple(classes)
        self._counts = tuple(tuple(row) for row in counts)
        self.setAccessibleDescription(self.in_words())
        self.setToolTip(self.in_words())
        self.updateGeometry()
        self.update()

    def in_words(self) -> str:
        """Return the matrix as sentences."""
        lines = []
        for name, row in zip(self._classes, self._counts, strict=True):
            parts = [f"{n} called “{other}”" for other, n in zip(self._classes, row, strict=True) if n]
            lines.append(f"Of {sum(row)} images of “{name}”: {', '.join(parts) or 'none'}.")
        return "\n".join(lines)

    def sizeHint(self) -> QSize:
        """Cells of a readable size."""
        side = round(self.fontMetrics().height() * 3.2)
        number = max(2, len(self._classes))
        return QSize(side * (number + 2), side * number + round(side * 1.1))

    def minimumSizeHint(self) -> QSize:
        """Room for the numbers at least."""
        return self.sizeHint() * 0.8

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw cells, numbers and names."""
        if not self._classes:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = self.fontMetrics().height()
        longest = max(self.fontMetrics().horizontalAdvance(name) for name in self._classes)
        left = min(longest + line, self.width() * 0.35)
        top = line * 2.4
        number = len(self._classes)
        width = min((self.width() - left) / number, line * 9)
        height = min((self.height() - top) / number, line * 5)
        self._draw_names(painter, QRectF(left, top, width, height))
        for i, row in enumerate(self._counts):
            for j, count in enumerate(row):
                cell = QRectF(left + j * width, top + i * height, width, height).adjusted(2, 2, -2, -2)
                self._draw_cell(painter, cell, count, total=sum(row))
        painter.end()

    def _draw_names(self, painter: QPainter, first: QRectF) -> None:
        colours = theme.tokens()
        line = self.fontMetrics().height()
        painter.setPen(QColor(colours.muted))
        columns = QRectF(first.x(), 0, first.width() * len(self._classes), line * 1.2)
        painter.drawText(columns, Qt.AlignmentFlag.AlignCenter, "predicted")
        painter.drawText(
            QRectF(0, line * 1.2, first.x(), line * 1.2), Qt.AlignmentFlag.AlignVCenter, "reader"
        )
        painter.setPen(QColor(colours.text))
        for i, name in enumerate(self._classes):
            above = QRectF(first.x() + i * first.width(), line * 1.2, first.width(), line * 1.2)
            beside = QRectF(0, first.y() + i * first.height(), first.x() - line * 0.5, first.height())
            for area, align in (
                (above, Qt.AlignmentFlag.AlignCenter),
                (beside, Qt.AlignmentFlag.AlignVCenter),
            ):
                text = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, round(area.width()))
                painter.drawText(area, align, text)

    def _draw_cell(self, painter: QPainter, cell: QRectF, count: int, *, total: int) -> None:
        colours = theme.tokens()
        share = count / total if total else 0.0
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.raised))
        painter.drawRoundedRect(cell, 4, 4)
        fill = QColor(colours.accent)
        fill.setAlphaF(share)
        painter.setBrush(fill)
        painter.drawRoundedRect(cell, 4, 4)
        painter.setPen(QColor(colours.on_accent if share > STRONG else colours.text))
        painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, f"{count:,}\n{share:.0%}")
