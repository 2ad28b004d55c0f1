"""The report for support, shown before it is saved."""

from pathlib import Path

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QPlainTextEdit, QVBoxLayout, QWidget

from app.gui.dialogs.errors import show_error
from app.gui.session import Session
from app.gui.widgets.text import label
from app.storage import write_text
from app.workflows.support import PROMISE, support_report


class SupportDialog(QDialog):
    """What would be saved, to the last letter."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Report for support")
        self.text = QPlainTextEdit(support_report(session.project if session.is_open else None))
        self.text.setReadOnly(True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName("The report")
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Save | kinds.Close)
        buttons.button(kinds.Save).setText("&Save…")
        buttons.accepted.connect(self._choose)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(label(PROMISE))
        column.addWidget(self.text, 1)
        column.addWidget(buttons)
        letter = self.fontMetrics().averageCharWidth()
        self.resize(letter * 110, letter * 80)

    def save(self, file: Path) -> None:
        """Write what is shown, and close."""
        try:
            write_text(file, self.text.toPlainText(), private=True)
        except OSError as error:
            show_error(self, f"{file} cannot be written: {error.strerror}.", "Choose another place.")
        else:
            self.accept()

    def _choose(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Save the report", "leadglass-report.txt", "Text (*.txt)")
        if name:
            self.save(Path(name))
