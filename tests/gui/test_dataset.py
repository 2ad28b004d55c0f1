"""Data set: what will be written is told before it is written, and then is."""

import csv
import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from app.gui.labelling.release_dialog import ReleaseDialog
from app.gui.main_window import MainWindow
from app.gui.pages.dataset_page import DatasetPage
from app.project import Project
from app.workflows.projects import create_project


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
    page.form.train.setValue(100)
    qtbot.waitUntil(lambda: page.table.texts()[0][3:] == ["10", "0", "0"])
    assert page.form.test.text() == "Test 0 %"
    assert page.form.validation.value() == 0


def test_the_export_holds_what_the_preview_said(page: DatasetPage, labelled: Project, qtbot: QtBot) -> None:
    page.form.train.setValue(60)
    page.form.validation.setValue(20)
    page.form.seed.setValue(3)
    qtbot.waitUntil(lambda: page.form.test.text() == "Test 20 %")
    told = [list(map(int, row[3:])) for row in page.table.texts()]
    qtbot.mouseClick(page.pane.export_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.pane.train_button.isVisible, timeout=60_000)
    with (labelled.exports / "dataset" / "manifest.csv").open(encoding="utf-8") as stream:
        lines = list(csv.DictReader(stream))
    written = [
        [sum(line["class"] == name and line["split"] == split for line in lines) for split in splits]
        for name, splits in (("clear", _SPLITS), ("finding", _SPLITS))
    ]
    assert written == told
    assert "20 images" in page.pane.panel.message.text()
    assert "Not for diagnostic use" in page.pane.panel.message.text()


def test_a_data_set_is_replaced_only_when_asked(page: DatasetPage, labelled: Project, qtbot: QtBot) -> None:
    (labelled.exports / "old").mkdir()
    (labelled.exports / "old" / "dataset.json").write_text("{}", encoding="utf-8")
    page.pane.name.setText("old")
    assert page.pane.replace.isVisible()
    assert not page.pane.export_button.isEnabled()
    page.pane.replace.setChecked(True)
    assert page.pane.export_button.isEnabled()


@pytest.mark.parametrize("name", ["", "a/b", "..", 'what?"'])
def test_a_name_that_is_no_folder_is_refused(page: DatasetPage, name: str) -> None:
    page.pane.name.setText(name)
    assert not page.pane.export_button.isEnabled()
    assert page.pane.message.text()


_SPLITS = ("train", "validation", "test")


def test_classes_that_are_ticked_off_are_counted_as_left_out(page: DatasetPage, qtbot: QtBot) -> None:
    item = page.form.classes.item(1)
    item.setCheckState(Qt.CheckState.Unchecked)
    qtbot.waitUntil(lambda: len(page.table.texts()) == 1)
    assert page.figures.text("images") == "10"
    assert "10 labelled images are left out: their class was not asked for" in page.warnings.text()
    assert "There is one class only" in page.warnings.text()
    assert "--class" in page.form.arguments()


def test_a_rule_that_nobody_meets_leaves_nothing_to_export(page: DatasetPage, qtbot: QtBot) -> None:
    page.form.rule.setCurrentIndex(page.form.rule.findData("consensus"))
    qtbot.waitUntil(lambda: page.figures.text("images") == "0")
    assert "one reader alone labelled them" in page.warnings.text()
    assert not page.pane.export_button.isEnabled()
    assert not page.pane.duplicates_button.isEnabled()


def test_a_window_is_asked_for_only_where_there_is_one(page: DatasetPage) -> None:
    assert page.form.window_box.isVisible()
    page.form.formats.setCurrentIndex(page.form.formats.findData("png16"))
    assert not page.form.window_box.isVisible()
    assert not any(argument.startswith("--window") for argument in page.form.arguments())


def test_given_splits_are_kept_and_a_wrong_list_is_told_in_place(
    page: DatasetPage, tmp_path: Path, qtbot: QtBot
) -> None:
    page.form.splits.setText(str(tmp_path / "missing.csv"))
    qtbot.waitUntil(lambda: "missing.csv cannot be read" in page.warnings.text())
    assert not page.pane.export_button.isEnabled()
    patients = "".join(f"P{number:03},test\n" for number in range(10))
    (tmp_path / "splits.csv").write_text(f"patient,split\n{patients}", encoding="utf-8")
    page.form.splits.setText(str(tmp_path / "splits.csv"))
    qtbot.waitUntil(lambda: page.table.texts()[0][3:] == ["0", "0", "10"])
    assert page.pane.export_button.isEnabled()


def test_near_duplicates_are_looked_for_on_demand(page: DatasetPage, labelled: Project, qtbot: QtBot) -> None:
    first, second = (labelled.instances / f"2.25.{number}.dcm" for number in (1000, 1010))
    second.write_bytes(first.read_bytes())
    page.form.train.setValue(50)
    page.form.validation.setValue(50)
    qtbot.waitUntil(lambda: page.form.test.text() == "Test 0 %")
    qtbot.mouseClick(page.pane.duplicates_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "look nearly the same" in page.pane.panel.message.text(), timeout=60_000)
    assert page.pane.panel.message.text().startswith("2 images look nearly the same (groups: 1)")
    assert not (labelled.exports / "dataset").exists()


@pytest.mark.slow
def test_what_is_found_keeps_the_data_set_out_until_a_reader_decides(
    page: DatasetPage, labelled: Project, window: MainWindow, qtbot: QtBot
) -> None:
    page.form.formats.setCurrentIndex(page.form.formats.findData("dicom"))  # these files were never masked
    pane = page.pane
    window.resize(1280, 720)
    qtbot.mouseClick(pane.export_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(pane.release_button.isVisible, timeout=60_000)
    assert "identity was found" in pane.panel.message.text()
    qtbot.waitUntil(lambda: not pane.release_button.visibleRegion().isEmpty())  # it was scrolled into sight
    assert not (labelled.exports / "dataset").exists()
    qtbot.mouseClick(pane.release_button, Qt.MouseButton.LeftButton)
    dialog = page.findChild(ReleaseDialog)
    assert dialog is not None
    assert dialog.places.count() > 0
    release = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    dialog.reader.setText("Reader A")
    assert not release.isEnabled()
    qtbot.keyClicks(dialog.reason, "made for a test")
    qtbot.mouseClick(release, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(pane.train_button.isVisible, timeout=60_000)
    assert not pane.release_button.isVisible()
    assert (labelled.exports / "dataset" / "manifest.csv").exists()
    (entry,) = [json.loads(line) for line in _audit(labelled) if "released with findings" in line]
    assert (entry["reader"], entry["reason"]) == ("Reader A", "made for a test")


def _audit(project: Project) -> list[str]:
    return project.audit_file.read_text(encoding="utf-8").splitlines()


def test_a_locked_vault_is_told_before_and_opened_from_the_page(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "four random words"
    project = create_project(tmp_path / "p.leadglass", protection="passphrase", passphrase=words)
    window.open_folder(project.folder)
    window.go("dataset")
    page = window.current_page()
    assert isinstance(page, DatasetPage)
    assert not page.pane.locked.isHidden()
    monkeypatch.setattr("app.gui.dialogs.unlock.ask_passphrase", lambda _parent: lambda _hint: words)
    page.pane.unlock()
    assert page.pane.locked.isHidden()


def test_answers_that_are_no_class_and_a_licence_go_along_when_asked_for(page: DatasetPage) -> None:
    page.form.unusable.setChecked(True)
    page.form.licence.setText("https://example.org/licence")
    assert {"--unusable", "--licence=https://example.org/licence"} <= set(page.form.arguments())
    assert page.form.choice().unusable
