"""Answers about words and texts, given for all instances at once and taken back last one first."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from anonymizer import Vault, WordAnswer
from app.gui.session import Session
from app.workflows.words import Phrase, Said, WordReview, restore, say


class WordAnswers(QObject):
    """Keeps what a person says durably; `changed` tells of it.

    Every method that writes may raise VaultError or SettingsError.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._before: list[list[tuple[Phrase, Said | None]]] = []
        self.review: WordReview | None = None

    def use(self, review: WordReview) -> None:
        """Work on this review; what was answered in an earlier one can still be taken back."""
        self.review = review
        self.changed.emit()

    def forget(self) -> None:
        """Know no texts any more, as when the vault is locked."""
        self.review = None
        self._before.clear()

    @property
    def can_undo(self) -> bool:
        """Whether an answer can be taken back."""
        return bool(self._before)

    def give(self, phrases: Sequence[Phrase], answer: WordAnswer | None, *, for_site: bool = False) -> None:
        """Say the same of these texts; None: say nothing of them any more."""
        review, vault = self._open()
        before = [(phrase, review.said(phrase)) for phrase in phrases]
        if answer is None:
            for phrase in phrases:
                restore(self._session.project, vault, phrase.text, None)
        else:
            texts = [phrase.text for phrase in phrases]
            say(self._session.project, vault, texts, answer, for_site=for_site)
        self._before.append(before)
        self._read_anew(phrases)

    def take_back(self) -> list[Phrase]:
        """Undo the last answer; returns the texts that it was about."""
        if not self._before:
            return []
        _, vault = self._open()
        before = self._before.pop()
        for phrase, said in before:
            restore(self._session.project, vault, phrase.text, said)
        phrases = [phrase for phrase, _ in before]
        self._read_anew(phrases)
        return phrases

    def _open(self) -> tuple[WordReview, Vault]:
        if self.review is None or self._session.vault is None:
            raise RuntimeError("There is no review to answer.")  # a bug: the buttons are off then
        return self.review, self._session.vault

    def _read_anew(self, phrases: Sequence[Phrase]) -> None:
        review, vault = self._open()
        review.read_answers(vault, [phrase.text for phrase in phrases])
        self.changed.emit()
