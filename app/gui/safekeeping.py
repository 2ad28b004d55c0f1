"""A project's catalogue is checked and copied when it is opened, each hour and when it is closed, beside the window."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from app.gui.background import Latest
from app.gui.dialogs.errors import show_error
from app.gui.session import Session
from app.project import Project
from app.storage import sweep
from labeller import back_up, is_sound, keep_latest

HOUR_MS = 3_600_000
"""A catalogue of a million instances is copied in seconds, beside the work."""


class Safekeeping:
    """Keeps a copy of the open project's catalogue that is never older than an hour of work."""

    def __init__(self, session: Session, window: QWidget) -> None:
        self._session, self._window = session, window
        self._project: Project | None = None
        self._work: Latest | None = None
        self._hourly = QTimer(window, interval=HOUR_MS)
        self._hourly.timeout.connect(self._again)

    @property
    def busy(self) -> bool:
        """Whether a check is under way."""
        return self._work is not None

    def begin(self) -> None:
        """Check and copy the catalogue of the project that was just opened, and keep it in sight."""
        self.end()
        if self._session.writer is None:
            self._project = self._session.project
            self._run(self._project, opened=True)
            self._hourly.start()

    def end(self) -> None:
        """Copy what was done since the last copy, now that the project is closed; nobody waits for it.

        The program ends when the copy is made, though its window is gone.
        """
        self._hourly.stop()
        self._drop()
        project, self._project = self._project, None
        if project is not None:
            self._run(project, opened=False)

    def _again(self) -> None:
        if self._project is not None and not self.busy:
            self._run(self._project, opened=False)

    def _run(self, project: Project, *, opened: bool) -> None:
        self._drop()
        self._work = Latest(self._window)
        self._work.done.connect(self._tell)
        self._work.failed.connect(self._warn)
        self._work.run_last(lambda: _check_and_copy(project, opened=opened))

    def _drop(self) -> None:
        if self._work is not None:
            self._work.stop()
            self._work.deleteLater()
            self._work = None

    def _warn(self, message: str, remedy: str) -> None:
        self._drop()
        self._session.status.emit(f"{message} {remedy}")

    def _tell(self, sound: bool) -> None:  # noqa: FBT001 - a signal sends it
        self._drop()
        if not sound:
            show_error(
                self._window,
                "The catalogue of this project is damaged.",
                "Open the project again: its last whole copy is offered then.",
            )


def _check_and_copy(project: Project, *, opened: bool) -> bool:
    """Return whether it is sound, looked at when it is opened; what is damaged is copied over no good copy."""
    kept = project.catalogue_file, project.backups, project.catalogue_key
    if not opened:
        if project.catalogue_file.is_file():  # else its drive is gone, which the next key tells
            keep_latest(*kept)
        return True
    sweep(project.backups)
    if not is_sound(project.catalogue_file, project.catalogue_key):
        return False
    with project.catalogue() as catalogue:
        catalogue.keep_order()
    if project.encrypted:
        from app.workflows.encryption import finish

        finish(project)
    if back_up(*kept) is None:
        keep_latest(*kept)  # the last session ended without one
    return True
