"""The Agreement page: figures, cells that open images, a blind second reading, settling disagreements."""

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from app.gui.labelling.second_reading import SecondReadingDialog
from app.gui.labelling_tasks import BlindReading
from app.gui.main_window import MainWindow
from app.gui.pages.agreement_page import AgreementPage
from app.gui.pages.label_page import LabelPage
from app.project import Project
from tests.gui.conftest import CLASSES
from tests.gui.test_label import await_image, current, press, uid

Key = Qt.Key


def shown(window: MainWindow, qtbot: QtBot) -> AgreementPage:
    window.go("agreement")
    page = window.current_page()
    assert isinstance(page, AgreementPage)
    qtbot.waitUntil(lambda: not page._reading.busy)
    return page


def label_page(window: MainWindow) -> LabelPage:
    page = window.current_page()
    assert isinstance(page, LabelPage)
    await_image(page)
    window.activateWindow()
    page.view.setFocus()
    return page


@pytest.fixture
def opened(window: MainWindow, labelled: Project) -> MainWindow:
    window.session.open(labelled.folder)
    window.session.reader = "B"
    window.activateWindow()
    return window


@pytest.fixture
def read_twice(opened: MainWindow) -> MainWindow:
    """Reader B agrees with A on eight images and calls two of A's clear ones a finding."""
    catalogue = opened.session.catalogue
    for number in range(10):
        label = catalogue.instance(uid(number)).label
        if number in (0, 1):
            label = "finding"
        catalogue.set_label([uid(number)], label, reader="B", means="key")
    return opened


def test_one_reader_alone_is_told_what_to_do(opened: MainWindow, qtbot: QtBot) -> None:
    page = shown(opened, qtbot)
    assert page.stack.currentWidget() is page.alone
    assert "Only one reader" in page.alone.heading.text()
    QTest.keyClick(page.alone.buttons[0], Key.Key_Return)  # as Space does
    dialog = page.findChild(SecondReadingDialog)
    assert dialog is not None
    assert dialog.name() == "B"
    field = dialog.reader.lineEdit()
    assert field is not None
    qtbot.waitUntil(lambda: field.selectedText() == "B")  # a name that is typed takes its place
    assert dialog.number.maximum() == 20
    dialog.reader.setEditText(" ")
    assert not dialog.buttons.button(dialog.buttons.StandardButton.Ok).isEnabled()
    dialog.reader.setEditText("C")
    dialog.number.setValue(5)
    dialog.accept()
    assert label_page(opened).desk.banner.title.text() == "Second reading 1 by C"
    assert opened.session.catalogue.second_readings()[0].total == 5


def test_a_project_without_labels_leads_to_labelling(
    window: MainWindow, project: Project, qtbot: QtBot
) -> None:
    window.session.open(project.folder)
    page = shown(window, qtbot)
    assert page.stack.currentWidget() is page.nothing


def test_figures_of_two_readers(read_twice: MainWindow, qtbot: QtBot) -> None:
    page = shown(read_twice, qtbot)
    assert page.figures.text("several") == "10"
    assert page.figures.text("disputed") == "2"
    assert page.figures.text("fleiss") == "–"
    (row,) = page.table.texts()
    assert row[:3] == ["A\nB", "10", "80%"]
    assert row[3].startswith("0.6")
    assert row[4] == "0.60"
    assert "Of 6 images of “clear”: 4 called “clear”, 2 called “finding”." in page.matrix.in_words()


def test_a_cell_opens_its_images_by_mouse_and_by_keys(read_twice: MainWindow, qtbot: QtBot) -> None:
    page = shown(read_twice, qtbot)
    page.matrix.setFocus()
    QTest.keyClick(page.matrix, Key.Key_Right)
    QTest.keyClick(page.matrix, Key.Key_Return)
    label = label_page(read_twice)
    assert label.model.uids == [uid(0), uid(1)]
    assert label.desk.banner.title.text() == "A: clear; B: finding"
    label.desk.banner.back.click()
    assert len(label_page(read_twice).model.uids) == 24
    page = shown(read_twice, qtbot)
    cell = page.matrix._first().translated(page.matrix._first().width(), 0)
    qtbot.mouseClick(page.matrix, Qt.MouseButton.LeftButton, pos=cell.center().toPoint())
    assert label_page(read_twice).model.uids == [uid(0), uid(1)]


