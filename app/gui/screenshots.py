"""Pictures of every page on a project, and of the grid, made without showing the window."""

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QWidget

from app import policy
from app.errors import AppError
from app.gui.application import make_application, make_window
from app.gui.pages.label_page import LabelPage
from app.gui.preferences import Preferences
from app.gui.steps import STEPS

SETTLE_MS = 1500  # a page decodes its first image beside the window's thread
JOB_LIMIT_S = 90  # a page may draw a heat map in a child of its own


def save_screenshots(project: Path, out: Path, *, theme: str, size: tuple[int, int]) -> list[Path]:
    """Save one PNG a page to `out`; `size` is the window's in device-independent pixels.

    Raises ProjectError if the project cannot be opened, AppError if a picture cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    application = make_application()
    settings = TemporaryDirectory()  # the user's own theme and window stay as they are
    preferences = Preferences(Path(settings.name) / "window.ini")
    preferences.theme = theme
    window = make_window(application, preferences)
    window.resize(*size)
    window.show()
    window.session.open(project)
    readers = [known.name for known in window.session.catalogue.readers()]
    if readers and not policy.current().readers:
        window.session.reader = readers[0]  # else whoever takes the pictures would be in them
    files = []
    for number, step in enumerate(STEPS, start=1):
        window.go(step.name)
        _settle()
        _wait_for(lambda: not window.jobs.active)
        files.append(_save(window, out / f"{number}-{step.name}.png"))
        page = window.current_page()
        if isinstance(page, LabelPage):
            page.browsing.toggle_grid()
            _settle()
            _wait_for(page.grid.is_complete)
            files.append(_save(window, out / f"{number}-{step.name}-grid.png"))
            page.browsing.toggle_grid()
    window.jobs.shutdown()
    window.close()
    preferences.save()  # what Qt still holds would be written at exit, into a folder made anew
    settings.cleanup()
    return files


def _save(window: QWidget, file: Path) -> Path:
    if not window.grab().save(str(file)):
        raise AppError(f"{file} cannot be written.", "Choose another folder.")
    return file


def _wait_for(done: Callable[[], bool]) -> None:
    begun = time.monotonic()
    while not done() and time.monotonic() - begun < JOB_LIMIT_S:
        _settle()


def _settle() -> None:
    loop = QEventLoop()
    QTimer.singleShot(SETTLE_MS, loop.quit)
    loop.exec()
