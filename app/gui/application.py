"""Starts the window: one QApplication, its theme, and the place where unforeseen errors end."""

import logging
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QApplication

import resources
from app import NAME, VERSION
from app.gui.dialogs.errors import show_error
from app.gui.jobs import JobRunner
from app.gui.main_window import MainWindow
from app.gui.memory import Settling, give_back_large_blocks
from app.gui.open_lists import OpenLists
from app.gui.preferences import Preferences
from app.gui.session import Session
from app.gui.shortcuts import KEYS
from app.gui.theme import apply_theme
from app.logs import note, places
from app.settings import config_folder

log = logging.getLogger(__name__)


def make_application(arguments: Sequence[str] = ()) -> QApplication:
    """Return the one QApplication, made where there is none yet."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    give_back_large_blocks()
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    application = QApplication([NAME, *arguments])
    application.setApplicationName(NAME)
    application.setApplicationVersion(VERSION)
    keep_no_places()
    if not QFontDatabase.families():  # a server without any font would show boxes for letters
        QFontDatabase.addApplicationFont(str(resources.find("fonts", "DejaVuSans.ttf")))
    return application


def keep_no_places() -> None:
    """Forget the folders that file dialogs were in: their names may tell of patients.

    Qt keeps them for all Qt programs of the user. Ours go to a file of their own, which is emptied at each start and
    end.
    """
    folder = str(config_folder() / "qt")
    for form in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
        QSettings.setPath(form, QSettings.Scope.UserScope, folder)
    if sys.platform != "win32":  # the system's own dialogs are used there, and no file
        QSettings(QSettings.Scope.UserScope, "QtProject").clear()


def make_window(application: QApplication, preferences: Preferences | None = None) -> MainWindow:
    """Make the window in the user's theme, with no project open."""
    preferences = preferences or Preferences()
    apply_theme(application, preferences.theme, preferences.scale)
    KEYS.use(preferences)
    session = Session(preferences)
    window = MainWindow(session, JobRunner())
    session.setParent(window)
    window.jobs.setParent(window)
    OpenLists(window)
    Settling(session.project_changed, window)
    return window


def run(project: Path | None = None, arguments: Sequence[str] = ()) -> int:
    """Show the window, on a project if one is given, until it is closed; returns the exit code."""
    application = make_application(arguments)
    window = make_window(application)
    sys.excepthook = exception_hook(window)
    window.show()
    window.session.project_changed.connect(window.ask_reader_once)
    if project is not None:
        window.open_folder(project)
    code = application.exec()
    keep_no_places()
    return code


def exception_hook(window: MainWindow) -> Callable[..., None]:
    """Make the function that shows an error which nothing else caught."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            window.close()
            return
        # Never the text of the error nor values: both can hold an identity.
        where = places(trace)
        note("error in the window", error=kind.__name__, places=where)
        log.error(
            "Unforeseen error in the window: %s at %s",
            kind.__name__,
            where[-1] if where else "an unknown place",
        )
        if os.environ.get("LEADGLASS_DEBUG"):
            traceback.print_exception(kind, error, trace)
        remedy = getattr(error, "remedy", None)
        if remedy is not None:
            show_error(window, str(error), remedy)
        else:
            show_error(
                window,
                "Something unforeseen happened; your labels and masked instances are safe on disk.",
                "Try again. If it happens again, send what the menu Help, Report for support, shows.",
            )

    return hook
