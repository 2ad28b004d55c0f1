"""TensorBoard in the browser, for the trainings of the open project."""

from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from app.gui.dialogs.errors import show_error
from app.gui.jobs import Job, JobRunner
from app.gui.session import Session


class Board(QObject):
    """Starts it once and opens the browser each time; it ends with the project or the window."""

    def __init__(self, session: Session, jobs: JobRunner, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._jobs, self._window = session, jobs, window
        self._job: Job | None = None
        self._address = ""

    def open(self, folder: Path) -> None:
        """Show the courses of the trainings in `folder`."""
        if self._job is not None and not self._job.over:
            self._browse()
            return
        self._address = ""
        self._session.status.emit("TensorBoard starts and opens in your browser …")
        self._job = self._jobs.start("TensorBoard", ["tensorboard", str(folder)], heavy=False)
        self._job.item.connect(self._on_item)
        self._job.failed.connect(lambda message, remedy: show_error(self._window, message, remedy))

    def _on_item(self, kind: str, facts: dict[str, str]) -> None:
        if kind == "address":
            self._address = facts["address"]
            self._browse()

    def _browse(self) -> None:
        if self._address and not QDesktopServices.openUrl(QUrl(self._address)):
            self._session.status.emit(f"Open this address in your browser: {self._address}")
