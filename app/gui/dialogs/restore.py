"""Offers the copy of an earlier day in the place of a damaged catalogue."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMessageBox

from app import NAME
from app.errors import USER_ERRORS
from app.gui.dialogs.errors import show_error
from app.project import Project
from labeller import CatalogueDamagedError, latest_sound_backup, restore

if TYPE_CHECKING:
    from app.gui.main_window import MainWindow


def offer_backup(window: "MainWindow", folder: Path, error: CatalogueDamagedError) -> None:
    """Ask whether the newest whole copy shall be taken; where there is none, say what is wrong."""
    try:
        project = Project.open(folder)
        copy = latest_sound_backup(project.backups)
        if copy is None:
            show_error(window, str(error), error.remedy)
        elif _wanted(window, copy):
            restore(copy, project.catalogue_file)
            project.record("catalogue restored", copy=copy.stem)
            window.session.open(folder)
    except USER_ERRORS as problem:
        show_error(window, str(problem), problem.remedy)


def _wanted(window: "MainWindow", copy: Path) -> bool:
    day = copy.stem.removeprefix("catalogue-")
    made = datetime.fromtimestamp(copy.stat().st_mtime, UTC)  # one copy a day, at the first opening
    kinds = QMessageBox.StandardButton
    answer = QMessageBox.question(
        window,
        NAME,
        f"The catalogue of this project is damaged. There is a whole copy of {day}, made at "
        f"{made:%H:%M} UTC.\n\n"
        "Take the copy? Labels set after that are lost; masked images stay. The damaged file is kept beside it.",
        kinds.Yes | kinds.No,
        kinds.Yes,
    )
    return answer == kinds.Yes
