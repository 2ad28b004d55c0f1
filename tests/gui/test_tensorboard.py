"""The menu entry that opens TensorBoard in the browser."""

from collections.abc import Iterator
from urllib.request import urlopen

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.gui.main_window import MainWindow
from app.project import Project
from trainer.event_files import write_events

ROWS = [{"epoch": float(n), "loss": 1 / n, "val_loss": 2 / n, "seconds": 1.0} for n in (1, 2, 3)]


@pytest.fixture
def browsed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What the browser was asked to show."""
    addresses: list[str] = []

    def show(url: QUrl) -> bool:
        addresses.append(url.toString())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", show)
    return addresses


def test_the_menu_opens_the_courses_in_the_browser_and_again_the_same(
    window: MainWindow, project: Project, browsed: list[str], qtbot: QtBot
) -> None:
    write_events(project.models / "knees", ROWS, 1_700_000_000.0)
    window.open_folder(project.folder)
    window.show_courses()
    qtbot.waitUntil(lambda: len(browsed) == 1, timeout=60_000)
    with urlopen(browsed[0]) as answer:
        assert b"TensorBoard" in answer.read()
    window.show_courses()
    assert browsed == [browsed[0]] * 2
    window.close_project()
    qtbot.waitUntil(lambda: not window.jobs.active)
    with pytest.raises(OSError, match="refused"):
        urlopen(browsed[0])


def test_before_the_first_training_the_menu_says_what_is_missing(
    window: MainWindow, project: Project, browsed: list[str], qtbot: QtBot
) -> None:
    window.open_folder(project.folder)
    window.show_courses()
    qtbot.waitUntil(lambda: bool(window.findChildren(QMessageBox)), timeout=60_000)
    box = window.findChildren(QMessageBox)[0]
    assert "has written its course yet" in box.text()
    assert not browsed
