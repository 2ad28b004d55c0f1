"""Which instances the Label page lists: by label, modality, text, and what is asked for further."""

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from labeller import SORTS, Catalogue, InstanceFilter

TYPING_MS = 300  # after the last letter the list is read again
_BY = ("patient", "modality", "body_part", "label")  # orders that are named by what they go by
ALL, UNLABELLED, LABELLED, CLASS = "all", "unlabelled", "labelled", "class:"


class WorklistFilter(QWidget):
    """Two boxes, a field and a button; `changed` tells that another list is wanted.

    `more_wanted` asks for a dialog with further choices, which come back by `choose`.
    """

    changed = Signal()
    more_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.labels, self.modalities = QComboBox(), QComboBox()
        self.labels.setAccessibleName("Which labels")
        self.modalities.setAccessibleName("Which modality")
        self.order = QComboBox()
        self.order.setAccessibleName("Sorted by")
        self.order.setToolTip("In which order images are listed")
        for name, words in SORTS.items():
            self.order.addItem(f"By {words}" if name in _BY else words.capitalize(), name)
        self.further = InstanceFilter()
        self.text = QLineEdit()
        self.text.setPlaceholderText("Find in descriptions")
        self.text.setAccessibleName("Find in descriptions, body part and pseudonym")
        self.text.setClearButtonEnabled(True)
        self._typed = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typed.timeout.connect(self.changed)
        self.text.textChanged.connect(lambda _text: self._typed.start())
        self.more = QToolButton()
        self.more.setToolTip("Find by body part, sex, age, reader, answer, note … (Ctrl+F)")
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.more.clicked.connect(self.more_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        layout, lower = QHBoxLayout(), QHBoxLayout()
        column.addLayout(layout)
        column.addLayout(lower)
        for box in (self.labels, self.modalities):  # first, as Tab goes in this order
            layout.addWidget(box, 1)
        lower.addWidget(self.text, 1)
        lower.addWidget(self.more)
        self.choose(InstanceFilter(), 0)
        column.addWidget(self.order)
        for box in (self.labels, self.modalities, self.order):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(6)
            box.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys with the image
            box.currentIndexChanged.connect(lambda _index: self.changed.emit())

    def choose(self, further: InstanceFilter, number: int) -> None:
        """Take further choices, so many."""
        self.further = further
        self.more.setText(f"Filter ({number})" if number else "Filter…")
        self.changed.emit()

    def show_choices(self, catalogue: Catalogue) -> None:
        """List the classes and modalities of the catalogue; the present choice stays where it can."""
        classes = [(known.name, CLASS + known.name) for known in catalogue.classes()]
        states = [("All images", ALL), ("Without label", UNLABELLED), ("With label", LABELLED), *classes]
        _fill(self.labels, states)
        found = filter(None, catalogue.values("modality"))
        _fill(self.modalities, [("All kinds", ""), *((name, name) for name in found)])

    def sort(self) -> str:
        """Return the chosen order's name."""
        return str(self.order.currentData())

    def instance_filter(self) -> InstanceFilter:
        """Return the choice as the catalogue takes it."""
        state = str(self.labels.currentData() or ALL)
        return replace(
            self.further,
            text=self.text.text(),
            modality=str(self.modalities.currentData() or "") or None,
            labelled={UNLABELLED: False, LABELLED: True}.get(state),
            label=state.removeprefix(CLASS) if state.startswith(CLASS) else None,
        )


def _fill(box: QComboBox, choices: list[tuple[str, str]]) -> None:
    chosen = box.currentData()
    with QSignalBlocker(box):
        box.clear()
        for text, value in choices:
            box.addItem(text, value)
        box.setCurrentIndex(max(0, box.findData(chosen)))
