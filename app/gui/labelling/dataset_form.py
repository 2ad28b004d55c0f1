"""The form of the Data set page: what goes into a data set and how it is written."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QWidget,
)

from app.gui.widgets.text import button, label
from labeller import DUPLICATE_RULES, FORMATS, LAYOUTS, RULES, Choice

_WINDOWED = ("png", "jpeg")
_WINDOWS = (
    ("The file's own first window", "file"),
    ("CT soft tissue: 40, 400", "40,400"),
    ("CT lung: −600, 1500", "-600,1500"),
    ("CT bone: 400, 1800", "400,1800"),
)
_MOST_CLASSES = 5  # rows that the list of classes shows at once


class DatasetForm(QWidget):
    """Every choice of an export but its name; `changed` tells that another data set would come out."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.classes = QListWidget()
        self.classes.setAccessibleName("Classes")
        self.classes.setMinimumHeight(60)
        self.rule = _combo("Which label counts", RULES)
        self.formats = _combo("Format", {name: one.words for name, one in FORMATS.items()})
        self.window_box = _combo("Window", {value: text for text, value in _WINDOWS})
        self.layout_box = _combo("Folders", LAYOUTS)
        self.duplicates = _combo("Near-duplicates of different patients", DUPLICATE_RULES)
        self.train, self.validation, self.seed = _percent(70), _percent(15), QSpinBox()
        self.seed.setRange(0, 999_999)
        self.seed.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.test = label(wrap=False)
        self.splits = QLineEdit()
        self.splits.setAccessibleName("Given splits: a CSV file")
        self.splits.setPlaceholderText("none: all patients are divided anew")
        self.splits.setClearButtonEnabled(True)
        self.unusable = QCheckBox("Answers such as “not sure” too, as classes")
        self.licence = QLineEdit()
        self.licence.setPlaceholderText("none stated")
        self.licence.setToolTip(
            "Stands in the data card, such as https://creativecommons.org/licenses/by/4.0/"
        )
        self._layout()
        self._connect()

    def show_classes(self, names: Mapping[str, int]) -> None:
        """List the classes with their images; what was ticked off stays so."""
        off = set(self.ticked(Qt.CheckState.Unchecked))
        self.classes.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self.classes.clear()
        for name, number in names.items():
            item = QListWidgetItem(f"{name}  ({number:,})")
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked if name in off else Qt.CheckState.Checked)
            self.classes.addItem(item)
        rows = max(2, min(_MOST_CLASSES, self.classes.count()))
        self.classes.setMaximumHeight(rows * max(20, self.classes.sizeHintForRow(0)) + 10)
        self.classes.blockSignals(False)  # noqa: FBT003

    def ticked(self, state: Qt.CheckState = Qt.CheckState.Checked) -> list[str]:
        """Return the classes that are ticked."""
        items = (self.classes.item(row) for row in range(self.classes.count()))
        return [str(item.data(Qt.ItemDataRole.UserRole)) for item in items if item.checkState() == state]

    def fractions(self) -> tuple[float, float, float]:
        """Return the shares of patients for training, validation and test; they add up to 1."""
        train, validation = self.train.value(), self.validation.value()
        return train / 100, validation / 100, (100 - train - validation) / 100

    def format(self) -> str:
        """Return the chosen format's name."""
        return str(self.formats.currentData())

    def given_file(self) -> Path | None:
        """Return the list of splits that are kept, if one was chosen."""
        text = self.splits.text().strip()
        return Path(text) if text else None

    def choice(self) -> Choice:
        """Return what is asked for, without the given splits."""
        everything = not self.ticked(Qt.CheckState.Unchecked)
        return Choice(
            classes=None if everything else tuple(self.ticked()),
            rule=str(self.rule.currentData()),
            fractions=self.fractions(),
            seed=self.seed.value(),
            duplicates=str(self.duplicates.currentData()),
            unusable=self.unusable.isChecked(),
        )

    def arguments(self) -> list[str]:
        """Return the same for the command line."""
        choice = self.choice()
        found = ["--format", self.format(), "--seed", str(choice.seed)]
        found += ["--split", ",".join(f"{share:.4f}" for share in choice.fractions)]
        found += ["--rule", choice.rule, "--duplicates", choice.duplicates]
        found += ["--layout", str(self.layout_box.currentData())]
        if self.format() in _WINDOWED:
            found.append(f"--window={self.window_box.currentData()}")
        for name in choice.classes or ():
            found += ["--class", name]
        if choice.unusable:
            found.append("--unusable")
        if licence := self.licence.text().strip():
            found.append(f"--licence={licence}")
        if (given := self.given_file()) is not None:
            found += ["--splits", str(given)]
        return found

    def show_test_share(self) -> None:
        """Show what is left for the test split."""
        self.validation.setMaximum(100 - self.train.value())
        self.test.setText(f"Test {100 * self.fractions()[2]:.0f} %")

    def _layout(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(5)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("&Classes", self.classes)
        form.addRow("", self.unusable)
        form.addRow("La&bel", self.rule)
        form.addRow("Form&at", self.formats)
        self.window_label = label("Wi&ndow", wrap=False)
        self.window_label.setTextFormat(Qt.TextFormat.AutoText)
        self.window_label.setBuddy(self.window_box)
        form.addRow(self.window_label, self.window_box)
        form.addRow("Fol&ders", self.layout_box)
        form.addRow("Patients", self._shares())
        form.addRow("&Seed", self.seed)
        self.seed.setToolTip("The same seed divides the same way.")
        form.addRow("Given splits", self._given())
        form.addRow("Near-d&uplicates", self.duplicates)
        form.addRow("Licence", self.licence)

    def put_first(self, text: str, widget: QWidget) -> None:
        """Add a row at the top."""
        form = self.layout()
        if isinstance(form, QFormLayout):
            form.insertRow(0, text, widget)

    def _shares(self) -> QHBoxLayout:
        shares = QHBoxLayout()
        shares.setSpacing(8)
        for text, widget in (("Tra&ining", self.train), ("Va&lidation", self.validation)):
            caption = label(text, wrap=False)
            caption.setTextFormat(Qt.TextFormat.AutoText)
            caption.setBuddy(widget)
            shares.addWidget(caption)
            shares.addWidget(widget, 1)
            widget.setMinimumWidth(56)  # a row that is wider than the page would be cut off
        shares.addWidget(self.test)
        return shares

    def _given(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.splits, 1)
        row.addWidget(
            button("Choose…", self._choose, tip="A CSV file with split and sop_instance_uid or patient")
        )
        return row

    def _choose(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "List of splits", "", "CSV (*.csv)")
        if name:
            self.splits.setText(name)

    def _connect(self) -> None:
        for spin in (self.train, self.validation, self.seed):
            spin.valueChanged.connect(lambda _value: self._on_share())
        for box in (self.rule, self.duplicates, self.formats):
            box.currentIndexChanged.connect(lambda _index: self._on_chosen())
        self.classes.itemChanged.connect(lambda _item: self.changed.emit())
        self.splits.textChanged.connect(lambda _text: self.changed.emit())
        self.unusable.toggled.connect(lambda _on: self.changed.emit())

    def _on_share(self) -> None:
        self.show_test_share()
        self.changed.emit()

    def _on_chosen(self) -> None:
        windowed = self.format() in _WINDOWED
        self.window_box.setVisible(windowed)
        self.window_label.setVisible(windowed)
        self.changed.emit()


def _combo(name: str, choices: Mapping[str, str]) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(18)
    for value, text in choices.items():
        box.addItem(text[:1].upper() + text[1:], value)
        box.setItemData(box.count() - 1, text, Qt.ItemDataRole.ToolTipRole)
    return box


def _percent(value: int) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(0, 100)
    spin.setSingleStep(5)
    spin.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    spin.setSuffix(" %")
    spin.setValue(value)
    return spin
