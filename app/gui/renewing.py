"""A project of an earlier version is brought to the present one beside the window's thread, after a copy was made."""

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QProgressDialog, QWidget

from app import NAME
from app.gui.background import Latest
from app.gui.dialogs.errors import show_error
from app.project import Project
from app.project_lock import Holder, ProjectLock
from labeller import Catalogue, back_up, is_older

POLL_MS = 50
WORDS = (
    "This project was made by an earlier version. Its catalogue is brought to the present one; every label stays, "
    "and a copy of the catalogue as it was is kept in the folder “backups”."
)


class Renewing(QObject):
    """One project: `begin` shows how far it is, then calls what is to follow; not where it failed."""

    def __init__(self, project: Project, window: QWidget, then: Callable[[], object]) -> None:
        super().__init__(window)
        self._project, self._window, self._then = project, window, then
        self._lock: ProjectLock | Holder | None = None
        self._told: deque[tuple[int, int]] = deque(maxlen=1)  # the thread touches nothing of Qt
        self._work = Latest(self)
        self._work.done.connect(lambda _nothing: self._end(then))
        self._work.failed.connect(self._fail)
        self._look = QTimer(self, interval=POLL_MS)
        self._look.timeout.connect(self._show)
        self.dialog = QProgressDialog(WORDS, "", 0, 0, window)
        self.dialog.setWindowTitle(NAME)
        self.dialog.setCancelButton(None)  # it is all or nothing
        self.dialog.setWindowFlag(Qt.WindowType.WindowCloseButtonHint, on=False)
        self.dialog.setWindowModality(Qt.WindowModality.WindowModal)
        self.dialog.setMinimumDuration(0)
        self.dialog.setAutoClose(False)
        self.dialog.setAutoReset(False)

    @classmethod
    def wanted(cls, project: Project) -> bool:
        """Whether a project is of an earlier version and can be read."""
        return is_older(project.catalogue_file, project.catalogue_key)

    def begin(self) -> None:
        """Begin, unless another window works in the project: then what follows says so."""
        self._lock = ProjectLock.take(self._project.lock_file)
        if isinstance(self._lock, Holder):
            self._end(self._then)
            return
        project, told = self._project, self._told
        self._work.run(lambda: _renew(project, lambda done, total: told.append((done, total))))
        self._look.start()
        self.dialog.show()

    def _show(self) -> None:
        if self._told:
            done, total = self._told.popleft()
            self.dialog.setMaximum(total)
            self.dialog.setValue(done)

    def _fail(self, message: str, remedy: str) -> None:
        self._end(lambda: show_error(self._window, message, remedy))

    def _end(self, then: Callable[[], object]) -> None:
        self._look.stop()
        self.dialog.close()
        self.dialog.deleteLater()
        if self._lock is not None:
            self._lock.release()
        then()
        self._work.stop()
        self.deleteLater()


def _renew(project: Project, told: Callable[[int, int], object]) -> None:
    back_up(project.catalogue_file, project.backups, project.catalogue_key)
    Catalogue.renew(project.catalogue_file, told, project.catalogue_key)
