"""Import: files go in, each with an outcome; nothing is lost from sight."""

import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.gui.main_window import MainWindow
from app.gui.models.files import FileRow, FilesModel
from app.gui.pages.import_page import ImportPage
from app.project import Project
from tests.gui.conftest import write_dicom


@pytest.fixture
def page(window: MainWindow, project: Project) -> ImportPage:
    window.open_folder(project.folder)
    shown = window.current_page()
    assert isinstance(shown, ImportPage)
    return shown


def test_nothing_can_be_started_before_something_is_chosen(page: ImportPage) -> None:
    assert not page.start_button.isEnabled()
    assert page.drop_area.isVisible()


def test_the_profile_is_told_in_words(page: ImportPage) -> None:
    assert page.profile_card.title.text()
    assert "key file" in page.profile_card.lock.text()


def test_a_source_is_listed_once_and_can_be_taken_off_by_a_key(
    page: ImportPage, tmp_path: Path, qtbot: QtBot
) -> None:
    page.add([tmp_path, tmp_path])
    page.add([tmp_path])
    assert page.source_list.count() == 1
    assert page.start_button.isEnabled()
    page.source_list.setFocus()
    qtbot.keyClick(page.source_list, Qt.Key.Key_Delete)
    assert page.sources == []
    assert not page.start_button.isEnabled()


def test_files_are_masked_each_is_listed_and_the_next_step_offered(
    window: MainWindow, page: ImportPage, tmp_path: Path, qtbot: QtBot
) -> None:
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    for number in range(2):
        write_dicom(incoming / f"{number}.dcm", f"1.2.3.{number + 1}")
    (incoming / "broken.dcm").write_bytes(b"\0" * 128 + b"DICM" + b"\xff" * 200)
    page.add([incoming])
    with qtbot.waitSignal(window.session.catalogue_changed, timeout=60_000):
        qtbot.mouseClick(page.start_button, Qt.MouseButton.LeftButton)
    rows = {Path(row.path).name: row.outcome for row in page.model._all}
    assert {rows["0.dcm"], rows["1.dcm"]} <= {"masked", "review"}
    assert rows["broken.dcm"] in {"failed", "quarantined", "skipped"}
    assert window.session.catalogue.count() == 2
    total = sum(int(page.figures.text(name)) for name in ("masked", "review"))
    assert total == 2
    assert page.next_button.isVisible()
    assert "2 of 3" in page.panel.message.text()


def test_cancelling_keeps_the_window_usable(
    window: MainWindow, page: ImportPage, tmp_path: Path, qtbot: QtBot
) -> None:
    archive = tmp_path / "many.zip"
    one = write_dicom(tmp_path / "one.dcm", "1.2.3.9").read_bytes()
    with zipfile.ZipFile(archive, "w") as stream:
        for number in range(300):
            stream.writestr(f"{number}.dcm", one)
    page.add([archive])
    qtbot.mouseClick(page.start_button, Qt.MouseButton.LeftButton)
    job = page.panel.job
    assert job is not None
    qtbot.waitUntil(lambda: job.state == "running", timeout=10_000)
    with qtbot.waitSignal(job.ended, timeout=30_000):
        qtbot.mouseClick(page.panel.cancel_button, Qt.MouseButton.LeftButton)
    assert job.state == "cancelled"
    assert page.start_button.isEnabled()
    assert page.more_button.isVisible()


def test_too_many_single_files_for_a_command_line_are_refused_with_advice(
    page: ImportPage, tmp_path: Path
) -> None:
    page.add([tmp_path / f"{'x' * 100}{number}.dcm" for number in range(400)])
    page.start()
    assert page.panel.job is None


def test_the_table_takes_a_hundred_thousand_files(qapp: object) -> None:
    model = FilesModel()
    outcomes = ("masked", "review", "quarantined", "failed", "skipped")
    rows = [FileRow(f"/in/{number}.dcm", outcomes[number % 5], "") for number in range(100_000)]
    for start in range(0, len(rows), 5_000):
        model.append(rows[start : start + 5_000])
    assert model.rowCount() == 100_000
    assert model.counts["failed"] == 20_000
    model.show_only("failed")
    assert model.rowCount() == 20_000
    model.append([FileRow("/in/late.dcm", "failed", "The file is damaged."), FileRow("/b", "masked", "")])
    assert model.rowCount() == 20_001
    last = model.index(20_000, 1)
    assert model.data(last) == "✕ failed"
    assert model.data(model.index(20_000, 2)) == "The file is damaged."
    # A release of Qt's Python bindings aborted after some thousand empty answers.
    for number in range(20_000):
        assert model.data(model.index(number, 0), Qt.ItemDataRole.DecorationRole) is None


def test_a_masked_file_with_doubts_counts_as_to_be_looked_at() -> None:
    row = FileRow.of({"path": "/a", "outcome": "masked", "reason": "", "review": ["Over 40 % was masked."]})
    assert (row.outcome, row.reason) == ("review", "Over 40 % was masked.")
