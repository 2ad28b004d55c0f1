"""What a page shows while it has nothing to show: why, and what to do next."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.gui.widgets.text import button, label


class EmptyState(QWidget):
    """A heading, a sentence, and buttons for what can be done; the first is the next step."""

    def __init__(
        self,
        heading: str,
        text: str,
        *actions: tuple[str, Callable[[], object]],
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
        self.buttons = [
            button(words, on_click, primary=number == 0) for number, (words, on_click) in enumerate(actions)
        ]
        for each in self.buttons:
            layout.addWidget(each, 0, Qt.AlignmentFlag.AlignCenter)
