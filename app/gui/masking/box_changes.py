"""Changes of boxes that are there: moved, resized, reshaped, deleted, shown again, for other frames."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from anonymizer import KEPT, Region, polygon
from app.gui.image.image_overlay import Points
from app.gui.image.shape_pen import holds_pixels
from app.gui.masking.hand_work import HandWork
from app.gui.region_edits import Rect


class BoxChanges(QObject):
    """Changes what waits, and makes masked boxes wait. `changed()` tells of it, `taken()` that one can be dragged now."""

    changed = Signal()
    taken = Signal()

    def __init__(self, work: HandWork, parent: QObject) -> None:
        super().__init__(parent)
        self._work = work
        boxes = work.view.boxes
        boxes.placed.connect(self._on_placed)
        boxes.dragged.connect(self._on_dragged)
        boxes.reshaped.connect(self._on_reshaped)
        boxes.adjusted.connect(lambda number, *rect: self.adjust(number, rect))
        boxes.deleted.connect(lambda number, here: self.delete(number, here=here))
        work.bar.frames.changed.connect(self._on_frames)

    def delete(self, number: int | None = None, *, here: bool = False) -> None:
        """Delete the chosen box: a drawn one is gone, a masked one is to be shown again once applied.

        With `here` a masked one of every frame is to be shown again in the frame in sight alone.
        """
        work = self._work
        number = work.number if number is None else number
        drawn = number - len(work.regions)
        if drawn >= 0:
            work.edits.delete(work.sop, drawn)
            work.view.boxes.choose(-1)
        elif number >= 0 and work.regions[number].kind != KEPT:
            region = work.regions[number]
            alone = here and region.frame is None and work.frames > 1
            frame = work.view.frame_index if alone else region.frame
            work.edits.toggle_shown(work.sop, replace(region, frame=frame, spared=()) if alone else region)
        self.changed.emit()

    def adjust(self, number: int | None = None, rect: Rect | None = None) -> None:
        """Make a masked box one that can be moved and resized, at `rect` or where it is; applied, it takes its place."""
        work = self._work
        number = work.number if number is None else number
        if not 0 <= number < len(work.regions):
            return
        region = work.regions[number]
        if region.kind == KEPT or region in work.draft.shown:
            return
        x, y, width, height = rect or (region.x, region.y, region.width, region.height)
        box = replace(region, x=x, y=y, width=width, height=height, kind="waiting", found_by="reader")
        work.edits.adjust(work.sop, region, box)
        self.taken.emit()

    def show_again(self, regions: list[Region]) -> None:
        """All of these masked boxes are to be shown again, in one step."""
        new = [region for region in regions if region not in self._work.draft.shown]
        if new:
            self._work.edits.toggle_shown(self._work.sop, new[0], new[1:])
        self.changed.emit()

    def _on_frames(self) -> None:
        """Other frames are meant: by the chosen box, and by those to be drawn."""
        work, number = self._work, self._work.number_drawn
        if 0 <= number < len(work.draft.drawn):
            only, spared = work.bar.frames.frames_of(work.view.frame_index)
            box = replace(work.draft.drawn[number], frame=only, spared=spared)
            work.edits.put(work.sop, number, box, about=("frames", number))
            self.changed.emit()

    def _on_reshaped(self, number: int, points: Points) -> None:
        if not holds_pixels(points):
            return
        work, drawn = self._work, number - len(self._work.regions)
        old = work.draft.drawn[drawn]
        new = polygon(points, frame=old.frame, spared=old.spared, kind=old.kind, found_by=old.found_by)
        work.edits.put(work.sop, drawn, new, about=("shape", number))
        self.changed.emit()

    def _on_placed(self, number: int, *rect: int) -> None:
        x, y, width, height = rect
        work = self._work
        work.edits.place(work.sop, number - len(work.regions), (x, y, width, height))
        self.changed.emit()

    def _on_dragged(self, number: int, *rect: int) -> None:
        x, y, width, height = rect
        work, drawn = self._work, number - len(self._work.regions)
        work.edits.put(
            work.sop, drawn, replace(work.draft.drawn[drawn], x=x, y=y, width=width, height=height)
        )
        self.changed.emit()
