"""Rectangles that a reader draws where the search for burned-in text missed something."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from anonymizer import Region
from app.gui.widgets.text import button, card, label

NOTE = "Masked pixels cannot be brought back, except by importing the original again."


class DrawBar(QWidget):
    """What was drawn on one instance and not masked yet, with what can be done about it."""

    changed = Signal()
    apply_wanted = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pending: dict[str, list[Region]] = {}
        self._sop = ""
        self.text = label("", "caution")
        self.every_frame = QCheckBox("On every &frame")
        self.every_frame.setChecked(True)
        self.apply_button = button("Apply (Enter)", self.apply_wanted.emit, primary=True)
        self.undo_button = button("Take back the last (Ctrl+Z)", self.undo)
        self.leave_button = button("Leave (Esc)", self.left.emit)
        frame, inside = card()
        row = QHBoxLayout()
        for widget in (self.apply_button, self.undo_button, self.leave_button, self.every_frame):
            row.addWidget(widget)
        row.addStretch(1)
        inside.addWidget(self.text)
        inside.addLayout(row)
        inside.addWidget(label(NOTE, "muted"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(frame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @property
    def pending(self) -> tuple[Region, ...]:
        """What was drawn on the instance in sight, oldest first."""
        return tuple(self._pending.get(self._sop, ()))

    def pending_of(self, sop_uid: str) -> tuple[Region, ...]:
        """What was drawn on an instance and not masked yet."""
        return tuple(self._pending.get(sop_uid, ()))

    def show_instance(self, sop_uid: str, *, frames: int) -> None:
        """Show what was drawn on this instance; it is kept while one looks at others."""
        self._sop = sop_uid
        self.every_frame.setVisible(frames > 1)
        self._show()

    def add(self, region: tuple[int, int, int, int], frame: int) -> None:
        """Add a rectangle, on every frame or on this one."""
        every = self.every_frame.isChecked() or self.every_frame.isHidden()
        drawn = Region(*region, None if every else frame, kind="waiting", found_by="reader")
        self._pending.setdefault(self._sop, []).append(drawn)
        self._show()

    def undo(self) -> None:
        """Take back the rectangle drawn last."""
        if drawn := self._pending.get(self._sop):
            drawn.pop()
            self._show()

    def forget(self, sop_uid: str, regions: tuple[Region, ...]) -> None:
        """Forget rectangles that are masked now."""
        self._pending[sop_uid] = [each for each in self.pending_of(sop_uid) if each not in regions]
        self._show()

    def _show(self) -> None:
        count = len(self.pending)
        words = f"{count} rectangle{'' if count == 1 else 's'} drawn, not masked yet."
        self.text.setText(words if count else "Draw a rectangle over what must not be seen.")
        self.undo_button.setEnabled(bool(count))
        self.changed.emit()
