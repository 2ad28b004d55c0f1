"""The table of a header: shares its width among the columns, copies rows, leaves letters to the page."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView

from app.gui.models.header_model import AFTER, ATTRIBUTE, BEFORE, DONE, LAYER, TAG, WHY, HeaderModel
from app.gui.shortcuts import MOVES
from app.gui.widgets import private_clipboard
from app.gui.widgets.chips import ChipDelegate
from app.gui.widgets.table_look import look_as_rows

WIDE = 110  # letters: from here on every column has room
NARROW_SHARES = {ATTRIBUTE: 0.31, BEFORE: 0.2, AFTER: 0.2, DONE: 0.29}
WIDE_SHARES = {ATTRIBUTE: 0.19, TAG: 0.11, BEFORE: 0.15, AFTER: 0.15, DONE: 0.11, LAYER: 0.11, WHY: 0.18}


class HeaderGrid(QTableView):
    """Where it is narrow, tag, layer and reason stand in the line beneath the table alone."""

    def __init__(self, model: HeaderModel) -> None:
        super().__init__()
        self._header_model = model
        self._own_widths = False
        self._with_original = True
        self.setModel(model)
        look_as_rows(self, "Header before and after masking")
        self.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        chips = ChipDelegate(self)
        for column in (DONE, LAYER):
            self.setItemDelegateForColumn(column, chips)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.sectionResized.connect(self._on_section_resized)

    def show_original(self, *, there: bool) -> None:
        """Show the column Before only where there is an original."""
        self._with_original = there
        self._fit()

    def copy(self) -> int:
        """Put the chosen rows on the clipboard as text, columns between tabs; returns how many."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        columns = [column for column in range(WHY + 1) if column != BEFORE or self._with_original]
        lines = [
            "\t".join(str(self._header_model.index(row, column).data() or "").strip() for column in columns)
            for row in rows
        ]
        if lines:
            private_clipboard.put("\n".join(lines))
        return len(lines)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, choose and copy; single letters are the page's keys, not a search in the table."""
        controlled = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() == Qt.Key.Key_C and controlled:
            self.copy()
        elif event.key() in MOVES or (event.key() == Qt.Key.Key_A and controlled):
            super().keyPressEvent(event)
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        width = self.viewport().width()
        shares = WIDE_SHARES if width > WIDE * self.fontMetrics().averageCharWidth() else NARROW_SHARES
        for column in range(WHY + 1):
            shown = column in shares and (column != BEFORE or self._with_original)
            self.setColumnHidden(column, not shown)
        if self._own_widths:
            return
        used = sum(share for column, share in shares.items() if not self.isColumnHidden(column))
        for column, share in shares.items():
            self.setColumnWidth(column, int(width * share / used))

    def _on_section_resized(self) -> None:
        if self.horizontalHeader().cursor().shape() == Qt.CursorShape.SplitHCursor:  # a drag with the mouse
            self._own_widths = True
