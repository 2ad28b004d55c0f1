"""Correcting masks by hand: boxes are drawn, moved, deleted or chosen to be shown again, then applied by a job."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QToolButton, QWidget

from anonymizer import KEPT, DicomImage, Region, polygon
from app.gui.image.compare_view import CompareView, Side
from app.gui.image.draw_bar import DrawBar
from app.gui.image.fans import Fan
from app.gui.image.image_overlay import Points
from app.gui.image.kept_box import KeptBox
from app.gui.image.region_list import RegionList
from app.gui.image.shape_pen import Shape, holds_pixels
from app.gui.jobs import JobRunner
from app.gui.masking.applying import Applying
from app.gui.masking.step import Step
from app.gui.region_edits import Draft, Rect, RegionEdits
from app.gui.session import Session


class MaskingByHand(QObject):
    """Owns the tool's button, bar and list of boxes. `masked(sop)` tells that pixels of an instance changed.

    `applied()` tells that there is a step more which `take_back` undoes.
    """

    masked = Signal(str, str)  # SOP Instance UID, scope
    applied = Signal()
    changed = Signal()  # drawing began or ended, or another box waits

    def __init__(self, session: Session, jobs: JobRunner, compare: CompareView, page: QWidget) -> None:
        super().__init__(page)
        self._session, self._compare = session, compare
        self._sop = ""
        self._frames = 1
        self._regions: tuple[Region, ...] = ()
        self._proposed: Points = ()  # the fan that came with the choice of its shape
        self.edits = RegionEdits()
        self.bar = DrawBar()
        self.list = RegionList()
        self.applying = Applying(session, jobs, self.bar.panel, page)
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
        view.frame_changed.connect(lambda _index: self._show() if self.draft.shown else None)
        boxes.placed.connect(self._on_placed)
        boxes.reshaped.connect(self._on_reshaped)
        boxes.adjusted.connect(lambda number, *rect: self.adjust(number, rect))
        boxes.pen.drawn.connect(self._on_shape)
        boxes.deleted.connect(lambda number, here: self.delete(number, here=here))
        boxes.chosen.connect(self._on_chosen)
        self.list.chosen.connect(boxes.choose)
        for each in (view, self._compare.before):
            self.list.kind_chosen.connect(each.outline_only)
        self.applying.masked.connect(self.masked)
        self.applying.applied.connect(self._on_applied)
        self.applying.changed.connect(self._show)
        self.bar.apply_wanted.connect(self.apply)
        self.bar.undo_wanted.connect(self.undo)
        self.bar.redo_wanted.connect(self.redo)
        self.bar.left.connect(self.leave)
        self.bar.shape_wanted.connect(self.choose_shape)
        self.bar.frames.changed.connect(self._on_frames)

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
        if sop_uid != self._sop:
            self._compare.after.boxes.pen.drop()
            self.bar.frames.show_instance(frames)
        self._sop, self._regions, self._frames = sop_uid, tuple(regions), frames
        self._show()

    def toggle(self) -> None:
        """Take the tool, or leave it."""
        drawing = not self.drawing
        if drawing and self._compare.side in (Side.BEFORE, Side.DIFFERENCE):
            self._compare.show_side(Side.AFTER)
        self._compare.after.drawing = drawing
        self._show()
        if drawing:
            self._compare.after.setFocus()

    def begin_box(self) -> None:
        """Put a box into the middle of what is in sight, to be moved and resized by keys.

        Where a box is to be kept, it begins as the ultrasound region that the file names, else as most of the image.
        """
        view = self._compare.after
        if not self._sop or view.frame_shown is None:
            return
        if not self.drawing:
            self.toggle()
        if self.bar.shape is Shape.KEEP:
            size = (view.frame_shown.columns, view.frame_shown.rows)
            self._on_shape(view.boxes.pen.mask_around(KeptBox.proposed(self._areas(), size), size))
        else:
            self._add(Region(*view.geometry_of_image.middle()), view.frame_index)
        view.setFocus()

    def _areas(self) -> tuple[Region, ...]:
        """Where the file says that ultrasound lies."""
        shown = self._compare.after.frame_shown
        picture = shown.picture if shown is not None else None
        return picture.ultrasound_areas if isinstance(picture, DicomImage) else ()

    def choose_shape(self, shape: Shape) -> None:
        """Draw this shape from now on; a fan is there at once, to be dragged into place, and goes if nobody did."""
        view = self._compare.after
        if self.pending and self.pending[-1].points == self._proposed != ():
            self.edits.undo(self._sop)
        self._proposed = ()
        view.boxes.pen.choose(shape)
        self.bar.choose_shape(shape)
        if shape is Shape.FAN and view.frame_shown is not None:
            size = (view.frame_shown.columns, view.frame_shown.rows)
            self._on_shape(view.boxes.pen.mask_around(Fan.proposed(self._areas(), size), size))
            self._proposed = self.pending[-1].points if self.pending else ()
        self._show()
        view.setFocus()

    def next_shape(self) -> None:
        """Take the tool, or draw the next shape."""
        shapes = list(Shape)
        if not self.drawing:
            self.toggle()
        else:
            self.choose_shape(shapes[(shapes.index(self.bar.shape) + 1) % len(shapes)])

    def leave(self) -> None:
        """Drop an unfinished polygon, or else leave the tool; what was drawn waits."""
        if self._compare.after.boxes.pen.unfinished:
            self._compare.after.boxes.pen.drop()
            return
        self._compare.after.boxes.choose(-1)
        self._compare.after.drawing = False

    def step(self, by: int) -> None:
        """Choose the next box of the frame in sight, or the previous one."""
        view = self._compare.after
        view.boxes.step(by, view.frame_index)
        view.setFocus()

    def delete(self, number: int | None = None, *, here: bool = False) -> None:
        """Delete the chosen box: a drawn one is gone, a masked one is to be shown again once applied.

        With `here` a masked one of every frame is to be shown again in the frame in sight alone.
        """
        number = self._compare.after.boxes.number if number is None else number
        drawn = number - len(self._regions)
        if drawn >= 0:
            self.edits.delete(self._sop, drawn)
            self._compare.after.boxes.choose(-1)
        elif number >= 0 and self._regions[number].kind != KEPT:
            region = self._regions[number]
            alone = here and region.frame is None and self._frames > 1
            frame = self._compare.after.frame_index if alone else region.frame
            self.edits.toggle_shown(self._sop, replace(region, frame=frame, spared=()) if alone else region)
        self._show()

    def adjust(self, number: int | None = None, rect: Rect | None = None) -> None:
        """Make a masked box one that can be moved and resized, at `rect` or where it is; applied, it takes its place."""
        number = self._compare.after.boxes.number if number is None else number
        if not 0 <= number < len(self._regions):
            return
        region = self._regions[number]
        if region.kind == KEPT or region in self.draft.shown:
            return
        if not self.drawing:
            self.toggle()
        x, y, width, height = rect or (region.x, region.y, region.width, region.height)
        box = replace(region, x=x, y=y, width=width, height=height, kind="waiting", found_by="reader")
        self.edits.adjust(self._sop, region, box)
        self._show()
        self._compare.after.boxes.choose(len(self._regions) + len(self.pending) - 1)

    def chosen_masked(self) -> Region | None:
        """The chosen one of the boxes that are masked or kept."""
        number = self._compare.after.boxes.number
        return self._regions[number] if 0 <= number < len(self._regions) else None

    def show_all_with(self, text: str) -> None:
        """All masked boxes in which this was read are to be shown again, in one step."""
        meant = [r for r in self._regions if r.kind == "text" and self.list.reading_of(r) == text]
        new = [region for region in meant if region not in self.draft.shown]
        if new:
            self.edits.toggle_shown(self._sop, new[0], new[1:])
        self._show()

    def undo(self) -> bool:
        """Take back the last step at the boxes of the instance in sight; False if there is none."""
        pen = self._compare.after.boxes.pen
        if pen.unfinished:
            pen.back()
            return True
        done = self.edits.undo(self._sop)
        self._show()
        return done

    def redo(self) -> None:
        """Take again what was taken back."""
        self.edits.redo(self._sop)
        self._show()

    def apply(self, scope: str = "instance") -> None:
        """Apply what is wanted to the instance in sight, or to its series or device as well."""
        view = self._compare.after
        if view.boxes.pen.unfinished:
            view.boxes.pen.finish((view.geometry_of_image.columns, view.geometry_of_image.rows))
        elif self.draft and not self.applying.is_at(self._sop):
            self.applying.run(Step(self._sop, self.draft, scope, self._regions, self._frames))

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
        self.edits.forget(step.sop, step.draft)
        self.applied.emit()

    def _on_drawn(self, *drawn: int) -> None:
        x, y, width, height, frame = drawn
        self._add(Region(x, y, width, height), frame)

    def _on_shape(self, points: Points) -> None:
        if not holds_pixels(points):
            return
        self._add(polygon(points), self._compare.after.frame_index)

    def _add(self, region: Region, frame: int) -> None:
        only, spared = self.bar.frames.frames_of(frame)
        self.edits.add(
            self._sop, replace(region, frame=only, spared=spared, kind="waiting", found_by="reader")
        )
        self._show()
        self._compare.after.boxes.choose(len(self._regions) + len(self.pending) - 1)

    def _chosen_draft(self) -> int:
        """Which of the boxes that wait is chosen, negative for none."""
        return self._compare.after.boxes.number - len(self._regions)

    def _on_chosen(self, number: int) -> None:
        self.list.choose(number)
        if 0 <= self._chosen_draft() < len(self.pending):
            self.bar.frames.show_region(self.pending[self._chosen_draft()])

    def _on_frames(self) -> None:
        """Other frames are meant: by the chosen box, and by those to be drawn."""
        number = self._chosen_draft()
        if 0 <= number < len(self.pending):
            only, spared = self.bar.frames.frames_of(self._compare.after.frame_index)
            box = replace(self.pending[number], frame=only, spared=spared)
            self.edits.put(self._sop, number, box, about=("frames", number))
            self._show()

    def _on_reshaped(self, number: int, points: Points) -> None:
        if not holds_pixels(points):
            return
        old = self.pending[number - len(self._regions)]
        new = polygon(points, frame=old.frame, spared=old.spared, kind=old.kind, found_by=old.found_by)
        self.edits.put(self._sop, number - len(self._regions), new, about=("shape", number))
        self._show()

    def _on_placed(self, number: int, *rect: int) -> None:
        x, y, width, height = rect
        self.edits.place(self._sop, number - len(self._regions), (x, y, width, height))
        self._show()

    def _show(self) -> None:
        drawing, draft, running = self.drawing, self.draft, self.applying.is_busy
        self.button.setChecked(drawing)
        self.bar.setVisible(drawing or bool(draft) or running)
        self.bar.leave_button.setVisible(drawing)
        can_undo, can_redo = self.edits.can_undo(self._sop), self.edits.can_redo(self._sop)
        self.bar.show_draft(draft, running=running, can_undo=can_undo, can_redo=can_redo)
        masked = [self._as_wanted(region, draft) for region in self._regions]
        self._compare.set_regions(masked, draft.drawn)
        self.list.show_regions((*masked, *draft.drawn))
        self.list.choose(self._compare.after.boxes.number)
        self.changed.emit()

    def _as_wanted(self, region: Region, draft: Draft) -> Region:
        """A masked region as it is outlined: marked where it is to be shown again, in the frame in sight at least."""
        here = replace(region, frame=self._compare.after.frame_index, spared=())
        return replace(region, kind="to be shown") if {region, here} & set(draft.shown) else region
