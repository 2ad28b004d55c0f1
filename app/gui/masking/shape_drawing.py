"""Drawing by hand: the tool is taken and left, shapes are chosen, begun by keys and finished."""

from PySide6.QtCore import QObject, Signal

from anonymizer import Region, polygon
from app.gui.image.compare_view import Side
from app.gui.image.fans import Fan
from app.gui.image.image_overlay import Points
from app.gui.image.kept_box import KeptBox
from app.gui.image.shape_pen import Shape, holds_pixels
from app.gui.masking.hand_work import HandWork


class ShapeDrawing(QObject):
    """Puts what is drawn among the boxes that wait. `drawn()` tells of a new one, `changed()` of anything else."""

    drawn = Signal()
    changed = Signal()

    def __init__(self, work: HandWork, parent: QObject) -> None:
        super().__init__(parent)
        self._work = work
        self._proposed: Points = ()  # the fan that came with the choice of its shape
        work.view.region_drawn.connect(self._on_drawn)
        work.view.boxes.pen.drawn.connect(self._on_shape)

    @property
    def on(self) -> bool:
        """Whether a drag draws."""
        return self._work.view.drawing

    def toggle(self) -> None:
        """Take the tool, or leave it."""
        drawing, compare = not self.on, self._work.compare
        if drawing and compare.side in (Side.BEFORE, Side.DIFFERENCE):
            compare.show_side(Side.AFTER)
        self._work.view.drawing = drawing
        self.changed.emit()
        if drawing:
            self._work.compare.focus_image()

    def leave(self) -> None:
        """Drop an unfinished polygon, or else leave the tool; what was drawn waits."""
        boxes = self._work.view.boxes
        if boxes.pen.unfinished:
            boxes.pen.drop()
            return
        boxes.choose(-1)
        self._work.view.drawing = False

    def begin_box(self) -> None:
        """Put a box into the middle of what is in sight, to be moved and resized by keys.

        Where a box is to be kept, it begins as the ultrasound region that the file names, else as most of the image.
        """
        view = self._work.view
        if not self._work.sop or view.frame_shown is None:
            return
        if not self.on:
            self.toggle()
        if self._work.bar.shape is Shape.KEEP:
            size = self._size()
            self._on_shape(
                view.boxes.pen.mask_around(KeptBox.proposed(self._work.ultrasound_areas(), size), size)
            )
        else:
            self._add(Region(*view.geometry_of_image.middle()), view.frame_index)
        self._work.compare.focus_image()

    def choose(self, shape: Shape) -> None:
        """Draw this shape from now on; a fan is there at once, to be dragged into place, and goes if nobody did."""
        work, view = self._work, self._work.view
        waiting = work.draft.drawn
        if waiting and waiting[-1].points == self._proposed != ():
            work.edits.undo(work.sop)
        self._proposed = ()
        view.boxes.pen.choose(shape)
        work.bar.choose_shape(shape)
        if shape is Shape.FAN and view.frame_shown is not None:
            size = self._size()
            self._on_shape(view.boxes.pen.mask_around(Fan.proposed(work.ultrasound_areas(), size), size))
            waiting = work.draft.drawn
            self._proposed = waiting[-1].points if waiting else ()
        self.changed.emit()
        self._work.compare.focus_image()

    def choose_next(self) -> None:
        """Take the tool, or draw the next shape."""
        shapes = list(Shape)
        if not self.on:
            self.toggle()
        else:
            self.choose(shapes[(shapes.index(self._work.bar.shape) + 1) % len(shapes)])

    def finish(self) -> bool:
        """Close the polygon that is being clicked; whether there is one."""
        view = self._work.view
        unfinished = view.boxes.pen.unfinished
        if unfinished:
            view.boxes.pen.finish((view.geometry_of_image.columns, view.geometry_of_image.rows))
        return unfinished

    def back(self) -> bool:
        """Take the last corner of such a polygon back; whether there is one."""
        pen = self._work.view.boxes.pen
        unfinished = pen.unfinished
        if unfinished:
            pen.back()
        return unfinished

    def _size(self) -> tuple[int, int]:
        shown = self._work.view.frame_shown
        return (shown.columns, shown.rows) if shown is not None else (1, 1)

    def _on_drawn(self, *drawn: int) -> None:
        x, y, width, height, frame = drawn
        self._add(Region(x, y, width, height), frame)

    def _on_shape(self, points: Points) -> None:
        if holds_pixels(points):
            self._add(polygon(points), self._work.view.frame_index)

    def _add(self, region: Region, frame: int) -> None:
        self._work.add(region, frame)
        self.drawn.emit()
