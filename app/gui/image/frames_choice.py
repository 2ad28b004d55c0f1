"""For which frames of a cine a drawn box holds: all, the one in sight, or some in a row."""

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSpinBox, QWidget

from anonymizer import Region
from app.gui.widgets.text import label

ALL, HERE, SOME = range(3)
TIP = "For which frames the drawn or chosen box holds (E)"


class FramesChoice(QWidget):
    """`changed` tells that somebody chose otherwise. Frames count from 1 for people and from 0 elsewhere."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = QComboBox()
        self.kind.addItems(["On every frame", "On this frame", "On frames"])
        self.kind.setAccessibleName("Frames of the box")
        self.kind.setToolTip(TIP)
        self.first, self.last = QSpinBox(), QSpinBox()
        self.first.setAccessibleName("First frame")
        self.last.setAccessibleName("Last frame")
        for box in (self.first, self.last):
            box.setMaximumWidth(70)
        self.to = label("to", wrap=False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.kind, self.first, self.to, self.last):
            row.addWidget(widget)
        row.addStretch(1)
        self.kind.activated.connect(lambda _kind: self._on_chosen())
        self.first.valueChanged.connect(self.last.setMinimum)
        for box in (self.first, self.last):
            box.valueChanged.connect(lambda _value: self.changed.emit())
        self._frames = 1
        self._show_range()

    def show_instance(self, frames: int) -> None:
        """Offer the frames of an instance; nothing is offered where it has but one."""
        self._frames = frames
        self.setVisible(frames > 1)
        self._set(ALL, range(frames))

    def step(self) -> None:
        """Choose the next of the three."""
        self.kind.setCurrentIndex((self.kind.currentIndex() + 1) % self.kind.count())
        self._on_chosen()

    def frames_of(self, frame: int) -> tuple[int | None, tuple[int, ...]]:
        """What is chosen: the frame (the one in sight, or None for all but the second part's)."""
        kind = self.kind.currentIndex() if self._frames > 1 else ALL
        if kind == HERE:
            return frame, ()
        if kind == SOME:
            chosen = range(self.first.value() - 1, self.last.value())
            return None, tuple(n for n in range(self._frames) if n not in chosen)
        return None, ()

    def show_region(self, region: Region) -> None:
        """Show for which frames a box holds."""
        if region.frame is not None:
            self._set(HERE, [region.frame])
        else:
            left = [n for n in range(self._frames) if region.is_in(n)]
            self._set(SOME if region.spared else ALL, left)

    def _set(self, kind: int, frames: Iterable[int]) -> None:
        known = list(frames) or [0]
        for widget in (self.kind, self.first, self.last):
            widget.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self.kind.setCurrentIndex(kind)
        self.first.setRange(1, self._frames)
        self.last.setRange(1, self._frames)
        self.first.setValue(known[0] + 1)
        self.last.setValue(known[-1] + 1)
        for widget in (self.kind, self.first, self.last):
            widget.blockSignals(False)  # noqa: FBT003
        self._show_range()

    def _on_chosen(self) -> None:
        self._show_range()
        self.changed.emit()

    def _show_range(self) -> None:
        for widget in (self.first, self.to, self.last):
            widget.setVisible(self.kind.currentIndex() == SOME)
