"""Says that a project can only be looked at, because another window works in it."""

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from app.gui.widgets.text import button, label
from app.project_lock import Holder

LOOKING = frozenset({"label", "agreement"})
"""The pages that are of use without writing."""


class LookOnlyBanner(QFrame):
    """A line over the page; the button opens the project again, to write in it once it is free."""

    def __init__(self, again: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.text = label("", "caution")
        self.again = button(
            "&Try again", again, tip="Open the project again, to write in it if it is free now"
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.addWidget(self.text, 1)
        row.addWidget(self.again)
        self.hide()

    def show_writer(self, writer: Holder | None) -> None:
        """Name who works in the project; None hides the banner."""
        self.setVisible(writer is not None)
        if writer is not None:
            self.text.setText(
                f"To look at only: {writer} is working in this project. Nothing you do here is kept."
            )
