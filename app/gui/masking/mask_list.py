"""The instances to look at: all, those that need a look, those with masked pixels, or series, riskiest first."""

from collections.abc import Callable, Collection
from enum import StrEnum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from app.counted import counted
from app.gui.labelling.worklist import Worklist
from app.gui.masking.series_queue import SeriesQueue
from app.gui.models.worklist_model import WorklistModel
from app.gui.widgets.text import label
from labeller import Catalogue, InstanceFilter, InstanceRow


class Listed(StrEnum):
    """Which instances are listed."""

    ALL = "All instances"
    SERIES = "Series to approve, riskiest first"
    TO_LOOK_AT = "Needs a look"
    PIXELS = "With masked pixels"


_MEANT = {
    Listed.TO_LOOK_AT: InstanceFilter(needs_review=True),
    Listed.PIXELS: InstanceFilter(masked=True),
}
PIECE = 200  # rows that are read at once

EMPTY = {
    Listed.ALL: "Nothing is in the project yet.",
    Listed.SERIES: "No series waits for approval.",
    Listed.TO_LOOK_AT: "No image needs a look.",
    Listed.PIXELS: "No image has masked pixels.",
}


class MaskList(QWidget):
    """A filter over a worklist. `chosen(uid)` tells the current instance, `emptied` that there is none."""

    chosen = Signal(str)
    emptied = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._catalogue: Catalogue | None = None
        self._opened: Callable[[], Catalogue] | None = None
        self._to_look_at: set[str] = set()
        self.model = WorklistModel(self)
        self.list = Worklist(self.model, marks="review")
        self.list.chosen.connect(self.chosen)
        self.filter = QComboBox()
        self.filter.setAccessibleName("Which instances are listed")
        self.filter.addItems([listed.value for listed in Listed])
        self.filter.currentIndexChanged.connect(lambda _index: self.reload())
        self.count = label("", "muted")
        self.queue = SeriesQueue(self)
        self.queue.found.connect(lambda: self._list(InstanceFilter(), self.queue.firsts))
        self.queue.failed.connect(lambda message, _remedy: self.count.setText(message))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(6)
        column.addWidget(self.filter)
        column.addWidget(self.list, 1)
        column.addWidget(self.count)

    @property
    def listed(self) -> Listed:
        """The chosen filter."""
        return tuple(Listed)[self.filter.currentIndex()]

    @property
    def in_series(self) -> bool:
        """Whether each row stands for a whole series."""
        return self.listed is Listed.SERIES

    def use(self, catalogue: Catalogue, opened: Callable[[], Catalogue]) -> None:
        """List this catalogue; `opened` opens it once more, for the series that wait."""
        self._catalogue, self._opened = catalogue, opened

    def reload(self) -> None:
        """List anew; the current instance stays the current one where it is still listed."""
        if self._catalogue is None or self._opened is None:
            return
        self.stop()
        self._to_look_at = set(self._catalogue.uids(InstanceFilter(needs_review=True)))
        if self.listed is Listed.SERIES:
            self.count.setText("Looking for series that wait …")
            self.queue.start(self._opened)
            return
        self._list(_MEANT.get(self.listed, InstanceFilter()), None)

    def stop(self) -> None:
        """Search no further for series; `reload` goes on."""
        self.queue.stop()

    def current(self) -> str:
        """The current instance, "" if there is none."""
        place = self.list.place()
        return self.model.uids[place] if 0 <= place < len(self.model.uids) else ""

    def lists(self, uid: str) -> bool:
        """Whether an instance is listed."""
        return self.model.place(uid) >= 0

    def go_to(self, uid: str) -> None:
        """Make an instance the current one; the filter gives way where it hides it."""
        if self.model.place(uid) < 0:
            self.filter.setCurrentIndex(0)
        self.list.go_to(self.model.place(uid))

    def step(self, by: int) -> None:
        """Go so many instances on; not beyond the ends."""
        self.list.go_to(self.list.place() + by)

    def next_to_look_at(self, uid: str, besides: Collection[str] = ()) -> str:
        """Find the next listed instance that needs a look, beginning again at the top; "" if none does."""
        waiting = self._to_look_at.difference((uid, *besides))
        here, end = self.model.place(uid) + 1, len(self.model.uids)
        return self._first_of(waiting, here, end) or self._first_of(waiting, 0, here)

    def _first_of(self, waiting: Collection[str], first: int, end: int) -> str:
        """The first of these that is listed in a stretch of the list, which is read in pieces: it may be long."""
        if not waiting:
            return ""
        pieces = (self.model.uids[place : min(place + PIECE, end)] for place in range(first, end, PIECE))
        return next((uid for piece in pieces for uid in piece if uid in waiting), "")

    def reviewed(self, uids: Collection[str], waiting: Collection[str]) -> None:
        """Instances got a verdict, and some of them still wait. They stay listed until the list is made anew."""
        self._to_look_at.difference_update(uids)
        self._to_look_at.update(waiting)
        self.model.refresh(list(uids))
        self._show_count()

    def masked(self, uid: str, *, others: bool) -> None:
        """Pixels of an instance were masked or shown again, and perhaps those of others."""
        self.model.refresh(None if others else [uid])

    def _list(self, only: InstanceFilter, uids: list[str] | None) -> None:
        if self._catalogue is None:
            return
        current = self.current()
        self.list.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        shown = self.queue.as_listed if self.in_series else _as_it_is
        self.model.load(self._catalogue, only, uids, shown=shown)
        self.list.go_to(max(0, self.model.place(current)))
        self.list.blockSignals(False)  # noqa: FBT003
        self._show_count()
        if not self.model.uids:
            self.emptied.emit()
        elif self.current() != current:
            self.chosen.emit(self.current())

    def _show_count(self) -> None:
        left = len(self._to_look_at)
        if self.in_series:
            waiting = sum(each.first in self._to_look_at for each in self.queue.series)
            self.count.setText(f"{waiting:,} of {len(self.queue.series):,} series wait, {counted(left)}")
            return
        words = f"{left:,} to look at" if left else "nothing to look at"
        self.count.setText(f"{len(self.model.uids):,} listed, {words}")


def _as_it_is(row: InstanceRow) -> InstanceRow:
    return row
