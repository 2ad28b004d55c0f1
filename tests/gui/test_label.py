"""The Label page: one key labels, the next image is there, every step can be taken back."""

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QItemSelectionModel, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QMenu, QMessageBox
from pytestqt.qtbot import QtBot

from anonymizer import DicomImage
from app.gui.main_window import MainWindow
from app.gui.pages.label_page import LabelPage
from app.project import Project
from labeller import Catalogue, CatalogueError, InstanceFilter
from tests.gui.conftest import _instance, write_dicom

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def page(window: MainWindow, labelled: Project, qtbot: QtBot) -> LabelPage:
    window.session.open(labelled.folder)
    window.session.reader = "Reader A"
    return opened(window, qtbot)


def opened(window: MainWindow, qtbot: QtBot) -> LabelPage:
    window.go("label")
    shown = window.current_page()
    assert isinstance(shown, LabelPage)
    qtbot.waitUntil(lambda: shown.view.frame_shown is not None or shown.view.message != "")
    window.activateWindow()
    shown.view.setFocus()
    return shown


def uid(number: int) -> str:
    return f"2.25.{1000 + number}"


def current(page: LabelPage) -> str:
    return page.model.uids[page.list.place()]


def press(page: LabelPage, *keys: Qt.Key) -> None:
    """As a reader does: each key when the image is in sight."""
    for key in keys:
        await_image(page)
        QTest.keyClick(page.view, key)


def await_image(page: LabelPage) -> None:
    deadline = time.monotonic() + 5
    while page.view.loading:
        assert time.monotonic() < deadline
        QTest.qWait(5)


def label_of(page: LabelPage, number: int) -> str | None:
    return page.session.catalogue.instance(uid(number)).label


def test_a_digit_labels_and_the_next_image_is_there(page: LabelPage, qtbot: QtBot) -> None:
    assert current(page) == uid(0)
    qtbot.wait(200)  # time to look, and to decode ahead
    first = page.view.frame_shown
    press(page, Key.Key_2)
    assert current(page) == uid(1)
    assert page.view.frame_shown is not None
    assert page.view.frame_shown is not first
    with page.session.project.catalogue() as another:  # on the disk, not in a buffer
        event = another.history(uid(0))[-1]
    assert (event.label, event.reader, event.means) == ("finding", "Reader A", "key")


def test_the_label_that_is_there_already_goes_on_to_the_next_image(page: LabelPage) -> None:
    press(page, Key.Key_2)
    page.list.go_to(0)
    steps = len(page.session.catalogue.history(uid(0)))
    press(page, Key.Key_2)
    assert current(page) == uid(1)
    assert len(page.session.catalogue.history(uid(0))) == steps


def test_the_number_pad_labels_too(page: LabelPage) -> None:
    await_image(page)
    QTest.keyClick(page.view, Key.Key_2, Qt.KeyboardModifier.KeypadModifier)
    assert current(page) == uid(1)
    assert label_of(page, 0) == "finding"


def test_counts_and_progress_follow(page: LabelPage, qtbot: QtBot) -> None:
    press(page, Key.Key_U)
    assert current(page) == uid(20)
    press(page, Key.Key_1, Key.Key_1)
    qtbot.waitUntil(lambda: page.desk.progress.text.text() == "22 of 24 labelled, 2 left")
    assert page.classes.buttons["clear"].count == 12
    press(page, Key.Key_Left)
    assert page.classes.buttons["clear"].isChecked()
    assert page.desk.bar.label.text() == "clear"


def test_backspace_takes_the_label_back_and_returns_to_its_image(page: LabelPage) -> None:
    press(page, Key.Key_2, Key.Key_2)
    assert current(page) == uid(2)
    press(page, Key.Key_Backspace)
    assert current(page) == uid(1)
    assert label_of(page, 1) == "clear"
    press(page, Key.Key_Backspace)
    assert current(page) == uid(0)
    assert label_of(page, 0) == "clear"
    QTest.keyClick(page.view, Key.Key_Y, CTRL)
    assert label_of(page, 0) == "finding"
    QTest.keyClick(page.view, Key.Key_Z, CTRL)
    assert label_of(page, 0) == "clear"
    assert [event.label for event in page.session.catalogue.history(uid(0))] == [
        "clear", "finding", "clear", "finding", "clear",
    ]  # fmt: skip


