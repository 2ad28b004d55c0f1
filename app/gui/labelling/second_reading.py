"""Asks who reads a second time, of which images, and how many of them."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QTimer
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
from labeller import InstanceFilter

USUAL = 50  # enough that the interval of a kappa says something


class SecondReadingDialog(QDialog):
    """The reader, the images that are drawn from, and the size of the random sample.

    `samples` are what may be drawn from, by their names; `count` tells how many images that are.
    """

    def __init__(
        self,
        readers: Sequence[str],
        samples: Mapping[str, InstanceFilter],
        count: Callable[[InstanceFilter], int],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._samples, self._number_of = samples, count
        self.setWindowTitle("Second reading")
        self.reader = QComboBox()
        self.reader.setEditable(True)
        self.reader.addItems(list(readers))
        self.reader.setAccessibleName("Reader")
        self.number = QSpinBox()
        self.number.setAccessibleName("Images")
        self.sample = QComboBox()
        self.sample.addItems(list(samples))
        self.sample.setAccessibleName("Drawn from")
        self.sample.currentTextChanged.connect(lambda _text: self._on_sample())
        form = QFormLayout()
        form.addRow("&Who reads", self.reader)
        form.addRow("&Drawn from", self.sample)
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
        self._on_sample()
        field = self.reader.lineEdit()
        if field is not None:
            QTimer.singleShot(0, field, field.selectAll)  # a name that is typed takes the place of one's own

    def only(self) -> InstanceFilter:
        """Return what the sample is drawn from."""
        return self._samples[self.sample.currentText()]

    def _on_sample(self) -> None:
        self._found = self._number_of(self.only())
        self.number.setRange(min(1, self._found), self._found)
        self.number.setValue(min(USUAL, self._found))
        self.number.setSuffix(f" of {self._found:,} labelled images")
        self._check()

    def name(self) -> str:
        """Return who reads."""
        return self.reader.currentText().strip()

    def _check(self) -> None:
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(
            bool(self.name()) and self._found > 0
        )