def test_a_second_reading_is_blind(opened: MainWindow, qtbot: QtBot) -> None:
    page = shown(opened, qtbot)
    page.begin(
        "B", 5
    )  # as the dialog does; the offscreen platform gives the keys to no window after a dialog
    label = label_page(opened)
    assert len(label.model.uids) == 5
    assert label.desk.banner.title.text() == "Second reading 1 by B"
    assert all(label.model.row(place).label is None for place in range(5))
    assert label.desk.bar.label.text() == "no label"
    assert not label.desk.reader.box.isEnabled()
    first = current(label)
    before = opened.session.catalogue.instance(first).label
    other = next(name for name in CLASSES if name != before)
    press(label, Key.Key_1 if other == "clear" else Key.Key_2)
    assert opened.session.catalogue.instance(first).label == before  # the label that counts stays
    assert opened.session.catalogue.second_reading_answers("Second reading 1")[first] == other
    press(label, Key.Key_Backspace)
    assert opened.session.catalogue.second_reading_answers("Second reading 1")[first] is None
    QTest.keyClick(label.view, Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert opened.session.catalogue.second_reading_answers("Second reading 1")[first] == other
    page = shown(opened, qtbot)
    assert page.figures.text("several") == "1"
    assert page.table.texts()[0][2] == "0%"


def test_a_second_reading_goes_on_where_it_ended(opened: MainWindow, qtbot: QtBot) -> None:
    catalogue = opened.session.catalogue
    reading = catalogue.start_second_reading("B", number=3, seed=1)
    first, *rest = catalogue.second_reading_answers(reading.name)
    catalogue.answer(reading.name, first, "clear")
    page = shown(opened, qtbot)
    page.go_on(catalogue.second_readings()[0])
    label = label_page(opened)
    assert isinstance(label.desk.task, BlindReading)
    press(label, Key.Key_U)
    assert current(label) in rest
    press(label, Key.Key_1, Key.Key_U, Key.Key_1)
    assert catalogue.second_readings()[0].answered == 3
    page = shown(opened, qtbot)
    assert page.table.texts()[0][1] == "3"


def test_disagreements_are_settled_by_one_key_each(read_twice: MainWindow, qtbot: QtBot) -> None:
    page = shown(read_twice, qtbot)
    page.settle_button.click()
    label = label_page(read_twice)
    assert label.model.uids == [uid(0), uid(1)]
    assert label.desk.banner.said.text() == "A:  clear\nB:  finding"
    assert label.desk.bar.label.text() == "no label"
    press(label, Key.Key_1)
    assert read_twice.session.catalogue.history(uid(0))[-1].means == "consensus"
    assert read_twice.session.catalogue.instance(uid(0)).label == "clear"
    assert (label.steps.done, label.steps.counts) == (1, {"clear": 1})  # whatever counted before
    press(label, Key.Key_2)
    assert (label.steps.done, label.steps.counts) == (2, {"clear": 1, "finding": 1})
    press(label, Key.Key_Backspace)
    assert (label.steps.done, label.steps.counts) == (1, {"clear": 1})
    assert read_twice.session.catalogue.disagreements() == [uid(1)]
    page = shown(read_twice, qtbot)
    assert page.figures.text("disputed") == "1"
    assert page.table.texts()[0][2] == "80%"  # a consensus is nobody's opinion


def test_a_task_begins_with_its_first_image_wherever_labelling_ended(
    read_twice: MainWindow, qtbot: QtBot
) -> None:
    read_twice.session.preferences.set_place(read_twice.session.project.identifier, uid(1))
    page = shown(read_twice, qtbot)
    page.settle_button.click()
    assert current(label_page(read_twice)) == uid(0)


def test_the_majority_is_adopted_where_there_is_one(read_twice: MainWindow, qtbot: QtBot) -> None:
    catalogue = read_twice.session.catalogue
    page = shown(read_twice, qtbot)
    assert not page.majority_button.isEnabled()
    catalogue.set_label([uid(0)], "clear", reader="C", means="key")
    page = shown(read_twice, qtbot)
    page.majority_button.click()
    qtbot.waitUntil(lambda: page.figures.text("disputed") == "1")
    assert catalogue.instance(uid(0)).label == "clear"
    assert catalogue.history(uid(0))[-1].means == "majority"


def test_a_second_reading_is_drawn_from_chosen_images(opened: MainWindow, qtbot: QtBot) -> None:
    opened.session.preferences.keep_filter("of one patient", json.dumps({"body_part": "NOWHERE"}))
    page = shown(opened, qtbot)
    page.start_reading()
    dialog = page.findChildren(SecondReadingDialog)[-1]
    known = opened.session.catalogue.counts_by_class()
    assert dialog.number.maximum() == sum(known.values())
    dialog.sample.setCurrentText("labelled “finding”")
    assert dialog.number.maximum() == known["finding"]
    dialog.sample.setCurrentText("kept choice “of one patient”")
    ok = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert not ok.isEnabled()  # there is none of these
    dialog.sample.setCurrentText("labelled “finding”")
    dialog.number.setValue(4)
    dialog.reader.setCurrentText("Dr. C")
    ok.click()
    catalogue = opened.session.catalogue
    drawn = list(catalogue.second_reading_answers(catalogue.second_readings()[-1].name))
    assert [catalogue.instance(uid).label for uid in drawn] == ["finding"] * 4


def test_a_catalogue_that_cannot_be_read_is_told_on_the_page_and_tried_again(
    read_twice: MainWindow, labelled: Project, qtbot: QtBot
) -> None:
    away = labelled.folder.with_name("away")
    labelled.folder.rename(away)
    page = shown(read_twice, qtbot)
    assert page.stack.currentWidget() is page.failed
    assert page.failed.heading.text() == "The catalogue is missing."
    away.rename(labelled.folder)
    page.failed.buttons[0].click()
    qtbot.waitUntil(lambda: page.stack.currentWidget() is page.content)


def test_the_end_of_a_reading_is_told(opened: MainWindow, qtbot: QtBot) -> None:
    shown(opened, qtbot).begin("C", 2)
    page = label_page(opened)
    told: list[str] = []
    opened.session.status.connect(told.append)
    press(page, Key.Key_1)
    assert not told
    press(page, Key.Key_1)
    assert told == ["Everything here is answered; the page Agreement shows how far readers agree."]
