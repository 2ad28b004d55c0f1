"""Data set: what will be written is told before it is written, and then is."""

import csv

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.gui.main_window import MainWindow
from app.gui.pages.dataset_page import DatasetPage
from app.project import Project


@pytest.fixture
def page(window: MainWindow, labelled: Project, qtbot: QtBot) -> DatasetPage:
    window.open_folder(labelled.folder)
    window.go("dataset")
    shown = window.current_page()
    assert isinstance(shown, DatasetPage)
    qtbot.waitUntil(lambda: shown.table.rowCount() > 0)
    return shown


def test_without_labels_the_page_says_what_to_do(window: MainWindow, project: Project, qtbot: QtBot) -> None:
    window.open_folder(project.folder)
    window.go("dataset")
    page = window.current_page()
    assert isinstance(page, DatasetPage)
    assert page.stack.currentWidget() is page.empty
    with qtbot.waitSignal(window.session.navigate) as asked:
        window.session.navigate.disconnect(window.go)
        qtbot.mouseClick(page.empty.buttons[0], Qt.MouseButton.LeftButton)
    assert asked.args == ["label"]


def test_classes_patients_and_what_is_left_out_are_counted(page: DatasetPage) -> None:
    rows = {row[0]: row[1:3] for row in page.table.texts()}
    assert rows == {"clear": ["10", "5"], "finding": ["10", "5"]}
    assert page.figures.text("images") == "20"
    assert page.figures.text("patients") == "10"
    assert page.figures.text("unlabelled") == "4"
    assert "5 patients" in page.warnings.text()


def test_the_preview_follows_the_shares(page: DatasetPage, qtbot: QtBot) -> None:
    page.train.setValue(100)
    qtbot.waitUntil(lambda: page.table.texts()[0][3:] == ["10", "0", "0"])
    assert page.test.text() == "Test 0 %"
    assert page.validation.value() == 0


def test_the_export_holds_what_the_preview_said(page: DatasetPage, labelled: Project, qtbot: QtBot) -> None:
    page.train.setValue(60)
    page.validation.setValue(20)
    page.seed.setValue(3)
    qtbot.waitUntil(lambda: page.test.text() == "Test 20 %")
    told = [list(map(int, row[3:])) for row in page.table.texts()]
    qtbot.mouseClick(page.export_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.train_button.isVisible, timeout=60_000)
    with (labelled.exports / "dataset" / "manifest.csv").open(encoding="utf-8") as stream:
        lines = list(csv.DictReader(stream))
    written = [
        [sum(line["class"] == name and line["split"] == split for line in lines) for split in splits]
        for name, splits in (("clear", _SPLITS), ("finding", _SPLITS))
    ]
    assert written == told
    assert "20 images" in page.panel.message.text()
    assert "Not for diagnostic use" in page.panel.message.text()


def test_a_data_set_is_replaced_only_when_asked(page: DatasetPage, labelled: Project, qtbot: QtBot) -> None:
    (labelled.exports / "old").mkdir()
    (labelled.exports / "old" / "dataset.json").write_text("{}", encoding="utf-8")
    page.name.setText("old")
    assert page.replace.isVisible()
    assert not page.export_button.isEnabled()
    page.replace.setChecked(True)
    assert page.export_button.isEnabled()


@pytest.mark.parametrize("name", ["", "a/b", "..", 'what?"'])
def test_a_name_that_is_no_folder_is_refused(page: DatasetPage, name: str) -> None:
    page.name.setText(name)
    assert not page.export_button.isEnabled()
    assert page.message.text()


_SPLITS = ("train", "validation", "test")
