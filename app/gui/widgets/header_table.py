"""The header beside the image: before, after, what was done and why, with filter and search."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from anonymizer import AttributeRow
from app.gui.models.header_model import BEFORE, HeaderModel, Show, in_words
from app.gui.widgets.text import button, label, set_role

WIDE = 85  # letters: from here on the reasons have room too
SHARES = (0.33, 0.2, 0.2, 0.27, 0.7)
WIDE_SHARES = (0.27, 0.15, 0.15, 0.19, 0.24)


class HeaderTable(QWidget):
    """A table with all of the chosen row in words beneath it."""

    unlock_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = HeaderModel(self)
        self.filter = QComboBox()
        self.filter.setAccessibleName("Which attributes are listed")
        self.filter.addItems([show.value for show in Show])
        self.filter.currentIndexChanged.connect(self._on_filter)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search name, tag or value")
        self.search.setAccessibleName("Search the header")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._on_search)
        self.note = label("", "muted")
        self.unlock_button = button("&Unlock to compare with the original", self.unlock_wanted.emit)
        self.unlock_button.hide()
        self.table = _Table(self.model)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_detail())
        self.detail = label("", "muted")
        self.detail.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.detail.setMinimumHeight(round(self.fontMetrics().height() * 3.6))
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.count = label("", "muted", wrap=False)
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 0, 0, 0)
        column.setSpacing(6)
        top = QHBoxLayout()
        top.addWidget(self.filter)
        top.addWidget(self.search, 1)
        column.addLayout(top)
        column.addWidget(self.note)
        column.addWidget(self.unlock_button)
        column.addWidget(self.table, 1)
        column.addWidget(self.count)
        column.addWidget(self.detail)

    def show_rows(self, rows: Sequence[AttributeRow], *, with_original: bool) -> None:
        """Show a header; the column Before only where there is an original."""
        self.table.setColumnHidden(BEFORE, not with_original)
        self.model.set_rows(rows)
        self._show_count()

    def say(self, text: str, role: str = "muted", *, can_unlock: bool = False) -> None:
        """Tell above the table why there is no original, or what is to be known of it."""
        self.note.setText(text)
        set_role(self.note, role)
        self.note.setVisible(bool(text))
        self.unlock_button.setVisible(can_unlock)

    def go_to(self, path: str) -> None:
        """Show one attribute, whatever it became: all are listed, and this one is searched for."""
        self.filter.setCurrentText(Show.ALL.value)
        self.search.setText(path)
        self.table.selectRow(0)

    def clear(self) -> None:
        """Show no header."""
        self.show_rows((), with_original=True)
        self.say("")

    def _on_filter(self, number: int) -> None:
        self.model.show_only(tuple(Show)[number])
        self._show_count()

    def _on_search(self, text: str) -> None:
        self.model.search(text)
        self._show_count()

    def _show_count(self) -> None:
        self.count.setText(f"{self.model.rowCount():,} of {self.model.total:,} attributes")
        self._show_detail()

    def _show_detail(self) -> None:
        place = self.table.currentIndex().row()
        if not 0 <= place < len(self.model.rows):
            self.detail.setText("")
            return
        row = self.model.rows[place]
        self.detail.setText(f"{row.name} {row.path}: {in_words(row)}. {row.why}")


class _Table(QTableView):
    """Shares its width among the columns, until the user drags one."""

    def __init__(self, model: HeaderModel) -> None:
        super().__init__()
        self._own_widths = False
        self.setModel(model)
        self.setAccessibleName("Header before and after masking")
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(round(self.fontMetrics().height() * 1.8))
        header = self.horizontalHeader()
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.sectionResized.connect(self._on_section_resized)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns."""
        super().resizeEvent(event)
        if self._own_widths:
            return
        width = self.viewport().width()
        wide = width > WIDE * self.fontMetrics().averageCharWidth()
        for column, share in enumerate(WIDE_SHARES if wide else SHARES):
            self.setColumnWidth(column, int(width * share))

    def _on_section_resized(self) -> None:
        if self.horizontalHeader().cursor().shape() == Qt.CursorShape.SplitHCursor:  # a drag with the mouse
            self._own_widths = True
