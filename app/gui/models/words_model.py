"""The distinct words and texts of a project as a table: how often, what, where, and what was said of them."""

from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import QObject, Qt

from anonymizer import WordAnswer
from app.gui import theme
from app.gui.models.roles import CHIP_ROLE
from app.gui.models.rows_model import Index, RowsModel
from app.workflows.words import Phrase, Said, WordReview

HEADINGS = ("Instances", "Text", "Now", "Attribute", "Answer")
COUNT, TEXT, NOW, WHERE, ANSWER = range(5)


class Asked(StrEnum):
    """Which texts are listed."""

    OPEN = "Not answered yet"
    TAKEN_OUT = "Taken out"
    KEPT = "Kept"
    ANSWERED = "Answered"
    ALL = "All"


def answer_in_words(said: Said | None) -> str:
    """What was said of a text, for people; "" while nobody did."""
    if said is None:
        return ""
    word = "Keep" if said.answer is WordAnswer.KEEP else "Mask"
    return f"{word} always" if said.for_site else word


class WordsModel(RowsModel[Phrase]):
    """All texts are held; `list_only` and `search` leave some in sight.

    A text that gets an answer stays in sight until the list is made anew, so that nothing moves under the
    reader's hand.
    """

    headings = HEADINGS

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._review: WordReview | None = None
        self._only, self._sought = Asked.OPEN, ""

    def show_review(self, review: WordReview | None) -> None:
        """Show another project's texts, or the same read anew."""
        self._review = review
        self._list()

    def list_only(self, only: Asked) -> None:
        """Leave these in sight."""
        self._only = only
        self._list()

    def search(self, text: str) -> None:
        """Leave in sight what has this text in it or in its attribute's name."""
        self._sought = text.strip().casefold()
        self._list()

    def place(self, phrase: Phrase) -> int:
        """The row of a text, -1 where it is not listed."""
        wanted = (phrase.key, phrase.kept)
        return next((row for row, each in enumerate(self.rows) if (each.key, each.kept) == wanted), -1)

    def refresh(self) -> None:
        """Show the answers anew."""
        if self.rows:
            self.dataChanged.emit(self.index(0, ANSWER), self.index(len(self.rows) - 1, ANSWER))

    def _list(self) -> None:
        self.beginResetModel()
        known: Sequence[Phrase] = self._review.phrases if self._review else ()
        self.rows = [each for each in known if self._is_listed(each) and self._is_sought(each)]
        self.endResetModel()

    def _is_listed(self, phrase: Phrase) -> bool:
        match self._only:
            case Asked.OPEN:
                return self._said(phrase) is None
            case Asked.ANSWERED:
                return self._said(phrase) is not None
            case Asked.ALL:
                return True
        return phrase.kept == (self._only is Asked.KEPT)

    def _is_sought(self, phrase: Phrase) -> bool:
        return not self._sought or self._sought in f"{phrase.text}\n{phrase.name}".casefold()

    def _said(self, phrase: Phrase) -> Said | None:
        return self._review.said(phrase) if self._review else None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Headings of the columns; numbers stand at the right."""
        if role == Qt.ItemDataRole.TextAlignmentRole and section == COUNT:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return super().headerData(section, orientation, role)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Text, chip and tool tip of a cell."""
        phrase = self.rows[index.row()]
        said = self._said(phrase)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _cells(phrase, said)[index.column()]
            case Qt.ItemDataRole.ToolTipRole:
                return phrase.text if index.column() == TEXT else f"{phrase.name} {phrase.path}"
            case Qt.ItemDataRole.TextAlignmentRole if index.column() == COUNT:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case _ if role == CHIP_ROLE:
                return _chip(phrase, said, index.column())
        return None


def _cells(phrase: Phrase, said: Said | None) -> tuple[str, ...]:
    now = "kept" if phrase.kept else "taken out"
    return f"{len(phrase.places):,}", phrase.text, now, phrase.name, answer_in_words(said)


def _chip(phrase: Phrase, said: Said | None, column: int) -> str:
    colours = theme.tokens()
    if column == NOW:
        return colours.good if phrase.kept else colours.caution
    if column == ANSWER and said is not None:
        return colours.good if said.answer is WordAnswer.KEEP else colours.caution
    return ""
