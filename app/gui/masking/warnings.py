"""What should be known of a choice of rules before the first import: each in a sentence, with what to do."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from anonymizer import Conflict
from app.gui.widgets.text import label, scrolled


class Warnings(QWidget):
    """A heading and the sentences; hidden where there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = label("", "heading")
        self.text = label("", "caution")
        inner = QWidget()
        inside = QVBoxLayout(inner)
        inside.setContentsMargins(0, 0, 8, 0)
        inside.addWidget(self.text)
        inside.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.heading)
        column.addWidget(scrolled(inner), 1)

    def show_conflicts(self, conflicts: Sequence[Conflict]) -> None:
        """Show these in place of the present ones."""
        count = len(conflicts)
        self.heading.setText(f"Think about {count} thing{'' if count == 1 else 's'}")
        self.text.setText("\n".join(f"▲ {conflict.text} {conflict.remedy}" for conflict in conflicts))
        self.setVisible(bool(conflicts))
