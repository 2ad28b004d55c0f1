"""What a reader says of a masked instance: it looks right, or it is held back; noted in the audit trail."""

from PySide6.QtCore import QObject, Signal

from app.gui.session import Session
from labeller import HELD_BACK


class Verdicts(QObject):
    """Gives verdicts and takes them back, last one first. `given(sop, needs_look)` tells of each.

    They are decisions in the catalogue, who and when. Every method may raise CatalogueError or LabelError; then
    nothing was changed.
    """

    given = Signal(str, bool)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._given: list[str] = []

    @property
    def count(self) -> int:
        """How many verdicts can be taken back."""
        return len(self._given)

    def approve(self, sop: str) -> None:
        """Nothing is left to look at: the instance may leave the project."""
        self._decide(sop, "approve", "approved")
        self._given.append(sop)

    def hold_back(self, sop: str) -> None:
        """The instance must not go on yet; a second time changes nothing."""
        if HELD_BACK not in self._session.catalogue.instance(sop).review:
            self._decide(sop, "reject", "held back")
            self._given.append(sop)

    def take_back(self) -> str:
        """Undo the last verdict and return its instance, "" if there is none."""
        if not self._given:
            return ""
        sop = self._given.pop()
        self._decide(sop, "withdraw", "verdict taken back")
        return sop

    def _decide(self, sop: str, verdict: str, action: str) -> None:
        session = self._session
        session.catalogue.decide([sop], verdict, reader=session.reader, means="window")
        session.project.record(action, sop=sop, reader=session.reader)
        self.given.emit(sop, bool(session.catalogue.instance(sop).review))
