"""Asks who reads a second time, and how many images."""

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.gui.widgets.text import label

USUAL = 50  # enough that the interval of a kappa says something


class SecondReadingDialog(QDialog):
    """The reader and the size of the random sample."""

    def __init__(self, readers: Sequence[str], labelled: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Second reading")
        self.reader = QComboBox()
        self.reader.setEditable(True)
        self.reader.addItems(list(readers))
        self.reader.setAccessibleName("Reader")
        self.number = QSpinBox()
        self.number.setRange(1, max(1, labelled))
        self.number.setValue(min(USUAL, labelled))
        self.number.setAccessibleName("Images")
        self.number.setSuffix(f" of {labelled:,} labelled images")
        form = QFormLayout()
        form.addRow("&Who reads", self.reader)
        form.addRow("&How many, at random", self.number)
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self.buttons.button(kinds.Ok).setText("&Begin")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.reader.currentTextChanged.connect(lambda _text: self._check())
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addWidget(
            label(
                "The images come in random order. No label is shown before the answer, neither of others nor "
                "one's own, and the answers change no label. One's own second reading shows how steady one is."
            )
        )
        layout.addLayout(form)
        layout.addWidget(self.buttons)
        self._check()

    def name(self) -> str:
        """Return who reads."""
        return self.reader.currentText().strip()

    def _check(self) -> None:
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(bool(self.name()))
