"""Corrections applied to pixels by a job, and taken back by another."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.counted import counted
from app.errors import USER_ERRORS
from app.gui.dialogs.errors import show_error
from app.gui.dialogs.unlock import unlocked
from app.gui.jobs import JobRunner
from app.gui.masking.step import APPLIED, Step
from app.gui.session import Session
from app.gui.widgets.job_panel import JobPanel


class Applying(QObject):
    """Runs steps and remembers what was done. `masked(sop, scope)` tells that pixels of an instance changed."""

    masked = Signal(str, str)
    applied = Signal(object)  # the Step; there is one more that can be taken back
    changed = Signal()  # a job began or ended

    def __init__(self, session: Session, jobs: JobRunner, panel: JobPanel, page: QWidget) -> None:
        super().__init__(page)
        self._session, self._jobs, self._panel, self._page = session, jobs, panel, page
        self._running: set[str] = set()
        self._done: list[Step] = []

    @property
    def is_busy(self) -> bool:
        """Whether something is being applied."""
        return bool(self._running)

    def is_at(self, sop: str) -> bool:
        """Whether something is being applied to this instance."""
        return sop in self._running

    def take_back(self) -> None:
        """Undo what was applied last, in all images that it was applied to."""
        if self._done and not self._running:
            self.run(self._done.pop(), undoes=True)

    def run(self, step: Step, *, undoes: bool = False) -> None:
        """Start the job of a step; where originals are needed and stay locked, nothing happens."""
        if step.draft.shown and not self._is_unlocked():
            if undoes:
                self._done.append(step)
            return
        self._running.add(step.sop)
        arguments = ["mask-region", str(self._session.project.folder), *step.arguments()]
        title = "Taking a correction back" if undoes else "Correcting by hand"
        job = self._jobs.start(title, arguments, environment=self._session.child_environment())
        job.finished.connect(lambda result: self._on_applied(step, result, undoes=undoes))
        job.cancelled.connect(lambda: self._on_applied(step, {}, undoes=undoes))
        job.failed.connect(lambda message, remedy: show_error(self._page, message, remedy))
        job.ended.connect(lambda: self._on_ended(step.sop))
        if step.scope != "instance" or step.others:  # one image is done before its panel would be of use
            self._panel.follow(job)
            job.finished.connect(lambda _result: self._panel.hide())  # the image gets its room back
        self.changed.emit()

    def _is_unlocked(self) -> bool:
        try:
            return unlocked(self._session, self._page)
        except USER_ERRORS as error:
            show_error(self._page, str(error), error.remedy)
            return False

    def _on_applied(self, step: Step, result: dict[str, object], *, undoes: bool) -> None:
        self.masked.emit(step.sop, "several" if step.others else step.scope)
        if undoes:
            self._session.status.emit("The correction was taken back.")
            return
        from app.workflows.masking_again import regions_of

        self._done.append(step.inverse(regions_of(self._session.catalogue, step.sop)))
        self._session.status.emit(_told(step, result))
        self.applied.emit(step)

    def _on_ended(self, sop: str) -> None:
        self._running.discard(sop)
        self.changed.emit()


def _told(step: Step, result: dict[str, object]) -> str:
    if not result:
        return "Stopped."
    failed = result.get("failed")
    left = f" {len(failed):,} could not be corrected." if isinstance(failed, list) and failed else ""
    number = f" {counted(int(str(result['instances'])))} changed." if step.scope != "instance" else ""
    return f"{APPLIED[step.scope]}{number}{left}"
