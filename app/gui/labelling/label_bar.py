"""Over the image that is labelled: which one it is, its present label, and the note beside it."""

from textwrap import shorten

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.gui.labelling.class_panel import chip
from app.gui.models.worklist_model import title
from app.gui.widgets.text import label, set_role
from labeller import InstanceRow, LabelClass

NOTE = 40
"""As many letters of a note are shown; all of it when it is edited or in the history."""


class LabelBar(QWidget):
    """Beside the image, never on it: the label must not hide what it judges."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.place = label("", "muted", wrap=False)
        self.name = label("", wrap=False)
        self.note = label("", "muted", wrap=False)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.colour = QLabel()
        self.label = label("", "heading", wrap=False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2, 0, 2, 0)
        layout.addWidget(self.name)
        layout.addWidget(self.place)
        layout.addStretch(1)
        layout.addWidget(self.note)
        layout.addWidget(self.colour)
        layout.addWidget(self.label)

    def show_row(self, row: InstanceRow | None, known: LabelClass | None, place: int, total: int) -> None:
        """Show the instance at `place` of `total` with its class (of several the first), None while it has none."""
        self.name.setText(title(row) if row else "")
        self.place.setText(f"{place + 1:,} of {total:,}" if row else "")
        note = row.note if row else ""
        self.note.setText(f"“{shorten(note, NOTE, placeholder='…')}”" if note else "")
        labelled = row is not None and row.label is not None
        self.label.setText((row.label or "no label") if row else "")
        set_role(self.label, "heading" if labelled else "muted")
        self.colour.setVisible(known is not None)
        if known is not None:
            self.colour.setPixmap(chip(known.colour).pixmap(16, 16))
