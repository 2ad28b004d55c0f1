"""Shows a job: what it is doing, how far it is, how long it will take, and a button to cancel it."""

import time

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.gui.jobs import Job, JobState
from app.gui.widgets.text import button, label, set_role

STEPS = 1000  # resolution of the bar; totals can be larger than Qt's int


class TimeLeft:
    """Estimates the time left of a stage from its pace so far."""

    def __init__(self) -> None:
        self._began = time.monotonic()

        self._rests: float | None = None

    def restart(self) -> None:
        """Count from now: a new stage begins."""
        self._began = time.monotonic()

    def rest(self) -> None:
        """The work rests: the time until it goes on does not count."""
        self._rests = self._rests or time.monotonic()

    def go_on(self) -> None:
        """The work goes on."""
        if self._rests is not None:
            self._began += time.monotonic() - self._rests
            self._rests = None

    def seconds(self, done: float, total: float | None) -> float | None:
        """Seconds left, None while nothing can be said."""
        elapsed = time.monotonic() - self._began
        if not total or done <= 0 or elapsed < 1.0 or done >= total:
            return None
        return elapsed * (total - done) / done


def in_words(seconds: float) -> str:
    """Say a duration as people say it: "40 s", "3 min", "1 h 20 min"."""
    if seconds < 90:  # noqa: PLR2004 - up to here seconds say more than minutes
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 60:  # noqa: PLR2004 - minutes an hour
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


class JobPanel(QWidget):
    """Follows one job after another; what the last one ended with stays visible."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self._pausable = False
        self._stage = ""
        self._total: float | None = None
        self._done = 0.0
        self._time_left = TimeLeft()
        self.title = label("", "heading")
        self.message = label("", "muted")
        self.left = label("", "muted", wrap=False)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress")
        self.pause_button = button("P&ause", self._pause)
        self.cancel_button = button("&Cancel", self._cancel)
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.left)
        top.addWidget(self.pause_button)
        top.addWidget(self.cancel_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        layout.addWidget(self.bar)
        layout.addWidget(self.message)
        self._clock = QTimer(self, interval=1000)
        self._clock.timeout.connect(self._show_time)
        self.hide()

    @property
    def job(self) -> Job | None:
        """The job shown last."""
        return self._job

    def follow(self, job: Job, *, pausable: bool = False) -> None:
        """Show this job from now on; `pausable` jobs can be let rest."""
        if self._job is not None:
            self._job.disconnect(self)
        self._job = job
        self._pausable = pausable
        self._stage, self._total, self._done = "", None, 0.0
        self.title.setText(job.title)
        set_role(self.message, "muted")
        self.message.setText("")
        self.bar.setRange(0, 0)
        job.stage.connect(self._on_stage)
        job.step.connect(self._on_step)
        job.note.connect(self.message.setText)
        job.failed.connect(self._on_failed)
        job.state_changed.connect(self._on_state)
        self._on_state(job.state.value)
        self.show()

    def say(self, text: str, role: str = "muted") -> None:
        """Put a line under the bar, e.g. the summary of what was done."""
        set_role(self.message, role)
        self.message.setText(text)

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _pause(self) -> None:
        if self._job is None:
            return
        if self._job.state is JobState.PAUSED:
            self._job.resume()
        else:
            self._job.pause()

    def _on_stage(self, title: str, total: float | None) -> None:
        self._stage, self._total, self._done = title, total, 0.0
        self._time_left.restart()
        self.message.setText(title)
        self._show_bar()

    def _on_step(self, done: float, total: float | None, message: str) -> None:
        self._done = done
        self._total = total or self._total
        counted = f"{done:,} of {self._total:,}" if self._total else f"{done:,}"
        self.message.setText(" · ".join(filter(None, [self._stage, counted, message])))
        self._show_bar()

    def _show_bar(self) -> None:
        if self._total:
            self.bar.setRange(0, STEPS)
            self.bar.setValue(round(STEPS * min(1.0, self._done / self._total)))
        else:
            self.bar.setRange(0, 0)

    def _show_time(self) -> None:
        paused = self._job is not None and self._job.state is JobState.PAUSED
        seconds = None if paused else self._time_left.seconds(self._done, self._total)
        self.left.setText(f"about {in_words(seconds)} left" if seconds is not None else "")

    def _on_failed(self, message: str, remedy: str) -> None:
        self.say(f"{message} {remedy}".strip(), "bad")

    def _on_state(self, state: str) -> None:
        running = state in {JobState.WAITING, JobState.RUNNING, JobState.PAUSED, JobState.STOPPING}
        self.pause_button.setVisible(self._pausable and state in {JobState.RUNNING, JobState.PAUSED})
        self.pause_button.setText("Go &on" if state == JobState.PAUSED else "P&ause")
        if state == JobState.PAUSED:
            self._time_left.rest()
        else:
            self._time_left.go_on()
        self.cancel_button.setVisible(running)
        self.cancel_button.setEnabled(state != JobState.STOPPING)
        if running:
            self._clock.start()
        else:
            self._clock.stop()
            self.left.setText("")
            self.bar.setRange(0, STEPS)
            self.bar.setValue(STEPS if state == JobState.DONE else self.bar.value())
        if text := _STATE_TEXT.get(state):
            self.say(text)


_STATE_TEXT = {
    JobState.WAITING.value: "Waits until the work before it is done",
    JobState.RUNNING.value: "Starting…",
    JobState.PAUSED.value: "Paused at the next step; memory stays in use, the processor is free",
    JobState.STOPPING.value: "Stopping; what is finished is kept…",
    JobState.DONE.value: "Done",
    JobState.CANCELLED.value: "Cancelled. What was finished is kept; starting again goes on from there.",
}
