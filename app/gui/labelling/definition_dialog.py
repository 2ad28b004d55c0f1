"""Writes when a label class holds."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from app.gui.widgets.text import label
from labeller import LabelClass


class DefinitionDialog(QDialog):
    """`written(text)`: the definition, where it is another than before."""

    written = Signal(str)

    def __init__(self, known: LabelClass, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Definition")
        self._before = known.definition
        self.field = QPlainTextEdit(known.definition)
        self.field.setAccessibleName(f"When {known.name} holds")
        self.field.setTabChangesFocus(True)  # else the keyboard would not get out of the field
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        QShortcut(QKeySequence("Ctrl+Return"), self, self.accept)
        layout = QVBoxLayout(self)
        layout.addWidget(label(f"“{known.name}” holds when:"))
        layout.addWidget(self.field, 1)
        layout.addWidget(label("Readers see it with D. Ctrl+Enter saves.", "muted"))
        layout.addWidget(self.buttons)
        self.resize(420, 260)
        self.accepted.connect(self._on_accepted)

    def _on_accepted(self) -> None:
        text = self.field.toPlainText().strip()
        if text != self._before:
            self.written.emit(text)
