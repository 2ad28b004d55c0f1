"""A table of a few rows: classes, metrics, runs."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget


class SmallTable(QTableWidget):
    """Read-only rows of texts; all columns but the first are aligned right, as numbers are read."""

    def __init__(self, name: str, headings: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(0, len(headings), parent)
        self.setAccessibleName(name)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, heading in enumerate(headings):
            item = QTableWidgetItem(heading)
            item.setTextAlignment(_side(column))
            self.setHorizontalHeaderItem(column, item)

    def fill(self, rows: Sequence[Sequence[object]]) -> None:
        """Show these rows in place of the present ones; whole numbers get separators of thousands, lines get room."""
        self.setRowCount(len(rows))
        for row, values in enumerate(rows):
            for column, value in enumerate(values):
                item = QTableWidgetItem(f"{value:,}" if isinstance(value, int) else str(value))
                item.setTextAlignment(_side(column))
                self.setItem(row, column, item)
        if any("\n" in str(value) for values in rows for value in values):
            self.resizeRowsToContents()

    def texts(self) -> list[list[str]]:
        """Return what the cells show."""
        columns = range(self.columnCount())
        return [[_text(self.item(row, column)) for column in columns] for row in range(self.rowCount())]


def _side(column: int) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignVCenter | (
        Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
    )


def _text(item: QTableWidgetItem | None) -> str:
    return item.text() if item is not None else ""
