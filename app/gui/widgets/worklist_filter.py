"""Which instances the Label page lists: by label and by modality."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from labeller import Catalogue, InstanceFilter

ALL, UNLABELLED, LABELLED, CLASS = "all", "unlabelled", "labelled", "class:"


class WorklistFilter(QWidget):
    """Two boxes; `changed` tells that another list is wanted."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.labels, self.modalities = QComboBox(), QComboBox()
        self.labels.setAccessibleName("Which labels")
        self.modalities.setAccessibleName("Which modality")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for box in (self.labels, self.modalities):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(6)
            box.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys with the image
            box.currentIndexChanged.connect(lambda _index: self.changed.emit())
            layout.addWidget(box, 1)

    def show_choices(self, catalogue: Catalogue) -> None:
        """List the classes and modalities of the catalogue; the present choice stays where it can."""
        classes = [(known.name, CLASS + known.name) for known in catalogue.classes()]
        states = [("All images", ALL), ("Without label", UNLABELLED), ("With label", LABELLED), *classes]
        _fill(self.labels, states)
        found = sorted(filter(None, catalogue.counts_by_modality()))
        _fill(self.modalities, [("All kinds", ""), *((name, name) for name in found)])

    def instance_filter(self) -> InstanceFilter:
        """Return the choice as the catalogue takes it."""
        state = str(self.labels.currentData() or ALL)
        return InstanceFilter(
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
