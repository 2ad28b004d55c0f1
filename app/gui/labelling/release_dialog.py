"""A reader's decision about a data set in which something was found."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QListWidget,
    QVBoxLayout,
    QWidget,
)

from app.gui.session import Session
from app.gui.widgets.text import label

WORDS = (
    "The data set was searched before it was put in place, and this was found. Mostly the right answer is to rename "
    "the class or to mask the images again. If what was found tells of nobody, you can release the data set as it is: "
    "your name, the reason, the time and these places are kept in the project's audit trail."
)


class ReleaseDialog(QDialog):
    """The places, the reader and the reason; `released(reader, reason)` is the decision."""

    released = Signal(str, str)

    def __init__(self, session: Session, found: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Release what was found?")
        self.places = QListWidget()
        self.places.setAccessibleName("What was found")
        self.places.setWordWrap(True)
        self.places.addItems(list(found))
        self.reader, self.reason = QLineEdit(session.reader), QLineEdit()
        self.reason.setPlaceholderText("without names or numbers, such as: the class is called so")
        form = QFormLayout()
        form.addRow("&Reader", self.reader)
        form.addRow("Rea&son", self.reason)
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self.buttons.button(kinds.Ok).setText("Re&lease it")
        self.buttons.button(kinds.Cancel).setDefault(True)
        self.buttons.accepted.connect(self._take)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.addWidget(label(WORDS))
        layout.addWidget(self.places, 1)
        layout.addLayout(form)
        layout.addWidget(self.buttons)
        for field in (self.reader, self.reason):
            field.textChanged.connect(lambda _text: self._check())
        self._check()
        self.resize(620, 420)
        self.reason.setFocus()

    def _check(self) -> None:
        complete = bool(self.reader.text().strip() and self.reason.text().strip())
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(complete)

    def _take(self) -> None:
        self.accept()
        self.released.emit(self.reader.text().strip(), self.reason.text().strip())
