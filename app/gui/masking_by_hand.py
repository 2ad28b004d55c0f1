"""Correcting masks by hand: boxes are drawn, moved, deleted or chosen to be shown again, then applied by a job."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QToolButton, QWidget

from anonymizer import KEPT, Region, place
from app.errors import USER_ERRORS
from app.gui.dialogs.errors import show_error
from app.gui.dialogs.unlock import unlocked
from app.gui.image.compare_view import CompareView, Side
from app.gui.image.draw_bar import DrawBar
from app.gui.image.region_list import RegionList
from app.gui.jobs import JobRunner
from app.gui.region_edits import Draft, RegionEdits
from app.gui.session import Session
from app.workflows.corrections import region_text

APPLIED = {
    "instance": "The boxes are applied.",
    "series": "The boxes are applied to the series.",
    "device": "The boxes are applied to all images of the device.",
    "always": "The boxes are applied to all images of the device, and will be at import.",
}


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was applied: to which images, what was masked in them and what shown again."""

    sop: str
    draft: Draft
    scope: str
    known: tuple[Region, ...] = ()  # what was masked in the instance before

    takes_back: bool = False

    def arguments(self) -> list[str]:
        """The arguments of the command that does it."""
        masked = [part for box in self.draft.drawn for part in ("--region", region_text(box))]
        shown = [part for box in self.draft.shown for part in ("--show", region_text(box))]
        if self.scope != "always":
            return [self.sop, *masked, *shown, "--to", self.scope]
        rule = "remove" if self.takes_back else "add"
        return [self.sop, *masked, *shown, "--to", "device", "--always", rule]

    def inverse(self, regions: Sequence[Region]) -> "Step":
        """What takes it back, now that these regions are masked."""
        before = {place(region) for region in self.known if region.kind != KEPT}
        new = tuple(r for r in regions if r.kind == "drawn" and place(r) not in before)
        return Step(self.sop, Draft(self.draft.shown, new), self.scope, tuple(regions), takes_back=True)


