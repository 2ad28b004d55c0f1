"""Results: the operating point by mouse and keys, cells and errors that open their images, all in words."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.gui.labelling_tasks import ChosenImages
from app.gui.main_window import MainWindow
from app.gui.pages.train_page import TrainPage
from app.gui.training.results import Results
from app.project import Project
from app.workflows.datasets import Wish, export_project
from labeller import Choice
from tests.gui.made_runs import Quiet, make_judged_run
from trainer import ModelInfo, read_known


@pytest.fixture
def page(window: MainWindow, labelled: Project, qtbot: QtBot) -> TrainPage:
    export_project(labelled, labelled.exports / "squares", Quiet(), Wish(Choice(fractions=(0.6, 0.2, 0.2))))
    make_judged_run(labelled.models / "first", [f"2.25.{1000 + n}" for n in range(24)])
    window.open_folder(labelled.folder)
    window.go("train")
    shown = window.current_page()
    assert isinstance(shown, TrainPage)
    qtbot.waitUntil(lambda: shown.results._loaded is not None)
    return shown


def validation(page: TrainPage) -> Results:
    page.results.splits.setCurrentIndex(page.results.splits.findData("validation"))
    return page.results


def test_the_test_split_shows_the_point_but_does_not_move_it(page: TrainPage) -> None:
    results = page.results
    assert results.splits.currentData() == "test"
    assert not results.point.slider.isVisibleTo(results)
    assert "never on the test split" in results.point.hint.text()
    assert results.point.told.text().startswith("Sensitivity ")
    assert "The test split was opened once." in results.openings.text()
    assert "Possible leak" in results.warnings.text()


def test_arrow_keys_move_the_point_and_both_figures_follow(page: TrainPage, qtbot: QtBot) -> None:
    results = validation(page)
    point = results.point
    point.slider.setValue(0)
    assert "Sensitivity 0.000" in point.told.text()
    assert "specificity 1.000" in point.told.text()
    for _ in range(point.slider.maximum()):
        qtbot.keyClick(point.slider, Qt.Key.Key_Right)
    assert "Sensitivity 1.000" in point.told.text()
    assert "specificity 0.000" in point.told.text()
    assert point.matrix.in_words().startswith("Of 6 images of “clear”: 6 called “finding”")
    assert (point.plot._place, point.plot.target.movable) == ((1.0, 1.0), True)


def test_dragging_the_point_keeps_it_on_the_curve(page: TrainPage) -> None:
    point = validation(page).point
    point.plot.target.setPos((0.02, 0.98))
    place = point.plot._place
    assert place is not None
    at = point.plot.target.pos()
    assert (at.x(), at.y()) == pytest.approx(place)
    assert (round(place[0] * 6, 6) % 1, round(place[1] * 6, 6) % 1) == (0, 0)


def test_find_gives_the_sensitivity_and_back_the_present_point(page: TrainPage, qtbot: QtBot) -> None:
    point = validation(page).point
    before = point.threshold
    assert not point.keep_button.isEnabled()
    qtbot.mouseClick(point.find_button, Qt.MouseButton.LeftButton)
    assert "Sensitivity 1.000" in point.told.text()
    assert point.keep_button.isEnabled()
    qtbot.mouseClick(point.back_button, Qt.MouseButton.LeftButton)
    assert point.threshold == before
    assert not point.keep_button.isEnabled()


def test_work_here_is_kept_with_the_model_and_counted(
    page: TrainPage, labelled: Project, qtbot: QtBot
) -> None:
    results = validation(page)
    results.point.slider.setValue(results.point.slider.maximum())
    wanted = results.point.threshold
    qtbot.mouseClick(results.point.keep_button, Qt.MouseButton.LeftButton)
    job = page.panel.job
    assert job is not None
    with qtbot.waitSignal(job.ended, timeout=60_000):
        pass
    assert job.state == "done", job.error
    known = read_known(ModelInfo.read(labelled.models / "first"))
    assert known.rules.threshold == pytest.approx(wanted, abs=1e-6)
    qtbot.waitUntil(lambda: "opened twice" in results.openings.text())
    assert "moved after it had been seen" in results.openings.text()


def test_a_cell_opens_its_images_on_the_label_page(window: MainWindow, page: TrainPage) -> None:
    results = validation(page)
    count = results.matrix._counts[1][0]
    results.point.cell_chosen.emit(1, 0)
    task = window.session.task
    assert isinstance(task, ChosenImages)
    assert task.title == "Reader: finding; model: clear"
    assert len(task.uids()) == count > 0


def test_one_key_reads_the_errors_again_the_chosen_one_first(
    window: MainWindow, page: TrainPage, qtbot: QtBot
) -> None:
    results = validation(page)
    page.tabs.setCurrentIndex(1)
    results.tabs.setCurrentIndex(2)
    errors = results.errors
    rows = errors.model.rows
    assert len(rows) > 1
    assert [row.probability for row in rows] == sorted((row.probability for row in rows), reverse=True)
    assert errors.view._path.name == f"{rows[0].sop_uid}.dcm"
    errors.table.selectRow(1)
    errors.table.setFocus()
    qtbot.keyClick(errors.table, Qt.Key.Key_R)
    task = window.session.task
    assert isinstance(task, ChosenImages)
    assert task.uids()[0] == rows[1].sop_uid


def test_without_errors_no_image_is_left_on_the_screen(page: TrainPage) -> None:
    results = validation(page)
    assert results._loaded is not None
    known, errors = results._loaded.known, results.errors
    assert errors.view.isVisibleTo(errors)
    answers = known.answers["validation"]
    sure = replace(answers, raw=np.eye(2)[answers.labels] * 0.9 + 0.05)
    errors.show_split(replace(known, answers={"validation": sure}), "validation", Path())
    assert errors.summary.text() == "Model and reader agree on all 12 images."
    assert not errors.view.isVisibleTo(errors)
    assert not errors.table.isVisibleTo(errors)


def test_groups_probabilities_and_the_learning_curve_are_told(page: TrainPage) -> None:
    results = validation(page)
    assert {row[0] for row in results.groups.texts()} == {"⚠ Sex: F", "⚠ Sex: M"}
    assert "⚠ Sex: F: too small to judge" in results.group_doubts.text()
    assert results.reliability._steps
    assert "not calibrated" in results.calibration.text()
    assert "more labels" in results.learning_words.text() or "chance alone" in results.learning_words.text()


def test_the_report_opens_from_the_page(
    page: TrainPage, qtbot: QtBot, labelled: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(
        "app.gui.training.results.QDesktopServices.openUrl",
        lambda url: opened.append(Path(url.toLocalFile())),
    )
    page.tabs.setCurrentIndex(1)
    qtbot.mouseClick(page.results.report_button, Qt.MouseButton.LeftButton)
    assert opened == [labelled.models / "first" / "report.html"]
    assert opened[0].is_file()


def test_plots_fit_into_the_window_and_shares_are_never_thousandths(
    window: MainWindow, page: TrainPage
) -> None:
    window.resize(1400, 900)
    page.tabs.setCurrentIndex(1)
    results = validation(page)
    for number in range(results.tabs.count()):
        results.tabs.setCurrentIndex(number)
        assert results.height() <= page.tabs.height(), results.tabs.tabText(number)
    window.switch_theme()
    assert results.learning.getAxis("left").autoSIPrefixScale == 1.0
    window.switch_theme()
