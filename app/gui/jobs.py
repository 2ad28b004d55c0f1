"""Long work as child processes: the program's own commands, started, read and cancelled by the window.

One heavy job runs at a time and further ones wait; light ones (a heat map) run beside it. A job is
cancelled by closing its standard input, and killed where it has not ended after a grace time. Line format
and exit codes are in docs/architecture.md.
"""

import os
from collections import deque
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from app.errors import for_window
from app.gui.job_lines import JobLines
from app.program import command

CANCELLED = 130  # exit code of a job that was cancelled
GRACE_MS = 10_000
LIGHT_GRACE_MS = 300  # a light job keeps nothing that an end in good order would save


class JobState(StrEnum):
    """Where a job stands; the last three are final."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


class Job(QObject):
    """One command of the program running as a child.

    Exactly one of `finished` (with the command's result), `failed` (message, remedy) and `cancelled` comes at
    the end. A command that ends with exit code 1 has a result too (some inputs failed): it is finished.
    """

    stage = Signal(str, object)  # title, total or None
    step = Signal(object, object, str)  # done, total or None, message
    item = Signal(str, object)  # kind, facts
    note = Signal(str)
    failed = Signal(str, str)
    finished = Signal(object)
    cancelled = Signal()
    state_changed = Signal(str)
    ended = Signal()  # after any of the three ends

    def __init__(self, title: str, args: Sequence[str], parent: QObject, *, heavy: bool) -> None:
        super().__init__(parent)
        self.title = title
        self.args = tuple(args)
        self.heavy = heavy
        self.state = JobState.WAITING
        self.result: dict[str, Any] | None = None
        self.error: tuple[str, str] | None = None
        self._cancel_wanted = False
        self._lines = JobLines()
        self._process = QProcess(self)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.readyReadStandardError.connect(self._process.readAllStandardError)
        self._process.finished.connect(self._on_finished)
        self._process.errorOccurred.connect(self._on_error)
        self.grace_ms = GRACE_MS if heavy else LIGHT_GRACE_MS
        self._grace = QTimer(self, singleShot=True, interval=self.grace_ms)
        self._grace.timeout.connect(self._process.kill)

    @property
    def over(self) -> bool:
        """Whether the job has ended, in whatever way."""
        return self.state in FINAL

    def launch(self, program: Sequence[str], environment: QProcessEnvironment) -> None:
        """Start the child; the runner calls this when it is the job's turn."""
        self._set_state(JobState.RUNNING)
        self._process.setProcessEnvironment(environment)
        self._process.start(program[0], [*program[1:], *self.args, "--progress", "json"])

    def cancel(self) -> None:
        """Ask the job to end in good order; after the grace time it is killed."""
        self._cancel_wanted = True
        if self.state is JobState.WAITING:
            self._end(JobState.CANCELLED)
        elif self.state in {JobState.RUNNING, JobState.PAUSED}:
            self._set_state(JobState.STOPPING)
            self._process.closeWriteChannel()
            self._grace.start()

    def pause(self) -> None:
        """Let the job rest at the next moment when it asks; it keeps its memory and needs no processor."""
        if self.state is JobState.RUNNING:
            self._process.write(b"pause\n")
            self._set_state(JobState.PAUSED)

    def resume(self) -> None:
        """Let a resting job go on."""
        if self.state is JobState.PAUSED:
            self._process.write(b"resume\n")
            self._set_state(JobState.RUNNING)

    def wait(self, milliseconds: int) -> None:
        """Wait for the child's end, kill it where it does not come; only for the closing of the window."""
        if self._process.state() == QProcess.ProcessState.NotRunning:
            return
        if not self._process.waitForFinished(milliseconds):
            self._process.kill()
            self._process.waitForFinished(2_000)

    def _read(self) -> None:
        for event in self._lines.feed(bytes(self._process.readAllStandardOutput().data())):
            self._handle(event)

    def _handle(self, event: Mapping[str, Any]) -> None:
        match event.get("event"):
            case "stage":
                self.stage.emit(str(event.get("title", "")), event.get("total"))
            case "step":
                self.step.emit(event.get("done", 0), event.get("total"), str(event.get("message") or ""))
            case "item" if event.get("kind") == "note":
                self.note.emit(str(event.get("text", "")))
            case "item":
                self.item.emit(str(event.get("kind", "")), event)
            case "error":
                self.error = (str(event.get("message", "")), for_window(str(event.get("remedy") or "")))
            case "result":
                self.result = dict(event)

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self.error = ("The work could not be started.", "Install Leadglass again, then try once more.")
            self._end(JobState.FAILED)

    def _on_finished(self, code: int, how: QProcess.ExitStatus) -> None:
        self._read()
        for event in self._lines.close():
            self._handle(event)
        crashed = how == QProcess.ExitStatus.CrashExit
        if self._cancel_wanted and (crashed or code == CANCELLED):
            self._end(JobState.CANCELLED)
        elif not crashed and self.result is not None and self.error is None:
            self._end(JobState.DONE)
        elif code == CANCELLED and not crashed:
            self._end(JobState.CANCELLED)
        else:
            self.error = self.error or _why_it_ended(code, crashed=crashed)
            self._end(JobState.FAILED)

    def _end(self, state: JobState) -> None:
        self._grace.stop()
        self._set_state(state)
        if state is JobState.DONE:
            self.finished.emit(self.result)
        elif state is JobState.FAILED and self.error is not None:
            self.failed.emit(*self.error)
        else:
            self.cancelled.emit()
        self.ended.emit()

    def _set_state(self, state: JobState) -> None:
        self.state = state
        self.state_changed.emit(state.value)


class JobRunner(QObject):
    """Starts jobs and keeps their order; owns every child, so that none outlives the window."""

    started = Signal(object)  # Job
    changed = Signal()  # the set of jobs that are not over, or a state, changed

    def __init__(self, parent: QObject | None = None, *, program: Sequence[str] = ()) -> None:
        super().__init__(parent)
        self._program = tuple(program) or tuple(command())
        self._environments: dict[Job, QProcessEnvironment] = {}
        self._waiting: deque[Job] = deque()
        self._running: list[Job] = []

    @property
    def active(self) -> tuple[Job, ...]:
        """Jobs that run or wait, in their order."""
        return (*self._running, *self._waiting)

    def start(
        self,
        title: str,
        args: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        heavy: bool = True,
    ) -> Job:
        """Run the command `args`; a heavy one waits while another heavy one runs.

        The child starts when the event loop turns next, so that no signal is missed.
        `environment` is added to the child's, as for a passphrase, which never stands on a command line.
        """
        job = Job(title, args, self, heavy=heavy)
        self._environments[job] = _child_environment(environment or {})
        self._waiting.append(job)
        job.state_changed.connect(self.changed)
        job.ended.connect(lambda: self._forget(job))
        self.started.emit(job)
        QTimer.singleShot(0, self, self._launch_next)
        return job

    def shutdown(self, grace_ms: int = GRACE_MS) -> None:
        """Cancel everything and wait until no child is left; what does not end within the grace is killed."""
        for job in reversed(self.active):
            job.cancel()
        for job in tuple(self._running):
            job.wait(min(grace_ms, job.grace_ms))

    def _launch_next(self) -> None:
        for job in tuple(self._waiting):
            if not (job.heavy and any(other.heavy for other in self._running)):
                self._waiting.remove(job)
                self._running.append(job)
                job.launch(self._program, self._environments[job])

    def _forget(self, job: Job) -> None:
        self._environments.pop(job, None)
        for jobs in (self._running, self._waiting):
            if job in jobs:
                jobs.remove(job)
        self.changed.emit()
        QTimer.singleShot(0, self, self._launch_next)


def _child_environment(extra: Mapping[str, str]) -> QProcessEnvironment:
    environment = QProcessEnvironment.systemEnvironment()
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, [environment.value("PYTHONPATH")])]
    ours = {
        "LEADGLASS_JOB": "1",
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
    }
    for name, value in {**ours, **extra}.items():
        environment.insert(name, value)
    return environment


def _why_it_ended(code: int, *, crashed: bool) -> tuple[str, str]:
    if crashed:
        return (
            f"The work ended unexpectedly (signal {code}); memory may have run out.",
            "What was reported done is kept. Close other programs and start it again: it goes on from there.",
        )
    return (
        f"The work ended without a result (exit code {code}).",
        "What was reported done is kept. Start it again; if it fails again, please report it.",
    )
