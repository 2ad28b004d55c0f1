"""What can be done with boxes that were drawn, or chosen to be shown again, and not applied yet."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from app.gui.region_edits import Draft
from app.gui.widgets.job_panel import JobPanel
from app.gui.widgets.text import button, card, label

HINT = "Draw a box over what must not be seen. Click a box to choose it: arrows move, Shift+arrows resize, Del deletes."
NOTE = "Del on a masked box shows it again, from the original. All of it can be taken back (Ctrl+Z)."


class DrawBar(QWidget):
    """A sentence and buttons; `apply_wanted(scope)` names for which images."""

    apply_wanted = Signal(str)
    undo_wanted = Signal()
    redo_wanted = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = label("", "caution")
        self.every_frame = QCheckBox("On every &frame")
        self.every_frame.setChecked(True)
        self.apply_buttons = tuple(
            button(text, self._applier(scope), primary=scope == "instance", tip=tip)
            for scope, text, tip in (
                ("instance", "Apply (Enter)", "To this image (Enter on the image)"),
                ("series", "To the series", "To all images of the series that have this size (Shift+Enter)"),
                (
                    "device",
                    "To this device",
                    "To all images of the same manufacturer, model, size and kind of colour (Ctrl+Enter)",
                ),
                (
                    "always",
                    "Always",
                    "To all images of this device, and at import from now on: a device rule (Ctrl+Shift+Enter)",
                ),
            )
        )
        self.apply_button = self.apply_buttons[0]
        self.undo_button = button("Undo", self.undo_wanted.emit, tip="Take the last step back (Ctrl+Z)")
        self.redo_button = button("Redo", self.redo_wanted.emit, tip="Take it again (Ctrl+Y)")
        self.leave_button = button("Leave (Esc)", self.left.emit)
        self.note = label(NOTE, "muted")
        self.panel = JobPanel()
        self._lay_out()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def _lay_out(self) -> None:
        frame, inside = card()
        row = QHBoxLayout()
        for widget in (*self.apply_buttons, self.undo_button, self.redo_button, self.leave_button):
            row.addWidget(widget)
        row.addStretch(1)
        inside.addWidget(self.text)
        inside.addLayout(row)
        inside.addWidget(self.every_frame)
        inside.addWidget(self.note)
        inside.addWidget(self.panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(frame)

    def show_draft(self, draft: Draft, *, running: bool, can_undo: bool, can_redo: bool) -> None:
        """Say what waits, and offer what can be done."""
        self.text.setText(_words(draft))
        for each in self.apply_buttons:
            each.setEnabled(bool(draft) and not running)
        self.undo_button.setEnabled(can_undo)
        self.redo_button.setEnabled(can_redo)

    def _applier(self, scope: str) -> Callable[[], None]:
        return lambda: self.apply_wanted.emit(scope)


def _words(draft: Draft) -> str:
    parts = [_count(len(draft.drawn), "drawn, not masked yet"), _count(len(draft.shown), "to be shown again")]
    told = "; ".join(part for part in parts if part)
    return f"{told}." if told else HINT


def _count(number: int, what: str) -> str:
    return f"{number} box{'' if number == 1 else 'es'} {what}" if number else ""
