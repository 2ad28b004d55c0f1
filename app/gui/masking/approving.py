"""Verdicts on what is in sight: right, the whole series right, held back, taken back; and what comes next."""

from collections.abc import Callable, Collection
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.counted import counted
from app.errors import USER_ERRORS
from app.gui.dialogs.errors import show_error
from app.gui.image.compare_view import CompareView
from app.gui.masking.mask_list import MaskList
from app.gui.masking.masking_by_hand import MaskingByHand
from app.gui.session import Session
from app.gui.verdicts import Verdicts
from labeller import InstanceFilter

UNAPPLIED = "Boxes were changed here and not applied yet: apply them or take them back first."
UNSEEN = "The image is not on the screen yet: nothing was approved."
HELD = "Nothing of the series waits but what is held back: approve that image by image (A)."
CLEAR = "Nothing of the series waits to be approved."
DONE = "Nothing is left to look at."


class Approving(QObject):
    """Judges the instance `sop`. `judged()` tells that a verdict was given or taken back."""

    judged = Signal()

    def __init__(
        self, session: Session, mask_list: MaskList, by_hand: MaskingByHand, *, view: CompareView
    ) -> None:
        super().__init__(view)
        self._session, self._list, self._by_hand, self._view = session, mask_list, by_hand, view
        self._steps: list[Callable[[], object]] = []  # each takes a verdict or a correction back
        self.sop = ""
        self.verdicts = Verdicts(session, self)
        self.verdicts.given.connect(self._on_verdict)
        by_hand.applied.connect(lambda: self._steps.append(by_hand.take_back))

    def approve(self) -> None:
        """The instance in sight (the series, where series are listed) looks right; go on to the next one."""
        if self._list.in_series:
            self.approve_series()
        elif self._judge(lambda: self.verdicts.approve(self.sop)):
            self._go_on(())

    def approve_series(self) -> None:
        """All of the series in sight looks right; go on to the next series that needs a look."""
        approved: list[str] = []
        if self._judge(lambda: approved.extend(self.verdicts.approve_series(self.sop))):
            catalogue = self._session.catalogue
            row = catalogue.instance(self.sop)
            series = InstanceFilter(patient=row.patient, series=row.series)
            without = HELD if catalogue.uids(replace(series, needs_review=True)) else CLEAR
            told = f"Approved of the series: {counted(len(approved))}." if approved else without
            done = not self._go_on(catalogue.uids(series))
            self._session.status.emit(f"{told} {DONE}" if done else told)

    def hold_back(self) -> None:
        """Mark the instance in sight as one that must not go on yet."""
        if self.sop:
            before = self.verdicts.count
            self._try(lambda: self.verdicts.hold_back(self.sop))
            self._note_step(before)

    def take_back(self) -> None:
        """Take back the last step at the boxes, or else the last verdict or applied correction."""
        if self._by_hand.undo():
            return
        last = self._steps.pop() if self._steps else None
        if last is not None:
            self._try(last)

    def _judge(self, verdict: Callable[[], object]) -> bool:
        """Give a verdict on the instance in sight, unless boxes wait there or nobody saw it; whether it was given."""
        if not self.sop:
            return False
        refused = UNAPPLIED if self._by_hand.draft else UNSEEN if self._view.after.loading else ""
        if refused:
            self._session.status.emit(refused)
            return False
        before = self.verdicts.count
        if not self._try(verdict):
            return False
        self._note_step(before)
        return True

    def _note_step(self, before: int) -> None:
        if self.verdicts.count > before:
            self._steps.append(self._take_verdict_back)

    def _go_on(self, besides: Collection[str]) -> bool:
        following = self._list.next_to_look_at(self._list.current() or self.sop, (self.sop, *besides))
        if following:
            self._list.go_to(following)
        else:
            self._session.status.emit(DONE)
            self._list.step(1)
        return bool(following)

    def _take_verdict_back(self) -> None:
        sops = self.verdicts.take_back()
        if sops:
            self._list.go_to(next((sop for sop in sops if self._list.lists(sop)), sops[0]))

    def _try(self, action: Callable[[], object]) -> bool:
        try:
            action()
        except USER_ERRORS as error:
            show_error(self._view, str(error), error.remedy)
            return False
        return True

    def _on_verdict(self, sops: list[str], needs_look: list[str]) -> None:
        self._list.reviewed(sops, needs_look)
        self.judged.emit()
