"""Two windows on one project, and a catalogue that is damaged: said in words, and no label is lost."""

import sqlite3
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot
from sqlalchemy import event

from app.errors import ProjectError
from app.gui.main_window import MainWindow
from app.gui.pages.label_page import LabelPage
from app.project import Project
from app.project_lock import ProjectLock
from labeller import back_up
from labeller.safekeeping import backups
from tests.gui.test_label import await_image, opened, uid


def test_a_second_window_may_look_and_is_told_who_writes(
    window: MainWindow, labelled: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ProjectLock.take(labelled.lock_file)
    window.open_folder(labelled.folder)
    assert window.look_only.isVisible()
    assert "is working in this project" in window.look_only.text.text()
    assert isinstance(window.current_page(), LabelPage)
    assert not window.rail.buttons["import"].isEnabled()
    window.go("import")
    assert isinstance(window.current_page(), LabelPage)
    said: list[str] = []
    monkeypatch.setattr(
        "app.gui.labelling.label_steps.show_error", lambda _on, text, _remedy: said.append(text)
    )
    page = opened(window, qtbot)
    await_image(page)
    before = window.session.catalogue.history(uid(0))
    page.answering.label("finding")
    assert said == ["The project is open to look at only; nothing was changed."]
    assert window.session.catalogue.history(uid(0)) == before
    first.release()
    window.look_only.again.click()
    assert not window.look_only.isVisible()
    page = opened(window, qtbot)
    await_image(page)
    page.answering.label("finding")
    assert window.session.catalogue.instance(uid(0)).label == "finding"


def test_a_project_is_free_again_when_it_is_closed(
    window: MainWindow, labelled: Project, qtbot: QtBot
) -> None:
    window.open_folder(labelled.folder)
    qtbot.waitUntil(lambda: not window.safekeeping.busy)
    window.close_project()
    qtbot.wait(50)  # the pages of the project end in the event loop
    lock = ProjectLock.take(labelled.lock_file)
    assert isinstance(lock, ProjectLock)
    lock.release()


def test_opening_makes_the_copy_of_the_day(window: MainWindow, labelled: Project, qtbot: QtBot) -> None:
    window.open_folder(labelled.folder)
    qtbot.waitUntil(lambda: not window.safekeeping.busy)
    assert len(backups(labelled.backups)) == 1


@pytest.mark.parametrize("wanted", [True, False])
def test_the_copy_takes_the_place_of_a_damaged_catalogue_if_wanted(
    window: MainWindow, labelled: Project, monkeypatch: pytest.MonkeyPatch, *, wanted: bool
) -> None:
    back_up(labelled.catalogue_file, labelled.backups, day="2026-03-01")
    labelled.catalogue_file.write_bytes(b"no longer a database" * 1000)
    asked: list[str] = []

    def question(_window: object, _title: str, text: str, *_rest: object) -> QMessageBox.StandardButton:
        asked.append(text)
        return QMessageBox.StandardButton.Yes if wanted else QMessageBox.StandardButton.No

    monkeypatch.setattr(QMessageBox, "question", question)
    window.open_folder(labelled.folder)
    assert "2026-03-01" in asked[0]
    assert window.session.is_open == wanted
    if wanted:
        assert window.session.catalogue.counts_by_class() == {"clear": 10, "finding": 10}
    else:
        assert labelled.catalogue_file.read_bytes().startswith(b"no longer")


def test_a_catalogue_of_a_newer_program_is_refused_in_words(
    window: MainWindow, labelled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite3.connect(labelled.catalogue_file) as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
    file.close()
    said: list[str] = []
    monkeypatch.setattr(
        "app.gui.main_window.show_error", lambda _on, text, remedy: said.append(text + remedy)
    )
    window.open_folder(labelled.folder)
    assert not window.session.is_open
    assert "newer version" in said[0]
    assert "Install" in said[0]


def test_a_folder_that_may_not_be_written_is_told(
    window: MainWindow, labelled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path) -> None:
        raise ProjectError("The folder may not be written.", "Ask for the right to write there.")

    monkeypatch.setattr(ProjectLock, "take", refuse)
    said: list[str] = []
    monkeypatch.setattr(
        "app.gui.main_window.show_error", lambda _on, text, remedy: said.append(text + remedy)
    )
    window.open_folder(labelled.folder)
    assert not window.session.is_open
    assert said == ["The folder may not be written.Ask for the right to write there."]
    monkeypatch.undo()
    window.open_folder(labelled.folder)
    assert window.session.catalogue.counts_by_class() == {"clear": 10, "finding": 10}


def test_a_class_that_was_renamed_elsewhere_is_told_and_the_label_stays(
    window: MainWindow, labelled: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.session.open(labelled.folder)
    page = opened(window, qtbot)
    await_image(page)
    with labelled.catalogue() as other:
        other.rename_class("finding", "opacity")
    said: list[str] = []
    monkeypatch.setattr(
        "app.gui.labelling.label_steps.show_error", lambda _on, text, _remedy: said.append(text)
    )
    page.answering.label("finding")
    assert said == ["There is no label class “finding”."]
    assert window.session.catalogue.instance(uid(0)).label == "clear"
    page.activate()  # as when one comes back to the page
    await_image(page)
    page.answering.label("opacity")
    assert window.session.catalogue.instance(uid(0)).label == "opacity"


def test_a_full_disk_while_one_labels_is_told_and_the_same_key_works_once_there_is_room(
    window: MainWindow, labelled: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.session.open(labelled.folder)
    page = opened(window, qtbot)
    await_image(page)
    said: list[str] = []
    monkeypatch.setattr(
        "app.gui.labelling.label_steps.show_error", lambda _on, text, _remedy: said.append(text)
    )
    engine = window.session.catalogue._storage._reads

    def full(*_anything: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    event.listen(engine, "before_cursor_execute", full)
    QTest.keyClick(page.view, Qt.Key.Key_2)
    event.remove(engine, "before_cursor_execute", full)
    assert said == ["The disk is full."]
    assert page.model.uids[page.list.place()] == uid(0)  # it did not go on
    assert window.session.catalogue.instance(uid(0)).label == "clear"
    QTest.keyClick(page.view, Qt.Key.Key_2)
    assert window.session.catalogue.instance(uid(0)).label == "finding"
