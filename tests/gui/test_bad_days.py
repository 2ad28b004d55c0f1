"""Two windows on one project, and a catalogue that is damaged: said in words, and no label is lost."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QProgressDialog
from pytestqt.qtbot import QtBot
from sqlalchemy import event

from app.errors import ProjectError
from app.gui.main_window import MainWindow
from app.gui.pages.label_page import LabelPage
from app.project import Project
from app.project_lock import ProjectLock
from labeller import Catalogue, CatalogueError, back_up
from labeller.safekeeping import backups
from tests.gui.test_label import await_image, opened, uid

LABELLING = "app.gui.labelling.attempts"
"""The module that tells of what failed while somebody labels."""


def at_work(window: MainWindow, project: Project, qtbot: QtBot) -> LabelPage:
    """The Label page of a project with its first image on the screen."""
    window.session.open(project.folder)
    page = opened(window, qtbot)
    await_image(page)
    return page


def errors_told(monkeypatch: pytest.MonkeyPatch, place: str, *, remedies: bool = False) -> list[str]:
    """What a module's error dialog would say; filled as the test goes on."""
    said: list[str] = []
    monkeypatch.setattr(
        f"{place}.show_error", lambda _on, text, remedy: said.append(text + remedy if remedies else text)
    )
    return said


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
    said = errors_told(monkeypatch, LABELLING)
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


def test_what_was_labelled_in_a_session_is_in_the_copy_once_the_project_is_closed(
    window: MainWindow, labelled: Project, qtbot: QtBot
) -> None:
    window.open_folder(labelled.folder)
    qtbot.waitUntil(lambda: not window.safekeeping.busy)
    (copy,) = backups(labelled.backups)
    os.utime(
        labelled.catalogue_file, (1, 1)
    )  # so that what follows is later, however coarse the disk's clock
    os.utime(copy, (1, 1))
    window.session.catalogue.set_label([uid(0)], "finding", reader="A", means="key")
    window.close_project()
    qtbot.waitUntil(lambda: not window.safekeeping.busy)
    latest, of_the_day = backups(labelled.backups)
    assert of_the_day == copy
    with sqlite3.connect(latest) as file:
        assert file.execute("SELECT count(*) FROM label_event").fetchone() == (21,)
    file.close()
    made = latest.stat().st_ino
    window.open_folder(labelled.folder)
    qtbot.waitUntil(lambda: not window.safekeeping.busy)
    window.close_project()
    qtbot.waitUntil(lambda: not window.safekeeping.busy)
    assert latest.stat().st_ino == made  # nothing new, no copy


def test_work_is_copied_each_hour(window: MainWindow, labelled: Project, qtbot: QtBot) -> None:
    window.open_folder(labelled.folder)
    qtbot.waitUntil(lambda: not window.safekeeping.busy)
    (copy,) = backups(labelled.backups)
    os.utime(copy, (1, 1))
    window.session.catalogue.set_label([uid(0)], "finding", reader="A", means="key")
    window.safekeeping._hourly.timeout.emit()
    qtbot.waitUntil(lambda: not window.safekeeping.busy)
    with sqlite3.connect(backups(labelled.backups)[0]) as file:
        assert file.execute("SELECT count(*) FROM label_event").fetchone() == (21,)
    file.close()


@pytest.mark.parametrize("wanted", [True, False])
def test_the_copy_takes_the_place_of_a_damaged_catalogue_if_wanted(
    window: MainWindow, labelled: Project, monkeypatch: pytest.MonkeyPatch, *, wanted: bool
) -> None:
    back_up(labelled.catalogue_file, labelled.backups, day="2026-03-01")
    (copy,) = backups(labelled.backups)
    os.utime(copy, (1_772_356_500, 1_772_356_500))
    labelled.catalogue_file.write_bytes(b"no longer a database" * 1000)
    asked: list[str] = []

    def question(_window: object, _title: str, text: str, *_rest: object) -> QMessageBox.StandardButton:
        asked.append(text)
        return QMessageBox.StandardButton.Yes if wanted else QMessageBox.StandardButton.No

    monkeypatch.setattr(QMessageBox, "question", question)
    window.open_folder(labelled.folder)
    held = datetime.fromtimestamp(1_772_356_500, UTC).astimezone()
    assert f"as it was on {held:%Y-%m-%d at %H:%M}, " in asked[0]  # what was labelled later would be lost
    assert "days ago" in asked[0]
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
    said = errors_told(monkeypatch, "app.gui.main_window", remedies=True)
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
    said = errors_told(monkeypatch, "app.gui.main_window", remedies=True)
    window.open_folder(labelled.folder)
    assert not window.session.is_open
    assert said == ["The folder may not be written.Ask for the right to write there."]
    monkeypatch.undo()
    window.open_folder(labelled.folder)
    assert window.session.catalogue.counts_by_class() == {"clear": 10, "finding": 10}