def test_moving_without_a_label(page: LabelPage) -> None:
    press(page, Key.Key_N, Key.Key_Right, Key.Key_N, Key.Key_P, Key.Key_Left)
    assert current(page) == uid(1)
    press(page, Key.Key_U)
    assert current(page) == uid(20)


def test_delete_takes_the_label_away(page: LabelPage) -> None:
    press(page, Key.Key_Delete)
    assert current(page) == uid(0)
    assert label_of(page, 0) is None
    assert page.desk.bar.label.text() == "no label"
    press(page, Key.Key_Backspace)
    assert label_of(page, 0) == "clear"


def test_several_are_labelled_by_one_key_and_taken_back_by_one(page: LabelPage) -> None:
    for number in (3, 4, 5, 9):
        page.list.selectionModel().select(page.model.index(number), QItemSelectionModel.SelectionFlag.Select)
    before = [label_of(page, number) for number in (0, 3, 4, 5, 9)]
    QTest.keyClick(page.list, Key.Key_2)
    assert [label_of(page, number) for number in (0, 3, 4, 5, 9)] == ["finding"] * 5
    assert page.session.catalogue.history(uid(9))[-1].means == "list selection"
    press(page, Key.Key_Backspace)
    assert [label_of(page, number) for number in (0, 3, 4, 5, 9)] == before


def test_an_image_that_nobody_has_seen_is_never_labelled(page: LabelPage, qtbot: QtBot) -> None:
    shown_again = threading.Event()
    file = page.session.project.instances / f"{uid(20)}.dcm"

    def slow() -> DicomImage:
        shown_again.wait(5)
        return DicomImage.open(file)

    page.list.go_to(20)
    page.view.show_instance("slow", slow)
    QTest.keyClick(page.view, Key.Key_1)
    assert label_of(page, 20) is None
    assert current(page) == uid(20)
    shown_again.set()
    press(page, Key.Key_1)
    assert label_of(page, 20) == "clear"


def test_one_left_selected_elsewhere_is_not_labelled_unseen(page: LabelPage) -> None:
    page.list.go_to(4)
    await_image(page)
    for number in (5, 5):  # the second click takes it out of the selection, but it stays in sight
        place = page.list.visualRect(page.model.index(number)).center()
        QTest.mouseClick(page.list.viewport(), Qt.MouseButton.LeftButton, CTRL, place)
    assert current(page) == uid(5)
    press(page, Key.Key_2)
    assert (label_of(page, 4), label_of(page, 5)) == ("clear", "finding")


def test_a_key_that_is_held_labels_once(page: LabelPage) -> None:
    press(page, Key.Key_2)
    for _ in range(5):
        event = QKeyEvent(
            QEvent.Type.KeyPress, Key.Key_2, Qt.KeyboardModifier.NoModifier, "2", autorep=True, count=1
        )
        await_image(page)
        QApplication.sendEvent(page.view, event)
    assert current(page) == uid(1)
    assert label_of(page, 1) == "clear"


def test_a_click_in_the_list_leaves_the_keys_with_the_image(page: LabelPage) -> None:
    place = page.list.visualRect(page.model.index(2)).center()
    QTest.mouseClick(page.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert current(page) == uid(2)
    assert page.view.hasFocus()


def test_typing_a_name_never_labels(page: LabelPage) -> None:
    page.classes.field.setFocus()
    QTest.keyClicks(page.classes.field, "12 nudes")
    QTest.keyClick(page.classes.field, Key.Key_Backspace)
    assert page.classes.field.text() == "12 nude"
    assert current(page) == uid(0)
    assert label_of(page, 0) == "clear"
    QTest.keyClick(page.classes.field, Key.Key_Return)
    assert [known.name for known in page.session.catalogue.classes()] == ["clear", "finding", "12 nude"]
    press(page, Key.Key_3)
    assert label_of(page, 0) == "12 nude"


def test_a_reader_is_typed_and_labels_bear_the_name(page: LabelPage) -> None:
    field = page.desk.reader.box.lineEdit()
    assert field is not None
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "Reader 21")
    QTest.keyClick(field, Key.Key_Return)
    assert label_of(page, 0) == "clear"
    press(page, Key.Key_2)
    assert page.session.catalogue.history(uid(0))[-1].reader == "Reader 21"


