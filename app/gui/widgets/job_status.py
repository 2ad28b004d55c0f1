"""Says at the bottom of the window what work is running, whichever page is shown."""

from PySide6.QtWidgets import QLabel, QWidget

from app.gui.jobs import Job, JobRunner


class JobStatus(QLabel):
    """Title of the running job and how many wait behind it."""

    def __init__(self, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._percent = ""
        jobs.changed.connect(self._show)
        jobs.started.connect(self._watch)
        self._show()

    def _watch(self, job: Job) -> None:
        if job.heavy:
            job.step.connect(self._on_step)
            job.stage.connect(self._on_stage)

    def _on_stage(self, _title: str, _total: object) -> None:
        self._percent = ""
        self._show()

    def _on_step(self, done: float, total: float | None, _message: str) -> None:
        self._percent = f" {100 * done / total:.0f} %" if total else ""
        self._show()

    def _show(self) -> None:
        heavy = [job for job in self._jobs.active if job.heavy]
        if not heavy:
            self._percent = ""
        waiting = f" (+{len(heavy) - 1} waiting)" if len(heavy) > 1 else ""
        self.setText(f"▶ {heavy[0].title}{self._percent}{waiting}  " if heavy else "")