def test_a_class_that_was_renamed_elsewhere_is_told_and_the_label_stays(
    window: MainWindow, labelled: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = at_work(window, labelled, qtbot)
    with labelled.catalogue() as other:
        other.rename_class("finding", "opacity")
    said = errors_told(monkeypatch, LABELLING)
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
    page = at_work(window, labelled, qtbot)
    said = errors_told(monkeypatch, LABELLING)
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


@pytest.fixture
def older(labelled: Project) -> Project:
    """A project as version 6 of the catalogue left it."""
    with sqlite3.connect(labelled.catalogue_file) as file:
        for table, column in (
            ("prediction", "unlike"),
            ("prediction", "model_sha256"),
            ("label_event", "own_class_id"),
            ("label_event", "own_class_name"),
        ):
            file.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        file.execute("DROP TABLE reading_order")
        file.execute("UPDATE alembic_version SET version_num = '0006'")
    file.close()
    return labelled


def test_a_project_of_an_earlier_version_is_renewed_beside_the_window_after_a_copy(
    window: MainWindow, older: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[tuple[int, int]] = []
    renew = Catalogue.renew

    def watched(path: Path, told: Callable[[int, int], object], key: object) -> None:
        assert key is None
        renew(path, lambda done, total: (steps.append((done, total)), told(done, total)))

    monkeypatch.setattr(Catalogue, "renew", watched)
    window.open_folder(older.folder)
    dialog = window.findChild(QProgressDialog)
    assert dialog is not None
    assert dialog.isVisible()
    assert "every label stays" in dialog.labelText()
    assert not window.session.is_open  # the window's thread was not held up
    qtbot.waitUntil(lambda: window.session.is_open, timeout=20_000)
    assert steps == [(1, 3), (2, 3), (3, 3)]
    assert window.session.catalogue.counts_by_class() == {"clear": 10, "finding": 10}
    (copy,) = backups(older.backups)
    with sqlite3.connect(copy) as file:
        assert file.execute("SELECT version_num FROM alembic_version").fetchall() == [("0006",)]
    file.close()


def test_a_renewal_that_fails_changes_nothing_and_is_told(
    window: MainWindow, older: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path, _told: object, _key: object) -> None:
        raise CatalogueError("The disk is full.", "Make room.")

    monkeypatch.setattr(Catalogue, "renew", full)
    said = errors_told(monkeypatch, "app.gui.renewing", remedies=True)
    window.open_folder(older.folder)
    qtbot.waitUntil(lambda: bool(said))
    assert said == ["The disk is full.Make room."]
    assert not window.session.is_open
    monkeypatch.undo()
    window.open_folder(older.folder)  # the lock was let go
    qtbot.waitUntil(lambda: window.session.is_open, timeout=20_000)


def test_an_older_project_that_another_window_works_in_waits(
    window: MainWindow, older: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ProjectLock.take(older.lock_file)
    said = errors_told(monkeypatch, "app.gui.main_window", remedies=True)
    window.open_folder(older.folder)
    assert "older version" in said[0]
    assert "is working in it" in said[0]
    first.release()


def test_a_drive_that_vanishes_while_one_labels_is_told_and_work_goes_on_when_it_is_back(
    window: MainWindow, labelled: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = at_work(window, labelled, qtbot)
    said = errors_told(monkeypatch, LABELLING, remedies=True)
    engine = window.session.catalogue._storage._reads

    def gone(*_anything: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")  # what SQLite says of a share that is gone

    event.listen(engine, "before_cursor_execute", gone)
    QTest.keyClick(page.view, Qt.Key.Key_2)
    event.remove(engine, "before_cursor_execute", gone)
    assert "reports an error" in said[0]
    assert page.model.uids[page.list.place()] == uid(0)
    away = labelled.folder.with_name("away")
    labelled.folder.rename(away)
    page.middle.forget_images()
    page.browsing.reload(uid(4))  # images are gone with the drive
    qtbot.waitUntil(lambda: bool(page.view.message) and not page.view.loading)
    assert "cannot be opened" in page.view.message
    told: list[str] = []
    window.session.status.connect(told.append)
    QTest.keyClick(page.view, Qt.Key.Key_2)
    assert told[-1].startswith("The image cannot be seen; nothing was labelled.")
    qtbot.waitUntil(lambda: bool(page.view.message) and not page.view.loading)  # it was tried again at once
    away.rename(labelled.folder)
    QTest.keyClick(page.view, Qt.Key.Key_2)  # it is read again, and the same key labels it then
    qtbot.waitUntil(lambda: page.view.seen)
    assert window.session.catalogue.instance(uid(4)).label == "clear"
    QTest.keyClick(page.view, Qt.Key.Key_2)
    with labelled.catalogue() as other:
        assert other.instance(uid(4)).label == "finding"
        assert sum(other.counts_by_class().values()) == 20


def test_a_class_that_was_merged_away_elsewhere_is_told_and_no_label_is_lost(
    window: MainWindow, labelled: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = at_work(window, labelled, qtbot)
    page.answering.label("finding")
    with labelled.catalogue() as other:
        other.add_class("normal")
        other.merge_class("clear", "normal", reader="B")
    said = errors_told(monkeypatch, LABELLING)
    page.steps.undo()  # back to a class that is no more
    assert said == ["There is no label class “clear”."]
    assert window.session.catalogue.instance(uid(0)).label == "finding"
    assert page.steps.stack.canUndo() or page.steps.stack.canRedo()
    page.activate()
    assert set(page.classes.buttons) >= {"finding", "normal"}
    assert sum(window.session.catalogue.counts_by_class().values()) == 20


def test_a_class_that_was_removed_elsewhere_is_told(
    window: MainWindow, labelled: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    with labelled.catalogue() as catalogue:
        catalogue.add_class("other")
    page = at_work(window, labelled, qtbot)
    with labelled.catalogue() as elsewhere:
        elsewhere.remove_class("other")
    said = errors_told(monkeypatch, LABELLING)
    QTest.keyClick(page.view, Qt.Key.Key_3)
    assert said == ["There is no label class “other”."]
    assert window.session.catalogue.instance(uid(0)).label == "clear"


def test_labels_set_while_the_clock_is_set_back_are_kept_in_their_order(
    window: MainWindow, labelled: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = at_work(window, labelled, qtbot)
    QTest.keyClick(page.view, Qt.Key.Key_2)
    monkeypatch.setattr("labeller.labels.now", lambda: "2001-01-01T00:00:00.000+00:00")
    page.steps.undo()
    monkeypatch.undo()
    steps = window.session.catalogue.history(uid(0))
    assert [step.label for step in steps] == ["clear", "finding", "clear"]
    assert steps[-1].at.startswith("2001")
    assert window.session.catalogue.instance(uid(0)).label == "clear"


def test_a_label_is_refused_where_the_open_catalogue_is_no_longer_at_its_place(
    window: MainWindow, labelled: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = at_work(window, labelled, qtbot)
    said = errors_told(monkeypatch, LABELLING)
    away = labelled.folder.with_name("away")
    labelled.folder.rename(away)  # the file is still open, and would take what is lost with it
    QTest.keyClick(page.view, Qt.Key.Key_2)
    assert said == ["The project's folder is not where it was, so this was not kept."]
    assert page.model.uids[page.list.place()] == uid(0)
    shutil.copytree(away, labelled.folder)  # another drive at the same place
    QTest.keyClick(page.view, Qt.Key.Key_2)
    with labelled.catalogue() as other:
        assert other.instance(uid(0)).label == "finding"


def test_a_step_that_could_not_be_taken_back_is_the_next_to_be_taken_back(
    window: MainWindow, labelled: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.session.open(labelled.folder)
    page = opened(window, qtbot)
    page.list.go_to(20)
    for _ in range(2):
        await_image(page)
        QTest.keyClick(page.view, Qt.Key.Key_2)
    await_image(page)
    told: list[str] = []
    window.session.status.connect(told.append)
    said = errors_told(monkeypatch, LABELLING)

    def full(*_args: object, **_named: object) -> None:
        raise CatalogueError("The disk is full.", "Make room.")

    for key, call in ((page.steps.undo, "undo"), (page.steps.redo, "set_label")):
        with monkeypatch.context() as trouble:
            trouble.setattr(Catalogue, call, full)
            key()
        assert said.pop() == "The disk is full."
        assert not told  # nothing was taken back or done again
        key()
        assert len(told) == 1
        told.clear()
    assert page.steps.stack.index() == 2
    labels = [window.session.catalogue.instance(uid(number)).label for number in (20, 21)]
    assert labels == ["finding", "finding"]
