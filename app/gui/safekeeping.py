"""After a project was opened: its catalogue is checked, copied and made ready to open, beside the window's thread."""

from pathlib import Path

from PySide6.QtWidgets import QWidget

from app.gui.background import Latest
from app.gui.dialogs.errors import show_error
from app.gui.session import Session
from labeller import Catalogue, back_up, is_sound


class Safekeeping:
    """One check and at most one copy each time a project is opened to be written in."""

    def __init__(self, session: Session, window: QWidget) -> None:
        self._session, self._window = session, window
        self._work: Latest | None = None

    @property
    def busy(self) -> bool:
        """Whether the check is under way."""
        return self._work is not None

    def begin(self) -> None:
        """Check and copy the open project's catalogue."""
        self.end()
        if self._session.writer is None:
            project = self._session.project
            self._work = Latest(self._window)
            self._work.done.connect(self._tell)
            self._work.failed.connect(self._warn)
            self._work.run(lambda: _check_and_copy(project.catalogue_file, project.backups))

    def end(self) -> None:
        """Wait for nothing any more, as when the project is closed."""
        if self._work is not None:
            self._work.stop()
            self._work.deleteLater()
            self._work = None

    def _warn(self, message: str, remedy: str) -> None:
        self.end()
        self._session.status.emit(f"{message} {remedy}")

    def _tell(self, sound: bool) -> None:  # noqa: FBT001 - a signal sends it
        self.end()
        if not sound:
            show_error(
                self._window,
                "The catalogue of this project is damaged.",
                "Close the project and open it again: a copy of an earlier day is offered then.",
            )


def _check_and_copy(catalogue: Path, folder: Path) -> bool:
    """Copy only what is sound, so that a damaged catalogue never takes the place of a good copy."""
    sound = is_sound(catalogue)
    if sound:
        back_up(catalogue, folder)
        with Catalogue.open(catalogue) as opened:
            opened.keep_order()
    return sound
