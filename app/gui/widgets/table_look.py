"""How tables of rows look and take keys."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableView


def look_as_rows(table: QTableView, name: str, *, lines: float = 1.9) -> None:
    """Make a table one of whole rows: no grid, `lines` lines of text high, Tab leaves it; `name` is spoken."""
    table.setAccessibleName(name)
    table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(round(table.fontMetrics().height() * lines))
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
