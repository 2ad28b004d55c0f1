"""The tool "Mask more": rectangles are drawn on the masked image, then masked for good by a job."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QToolButton, QWidget

from anonymizer import Region
from app.gui.dialogs.errors import show_error
from app.gui.jobs import JobRunner
from app.gui.session import Session
from app.gui.widgets.compare_view import CompareView, Side
from app.gui.widgets.draw_bar import DrawBar


class MaskingByHand(QObject):
    """Owns the tool's button and bar. `masked(sop)` tells that pixels of an instance were masked."""

    masked = Signal(str)
    changed = Signal()  # drawing began or ended, or another rectangle waits

    def __init__(self, session: Session, jobs: JobRunner, compare: CompareView, page: QWidget) -> None:
        super().__init__(page)
        self._session, self._jobs, self._compare, self._page = session, jobs, compare, page
        self._sop = ""
        self._regions: tuple[Region, ...] = ()
        self._running: set[str] = set()
        self.bar = DrawBar()
        self.button = QToolButton()
        self.button.setText("▭ Mask more")
        self.button.setToolTip("Draw rectangles over what must not be seen (D)")
        self.button.setCheckable(True)
        self.button.clicked.connect(lambda _checked: self.toggle())
        compare.after.region_drawn.connect(self._on_drawn)
        compare.after.drawing_changed.connect(lambda _on: self._show())
        self.bar.changed.connect(self._show)
        self.bar.apply_wanted.connect(self.apply)
        self.bar.left.connect(self.leave)
        self._show()

    @property
    def drawing(self) -> bool:
        """Whether a drag draws."""
        return self._compare.after.drawing

    @property
    def pending(self) -> tuple[Region, ...]:
        """What was drawn on the instance in sight and not masked yet."""
        return self.bar.pending

    def show_instance(self, sop_uid: str, regions: Sequence[Region], *, frames: int) -> None:
        """Work on this instance, of which `regions` are masked already."""
        self._sop, self._regions = sop_uid, tuple(regions)
        self.bar.show_instance(sop_uid, frames=frames)

    def toggle(self) -> None:
        """Take the tool, or leave it."""
        drawing = not self.drawing
        if drawing and self._compare.side is Side.BEFORE:
            self._compare.show_side(Side.AFTER)
        self._compare.after.drawing = drawing
        self._show()
        if drawing:
            self._compare.after.setFocus()

    def leave(self) -> None:
        """Leave the tool; what was drawn waits."""
        self._compare.after.drawing = False

    def undo(self) -> None:
        """Take back the rectangle drawn last."""
        self.bar.undo()

    def apply(self) -> None:
        """Mask for good what was drawn on the instance in sight."""
        sop, pending = self._sop, self.pending
        if not pending or sop in self._running:
            return
        arguments = ["mask-region", str(self._session.project.folder), sop]
        for region in pending:
            arguments += ["--region", _as_argument(region)]
        self._running.add(sop)
        job = self._jobs.start("Masking by hand", arguments)
        job.finished.connect(lambda _result: self._on_masked(sop, pending))
        job.failed.connect(lambda message, remedy: show_error(self._page, message, remedy))
        job.ended.connect(lambda: self._on_ended(sop))
        self._show()

    def _on_drawn(self, *drawn: int) -> None:
        x, y, width, height, frame = drawn
        self.bar.add((x, y, width, height), frame)

    def _on_masked(self, sop: str, regions: tuple[Region, ...]) -> None:
        self.bar.forget(sop, regions)
        self._session.status.emit("The rectangles are masked.")
        self.masked.emit(sop)

    def _on_ended(self, sop: str) -> None:
        self._running.discard(sop)
        self._show()

    def _show(self) -> None:
        drawing = self.drawing
        self.button.setChecked(drawing)
        self.bar.setVisible(drawing or bool(self.pending))
        self.bar.leave_button.setVisible(drawing)
        self.bar.apply_button.setEnabled(bool(self.pending) and self._sop not in self._running)
        self._compare.set_regions(self._regions, self.pending)
        self.changed.emit()


def _as_argument(region: Region) -> str:
    parts = [region.x, region.y, region.width, region.height]
    return ",".join(map(str, parts if region.frame is None else [*parts, region.frame]))
