"""Offers the last whole copy in the place of a damaged catalogue."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMessageBox

from app import NAME
from app.counted import counted
from app.errors import USER_ERRORS
from app.gui.dialogs.errors import show_error
from app.gui.way_in import WayIn
from labeller import CatalogueDamagedError, latest_sound_backup, restore

if TYPE_CHECKING:
    from app.gui.main_window import MainWindow


def offer_backup(window: "MainWindow", way_in: WayIn, error: CatalogueDamagedError) -> None:
    """Ask whether the newest whole copy shall be taken; where there is none, say what is wrong."""
    project = way_in.project
    try:
        copy = latest_sound_backup(project.backups, project.catalogue_key)
        if copy is None:
            show_error(window, str(error), error.remedy)
        elif _wanted(window, copy):
            restore(copy, project.catalogue_file, project.catalogue_key)
            project.record("catalogue restored", copy=copy.stem)
            window.session.enter(way_in)
    except USER_ERRORS as problem:
        show_error(window, str(problem), problem.remedy)


def _wanted(window: "MainWindow", copy: Path) -> bool:
    held = datetime.fromtimestamp(copy.stat().st_mtime, UTC)  # when what it holds was written
    kinds = QMessageBox.StandardButton
    answer = QMessageBox.question(
        window,
        NAME,
        f"The catalogue of this project is damaged. There is a whole copy of it as it was on "
        f"{held.astimezone():%Y-%m-%d at %H:%M}, {_ago(datetime.now(UTC) - held)}.\n\n"
        "Take the copy? Labels set after that are lost; masked images stay. The damaged file is kept beside it.",
        kinds.Yes | kinds.No,
        kinds.Yes,
    )
    return answer == kinds.Yes


def _ago(age: timedelta) -> str:
    """Say how old something is, in the largest unit that fits."""
    minutes = int(age.total_seconds()) // 60
    if minutes < 0:
        return "which is later than this computer's clock"
    for unit, size in (("day", 1440), ("hour", 60)):
        if minutes >= size:
            return f"{counted(minutes // size, unit)} ago"
    return f"{counted(minutes, 'minute')} ago"
