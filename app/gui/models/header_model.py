"""A header before and after masking, as a table: what was done to each attribute, and why."""

from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from anonymizer import AttributeRow
from app.gui import theme

Index = QModelIndex | QPersistentModelIndex
HEADINGS = ("Attribute", "Before", "After", "What was done", "Why")
ATTRIBUTE, BEFORE, AFTER, DONE, WHY = range(5)
FREE_TEXT = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UN", "UT"})
# Actions of PS3.15 Table E.1-1 in plain words.
WORDS = {
    "D": "replaced",
    "Z": "emptied",
    "X": "removed",
    "K": "kept",
    "C": "cleaned",
    "U": "new UID",
    "M": "moved in time",
    "added": "added",
}
SIGNS = {
    "removed": "✕",
    "emptied": "○",
    "replaced": "↔",
    "rewritten": "↔",
    "new UID": "↔",
    "cleaned": "✎",
    "moved in time": "↷",
    "added": "+",
    "kept": "=",
}
LAYERS = {
    "table": "a rule for this attribute",
    "vr": "a rule for its kind of value",
    "private": "the rule for private attributes",
    "harvest": "an identity of this patient was found in it",
    "vocabulary": "words that the profile does not allow",
    "document": "the rules for documents inside DICOM files",
    "file": "the way in which the file is written",
}
TINT = 26  # of 255: changed rows are to be seen, not to shout


class Show(StrEnum):
    """Which attributes are listed."""

    CHANGED = "Changed"
    ALL = "All"
    FREE_TEXT = "Kept with free text"


def in_words(row: AttributeRow) -> str:
    """What was done to an attribute, for people."""
    if row.action in {"X", "Z", "D"} and row.after is None:
        return "removed"
    if row.action == "X":
        return "rewritten"
    if row.action in {"Z", "D"}:
        return "replaced" if row.after else "emptied"
    return WORDS.get(row.action, row.action) or "kept"


def is_changed(row: AttributeRow) -> bool:
    """Whether masking changed the attribute."""
    return row.action not in {"", "K"}


def tag(row: AttributeRow) -> str:
    """The attribute's own tag, without the sequences it lies in."""
    return row.path.rpartition("/")[2]


class HeaderModel(QAbstractTableModel):
    """All attributes are held; `show_only` and `search` leave some in sight."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[AttributeRow, ...] = ()
        self._only = Show.CHANGED
        self._sought = ""
        self.rows: list[AttributeRow] = []

    def set_rows(self, rows: Sequence[AttributeRow]) -> None:
        """Show another header."""
        self._all = tuple(rows)
        self._filter()

    def show_only(self, only: Show) -> None:
        """Leave these in sight."""
        self._only = only
        self._filter()

    def search(self, text: str) -> None:
        """Leave in sight what has this text in its name, tag or values."""
        self._sought = text.strip().casefold()
        self._filter()

    @property
    def total(self) -> int:
        """Attributes in sight or not."""
        return len(self._all)

    def _filter(self) -> None:
        self.beginResetModel()
        self.rows = [row for row in self._all if self._is_listed(row) and self._is_sought(row)]
        self.endResetModel()

    def _is_listed(self, row: AttributeRow) -> bool:
        if self._only is Show.ALL:
            return True
        if self._only is Show.CHANGED:
            return is_changed(row)
        return not is_changed(row) and row.vr in FREE_TEXT and bool(row.after)

    def _is_sought(self, row: AttributeRow) -> bool:
        texts = (row.name, row.path, row.before or "", row.after or "")
        return not self._sought or any(self._sought in text.casefold() for text in texts)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Attributes in sight."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Five."""
        return 0 if parent.isValid() else len(HEADINGS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Headings of the columns."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return HEADINGS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Text, tint and tool tip of a cell."""
        row = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _text(row, index.column())
            case Qt.ItemDataRole.BackgroundRole if is_changed(row):
                tint = QColor(theme.tokens().caution)
                tint.setAlpha(TINT)
                return tint
            case Qt.ItemDataRole.ForegroundRole if index.column() == WHY:
                return QColor(theme.tokens().muted)
            case Qt.ItemDataRole.ToolTipRole:
                return _tip(row, index.column())
        return None


def _text(row: AttributeRow, column: int) -> str:
    if column == ATTRIBUTE:
        return f"{'    ' * row.depth}{'↳ ' if row.depth else ''}{row.name} {tag(row)}"
    if column == BEFORE:
        return row.before or ""
    if column == AFTER:
        return row.after or ""
    if column == DONE:
        words = in_words(row)
        return f"{SIGNS.get(words, '•')} {words}"
    return row.why


def _tip(row: AttributeRow, column: int) -> str:
    if column in {DONE, WHY}:
        layer = f"Decided by: {LAYERS.get(row.layer, row.layer)}" if row.layer else "Kept as it was"
        return "\n".join(filter(None, (row.why, layer)))
    return f"{row.name} {row.path}" if column == ATTRIBUTE else _text(row, column)
