"""The review of free text at work: reads the vault beside the window's thread, answers, masks again by a job."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from anonymizer import Vault, WordAnswer
from app.errors import USER_ERRORS
from app.gui.background import Latest
from app.gui.dialogs.errors import show_error
from app.gui.dialogs.unlock import unlocked
from app.gui.jobs import JobRunner
from app.gui.masking.words_view import WordsView
from app.gui.session import Session
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.text import label
from app.gui.word_answers import WordAnswers
from app.project import Project
from app.workflows.words import WordReview


class WordReviewPane(QWidget):
    """`example_wanted(uid, path)`: show this instance and this attribute of it."""

    example_wanted = Signal(str, str)
    counted = Signal(int)  # how many texts nobody has answered for

    def __init__(self, session: Session, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session, self.jobs = session, jobs
        self._stale = True
        self.view = WordsView()
        self.answers = WordAnswers(session, self)
        self.locked = EmptyState(
            "The vault is locked",
            "Words that were taken out may be names, so they stand in the encrypted vault alone.",
            ("&Unlock the vault", self._unlock),
        )
        self.waiting = label("Reading the texts …", "muted")
        self.stack = QStackedWidget()
        for widget in (self.locked, self.waiting, self.view):
            self.stack.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 0)
        column.addWidget(self.stack)
        self._reading = Latest(self)
        self._reading.done.connect(self._on_read)
        self._reading.failed.connect(self._on_unreadable)
        self.view.answered.connect(self.answer)
        self.view.undo_wanted.connect(self.take_back)
        self.view.again_wanted.connect(self.mask_again)
        self.view.example_wanted.connect(self._show_example)
        self.answers.changed.connect(self._refresh)
        session.catalogue_changed.connect(self._on_catalogue_changed)
        session.vault_changed.connect(self._on_vault_changed)

    def activate(self) -> None:
        """Show the texts, read anew where instances changed; asks for nothing by itself."""
        if self.session.vault is None:
            self.stack.setCurrentWidget(self.locked)
        elif self._stale:
            self._stale = False
            if self.answers.review is None:
                self.stack.setCurrentWidget(self.waiting)
            self._reading.run(partial(_read, self.session.project, self.session.vault_opener()))
        elif self.answers.review is not None:
            self.stack.setCurrentWidget(self.view)
            self.view.table.setFocus()

    @property
    def running(self) -> bool:
        """Whether instances are being masked again."""
        job = self.view.panel.job
        return job is not None and not job.over

    def answer(self, answer: WordAnswer | None, for_site: bool) -> None:  # noqa: FBT001 - a signal sends it
        """Say this of the chosen texts and go on to the next."""
        chosen = self.view.table.chosen()
        if not chosen or self.answers.review is None:
            return
        last = self.view.model.place(chosen[-1])
        try:
            self.answers.give(chosen, answer, for_site=for_site)
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)
            return
        if answer is not None:
            self.view.table.go_to(last + 1)
        self.view.table.setFocus()

    def take_back(self) -> None:
        """Undo the last answer and go to its texts."""
        try:
            phrases = self.answers.take_back()
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)
            return
        self.view.table.choose(phrases)

    def mask_again(self) -> None:
        """Mask again, in a child process, what the answers change."""
        if self.running or self.answers.review is None or not self.answers.review.due():
            return
        arguments = ["words", str(self.session.project.folder), "--again"]
        environment = self.session.child_environment()
        job = self.jobs.start("Masking again", arguments, environment=environment)
        job.finished.connect(self._on_masked)
        job.ended.connect(self.session.catalogue_changed)
        self.view.panel.follow(job)
        self._refresh()

    def _on_masked(self, result: dict[str, object]) -> None:
        done, failed = result.get("masked", 0), result.get("failed", 0)
        text = f"{done:,} instances were masked again."
        if failed:
            text += f" {failed:,} were left as they are: their originals are gone or were changed."
        self.view.panel.say(text, "caution" if failed else "good")

    def _show_example(self) -> None:
        chosen, review = self.view.table.chosen(), self.answers.review
        if chosen and review is not None:
            self.example_wanted.emit(review.example(chosen[0]), chosen[0].path)

    def _on_read(self, review: WordReview) -> None:
        self.view.show_review(review)
        self.answers.use(review)
        self.stack.setCurrentWidget(self.view)
        if self.isVisible():
            self.view.table.setFocus()

    def _on_unreadable(self, message: str, remedy: str) -> None:
        self._stale = True
        self.waiting.setText(f"{message} {remedy}".strip())
        show_error(self, message, remedy)

    def _refresh(self) -> None:
        if self.answers.review is not None:
            self.view.refresh(can_undo=self.answers.can_undo, running=self.running)
            self.counted.emit(self.answers.review.unanswered())

    def _unlock(self) -> None:
        try:
            opened = unlocked(self.session, self)
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)
            return
        if opened:
            self.activate()

    def _on_vault_changed(self) -> None:
        if self.session.vault is None:
            self._reading.drop()
            self._stale = True
            self.answers.forget()  # the words may be names
            self.view.show_review(None)
            self.stack.setCurrentWidget(self.locked)

    def _on_catalogue_changed(self) -> None:
        self._stale = True
        if self.isVisible():
            self.activate()


def _read(project: Project, open_vault: Callable[[], Vault]) -> WordReview:
    with open_vault() as vault:
        return WordReview(project, vault)