def test_a_class_is_chosen_with_the_mouse_too(page: LabelPage) -> None:
    QTest.mouseClick(page.classes.buttons["finding"], Qt.MouseButton.LeftButton)
    assert label_of(page, 0) == "finding"
    assert current(page) == uid(1)


def test_classes_are_renamed_and_every_change_is_taken_back(page: LabelPage) -> None:
    press(page, Key.Key_2)
    page.classes.rename_wanted.emit("finding", "fracture")
    page.classes.add_wanted.emit("other")
    page.desk.changes.merge("fracture", "other")
    assert [known.name for known in page.session.catalogue.classes()] == ["clear", "other"]
    assert (label_of(page, 0), label_of(page, 2)) == ("other", "other")
    press(page, Key.Key_1)
    press(page, Key.Key_Backspace, Key.Key_Backspace)
    assert (label_of(page, 0), label_of(page, 2)) == ("fracture", "fracture")
    press(page, Key.Key_Backspace, Key.Key_Backspace)
    assert list(page.classes.buttons)[:2] == ["clear", "finding"]
    press(page, Key.Key_Backspace)
    assert label_of(page, 0) == "clear"
    for _ in range(4):
        QTest.keyClick(page.view, Key.Key_Y, CTRL)
    assert (label_of(page, 0), label_of(page, 2)) == ("other", "other")


def test_a_class_in_use_is_merged_and_never_thrown_away(
    page: LabelPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QInputDialog, "getItem", lambda *_args, **_named: ("finding", True))
    page.classes.remove_wanted.emit("clear")
    box = page.findChild(QMessageBox)
    assert box is not None
    assert "10 images" in box.text()
    assert "clear" in page.classes.buttons
    box.accept()
    assert "clear" not in page.classes.buttons
    assert label_of(page, 0) == "finding"


def test_an_unused_class_is_removed_and_comes_back_as_it_was(page: LabelPage) -> None:
    page.classes.add_wanted.emit("rare")
    page.session.catalogue.change_class("rare", colour="#123456", definition="hardly ever")
    before = page.session.catalogue.classes()
    page.classes.remove_wanted.emit("rare")
    assert "rare" not in page.classes.buttons
    press(page, Key.Key_Backspace)
    assert page.session.catalogue.classes() == before


def test_a_filtered_list_stays_as_it_is_while_one_labels(page: LabelPage) -> None:
    page.filter.labels.setCurrentIndex(page.filter.labels.findText("Without label"))
    assert page.model.uids == [uid(number) for number in range(20, 24)]
    press(page, Key.Key_1, Key.Key_1)
    assert current(page) == uid(22)
    assert len(page.model.uids) == 4
    press(page, Key.Key_Backspace)
    assert current(page) == uid(21)


def test_no_match_says_so(page: LabelPage, qtbot: QtBot) -> None:
    page.session.catalogue.add_class("never used")
    page.activate()
    page.filter.labels.setCurrentIndex(page.filter.labels.findText("never used"))
    assert "No image matches" in page.view.message
    press(page, Key.Key_1)
    assert label_of(page, 0) == "clear"


def test_the_last_image_is_labelled_too(page: LabelPage, qtbot: QtBot) -> None:
    page.list.go_to(23)
    press(page, Key.Key_2)
    assert label_of(page, 23) == "finding"
    assert current(page) == uid(23)
    assert page.desk.bar.label.text() == "finding"


def test_work_goes_on_where_it_ended(page: LabelPage, window: MainWindow, qtbot: QtBot) -> None:
    press(page, Key.Key_N, Key.Key_N, Key.Key_N)
    folder = page.session.project.folder
    window.session.close()
    window.session.open(folder)
    assert current(opened(window, qtbot)) == uid(3)


def test_an_image_that_cannot_be_read_stops_nobody(page: LabelPage, qtbot: QtBot) -> None:
    (page.session.project.instances / f"{uid(12)}.dcm").write_bytes(b"damaged")
    page.list.go_to(12)
    qtbot.waitUntil(lambda: page.view.message != "")
    assert "DICOM" in page.view.message
    press(page, Key.Key_N)
    qtbot.waitUntil(lambda: page.view.frame_shown is not None)


