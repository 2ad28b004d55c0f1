"""Pictures of every page on a project, made without showing the window."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QEventLoop, QTimer

from app.errors import AppError
from app.gui.application import make_application, make_window
from app.gui.jobs import JobRunner
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
    files = []
    for number, step in enumerate(STEPS, start=1):
        window.go(step.name)
        _settle()
        _wait_for_jobs(window.jobs)
        file = out / f"{number}-{step.name}.png"
        if not window.grab().save(str(file)):
            raise AppError(f"{file} cannot be written.", "Choose another folder.")
        files.append(file)
    window.jobs.shutdown()
    window.close()
    preferences.save()  # what Qt still holds would be written at exit, into a folder made anew
    settings.cleanup()
    return files


def _wait_for_jobs(jobs: JobRunner) -> None:
    begun = time.monotonic()
    while jobs.active and time.monotonic() - begun < JOB_LIMIT_S:
        _settle()


def _settle() -> None:
    loop = QEventLoop()
    QTimer.singleShot(SETTLE_MS, loop.quit)
    loop.exec()
