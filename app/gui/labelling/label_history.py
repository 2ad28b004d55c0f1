"""Shows every step of an image's label: who, when, from what to what, by which means."""

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from app.gui.widgets.small_table import SmallTable
from app.gui.widgets.text import label
from labeller import LabelEvent


class LabelHistoryDialog(QDialog):
    """Oldest first; the history only ever grows."""

    def __init__(self, title: str, events: Sequence[LabelEvent], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("History of the label")
        self.table = SmallTable(
            "History", ("When (UTC)", "Reader", "From", "To", "By", "On the screen", "Note")
        )
        self.table.fill(
            [
                (
                    event.at[:19].replace("T", " "),
                    event.reader,
                    event.previous or "–",
                    event.label or "–",
                    event.means,
                    event.shown or "–",
                    event.note,
                )
                for event in events
            ]
        )
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(label(title, "heading"))
        layout.addWidget(self.table if events else label("This image was never labelled.", "muted"))
        layout.addWidget(buttons)
        self.resize(720, 320)
