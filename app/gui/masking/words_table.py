"""The table of distinct words and texts, with what the chosen one means in plain words beneath it."""

from collections.abc import Sequence

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView

from app.gui.models.words_model import ANSWER, NOW, WordsModel
from app.gui.shortcuts import MOVES
from app.gui.widgets import private_clipboard
from app.gui.widgets.chips import ChipDelegate
from app.gui.widgets.table_look import look_as_rows
from app.workflows.words import Phrase

SHARES = (0.1, 0.4, 0.13, 0.22, 0.15)


class WordsTable(QTableView):
    """Shows a WordsModel. `picked` tells that other rows are chosen, `opened` that an example is wanted."""

    picked = Signal()
    opened = Signal()

    def __init__(self, model: WordsModel) -> None:
        super().__init__()
        self._words = model
        self.setModel(model)
        look_as_rows(self, "Words and texts", lines=2.0)
        self.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        chips = ChipDelegate(self)
        for column in (NOW, ANSWER):
            self.setItemDelegateForColumn(column, chips)
        header = self.horizontalHeader()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.doubleClicked.connect(lambda _index: self.opened.emit())

    def chosen(self) -> list[Phrase]:
        """The chosen texts, in the order of the table."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self._words.rows[row] for row in rows]

    def choose(self, phrases: Sequence[Phrase]) -> None:
        """Choose these texts, as far as they are listed."""
        rows = sorted(row for phrase in phrases if (row := self._words.place(phrase)) >= 0)
        if rows:
            self.go_to(rows[0])
            flags = QItemSelectionModel.SelectionFlag
            for row in rows[1:]:
                self.selectionModel().select(self._words.index(row, 0), flags.Select | flags.Rows)

    def go_to(self, row: int) -> None:
        """Make this row the only chosen one; the last one where there are not so many."""
        row = min(row, len(self._words.rows) - 1)
        if row >= 0:
            # Not selectRow: with Shift held, as in an answer for all projects, it would choose up to that row.
            flags = QItemSelectionModel.SelectionFlag
            index = self._words.index(row, 0)
            self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
            self.scrollTo(index)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell of it."""
        super().selectionChanged(selected, deselected)
        self.picked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, copy and open; single letters are the page's keys, not a search in the table."""
        controlled = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not controlled:
            self.opened.emit()
        elif event.key() == Qt.Key.Key_C and controlled:
            private_clipboard.put("\n".join(phrase.text for phrase in self.chosen()))
        elif event.key() in MOVES or (event.key() == Qt.Key.Key_A and controlled):
            super().keyPressEvent(event)
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns."""
        super().resizeEvent(event)
        for column, share in enumerate(SHARES):
            self.setColumnWidth(column, int(self.viewport().width() * share))
