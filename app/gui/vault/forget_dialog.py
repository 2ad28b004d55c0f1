"""Asks twice before the way back to a patient is destroyed."""

from collections.abc import Sequence

from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from app.gui.widgets.text import label
from app.workflows.vaults import EVERYONE, FORGETTING, ONE_PATIENT

WORD = "forget"  # what a person types to say that it is meant


class ForgetDialog(QDialog):
    """What is lost, a box to say that it was read, and a word to type; only then can the button be pressed."""

    def __init__(self, pseudonyms: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        everyone = not pseudonyms
        self.setWindowTitle("Forget everyone" if everyone else "Forget a patient")
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        whom = "Every patient of this project" if everyone else ", ".join(pseudonyms)
        layout.addWidget(label(f"{whom} will be forgotten", "heading"))
        for sentence in (*FORGETTING, EVERYONE if everyone else ONE_PATIENT):
            layout.addWidget(label(f"•  {sentence}"))
        self.read = QCheckBox("I have &read this, and it is meant")
        self.word = QLineEdit()
        self.word.setPlaceholderText(f"Type “{WORD}” to go on")
        self.word.setAccessibleName(f"Type {WORD} to go on")
        layout.addSpacing(6)
        layout.addWidget(self.read)
        layout.addWidget(self.word)
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self.forget = self.buttons.button(kinds.Ok)
        self.forget.setText("&Forget for ever")
        self.buttons.button(kinds.Cancel).setDefault(True)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout.addWidget(self.buttons)
        self.read.toggled.connect(lambda _on: self._check())
        self.word.textChanged.connect(lambda _text: self._check())
        self._check()
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 80)

    def _check(self) -> None:
        meant = self.read.isChecked() and self.word.text().strip().lower() == WORD
        self.forget.setEnabled(meant)
