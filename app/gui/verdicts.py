"""What a reader says of a masked instance: it looks right, or it is held back; noted in the audit trail."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import QObject, Signal

from app.gui.session import Session
from labeller import HELD_BACK, InstanceFilter


class Verdicts(QObject):
    """Gives verdicts and takes them back, last one first. `given(sops, waiting)` tells of which, and which still wait.

    They are decisions in the catalogue, who and when. Every method may raise CatalogueError or LabelError; then
    nothing was changed.
    """

    given = Signal(list, list)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._given: list[list[str]] = []

    @property
    def count(self) -> int:
        """How many verdicts can be taken back."""
        return len(self._given)

    def approve(self, sop: str) -> None:
        """Nothing is left to look at: the instance may leave the project."""
        self._decide([sop], "approve", "approved")
        self._given.append([sop])

    def approve_series(self, sop: str) -> list[str]:
        """Approve all of an instance's series that wait, but none that is held back; return those."""
        rows = self._session.catalogue.instances(self._of_series(sop))
        waiting = [row.sop_instance_uid for row in rows if HELD_BACK not in row.review]
        if waiting:
            self._decide(waiting, "approve", "series approved")
            self._given.append(waiting)
        return waiting

    def hold_back(self, sop: str) -> None:
        """The instance must not go on yet; a second time changes nothing."""
        if HELD_BACK not in self._session.catalogue.instance(sop).review:
            self._decide([sop], "reject", "held back")
            self._given.append([sop])

    def take_back(self) -> list[str]:
        """Undo the last verdict and return its instances, none if there is no verdict."""
        sops = self._given.pop() if self._given else []
        if sops:
            self._decide(sops, "withdraw", "verdict taken back")
        return sops

    def _decide(self, sops: Sequence[str], verdict: str, action: str) -> None:
        session = self._session
        session.catalogue.decide(sops, verdict, reader=session.reader, means="window")
        several = {"instances": len(sops)} if len(sops) > 1 else {}
        session.project.record(action, sop=sops[0], reader=session.reader, **several)
        waiting = () if verdict == "approve" else self._waiting(sops[0])
        self.given.emit(list(sops), [sop for sop in sops if sop in waiting])

    def _waiting(self, sop: str) -> Collection[str]:
        """Those of an instance's series that want a look now."""
        return frozenset(self._session.catalogue.uids(self._of_series(sop)))

    def _of_series(self, sop: str) -> InstanceFilter:
        row = self._session.catalogue.instance(sop)
        return InstanceFilter(patient=row.patient, series=row.series, needs_review=True)
