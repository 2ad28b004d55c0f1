"""The list of instances at the side of a page: two lines each, with label or review mark."""

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.gui import theme
from app.gui.models.worklist_model import FIRST_OF_PATIENT, WorklistModel, title
from app.gui.shortcuts import MOVES
from labeller import InstanceRow

PADDING = 7


class Worklist(QTableView):
    """Shows a WorklistModel; `chosen(uid)` tells which instance is the current one.

    A table of one column: a QListView lays out every row before it shows one, seconds for a million.
    """

    chosen = Signal(str)

    def __init__(self, model: WorklistModel, *, marks: str, several: bool = False) -> None:
        super().__init__()
        self.worklist = model
        self.setModel(model)
        self.setAccessibleName("Instances")
        self.setItemDelegate(_Delegate(marks, self))
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.hide()
            header.setMinimumSectionSize(1)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._fit_rows()
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setMinimumWidth(200)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        modes = QAbstractItemView.SelectionMode
        self.setSelectionMode(modes.ExtendedSelection if several else modes.SingleSelection)

    def go_to(self, place: int) -> None:
        """Make the instance at this place the current and only selected one."""
        index = self.worklist.index(place)
        if index.isValid():
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.scrollTo(index)

    def place(self) -> int:
        """The place of the current instance, -1 if there is none."""
        return self.currentIndex().row()

    def selected(self) -> list[str]:
        """The UIDs of the selected instances, those of folded stacks too, in the order of the list."""
        return self.worklist.members(self._ranges())

    def selected_entries(self) -> int:
        """How many entries of the list are selected; a folded stack is one."""
        return sum(last - first + 1 for first, last in self._ranges())

    def _ranges(self) -> list[tuple[int, int]]:
        chosen = self.selectionModel().selection()
        return sorted((chosen.at(n).top(), chosen.at(n).bottom()) for n in range(chosen.count()))

    def currentChanged(
        self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Tell which instance is the current one."""
        super().currentChanged(current, previous)
        if current.isValid():
            self.chosen.emit(self.worklist.uids[current.row()])

    def changeEvent(self, event: QEvent) -> None:
        """Rows are as high as two lines of the letters that are used."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit_rows()

    def _fit_rows(self) -> None:
        self.verticalHeader().setDefaultSectionSize(_row_height(self.font()))

    def moveCursor(self, action: QAbstractItemView.CursorAction, held: Qt.KeyboardModifier) -> QModelIndex:
        """Home and End go to the ends of the list; a table would stay in its row."""
        ends = {QAbstractItemView.CursorAction.MoveHome: 0}
        ends[QAbstractItemView.CursorAction.MoveEnd] = self.worklist.rowCount() - 1
        if action in ends:
            return self.worklist.index(ends[action])
        return super().moveCursor(action, held)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move; single letters are the page's keys, not a search in the list."""
        held = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() in MOVES or held:
            super().keyPressEvent(event)
        else:
            event.ignore()


class _Delegate(QStyledItemDelegate):
    """Paints one instance; `marks` says what stands at the right: "label" or "review"."""

    def __init__(self, marks: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._marks = marks

    def sizeHint(self, option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Two lines."""
        return QSize(180, _row_height(option.font))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Background, the two lines, the mark, and a line where another patient begins."""
        colours = theme.tokens()
        row = index.data(Qt.ItemDataRole.UserRole)
        area = QRectF(option.rect)
        state = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(colours.raised))
        if state & QStyle.StateFlag.State_HasFocus or state & QStyle.StateFlag.State_Selected:
            painter.fillRect(QRectF(area.left(), area.top(), 3, area.height()), QColor(colours.accent))
        if index.row() and index.data(FIRST_OF_PATIENT):
            painter.setPen(QPen(QColor(colours.line)))
            painter.drawLine(area.topLeft(), area.topRight())
        inside = area.adjusted(PADDING + 4, PADDING, -PADDING - 2, -PADDING)
        self._lines(painter, inside, row)
        painter.restore()

    def _lines(self, painter: QPainter, area: QRectF, row: InstanceRow) -> None:
        colours = theme.tokens()
        metrics = QFontMetricsF(painter.font())
        half = area.height() / 2
        painter.setPen(QColor(colours.text))
        text = metrics.elidedText(title(row), Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(QRectF(area.left(), area.top(), area.width(), half), text)
        words, colour, dot = self._mark(row)
        wanted = min(metrics.horizontalAdvance(words) + (14 if dot else 0), area.width() * 0.62)
        under = QRectF(area.right() - wanted, area.top() + half, wanted, half)
        if dot:
            painter.fillRect(QRectF(under.left(), under.center().y() - 4, 9, 9), QColor(dot))
            under.adjust(14, 0, 0, 0)
        painter.setPen(QColor(colour))
        painter.drawText(
            under,
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop,
            metrics.elidedText(words, Qt.TextElideMode.ElideRight, under.width()),
        )
        painter.setPen(QColor(colours.muted))
        left = max(0.0, area.width() - wanted - 8)
        patient = metrics.elidedText(row.patient, Qt.TextElideMode.ElideMiddle, left)
        painter.drawText(QRectF(area.left(), area.top() + half, left, half), patient)

    def _mark(self, row: InstanceRow) -> tuple[str, str, str]:
        colours = theme.tokens()
        if self._marks == "review":
            return ("◐ to look at", colours.caution, "") if row.review else ("✓", colours.good, "")
        if row.label is None:
            return "–", colours.muted, ""
        parent = self.parent()
        known = parent.worklist.classes.get(row.label) if isinstance(parent, Worklist) else None
        return row.label, colours.text, known.colour if known else colours.muted


def _row_height(font: QFont) -> int:
    return round(2 * QFontMetricsF(font).lineSpacing()) + 2 * PADDING