class MaskingByHand(QObject):
    """Owns the tool's button, bar and list of boxes. `masked(sop)` tells that pixels of an instance changed.

    `applied()` tells that there is a step more which `take_back` undoes.
    """

    masked = Signal(str, str)  # SOP Instance UID, scope
    applied = Signal()
    changed = Signal()  # drawing began or ended, or another box waits

    def __init__(self, session: Session, jobs: JobRunner, compare: CompareView, page: QWidget) -> None:
        super().__init__(page)
        self._session, self._jobs, self._compare, self._page = session, jobs, compare, page
        self._sop = ""
        self._regions: tuple[Region, ...] = ()
        self._running: set[str] = set()
        self._done: list[Step] = []
        self.edits = RegionEdits()
        self.bar = DrawBar()
        self.list = RegionList()
        self.button = QToolButton()
        self.button.setText("▭ Correct")
        self.button.setToolTip("Draw boxes over what must not be seen, move and delete them (D)")
        self.button.setCheckable(True)
        self.button.clicked.connect(lambda _checked: self.toggle())
        self._connect()
        self._show()

    def _connect(self) -> None:
        view, boxes = self._compare.after, self._compare.after.boxes
        view.region_drawn.connect(self._on_drawn)
        view.drawing_changed.connect(lambda _on: self._show())
        boxes.placed.connect(self._on_placed)
        boxes.deleted.connect(self.delete)
        boxes.chosen.connect(self.list.choose)
        self.list.chosen.connect(boxes.choose)
        self.bar.apply_wanted.connect(self.apply)
        self.bar.undo_wanted.connect(self.undo)
        self.bar.redo_wanted.connect(self.redo)
        self.bar.left.connect(self.leave)

    @property
    def drawing(self) -> bool:
        """Whether a drag draws."""
        return self._compare.after.drawing

    @property
    def draft(self) -> Draft:
        """What is wanted of the instance in sight and not applied yet."""
        return self.edits.draft(self._sop)

    @property
    def pending(self) -> tuple[Region, ...]:
        """What was drawn on the instance in sight and not masked yet."""
        return self.draft.drawn

    def show_instance(self, sop_uid: str, regions: Sequence[Region], *, frames: int) -> None:
        """Work on this instance, of which `regions` are masked or kept already."""
        self._sop, self._regions = sop_uid, tuple(regions)
        self.bar.every_frame.setVisible(frames > 1)
        self._show()

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
        self._compare.after.boxes.choose(-1)
        self._compare.after.drawing = False

    def step(self, by: int) -> None:
        """Choose the next box of the frame in sight, or the previous one."""
        view = self._compare.after
        view.boxes.step(by, view.frame_index)
        view.setFocus()

    def delete(self, number: int | None = None) -> None:
        """Delete the chosen box: a drawn one is gone, a masked one is to be shown again once applied."""
        number = self._compare.after.boxes.number if number is None else number
        drawn = number - len(self._regions)
        if drawn >= 0:
            self.edits.delete(self._sop, drawn)
            self._compare.after.boxes.choose(-1)
        elif number >= 0 and self._regions[number].kind != KEPT:
            self.edits.toggle_shown(self._sop, self._regions[number])
        self._show()

    def undo(self) -> bool:
        """Take back the last step at the boxes of the instance in sight; False if there is none."""
        done = self.edits.undo(self._sop)
        self._show()
        return done

    def redo(self) -> None:
        """Take again what was taken back."""
        self.edits.redo(self._sop)
        self._show()

    def apply(self, scope: str = "instance") -> None:
        """Apply what is wanted to the instance in sight, or to its series or device as well."""
        if self.draft and self._sop not in self._running:
            self._run(Step(self._sop, self.draft, scope, self._regions), undoes=False)

    def take_back(self) -> None:
        """Undo what was applied last, in all images that it was applied to."""
        if self._done and not self._running:
            self._run(self._done.pop(), undoes=True)

    def _run(self, step: Step, *, undoes: bool) -> None:
        if step.draft.shown and not self._is_unlocked():
            if undoes:
                self._done.append(step)
            return
        self._running.add(step.sop)
        arguments = ["mask-region", str(self._session.project.folder), *step.arguments()]
        title = "Taking a correction back" if undoes else "Correcting by hand"
        job = self._jobs.start(title, arguments, environment=self._session.child_environment())
        job.finished.connect(lambda result: self._on_applied(step, result, undoes=undoes))
        job.cancelled.connect(lambda: self._on_applied(step, {}, undoes=undoes))
        job.failed.connect(lambda message, remedy: show_error(self._page, message, remedy))
        job.ended.connect(lambda: self._on_ended(step.sop))
        self.bar.panel.follow(job)
        self._show()

    def _is_unlocked(self) -> bool:
        try:
            return unlocked(self._session, self._page)
        except USER_ERRORS as error:
            show_error(self._page, str(error), error.remedy)
            return False

    def _on_applied(self, step: Step, result: dict[str, object], *, undoes: bool) -> None:
        self.masked.emit(step.sop, step.scope)
        if undoes:
            self._session.status.emit("The correction was taken back.")
            return
        self.edits.forget(step.sop, step.draft)
        from app.workflows.masking_again import regions_of

        self._done.append(step.inverse(regions_of(self._session.catalogue, step.sop)))
        failed = result.get("failed")
        left = f" {len(failed):,} could not be corrected." if isinstance(failed, list) and failed else ""
        number = f" {result['instances']:,} images changed." if step.scope != "instance" and result else ""
        self._session.status.emit(f"{APPLIED[step.scope]}{number}{left}" if result else "Stopped.")
        self.applied.emit()

    def _on_ended(self, sop: str) -> None:
        self._running.discard(sop)
        self._show()

    def _on_drawn(self, *drawn: int) -> None:
        x, y, width, height, frame = drawn
        every = self.bar.every_frame.isChecked() or self.bar.every_frame.isHidden()
        box = Region(x, y, width, height, None if every else frame, kind="waiting", found_by="reader")
        self.edits.add(self._sop, box)
        self._show()
        self._compare.after.boxes.choose(len(self._regions) + len(self.pending) - 1)

    def _on_placed(self, number: int, *rect: int) -> None:
        x, y, width, height = rect
        self.edits.place(self._sop, number - len(self._regions), (x, y, width, height))
        self._show()

    def _show(self) -> None:
        drawing, draft, running = self.drawing, self.draft, bool(self._running)
        self.button.setChecked(drawing)
        self.bar.setVisible(drawing or bool(draft) or running)
        self.bar.leave_button.setVisible(drawing)
        can_undo, can_redo = self.edits.can_undo(self._sop), self.edits.can_redo(self._sop)
        self.bar.show_draft(draft, running=running, can_undo=can_undo, can_redo=can_redo)
        masked = [replace(r, kind="to be shown") if r in draft.shown else r for r in self._regions]
        self._compare.set_regions(masked, draft.drawn)
        self.list.show_regions((*masked, *draft.drawn))
        self.list.choose(self._compare.after.boxes.number)
        self.changed.emit()
