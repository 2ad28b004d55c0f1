"""The series that wait for approval, riskiest first: each stands in the list by the image that wants a look most."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.gui.background import Latest
from app.workflows.approval import WaitingSeries, by_risk
from labeller import Catalogue, InstanceFilter, InstanceRow


class SeriesQueue(QObject):
    """Finds them beside the window's thread; `found()` tells that `series` is known."""

    found = Signal()
    failed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.series: tuple[WaitingSeries, ...] = ()
        self._of: Mapping[str, WaitingSeries] = {}
        self._work = Latest(self)
        self._work.done.connect(self._take)
        self._work.failed.connect(self.failed)

    @property
    def firsts(self) -> list[str]:
        """One image of each series, in the order of the queue."""
        return [each.first for each in self.series]

    def start(self, opened: Callable[[], Catalogue]) -> None:
        """Look through the catalogue that is `opened` once more for this."""
        self._work.run(lambda: _read(opened))

    def stop(self) -> None:
        """Look no further."""
        self._work.drop()

    def beside(self, uid: str, by: int) -> str:
        """Another waiting image of the series of `uid`, so many further on; "" beyond its ends."""
        each = self._of.get(uid)
        place = each.uids.index(uid) + by if each else -1
        return each.uids[place] if each and 0 <= place < len(each.uids) else ""

    def place(self, uid: str) -> tuple[int, int]:
        """Which image of how many that wait in its series, from 1; (1, 1) where it is not in the queue."""
        each = self._of.get(uid)
        return (each.uids.index(uid) + 1, len(each.uids)) if each else (1, 1)

    def as_listed(self, row: InstanceRow) -> InstanceRow:
        """Make of a row what stands for its whole series."""
        count = self.place(row.sop_instance_uid)[1]
        images = f"{count:,} image{'' if count == 1 else 's'}"
        return replace(row, view_position=images, instance_number=None)

    def _take(self, series: list[WaitingSeries]) -> None:
        self.series = tuple(series)
        self._of = {uid: each for each in series for uid in each.uids}
        self.found.emit()


def _read(opened: Callable[[], Catalogue]) -> list[WaitingSeries]:
    with opened() as catalogue:
        return by_risk(catalogue.instances(InstanceFilter(needs_review=True)))
