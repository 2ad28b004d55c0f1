"""Chooses a label class by typing the beginning of its name: for more classes than there are digits."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.gui.labelling.class_panel import chip, full_name
from labeller import LabelClass


class ClassPalette(QDialog):
    """A field and the classes that fit; Up and Down choose, Enter takes: `taken(name)`."""

    taken = Signal(str)

    def __init__(self, classes: Sequence[LabelClass], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Label")
        self._classes = list(classes)
        self.field = QLineEdit()
        self.field.setPlaceholderText("Type the beginning of a class")
        self.field.setAccessibleName("Class")
        self.list = QListWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.itemClicked.connect(lambda _item: self._take())
        self.field.textChanged.connect(self._fill)
        self.field.returnPressed.connect(self._take)
        layout = QVBoxLayout(self)
        layout.addWidget(self.field)
        layout.addWidget(self.list, 1)
        self.resize(360, 320)
        self._fill("")

    def names(self) -> list[str]:
        """Return the classes that fit what was typed."""
        return [str(self.list.item(n).data(Qt.ItemDataRole.UserRole)) for n in range(self.list.count())]

    def _fill(self, typed: str) -> None:
        wanted = typed.strip().casefold()
        fitting = [each for each in self._classes if wanted in full_name(each).casefold()]
        fitting.sort(key=lambda each: not each.name.casefold().startswith(wanted))
        self.list.clear()
        for each in fitting:
            item = QListWidgetItem(chip(each.colour), full_name(each))
            item.setData(Qt.ItemDataRole.UserRole, each.name)
            item.setToolTip(each.definition)
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _take(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.accept()
            self.taken.emit(str(item.data(Qt.ItemDataRole.UserRole)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down go through the list while one types."""
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.list.setCurrentRow(min(max(self.list.currentRow() + step, 0), self.list.count() - 1))
