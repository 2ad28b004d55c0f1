"""A card that is chosen among others: a title with its button, and what it means in plain words."""

from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QRadioButton, QVBoxLayout, QWidget

from app.gui.widgets.text import label


class ChoiceCard(QFrame):
    """`choice` is the button; a click anywhere on the card chooses it."""

    def __init__(self, title: str, description: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "choice")
        self.choice = QRadioButton(title)
        self.choice.setAccessibleDescription(description)
        self.choice.toggled.connect(lambda on: self._mark(on=on))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 10)
        column.setSpacing(3)
        column.addWidget(self.choice)
        column.addWidget(label(description, "muted"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the card wherever it is clicked."""
        self.choice.setChecked(True)
        self.choice.setFocus()
        super().mousePressEvent(event)

    def _mark(self, *, on: bool) -> None:
        self.setProperty("chosen", "true" if on else "false")
        self.style().unpolish(self)
        self.style().polish(self)
