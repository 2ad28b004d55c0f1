"""Makes a label set: another question about the same images."""

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app.gui.widgets.text import label

SCOPES = (
    ("image", "each image"),
    ("series", "all images of a series"),
    ("study", "all images of a study"),
    ("patient", "all images of a patient"),
)


class LabelSetDialog(QDialog):
    """Name, what one answer is about, and whether several classes may hold at once."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("New label set")
        self.field = QLineEdit()
        self.field.setPlaceholderText("such as Finding, Projection, Image quality")
        self.scopes = QComboBox()
        for value, words in SCOPES:
            self.scopes.addItem(words, value)
        self.multiple = QCheckBox("Se&veral classes may hold at once")
        form = QFormLayout()
        form.addRow("&Name", self.field)
        form.addRow("One answer is &about", self.scopes)
        form.addRow("", self.multiple)
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self.buttons.button(kinds.Ok).setText("&Make")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.field.textChanged.connect(lambda _text: self._check())
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addWidget(
            label(
                "A label set is a question about the images, with classes of its own. A project can ask several."
            )
        )
        layout.addLayout(form)
        layout.addWidget(self.buttons)
        self._check()

    def name(self) -> str:
        """Return the set's name."""
        return self.field.text().strip()

    def scope(self) -> str:
        """Return what one answer is about."""
        return str(self.scopes.currentData())

    def several(self) -> bool:
        """Whether several classes may hold at once."""
        return self.multiple.isChecked()

    def _check(self) -> None:
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(bool(self.name()))
