"""What a model said of images, as a table with a bar for each class; built for a hundred thousand rows."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QModelIndex, QObject, Qt
from PySide6.QtGui import QColor

from app.gui import theme
from app.gui.models.rows_model import Index, RowsModel

SHARE = Qt.ItemDataRole.UserRole  # a probability, for the bar
NO_ANSWER = (
    "Unlike anything the model learned from: it gives no answer. The figures are what it would have said."
)
MOST_CLASSES = 8  # further ones are in the tool tip
HEADINGS: Sequence[str] = ("Image", "Predicted", "Reader")
FIRST_CLASS = 3  # column of the first class


@dataclass(frozen=True, slots=True)
class Predicted:
    """One image with what the model says and, where there is one, the reader's label."""

    path: Path
    name: str  # what the table calls it
    predicted: str
    probabilities: Mapping[str, float] = field(default_factory=dict)
    label: str | None = None
    error: str = ""
    unlike: float | None = None  # distance to what the model learned from; beyond 1 it gives no answer

    @property
    def differs(self) -> bool:
        """Whether the reader says otherwise."""
        return self.label is not None and self.answered and self.label != self.predicted

    @property
    def likeliest(self) -> str:
        """The class that the model says, or would have said."""
        return self.predicted or max(
            self.probabilities, key=lambda name: self.probabilities[name], default=""
        )

    @property
    def answered(self) -> bool:
        """Whether the model gave an answer."""
        return bool(self.predicted) and not self.error

    @property
    def doubt(self) -> float:
        """How little the model knows: 0 where it is sure of one class, 1 where all are as likely or it says nothing."""
        if not self.predicted:
            return 1.0
        shares = [share for share in self.probabilities.values() if share > 0]
        return -sum(share * math.log(share) for share in shares) / math.log(max(2, len(self.probabilities)))

    def in_words(self) -> str:
        """Return all classes with their probabilities, the likeliest first."""
        if self.error:
            return self.error
        ranked = sorted(self.probabilities.items(), key=lambda pair: -pair[1])
        shares = [f"{name}: {share:.1%}" for name, share in ranked]
        return "\n".join([*self._familiarity(), *shares])

    def _familiarity(self) -> list[str]:
        if not self.predicted:
            return [NO_ANSWER]
        if self.unlike is None:
            return []
        return [f"Unlike what the model learned from: {self.unlike:.0%} of the limit"]


def most_useful(rows: Sequence[Predicted]) -> list[Predicted]:
    """Images that no reader has labelled, those first of which the model is least sure: a label teaches it most."""
    unread = [row for row in rows if row.label is None and not row.error]
    return sorted(unread, key=lambda row: (-row.doubt, row.name))


class PredictionsModel(RowsModel[Predicted]):
    """Columns: image, predicted class, reader's label, then a probability for each class."""

    headings = HEADINGS

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.classes: tuple[str, ...] = ()

    def show_rows(self, rows: Sequence[Predicted]) -> None:
        """Show these in place of the present ones."""
        self.beginResetModel()
        self.rows = list(rows)
        self.classes = next((tuple(row.probabilities) for row in rows if row.probabilities), ())
        self.headings = (*HEADINGS, *self.classes)
        self.endResetModel()

    def append(self, rows: Sequence[Predicted]) -> None:
        """Add rows at the end, all in one go."""
        if not self.classes:
            self.show_rows([*self.rows, *rows])
            return
        first = len(self.rows)
        self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
        self.rows += rows
        self.endInsertRows()

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Three, and one a class."""
        return 0 if parent.isValid() else FIRST_CLASS + min(len(self.classes), MOST_CLASSES)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Text, probability, colour and tool tip of a cell."""
        row, column = self.rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(row, column)
            case Qt.ItemDataRole.UserRole if column >= FIRST_CLASS:
                return row.probabilities.get(self.classes[column - FIRST_CLASS])
            case Qt.ItemDataRole.ForegroundRole if column < FIRST_CLASS and (row.differs or not row.answered):
                return QColor(theme.tokens().bad if row.error else theme.tokens().caution)
            case Qt.ItemDataRole.ToolTipRole:
                return row.in_words()
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; by the reader's label, disagreements stand together."""
        self.layoutAboutToBeChanged.emit()
        self.rows.sort(key=lambda row: self._rank(row, column), reverse=order == Qt.SortOrder.DescendingOrder)
        self.layoutChanged.emit()

    def _text(self, row: Predicted, column: int) -> str:
        if column == 0:
            return row.name
        if column == 1:
            return "✕ not readable" if row.error else row.predicted or "? unlike the training"
        if column < FIRST_CLASS:
            mark = "≠ " if row.differs else "✓ " if row.answered else ""
            return f"{mark}{row.label}" if row.label else "–"
        share = row.probabilities.get(self.classes[column - FIRST_CLASS])
        return "" if share is None else f"{share:.0%}"

    def _rank(self, row: Predicted, column: int) -> tuple[object, ...]:
        if column == FIRST_CLASS - 1:
            return (not row.differs, row.label or "", row.name)
        if column < FIRST_CLASS:
            return (self._text(row, column), row.name)
        return (row.probabilities.get(self.classes[column - FIRST_CLASS], 0.0),)
