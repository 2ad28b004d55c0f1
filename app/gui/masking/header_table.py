"""The header beside the image: before, after, what was done, by which layer and why, with filters and search."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from anonymizer import AttributeRow
from app.gui.masking.header_grid import HeaderGrid
from app.gui.models.header_model import HeaderModel
from app.gui.models.header_words import LAYERS, Show, in_words, layer_of
from app.gui.widgets.text import button, label, set_role


class HeaderTable(QWidget):
    """A table with all of the chosen row in words beneath it."""

    unlock_wanted = Signal()
    wide_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = HeaderModel(self)
        self.filter = QComboBox()
        self.filter.setAccessibleName("Which attributes are listed")
        for show in Show:
            self.filter.addItem(show.value, show)
        self.filter.currentIndexChanged.connect(self._on_filter)
        self.layer = QComboBox()
        self.layer.setAccessibleName("Which layer decided")
        self.layer.setToolTip("Only what this layer of the de-identification decided")
        self.layer.addItem("Any layer", "")
        self.layer.currentIndexChanged.connect(self._on_layer)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search name, tag or value")
        self.search.setAccessibleName("Search the header")
        self.search.setToolTip("Ctrl+F")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._on_search)
        self.note = label("", "muted")
        self.unlock_button = button("&Unlock to compare with the original", self.unlock_wanted.emit)
        self.unlock_button.hide()
        self.table = HeaderGrid(self.model)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._show_detail())
        self.nothing = label("", "muted")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.detail = label("", "muted")
        self.detail.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.detail.setMinimumHeight(round(self.fontMetrics().height() * 3.6))
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.count = label("", "muted", wrap=False)
        self.copy_button = button("Copy", self._copy, tip="The chosen rows as text (Ctrl+C)")
        self.wide_button = button("Wide (T)", self.wide_wanted.emit, tip="Hide or show the image (T)")
        for box in (self.filter, self.layer):  # narrow screens: the list that opens is as wide as its entries
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(6)
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 0, 0, 0)
        column.setSpacing(6)
        top, bottom = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.filter, 2)
        top.addWidget(self.layer, 1)
        top.addWidget(self.wide_button)
        bottom.addWidget(self.count, 1)
        bottom.addWidget(self.copy_button)
        column.addLayout(top)
        column.addWidget(self.search)
        column.addWidget(self.note)
        column.addWidget(self.unlock_button)
        column.addWidget(self.table, 1)
        column.addWidget(self.nothing, 1)
        column.addLayout(bottom)
        column.addWidget(self.detail)

    def show_rows(self, rows: Sequence[AttributeRow], *, with_original: bool) -> None:
        """Show a header; the column Before only where there is an original."""
        self.model.set_rows(rows)
        self.table.show_original(there=with_original)
        for place, show in enumerate(Show):
            self.filter.setItemText(place, f"{show.value} ({self.model.count(show):,})")
        self._fill_layers()
        self._show_count()

    def _fill_layers(self) -> None:
        chosen, counts = self.layer.currentData(), self.model.layers()
        self.layer.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self.layer.clear()
        self.layer.addItem("Any layer", "")
        for name, layer in LAYERS.items():
            if counts[name] or name == chosen:
                self.layer.addItem(f"{layer.title} ({counts[name]:,})", name)
        self.layer.setCurrentIndex(max(0, self.layer.findData(chosen)))
        self.layer.blockSignals(False)  # noqa: FBT003

    def say(self, text: str, role: str = "muted", *, can_unlock: bool = False) -> None:
        """Tell above the table why there is no original, or what is to be known of it."""
        self.note.setText(text)
        set_role(self.note, role)
        self.note.setVisible(bool(text))
        self.unlock_button.setVisible(can_unlock)

    def list_only(self, show: Show) -> None:
        """List these attributes."""
        self.filter.setCurrentIndex(tuple(Show).index(show))

    def go_to(self, path: str) -> None:
        """Show one attribute, whatever it became: all are listed, and this one is searched for."""
        self.list_only(Show.ALL)
        self.layer.setCurrentIndex(0)
        self.search.setText(path)
        self.table.selectRow(0)

    def clear(self) -> None:
        """Show no header."""
        self.show_rows((), with_original=True)
        self.say("")

    def _on_filter(self, number: int) -> None:
        self.model.show_only(tuple(Show)[number])
        self._show_count()

    def _on_layer(self, _number: int) -> None:
        self.model.show_layer(str(self.layer.currentData() or ""))
        self._show_count()

    def _on_search(self, text: str) -> None:
        self.model.search(text)
        self._show_count()

    def _copy(self) -> None:
        copied = self.table.copy()
        self.count.setText(f"{copied:,} rows copied" if copied else "Choose rows first")

    def _show_count(self) -> None:
        listed = self.model.rowCount()
        self.count.setText(f"{listed:,} of {self.model.total:,} attributes")
        self.table.setVisible(bool(listed) or not self.model.total)
        self.nothing.setVisible(not listed and bool(self.model.total))
        self.nothing.setText("No attribute is like this. Clear the search, or list all.")
        self._show_detail()

    def _show_detail(self) -> None:
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        self.copy_button.setEnabled(bool(rows))
        if len(rows) != 1 or rows[0] >= len(self.model.rows):
            self.detail.setText(f"{len(rows):,} rows chosen" if rows else "")
            return
        row = self.model.rows[rows[0]]
        decided = f" Decided by: {layer_of(row).meaning}." if row.layer else ""
        self.detail.setText(f"{row.name} {row.path}: {in_words(row)}. {row.why}{decided}")
