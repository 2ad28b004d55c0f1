"""What a reader says of a masked instance: it looks right, or it is held back; noted in the audit trail."""

from PySide6.QtCore import QObject, Signal

from app.gui.masking_record import HELD_BACK
from app.gui.session import Session


class Verdicts(QObject):
    """Gives verdicts and takes them back, last one first. `given(sop, needs_look)` tells of each.

    Every method may raise CatalogueError; then nothing was changed.
    """

    given = Signal(str, bool)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._before: list[tuple[str, tuple[str, ...]]] = []

    def approve(self, sop: str) -> None:
        """Nothing is left to look at."""
        self._judge(sop, (), "approved")

    def hold_back(self, sop: str) -> None:
        """The instance must not go on yet; a second time changes nothing."""
        reasons = self._session.catalogue.instance(sop).review
        if HELD_BACK not in reasons:
            self._judge(sop, (*reasons, HELD_BACK), "held back")

    def take_back(self) -> str:
        """Undo the last verdict and return its instance, "" if there is none."""
        if not self._before:
            return ""
        sop, reasons = self._before.pop()
        self._set(sop, reasons, "verdict taken back")
        return sop

    def _judge(self, sop: str, reasons: tuple[str, ...], action: str) -> None:
        before = self._session.catalogue.instance(sop).review
        self._set(sop, reasons, action)
        self._before.append((sop, before))

    def _set(self, sop: str, reasons: tuple[str, ...], action: str) -> None:
        self._session.catalogue.set_review(sop, reasons)
        self._session.project.record(action, sop=sop, reader=self._session.reader)
        self.given.emit(sop, bool(reasons))
