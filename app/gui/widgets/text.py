"""Labels, buttons and frames that take their look from the style sheet by a `role`."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget


def label(text: str = "", role: str = "", *, wrap: bool = True) -> QLabel:
    """Make a label of plain text; roles: title, heading, muted, figure, good, caution, bad."""
    widget = QLabel(text)
    widget.setTextFormat(Qt.TextFormat.PlainText)
    widget.setWordWrap(wrap)
    if role:
        widget.setProperty("role", role)
    return widget


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget another look."""
    widget.setProperty("role", role)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class _Button(QPushButton):
    """Enter presses it as Space does: on a page as in a dialog."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)


def button(text: str, on_click: Callable[[], object], *, primary: bool = False, tip: str = "") -> QPushButton:
    """Make a push button; the primary one is the next thing that most people want to do."""
    widget = _Button(text)
    if primary:
        widget.setProperty("role", "primary")
    widget.setToolTip(tip)
    widget.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    widget.clicked.connect(lambda _checked: on_click())
    return widget


def card() -> tuple[QFrame, QVBoxLayout]:
    """Make a raised area and its layout."""
    frame = QFrame()
    frame.setProperty("role", "card")
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(14, 12, 14, 12)
    layout.setSpacing(6)
    return frame, layout


def scrolled(inner: QWidget) -> QScrollArea:
    """Give the widget scroll bars where it does not fit."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    inner.setProperty("role", "scrolled")
    area.setWidget(inner)
    return area
