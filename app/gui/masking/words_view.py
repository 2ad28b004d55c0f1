"""The review of free text as it is seen: filter and table, the chosen text in plain words, the answers."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from anonymizer import WordAnswer
from app.gui.masking.words_table import WordsTable
from app.gui.models.words_model import Asked, WordsModel, answer_in_words
from app.gui.widgets.job_panel import JobPanel
from app.gui.widgets.text import button, card, label, set_role
from app.workflows.words import Phrase, WordReview

KEEP, MASK = WordAnswer.KEEP, WordAnswer.MASK
MEANING = {
    (False, KEEP): "Keep: the word is harmless and stays when the instances are masked again.",
    (False, MASK): "Mask: it was rightly taken out, and always will be.",
    (True, KEEP): "Keep: the text is right as it stands.",
    (True, MASK): "Mask: it must go from every text when the instances are masked again.",
}


class WordsView(QWidget):
    """Knows no vault: the signals ask the page to answer, undo, open an example and mask again."""

    answered = Signal(object, bool)  # WordAnswer or None, for all projects of the site
    undo_wanted = Signal()
    example_wanted = Signal()
    again_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = WordsModel(self)
        self._review: WordReview | None = None
        self.summary = label("", "heading")
        self.note = label("", "muted")
        self.filter = QComboBox()
        self.filter.setAccessibleName("Which texts are listed")
        self.filter.addItems([asked.value for asked in Asked])
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search texts and attributes")
        self.search.setAccessibleName("Search the texts")
        self.search.setClearButtonEnabled(True)
        self.table = WordsTable(self.model)
        self.nothing = label("", "muted")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.said = label("", "heading")
        self.meaning = label("", "muted")
        self.panel = JobPanel()
        self._make_buttons()
        self._lay_out()
        self._connect()

    def _make_buttons(self) -> None:
        def give(answer: WordAnswer | None, *, for_site: bool = False) -> Callable[[], None]:
            return lambda: self.answered.emit(answer, for_site)

        every = "in all projects of this site, on this computer"
        rows: tuple[tuple[str, str, Callable[[], object], str], ...] = (
            ("Keep", "K", give(KEEP), "Harmless, in this project"),
            ("Mask", "M", give(MASK), "Always remove, in this project"),
            ("Keep always", "Shift+K", give(KEEP, for_site=True), f"Harmless {every}"),
            ("Mask always", "Shift+M", give(MASK, for_site=True), f"Always remove {every}"),
            ("Take answer away", "Del", give(None), "Say nothing of it any more"),
            ("Show an example", "Return", self.example_wanted.emit, "An instance in which it stands"),
            ("Undo", "Ctrl+Z", self.undo_wanted.emit, "Take the last answer back"),
        )
        self.buttons: dict[str, QPushButton] = {}
        for text, key, action, tip in rows:
            shown = "Enter" if key == "Return" else key
            self.buttons[text] = button(f"{text} ({shown})", action, tip=f"{tip} ({shown})")
            if key != "Return":  # of the table alone
                QShortcut(QKeySequence(key), self, action)
        self.again_button = button("", self.again_wanted.emit, primary=True)
        QShortcut(QKeySequence("Ctrl+Return"), self, self.again_wanted.emit)
        QShortcut(QKeySequence("Ctrl+F"), self, self.search.setFocus)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.summary, 1)
        top.addWidget(self.buttons["Undo"])
        top.addWidget(self.again_button)
        filters = QHBoxLayout()
        filters.addWidget(self.filter)
        filters.addWidget(self.search, 1)
        frame, inside = card()
        inside.addWidget(self.said)
        inside.addWidget(self.meaning)
        row = QHBoxLayout()
        for text in ("Keep", "Mask", "Keep always", "Mask always", "Take answer away"):
            row.addWidget(self.buttons[text])
        row.addStretch(1)
        row.addWidget(self.buttons["Show an example"])
        inside.addLayout(row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(top)
        column.addWidget(self.note)
        column.addWidget(self.panel)
        column.addLayout(filters)
        column.addWidget(self.table, 1)
        column.addWidget(self.nothing, 1)
        column.addWidget(frame)
        self.setTabOrder(self.table, self.buttons["Keep"])

    def _connect(self) -> None:
        self.filter.currentIndexChanged.connect(lambda place: self._list(tuple(Asked)[place]))
        self.search.textChanged.connect(self._search)
        self.table.picked.connect(self._show_chosen)
        self.table.opened.connect(self.example_wanted)

    # What is shown.

    def show_review(self, review: WordReview | None) -> None:
        """Show texts read anew, None: none; the chosen row stays."""
        row = self.table.currentIndex().row()
        self._review = review
        self.model.show_review(review)
        self.table.go_to(max(0, row))

    def refresh(self, *, can_undo: bool, running: bool) -> None:
        """Show the answers anew, and how much is to be masked again."""
        review = self._review
        if review is None:
            return
        self.model.refresh()
        open_ones = review.unanswered()
        self.summary.setText(
            f"{len(review.phrases):,} distinct texts in {review.instances:,} instances, {open_ones:,} to answer"
        )
        due = len(review.due())
        self.again_button.setText(f"Mask {due:,} again (Ctrl+Enter)" if due else "Nothing to mask again")
        self.again_button.setEnabled(bool(due) and not running)
        self.again_button.setToolTip(
            "From the originals; pseudonyms, labels and verdicts stay"
            if due
            else "No answer changes anything"
        )
        self.buttons["Undo"].setEnabled(can_undo)
        self._show_note(review)
        self._show_chosen()

    def _show_note(self, review: WordReview) -> None:
        text = "Words that no vocabulary has were taken out; one answer counts for every instance."
        if review.unread:
            text = f"{review.unread:,} instances were masked by an older version and are not listed."
        self.note.setText(text)
        set_role(self.note, "caution" if review.unread else "muted")

    def _list(self, only: Asked) -> None:
        self.model.list_only(only)
        self.table.go_to(0)
        self._show_chosen()

    def _search(self, text: str) -> None:
        self.model.search(text)
        self.table.go_to(0)
        self._show_chosen()

    def _show_chosen(self) -> None:
        chosen = self.table.chosen() if self.model.rows else []
        self.table.setVisible(bool(self.model.rows))
        self.nothing.setVisible(not self.model.rows)
        self.nothing.setText(self._why_nothing())
        for text in ("Keep", "Mask", "Keep always", "Mask always", "Take answer away", "Show an example"):
            self.buttons[text].setEnabled(bool(chosen))
        self.said.setText(self._chosen_in_words(chosen))
        self.meaning.setText("  ".join(_meanings(chosen)))

    def _chosen_in_words(self, chosen: list[Phrase]) -> str:
        if len(chosen) != 1:
            return f"{len(chosen):,} texts chosen: one answer for all" if chosen else "No text is chosen"
        (phrase,) = chosen
        done = "kept in" if phrase.kept else "taken out of"
        said = answer_in_words(self._review.said(phrase) if self._review else None)
        where = f"{phrase.name} {phrase.path}"
        answer = f". Answer: {said}" if said else ""
        return f"“{phrase.text}” stands in {len(phrase.places):,} instances, {done} {where}{answer}"

    def _why_nothing(self) -> str:
        if self.search.text().strip():
            return "Nothing has this text in it."
        if self._review is None or not self._review.phrases:
            return (
                "No free text was kept, and no word of it taken out one by one. Profiles without “Clean "
                "descriptors” remove descriptions whole."
            )
        if tuple(Asked)[self.filter.currentIndex()] is Asked.OPEN:
            return "Everything is answered."
        return "Nothing is listed here."


def _meanings(chosen: list[Phrase]) -> list[str]:
    kinds = {phrase.kept for phrase in chosen}
    if len(kinds) != 1:
        return []
    (kept,) = kinds
    return [MEANING[kept, KEEP], MEANING[kept, MASK]]
