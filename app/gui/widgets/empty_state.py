"""What a page shows while it has nothing to show: why, and what to do next."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.gui.widgets.text import button, label


class EmptyState(QWidget):
    """A heading, a sentence and, where there is a next step, one button for it."""

    def __init__(
        self,
        heading: str,
        text: str,
        action: tuple[str, Callable[[], object]] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.setSpacing(10)
        self.heading = label(heading, "heading")
        self.text = label(text, "muted")
        for widget in (self.heading, self.text):
            widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(widget)
        if action is not None:
            self.button = button(*action, primary=True)
            layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignCenter)
