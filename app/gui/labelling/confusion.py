"""A confusion matrix: counts and the share of each row's class; its cells can be opened."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.counted import counted
from app.gui import theme


class ConfusionMatrix(QWidget):
    """Rows are one judge's classes, columns the other's; a screen reader gets it in words.

    With `opens`, `chosen(row, column)` tells which cell was clicked, or entered with the arrow keys and Enter.
    """

    chosen = Signal(int, int)

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        rows: str = "reader",
        columns: str = "predicted",
        opens: bool = False,
    ) -> None:
        super().__init__(parent)
        self._axes = (rows, columns)
        self._opens = opens
        self._cell = (0, 0)
        if opens:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
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

    def name_axes(self, rows: str, columns: str) -> None:
        """Say whose classes the rows and the columns are."""
        self._axes = (rows, columns)

    def in_words(self) -> str:
        """Return the matrix as sentences."""
        lines = []
        for name, row in zip(self._classes, self._counts, strict=True):
            parts = [f"{n} called “{other}”" for other, n in zip(self._classes, row, strict=True) if n]
            lines.append(f"Of {counted(sum(row))} of “{name}”: {', '.join(parts) or 'none'}.")
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
        first = self._first()
        self._draw_names(painter, first)
        for i, row in enumerate(self._counts):
            for j, count in enumerate(row):
                cell = first.translated(j * first.width(), i * first.height()).adjusted(2, 2, -2, -2)
                self._draw_cell(painter, cell, count, total=sum(row))
                if self._opens and self.hasFocus() and self._cell == (i, j):
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.setPen(QPen(QColor(theme.tokens().text), 2))
                    painter.drawRoundedRect(cell, 4, 4)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open the cell under the pointer."""
        first, at = self._first(), event.position()
        if not self._opens or not self._classes or at.x() < first.x() or at.y() < first.y():
            return
        row, column = int((at.y() - first.y()) / first.height()), int((at.x() - first.x()) / first.width())
        if max(row, column) < len(self._classes):
            self._cell = (row, column)
            self.update()
            self.chosen.emit(row, column)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrows move from cell to cell, Enter opens one."""
        steps = {
            Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1),
        }  # fmt: skip
        if self._opens and self._classes and event.key() in steps:
            last = len(self._classes) - 1
            row, column = (
                min(max(here + step, 0), last)
                for here, step in zip(self._cell, steps[Qt.Key(event.key())], strict=True)
            )
            self._cell = (row, column)
            self.update()
        elif self._opens and self._classes and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(*self._cell)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show which cell the keys are at."""
        super().focusInEvent(event)
        self.update()

    def _first(self) -> QRectF:
        """Return where the cell at the upper left stands."""
        line = self.fontMetrics().height()
        longest = max((self.fontMetrics().horizontalAdvance(name) for name in self._classes), default=0)
        left = min(longest + line, self.width() * 0.35)
        top = line * 2.4
        number = max(1, len(self._classes))
        width = min((self.width() - left) / number, line * 9)
        return QRectF(left, top, width, min((self.height() - top) / number, line * 5))

    def _draw_names(self, painter: QPainter, first: QRectF) -> None:
        colours = theme.tokens()
        line = self.fontMetrics().height()
        painter.setPen(QColor(colours.muted))
        columns = QRectF(first.x(), 0, first.width() * len(self._classes), line * 1.2)
        painter.drawText(columns, Qt.AlignmentFlag.AlignCenter, self._axes[1])
        rows = self.fontMetrics().elidedText(
            self._axes[0], Qt.TextElideMode.ElideRight, round(first.x() - line * 0.5)
        )
        painter.drawText(QRectF(0, line * 1.2, first.x(), line * 1.2), Qt.AlignmentFlag.AlignVCenter, rows)
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
        fill = _between(QColor(colours.raised), QColor(colours.accent), share)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(cell, 4, 4)
        painter.setPen(theme.ink_on(fill))
        painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, f"{count:,}\n{share:.0%}")


def _between(low: QColor, high: QColor, share: float) -> QColor:
    def part(one: float, other: float) -> float:
        return (1 - share) * one + share * other

    return QColor.fromRgbF(
        part(low.redF(), high.redF()), part(low.greenF(), high.greenF()), part(low.blueF(), high.blueF())
    )
