"""Above the image: what the Label page was asked to work on, and the way back to all images."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.gui.widgets.text import button, label


class TaskBanner(QFrame):
    """Hidden while all images are labelled; `left` tells that the task is to be ended."""

    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.title = label("", "heading")
        self.note = label("", "muted")
        self.said = label("")
        self.said.setAccessibleName("What the readers said")
        texts = QVBoxLayout()
        texts.setSpacing(2)
        for widget in (self.title, self.note, self.said):
            texts.addWidget(widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.addLayout(texts, 1)
        self.back = button("&Back to all images", self.left.emit, tip="The task stays as it is")
        row.addWidget(self.back)
        self.hide()

    def show_task(self, title: str, note: str) -> None:
        """Say what is worked on; an empty title hides the banner."""
        self.title.setText(title)
        self.note.setText(note)
        self.setVisible(bool(title))

    def show_said(self, said: Sequence[tuple[str, str]]) -> None:
        """Show what each reader said of the image in sight."""
        self.said.setText("\n".join(f"{reader}:  {label_}" for reader, label_ in said))
        self.said.setVisible(bool(said))
