"""A header before and after masking, as a table: what was done to each attribute, by which layer, and why."""

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor

from anonymizer import AttributeRow
from app.gui import theme
from app.gui.models.header_words import Show, colour_of, in_words, is_changed, layer_of, tag, with_sign
from app.gui.models.roles import CHIP_ROLE
from app.gui.models.rows_model import Index, RowsModel

HEADINGS = ("Attribute", "Tag", "Before", "After", "What was done", "Layer", "Why")
ATTRIBUTE, TAG, BEFORE, AFTER, DONE, LAYER, WHY = range(7)
TINT = 20  # of 255: changed rows are to be seen, not to shout


class HeaderModel(RowsModel[AttributeRow]):
    """All attributes are held; `show_only`, `show_layer` and `search` leave some in sight."""

    headings = HEADINGS

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[AttributeRow, ...] = ()
        self._only, self._layer, self._sought = Show.CHANGED, "", ""

    def set_rows(self, rows: Sequence[AttributeRow]) -> None:
        """Show another header."""
        self._all = tuple(rows)
        self._filter()

    def show_only(self, only: Show) -> None:
        """Leave these in sight."""
        self._only = only
        self._filter()

    def show_layer(self, layer: str) -> None:
        """Leave in sight what this layer decided; "": any."""
        self._layer = layer
        self._filter()

    def search(self, text: str) -> None:
        """Leave in sight what has this text in its name, path or values."""
        self._sought = text.strip().casefold()
        self._filter()

    @property
    def total(self) -> int:
        """Attributes in sight or not."""
        return len(self._all)

    def count(self, only: Show) -> int:
        """How many attributes a filter lists, whatever is searched for."""
        return sum(only.lists(row) for row in self._all)

    def layers(self) -> Counter[str]:
        """How many attributes each layer decided about."""
        return Counter(row.layer for row in self._all if row.layer)

    def _filter(self) -> None:
        self.beginResetModel()
        self.rows = [row for row in self._all if self._only.lists(row) and self._is_sought(row)]
        self.endResetModel()

    def _is_sought(self, row: AttributeRow) -> bool:
        if self._layer and row.layer != self._layer:
            return False
        texts = (row.name, row.path, row.before or "", row.after or "")
        return not self._sought or any(self._sought in text.casefold() for text in texts)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Text, chip, colours and tool tip of a cell."""
        row = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _cells(row)[index.column()]
            case Qt.ItemDataRole.ToolTipRole:
                return _tip(row, index.column())
            case Qt.ItemDataRole.BackgroundRole if self._only is Show.ALL and is_changed(row):
                return _tint(row)
            case Qt.ItemDataRole.ForegroundRole:
                return _ink(row, index.column())
            case _ if role == CHIP_ROLE:
                return _chip(row, index.column())
        return None


def _cells(row: AttributeRow) -> tuple[str, ...]:
    name = f"{'    ' * row.depth}{'↳ ' if row.depth else ''}{row.name}"
    layer = layer_of(row).title
    return name, tag(row), row.before or "", row.after or "", with_sign(row), layer, row.why


def _tint(row: AttributeRow) -> QColor:
    tint = QColor(colour_of(layer_of(row), theme.tokens()))
    tint.setAlpha(TINT)
    return tint


def _ink(row: AttributeRow, column: int) -> QColor | None:
    faint = column in {TAG, WHY} or (column == BEFORE and is_changed(row))
    return QColor(theme.tokens().muted) if faint else None


def _chip(row: AttributeRow, column: int) -> str:
    return colour_of(layer_of(row), theme.tokens()) if column in {DONE, LAYER} and is_changed(row) else ""


def _tip(row: AttributeRow, column: int) -> str:
    if column in {BEFORE, AFTER}:
        return _cells(row)[column]
    decided = f"Decided by: {layer_of(row).meaning}" if row.layer else "Kept as it was"
    return "\n".join(filter(None, (f"{row.name} {row.path}: {in_words(row)}", row.why, decided)))
