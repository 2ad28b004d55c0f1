"""How the Label page is laid out: list at the left, image in the middle, classes at the right."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

Column = Sequence[QWidget]


def three_columns(left: Column, middle: Column, right: Column, *, stretched: Column) -> QSplitter:
    """Set the widgets beneath each other in three columns; the `stretched` ones take the room."""
    splitter = QSplitter(Qt.Orientation.Horizontal)
    for widgets in (left, middle, right):
        splitter.addWidget(_column(widgets, stretched))
    splitter.setStretchFactor(1, 1)
    splitter.setSizes([250, 700, 260])
    splitter.setChildrenCollapsible(False)
    return splitter


def button_row(*buttons: QPushButton) -> QWidget:
    """Set buttons beside each other; a click on one leaves the keys with the image."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    for each in buttons:
        each.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row.addWidget(each)
    row.addStretch(1)
    return holder


def _column(widgets: Column, stretched: Column) -> QWidget:
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(6, 0, 6, 0)
    layout.setSpacing(6)
    for widget in widgets:
        layout.addWidget(widget, 1 if widget in stretched else 0)
    return holder