def test_an_image_that_was_masked_by_hand_is_read_again(page: LabelPage, qtbot: QtBot) -> None:
    before = page.view.frame_shown
    assert before is not None
    write_dicom(page.session.project.instances / f"{uid(0)}.dcm", uid(0), bright=True)
    page.activate()
    qtbot.waitUntil(lambda: page.view.frame_shown is not None and page.view.frame_shown is not before)
    assert page.view.frame_shown is not None
    assert page.view.frame_shown.shown[0][30, 30] != before.shown[0][30, 30]


def test_a_label_that_cannot_be_written_is_no_label(page: LabelPage, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_named: object) -> None:
        raise CatalogueError("The disk is full.", "Make room.")

    monkeypatch.setattr(Catalogue, "set_label", full)
    press(page, Key.Key_2)
    assert current(page) == uid(0)
    box = page.findChild(QMessageBox)
    assert box is not None
    assert box.informativeText() == "Make room."
    box.accept()
    monkeypatch.undo()
    assert label_of(page, 0) == "clear"
    assert not page.undo_stack.canUndo()


def test_the_first_two_classes_are_asked_for(
    window: MainWindow, project: Project, qtbot: QtBot, tmp_path: Path
) -> None:
    window.session.open(project.folder)
    window.go("label")
    page = window.current_page()
    assert isinstance(page, LabelPage)
    assert page.pages.currentIndex() == 0
    assert "first two classes" in page.classes.hint.text()


def test_classes_are_named_by_typing_and_then_the_keys_are_the_images(
    window: MainWindow, project: Project, qtbot: QtBot
) -> None:
    with project.catalogue() as catalogue:
        catalogue.add_instances([_instance(project, number) for number in range(3)])
    window.session.open(project.folder)
    page = opened(window, qtbot)
    page.activate()
    assert page.classes.field.hasFocus()
    for name in ("normal", "fracture", "kyphosis", ""):
        QTest.keyClicks(QApplication.focusWidget(), name)
        QTest.keyClick(QApplication.focusWidget(), Key.Key_Return)
    assert page.view.hasFocus()
    assert page.session.catalogue.history(uid(0)) == []
    assert [each.name for each in page.desk.answers()][:3] == ["normal", "fracture", "kyphosis"]
    press(page, Key.Key_2)
    assert label_of(page, 0) == "fracture"


@pytest.mark.qt_log_ignore("propagateSizeHints", "raise", "grabbing the keyboard")  # as popups are offscreen
def test_keys_in_an_open_list_or_menu_are_no_answers(page: LabelPage, qtbot: QtBot) -> None:
    shown, box = current(page), page.filter.order
    box.showPopup()
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    QTest.keyClick(box.view(), Key.Key_N)
    QTest.keyClick(box.view(), Key.Key_Q)
    assert current(page) == shown
    box.view().setCurrentIndex(box.model().index(1, 0))
    QTest.keyClick(box.view(), Key.Key_Return)
    assert (box.currentIndex(), QApplication.activePopupWidget()) == (1, None)
    box.setCurrentIndex(0)
    box.activated.emit(0)
    page.classes._menu("clear", page)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    QTest.keyClick(menu, Key.Key_Q)
    menu.close()
    for each in page.window().findChildren(QMenu, "", Qt.FindChildOption.FindDirectChildrenOnly):
        each.popup(page.mapToGlobal(page.rect().center()))
        QTest.keyClick(each, Key.Key_Q)
        each.close()
    assert current(page) == shown
    assert label_of(page, 0) == "clear"


def test_a_long_list_is_read_only_as_far_as_it_is_seen(
    page: LabelPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = page.session.catalogue
    row = _instance(page.session.project, 0)
    catalogue.add_instances(
        [replace(row, sop_instance_uid=f"2.25.9{number}", patient=f"Q{number:05}") for number in range(5000)]
    )
    read: list[int] = []
    rows = Catalogue.instances

    def counted(
        self: Catalogue, only: InstanceFilter, *, offset: int = 0, limit: int | None = None
    ) -> object:
        found = rows(self, only, offset=offset, limit=limit)
        read.append(len(found))
        return found

    monkeypatch.setattr(Catalogue, "instances", counted)
    start = time.monotonic()
    page.activate()
    page.list.scrollToBottom()
    page.list.grab()
    assert time.monotonic() - start < 1.5
    assert page.model.rowCount() == 5024
    assert sum(read) <= 1000
