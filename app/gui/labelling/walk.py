"""Going through the worklist: by image, series or patient, to what has no label yet, in order or at random."""

import random
from collections.abc import Sequence

from PySide6.QtCore import QObject

from app.gui.labelling.worklist import Worklist
from app.gui.labelling_tasks import LabellingTask
from app.gui.session import Session
from labeller import InstanceFilter


class Walk(QObject):
    """Moves the list of a Label page."""

    def __init__(self, session: Session, worklist: Worklist) -> None:
        super().__init__(worklist)
        self._session, self._list, self._model = session, worklist, worklist.worklist
        self.random = False
        self.by_patient = True  # the list is in the catalogue's own order, unless at random

    def order(self, task: LabellingTask, only: InstanceFilter) -> Sequence[str] | None:
        """Return the images to list; None: those of the filter in the catalogue's order.

        At random means: another order for each reader, the same one whenever that reader comes back.
        """
        uids = task.uids()
        if not self.random:
            return uids
        shuffled = list(self._session.catalogue.uids(only) if uids is None else uids)
        seed = f"{self._session.project.identifier} {self._session.reader}"
        random.Random(seed).shuffle(shuffled)  # noqa: S311 - an order of work, not a secret
        return shuffled

    def step(self, by: int, *, same: str = "") -> bool:
        """Go to the next (+1) or previous (-1) image, beyond all that have the same `same` ("series", …)."""
        place = here = self._list.place()
        while 0 <= place + by < len(self._model.uids):
            place += by
            if not same or self._other(place, here, same):
                self._list.go_to(self._first_of(place, same) if by < 0 else place)
                return True
        return False

    def next_unlabelled(self, task: LabellingTask, only: InstanceFilter, *, by: int = 1) -> None:
        """Go to the next image without a label, beginning again at the other end."""
        uid = self._unlabelled(task, only, by)
        if uid is None or self._model.place(uid) < 0:
            self._session.status.emit("Every image of this list has a label.")
        else:
            self._list.go_to(self._model.place(uid))

    def jump(self, wanted: str) -> bool:
        """Go to the image of this number, or the first whose pseudonym or identifier begins with or ends in it."""
        wanted = wanted.strip()
        if wanted.isdecimal() and 1 <= int(wanted) <= len(self._model.uids):
            self._list.go_to(int(wanted) - 1)
            return True
        found = self._session.catalogue.uids(InstanceFilter(text=wanted)) if wanted else []
        ends = (uid for uid in self._model.uids if wanted and uid.endswith(wanted))
        places = [self._model.place(uid) for uid in (*found, *ends)]
        place = min((place for place in places if place >= 0), default=-1)
        if place >= 0:
            self._list.go_to(place)
        return place >= 0

    def _unlabelled(self, task: LabellingTask, only: InstanceFilter, by: int) -> str | None:
        uids, here = self._model.uids, self._list.place()
        if by > 0 and self.by_patient and not self.random and task.uids() is None:
            return self._session.catalogue.unlabelled_after(uids[here] if here >= 0 else None, only)
        wanted = task.unlabelled(only)
        around = [*uids[here + 1 :], *uids[: max(here, 0)]]
        return next((uid for uid in (around if by > 0 else reversed(around)) if uid in wanted), None)

    def _other(self, place: int, here: int, same: str) -> bool:
        return bool(getattr(self._model.row(place), same) != getattr(self._model.row(here), same))

    def _first_of(self, place: int, same: str) -> int:
        while same and place > 0 and not self._other(place - 1, place, same):
            place -= 1
        return place
