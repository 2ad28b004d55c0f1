"""Which label set is worked in; new ones are made here too."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QWidget

from app.gui.widgets.text import label
from labeller import LabelSet

ABOUT = {"image": "", "series": " · per series", "study": " · per study", "patient": " · per patient"}


class SetBox(QWidget):
    """`chosen(name)` and `new_wanted`."""

    chosen = Signal(str)
    new_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = QComboBox()
        self.box.setAccessibleName("Label set")
        self.box.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys with the image
        self.box.activated.connect(lambda place: self.chosen.emit(str(self.box.itemData(place))))
        self.new = QToolButton()
        self.new.setText("+")
        self.new.setToolTip("Another label set: another question about the same images")
        self.new.setAccessibleName("New label set")
        self.new.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.new.clicked.connect(self.new_wanted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label("Label set", "muted", wrap=False))
        layout.addWidget(self.box, 1)
        layout.addWidget(self.new)

    def show_sets(self, sets: list[LabelSet], now: str) -> None:
        """List the sets and mark the one that is worked in."""
        with QSignalBlocker(self.box):
            self.box.clear()
            for each in sets:
                self.box.addItem(each.name + ABOUT[each.scope], each.name)
            self.box.setCurrentIndex(self.box.findData(now))
