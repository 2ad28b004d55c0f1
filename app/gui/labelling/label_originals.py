"""Asks whether readers see masked instances or, behind the unlocked vault, the originals."""

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QRadioButton, QVBoxLayout, QWidget

from app.errors import USER_ERRORS
from app.gui.dialogs.errors import show_error
from app.gui.dialogs.unlock import unlocked
from app.gui.session import Session
from app.gui.widgets.text import label

MASKED = "Nobody who labels sees a name. This is the right choice unless masks hide what must be judged."
ORIGINAL = (
    "Readers see names and dates where they are burned in. The vault must be unlocked, and the originals must lie "
    "where they were imported from. Labels are those of the masked images all the same, and only those are exported."
)


class LabelOriginalsDialog(QDialog):
    """Two choices; the history of every label says which one was on the screen."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Images to label")
        self._session = session
        self.masked = QRadioButton("Label &masked images")
        self.original = QRadioButton("Label &originals")
        now = self.original if session.project.label_originals else self.masked
        now.setChecked(True)
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self.buttons.accepted.connect(self._take)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        for choice, words in ((self.masked, MASKED), (self.original, ORIGINAL)):
            layout.addWidget(choice)
            layout.addWidget(label(words, "muted"))
        layout.addWidget(label("The history of each label says which one was on the screen."))
        layout.addWidget(self.buttons)
        self.setMinimumWidth(520)

    def _take(self) -> None:
        on = self.original.isChecked()
        try:
            if on and not unlocked(self._session, self):
                return
            self._session.label_originals(on=on)
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)
            return
        self.accept()
