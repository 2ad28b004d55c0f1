"""Correcting masks by hand: what is drawn, changed or to be shown again waits until a job applies it."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QToolButton, QWidget

from anonymizer import Region
from app.gui.image.compare_view import CompareView
from app.gui.image.draw_bar import DrawBar
from app.gui.image.region_list import RegionList
from app.gui.jobs import JobRunner
from app.gui.masking.applying import Applying
from app.gui.masking.box_changes import BoxChanges
from app.gui.masking.hand_work import HandWork
from app.gui.masking.shape_drawing import ShapeDrawing
from app.gui.masking.step import Step
from app.gui.region_edits import Draft
from app.gui.session import Session

BEING_APPLIED = "It is being applied: it can be undone as soon as that is done."


class MaskingByHand(QObject):
    """Owns the tool's button, bar and list of boxes. `masked(sop)` tells that pixels of an instance changed.

    `applied()` tells that there is a step more which `take_back` undoes.
    """

    masked = Signal(str, str)  # SOP Instance UID, scope
    applied = Signal()
    changed = Signal()  # drawing began or ended, or another box waits

    def __init__(self, session: Session, jobs: JobRunner, compare: CompareView, page: QWidget) -> None:
        super().__init__(page)
        self._session = session
        self.bar = DrawBar()
        self.list = RegionList()
        self.work = HandWork(compare, self.bar)
        self.drawing = ShapeDrawing(self.work, self)
        self.boxes = BoxChanges(self.work, self)
        self.applying = Applying(session, jobs, self.bar.panel, page)
        self.button = QToolButton()
        self.button.setText("▭ Correct")
        self.button.setToolTip("Draw boxes over what must not be seen, move and delete them (D)")
        self.button.setCheckable(True)
        self.button.clicked.connect(lambda _checked: self.drawing.toggle())
        self._connect()
        self._show()

    def _connect(self) -> None:
        view = self.work.view
        view.drawing_changed.connect(lambda _on: self._show())
        view.frame_changed.connect(lambda _index: self._show() if self.draft.shown else None)
        view.boxes.chosen.connect(self._on_chosen)
        self.list.chosen.connect(view.boxes.choose)
        for each in (view, self.work.compare.before):
            self.list.kind_chosen.connect(each.outline_only)
        self.drawing.drawn.connect(self._on_drawn)
        self.drawing.changed.connect(self._show)
        self.boxes.changed.connect(self._show)
        self.boxes.taken.connect(self._on_taken)
        self.applying.masked.connect(self.masked)
        self.applying.applied.connect(self._on_applied)
        self.applying.changed.connect(self._show)
        self.bar.apply_wanted.connect(self.apply)
        self.bar.undo_wanted.connect(self.undo)
        self.bar.redo_wanted.connect(self.redo)
        self.bar.left.connect(self.drawing.leave)
        self.bar.shape_wanted.connect(self.drawing.choose)

    @property
    def draft(self) -> Draft:
        """What is wanted of the instance in sight and not applied yet."""
        return self.work.draft

    @property
    def pending(self) -> tuple[Region, ...]:
        """What was drawn on the instance in sight and not masked yet."""
        return self.draft.drawn

    def show_instance(self, sop_uid: str, regions: Sequence[Region], *, frames: int) -> None:
        """Work on this instance, of which `regions` are masked or kept already."""
        if sop_uid != self.work.sop:
            self.work.view.boxes.pen.drop()
            self.bar.frames.show_instance(frames)
        self.work.sop, self.work.regions, self.work.frames = sop_uid, tuple(regions), frames
        self._show()

    def step(self, by: int) -> None:
        """Choose the next box of the frame in sight, or the previous one."""
        self.work.view.boxes.step(by, self.work.view.frame_index)
        self.work.compare.focus_image()

    def show_all_with(self, text: str) -> None:
        """All masked boxes in which this was read are to be shown again, in one step."""
        self.boxes.show_again(
            [r for r in self.work.regions if r.kind == "text" and self.list.reading_of(r) == text]
        )

    def undo(self) -> bool:
        """Take back the last step at the boxes of the instance in sight; False if there is none."""
        if self.drawing.back():
            return True
        if self._is_held():
            return True
        done = self.work.edits.undo(self.work.sop)
        self._show()
        return done

    def redo(self) -> None:
        """Take again what was taken back."""
        if not self._is_held():
            self.work.edits.redo(self.work.sop)
            self._show()

    def _is_held(self) -> bool:
        """Whether steps must wait, since the boxes are being applied as they are; then that is said."""
        held = self.applying.is_at(self.work.sop)
        if held:
            self._session.status.emit(BEING_APPLIED)
        return held

    def apply(self, scope: str = "instance") -> None:
        """Apply what is wanted to the instance in sight, or to its series or device as well."""
        work = self.work
        if self.drawing.finish():
            return
        if self.draft and not self.applying.is_at(work.sop):
            self.applying.run(Step(work.sop, self.draft, scope, work.regions, work.frames))

    def apply_to(self, sops: Sequence[str], draft: Draft) -> None:
        """Apply this to the images named, of which none need be in sight."""
        from app.workflows.masking_again import regions_of

        first, *others = sops
        catalogue = self._session.catalogue
        known = tuple(regions_of(catalogue, first))
        step = Step(first, draft, "instance", known, catalogue.instance(first).frames, others=tuple(others))
        self.applying.run(step)

    def take_back(self) -> None:
        """Undo what was applied last, in all images that it was applied to."""
        self.applying.take_back()

    def _on_applied(self, step: Step) -> None:
        self.work.edits.forget(step.sop, step.draft)
        self.applied.emit()

    def _on_drawn(self) -> None:
        self._show()
        self.work.choose_last_drawn()

    def _on_taken(self) -> None:
        if not self.drawing.on:
            self.drawing.toggle()
        self._on_drawn()

    def _on_chosen(self, number: int) -> None:
        self.list.choose(number)
        if 0 <= self.work.number_drawn < len(self.pending):
            self.bar.frames.show_region(self.pending[self.work.number_drawn])

    def _show(self) -> None:
        work, draft, running = self.work, self.draft, self.applying.is_at(self.work.sop)
        self.button.setChecked(self.drawing.on)
        told = self.applying.is_busy and not self.bar.panel.isHidden()  # of a job at several images
        self.bar.setVisible(self.drawing.on or bool(draft) or running or told)
        self.bar.leave_button.setVisible(self.drawing.on)
        can_undo, can_redo = work.edits.can_undo(work.sop), work.edits.can_redo(work.sop)
        self.bar.show_draft(draft, running=running, can_undo=can_undo, can_redo=can_redo)
        masked = work.as_wanted()
        work.compare.set_regions(masked, draft.drawn)
        self.list.show_regions((*masked, *draft.drawn))
        self.list.choose(work.number)
        self.changed.emit()
