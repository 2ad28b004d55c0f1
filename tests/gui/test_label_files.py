"""Labels in and out from the window: what was not matched is listed, the rest is labelled."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.gui.jobs import Job
from app.gui.labelling.label_files import LabelFilesDialog, place_for_reports
from app.gui.main_window import MainWindow
from app.gui.pages.label_page import LabelPage
from app.project import Project


@pytest.fixture
def dialog(window: MainWindow, labelled: Project) -> LabelFilesDialog:
    window.open_folder(labelled.folder)
    window.go("label")
    window.exchange_labels()
    shown = window.findChild(LabelFilesDialog)
    assert shown is not None
    return shown


def test_a_list_is_read_and_what_matches_nothing_is_listed(
    dialog: LabelFilesDialog, labelled: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = labelled.folder / "labels.csv"
    rows = ["sop_instance_uid,class", "2.25.1020,finding", "2.25.1021,other", "2.25.99,finding"]
    file.write_text("\n".join(rows), encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_all: (str(file), ""))
    dialog.reader.setText("Reader B")
    qtbot.mouseClick(dialog.in_buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(dialog.problems.isVisible, timeout=60_000)
    assert "2 images labelled; new classes: other." in dialog.panel.message.text()
    assert [dialog.problems.item(row).text() for row in range(dialog.problems.count())] == [
        "line 4: no such instance in the project"
    ]
    with labelled.catalogue() as catalogue:
        assert catalogue.instance("2.25.1020").label == "finding"
        assert catalogue.instance("2.25.1021").reader == "Reader B"
        assert catalogue.history("2.25.1021")[0].means == "list"
        assert catalogue.counts_by_class() == {"clear": 10, "finding": 11, "other": 1}


def test_reports_are_written_one_for_each_study_and_reader_and_what_is_left_out_is_told(
    dialog: LabelFilesDialog, labelled: Project, tmp_path: Path, qtbot: QtBot
) -> None:
    with labelled.catalogue() as catalogue:
        catalogue.set_label(["2.25.1000"], "skipped", reader="A", means="key")
    dialog.write("--reports", tmp_path / "reports")
    qtbot.waitUntil(dialog.problems.isVisible, timeout=60_000)
    assert dialog.panel.message.text() == "10 reports of 19 labels written to “reports”. Left out:"
    assert dialog.problems.item(0).text() == (
        "1 label: their reader skipped them. Give them a class on the page Label if they are to leave."
    )
    assert len(list((tmp_path / "reports").glob("*.dcm"))) == 10


def test_each_button_asks_for_its_file(
    dialog: LabelFilesDialog, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []

    def stop(job: Job) -> None:
        asked.append(job.args[-2:])
        job.cancel()

    window.jobs.started.connect(stop)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_all: ("a.csv", ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_all: "folder")
    for each in (dialog.in_buttons[1], *dialog.out_buttons):
        qtbot.mouseClick(each, Qt.MouseButton.LeftButton)
    assert asked == [
        ("--reader", window.session.reader),
        ("--to", "a.csv"),
        ("--history", "a.csv"),
        ("--reports", "folder"),
    ]


def test_a_file_of_another_kind_is_refused_in_words(
    dialog: LabelFilesDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog.write("--to", tmp_path / "labels.txt")
    qtbot.waitUntil(lambda: "CSV or JSON" in dialog.panel.message.text(), timeout=60_000)
    assert all(each.isEnabled() for each in dialog.in_buttons)


def test_what_was_read_is_one_step_that_is_taken_back_and_done_again(
    dialog: LabelFilesDialog, window: MainWindow, labelled: Project, qtbot: QtBot
) -> None:
    catalogue = window.session.catalogue
    before = (catalogue.counts_by_class(), catalogue.opinions())
    file = labelled.folder / "labels.csv"
    rows = ["sop_instance_uid,class,reader", "2.25.1020,finding,B", "2.25.1000,other,B", "2.25.1000,clear,C"]
    file.write_text("\n".join(rows), encoding="utf-8")
    with qtbot.waitSignal(dialog.read_in, timeout=60_000):
        dialog.read(file)
    after = (catalogue.counts_by_class(), catalogue.opinions())
    assert after != before
    dialog.close()
    page = window.current_page()
    assert isinstance(page, LabelPage)
    page.steps.undo()
    assert (catalogue.counts_by_class(), catalogue.opinions()) == before
    assert page.model.row(0).label == "clear"
    assert [event.means for event in catalogue.history("2.25.1020")] == ["list", "undo"]
    page.steps.redo()
    assert (catalogue.counts_by_class(), catalogue.opinions()) == after
    page.steps.undo()
    assert (catalogue.counts_by_class(), catalogue.opinions()) == before


def test_reports_never_come_among_other_files(tmp_path: Path) -> None:
    assert place_for_reports(tmp_path) == tmp_path
    (tmp_path / "letter.txt").write_text("something else")
    assert place_for_reports(tmp_path) == tmp_path / "reports"
    (tmp_path / "reports").mkdir()
    assert place_for_reports(tmp_path) == tmp_path / "reports-2"
