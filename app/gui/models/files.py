"""What an import did with each file, as a table; built for a hundred thousand rows that arrive in batches."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt
from PySide6.QtGui import QColor

from app.gui import theme
from app.gui.models.rows_model import Index, RowsModel

HEADINGS = ("File", "Outcome", "Reason")
# Outcome -> sign, colour token; word and sign say it without the colour. "review" is a masked instance
# that a human should look at.
LOOKS = {
    "masked": ("✓", "good"),
    "review": ("◐", "caution"),
    "quarantined": ("■", "caution"),
    "failed": ("✕", "bad"),
    "skipped": ("–", "muted"),
}


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file of the table."""

    path: str
    outcome: str
    reason: str

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> "FileRow":
        """Make a row from a FileRecord as the job's line gives it."""
        outcome, reason = str(facts.get("outcome", "failed")), str(facts.get("reason") or "")
        review = [str(text) for text in facts.get("review") or ()]
        if outcome == "masked" and review:
            return cls(str(facts.get("path", "")), "review", "; ".join(review))
        return cls(str(facts.get("path", "")), outcome, reason)


class FilesModel(RowsModel[FileRow]):
    """Rows in the order in which they were done; `show_only` leaves one outcome in sight."""

    headings = HEADINGS

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[FileRow] = []
        self._only = ""
        self.counts: Counter[str] = Counter()

    def clear(self) -> None:
        """Forget all rows."""
        self.beginResetModel()
        self._all, self.rows = [], []
        self.counts.clear()
        self.endResetModel()

    def append(self, rows: Sequence[FileRow]) -> None:
        """Add rows at the end, all in one go."""
        self._all += rows
        self.counts.update(row.outcome for row in rows)
        new = [row for row in rows if self._only in ("", row.outcome)]
        if new:
            first = len(self.rows)
            self.beginInsertRows(QModelIndex(), first, first + len(new) - 1)
            self.rows += new
            self.endInsertRows()

    def show_only(self, outcome: str) -> None:
        """Show rows of this outcome only; "" for all."""
        self.beginResetModel()
        self._only = outcome
        self.rows = [row for row in self._all if outcome in ("", row.outcome)]
        self.endResetModel()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Text, colour and tool tip of a cell."""
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            sign, _ = LOOKS[row.outcome]
            return (row.path, f"{sign} {row.outcome}", row.reason)[index.column()]
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == 1:
            return QColor(getattr(theme.tokens(), LOOKS[row.outcome][1]))
        if role == Qt.ItemDataRole.ToolTipRole:
            return (row.path, row.outcome, row.reason)[index.column()]
        return None
