"""Which images the Label page lists, in which order, large or small, and which one is in sight."""

from PySide6.QtCore import QObject

from app.counted import counted
from app.gui.labelling.find_images import further
from app.gui.labelling.label_desk import LabelDesk
from labeller import InstanceFilter


class Browsing(QObject):
    """Goes through the images of a desk."""

    def __init__(self, desk: LabelDesk) -> None:
        super().__init__(desk)
        self._desk = desk
        desk.view.next_wanted.connect(lambda: self._on_end(1))
        desk.view.previous_wanted.connect(lambda: self._on_end(-1))
        desk.list.chosen.connect(desk.show)
        desk.list.clicked.connect(lambda _index: desk.back_to_work())
        desk.middle.opened.connect(self._open_from_grid)
        desk.middle.scrolled.connect(self._on_scrolled)
        desk.grid.fold_changed.connect(self._on_folded)
        desk.filter.changed.connect(self.reload)
        desk.filter.more_wanted.connect(self.ask_filter)

    def reload(self, wanted: str = "") -> None:
        """List the images anew; the one in sight stays, unless another is wanted."""
        desk = self._desk
        only = desk.filter.instance_filter()
        order = desk.walk.order(desk.task, only)
        desk.walk.by_patient = desk.filter.sort() == "patient"
        desk.model.load(
            desk.session.catalogue,
            only,
            order,
            sort=desk.filter.sort(),
            folded=desk.grid.folded and desk.middle.is_grid,
            shown=desk.task.shown,
        )
        desk.steps.count()
        if not desk.model.uids:
            desk.current = ""
            desk.middle.clear(self._nothing())
            desk.show_facts()
            return
        desk.list.go_to(max(0, desk.model.place(wanted or desk.current)))

    def step(self, by: int) -> None:
        """Show the next (+1) or previous (-1) image of the list; of stacks the next series."""
        stacks = self._desk.middle.stacked and not self._desk.middle.is_grid
        self._desk.walk.step(by, same="series" if stacks else "")

    def next_unlabelled(self, *, by: int = 1) -> None:
        """Show the next (or with -1 the previous) image that has no label."""
        self._desk.walk.next_unlabelled(self._desk.task, self._desk.filter.instance_filter(), by=by)

    def toggle_random(self) -> None:
        """List the images in random order, or in that of patients and series again."""
        walk = self._desk.walk
        walk.random = not walk.random
        self.reload()
        order = "at random" if walk.random else "by patient and series"
        self._desk.session.status.emit(f"The images are listed {order}.")

    def toggle_stack(self) -> None:
        """Scroll the whole series like the frames of one image, or go image by image."""
        desk = self._desk
        desk.middle.stacked = not desk.middle.stacked
        desk.middle.series.forget()
        if desk.current:
            desk.show(desk.current)
        shown = "Up, Down and the wheel scroll the series." if desk.middle.stacked else "Image by image."
        desk.session.status.emit(shown)

    def toggle_grid(self) -> None:
        """Show all images small, or the current one large."""
        desk = self._desk
        desk.middle.switch()
        if desk.grid.folded:  # large, every image of a stack is seen
            self.reload()
        desk.bar.setVisible(not desk.middle.is_grid)
        if not desk.middle.is_grid:  # where one image is seen, a key labels that one
            desk.list.go_to(desk.list.place())
        if desk.current:
            desk.show(desk.current)
            desk.list.scrollTo(desk.list.currentIndex())

    def ask_filter(self) -> None:
        """Choose which images are listed, by facts of patient, image, label and reader."""
        self._desk.asking.which_images(self._desk.filter.further, self._find)

    def ask_place(self) -> None:
        """Let the user type which image is to be shown."""
        self._desk.asking.where_to(len(self._desk.model.uids), self._desk.walk.jump)

    def choose_same(self, what: str) -> None:
        """Select all images of the current one's series, study or patient."""
        desk = self._desk
        row = desk.row()
        if row is None:
            return
        same = {name: getattr(row, name) for name in ("patient", what)}  # all of a series is one patient's
        desk.grid.choose(desk.model.places(InstanceFilter(**same)))
        desk.session.status.emit(f"Selected: {counted(len(desk.list.selected()))} of this {what}.")

    def _find(self, only: InstanceFilter) -> None:
        self._desk.filter.choose(only, further(only))
        self._desk.back_to_work()

    def _nothing(self) -> str:
        if self._desk.task.title:
            return "There is nothing left to do here."
        return "No image matches this choice." if self._desk.session.catalogue.count() else ""

    def _on_folded(self) -> None:
        desk = self._desk
        self.reload()
        if desk.grid.folded and (desk.task.uids() is not None or desk.walk.random):
            desk.session.status.emit("These images were chosen one by one, so their stacks stay open.")
        elif desk.grid.folded:
            desk.session.status.emit("Each tile is a series now: a digit labels all of it. F unfolds.")

    def _open_from_grid(self, place: int) -> None:
        self._desk.list.go_to(place)
        if self._desk.middle.is_grid:
            self.toggle_grid()

    def _on_end(self, step: int) -> None:
        if self._desk.view.frames <= 1:
            self.step(step)

    def _on_scrolled(self, uid: str) -> None:
        place = self._desk.model.place(uid)
        if place >= 0 and place != self._desk.list.place():
            self._desk.list.go_to(place)
