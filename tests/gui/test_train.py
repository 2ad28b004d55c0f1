"""Train: readiness, one button, and results that are told with their uncertainty."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.gui.main_window import MainWindow
from app.gui.pages.predict_page import PredictPage
from app.gui.pages.train_page import TrainPage
from app.gui.runs import read_history, read_judgements
from app.project import Project
from app.workflows.datasets import Wish, export_project
from labeller import Choice
from tests.gui.conftest import CLASSES
from tests.gui.made_runs import Quiet, make_run
from trainer import RECIPES


@pytest.fixture
def exported(labelled: Project) -> Project:
    export_project(labelled, labelled.exports / "squares", Quiet(), Wish(Choice(fractions=(0.6, 0.2, 0.2))))
    return labelled


def _page(window: MainWindow, project: Project, qtbot: QtBot) -> TrainPage:
    window.open_folder(project.folder)
    window.go("train")
    page = window.current_page()
    assert isinstance(page, TrainPage)
    qtbot.waitUntil(lambda: page.ready_text.text() != "")
    return page


def test_without_a_data_set_the_page_says_what_to_do(
    window: MainWindow, project: Project, qtbot: QtBot
) -> None:
    assert _page(window, project, qtbot).stack.currentIndex() == 0


def test_the_readiness_is_told_before_training(window: MainWindow, exported: Project, qtbot: QtBot) -> None:
    page = _page(window, exported, qtbot)
    assert page.datasets.currentText() == "squares"
    assert "20 images" in page.ready_text.text()
    assert page.train_button.isEnabled()
    assert "patient" in page.ready_warnings.text()


def test_every_recipe_is_a_card_and_can_be_chosen_by_a_click(
    window: MainWindow, exported: Project, qtbot: QtBot
) -> None:
    page = _page(window, exported, qtbot)
    assert set(page.recipes.cards) == set(RECIPES)
    qtbot.mouseClick(page.recipes.cards["quick"], Qt.MouseButton.LeftButton)
    assert page.recipes.recipe == "quick"


def test_a_damaged_data_set_cannot_be_trained_on(window: MainWindow, labelled: Project, qtbot: QtBot) -> None:
    folder = labelled.exports / "damaged"
    folder.mkdir()
    (folder / "dataset.json").write_text("{}", encoding="utf-8")
    (folder / "manifest.csv").write_text("path,class\n", encoding="utf-8")
    page = _page(window, labelled, qtbot)
    assert not page.train_button.isEnabled()
    assert "✕" in page.ready_text.text()


def test_an_earlier_run_is_shown_with_counts_and_intervals(
    window: MainWindow, exported: Project, qtbot: QtBot
) -> None:
    make_run(exported.models / "first")
    page = _page(window, exported, qtbot)
    assert "first" in page.runs.currentText()
    rows = {row[0]: row[1:] for row in page.results.table.texts()}
    assert rows["Accuracy"] == ["0.800", "0.600 – 0.900", "8 of 10", "0.600"]
    assert rows["Sensitivity of “finding”"][2] == "3 of 4"
    assert rows["Specificity of “finding”"][2] == "5 of 6"
    assert page.results.matrix.in_words().startswith("Of 6 images of “clear”: 5 called “clear”, 1 called")
    assert "too small" in page.results.warnings.text()
    assert len(page.history._epochs) == 3


def test_curves_change_their_colours_with_the_theme(
    window: MainWindow, exported: Project, qtbot: QtBot
) -> None:
    make_run(exported.models / "first")
    page = _page(window, exported, qtbot)
    before = page.history.loss.backgroundBrush().color().name()
    window.switch_theme()
    assert page.history.loss.backgroundBrush().color().name() != before
    window.switch_theme()


def test_a_damaged_run_is_named_and_harms_nothing(
    window: MainWindow, exported: Project, qtbot: QtBot
) -> None:
    folder = exported.models / "bad"
    folder.mkdir()
    (folder / "run.json").write_text("[1]", encoding="utf-8")
    (folder / "evaluation.json").write_text('{"splits": 5}', encoding="utf-8")
    page = _page(window, exported, qtbot)
    assert "cannot be read" in page.runs.currentText()
    assert not page.predict_button.isVisible()
    assert read_judgements(folder) == []
    assert read_history(folder) == []


@pytest.mark.slow
def test_from_one_button_to_results_and_predictions_with_a_heat_map(
    window: MainWindow, exported: Project, tmp_path: Path, qtbot: QtBot
) -> None:
    page = _page(window, exported, qtbot)
    qtbot.mouseClick(page.recipes.cards["quick"], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(page.train_button, Qt.MouseButton.LeftButton)
    assert not page.train_button.isEnabled()
    job = page.panel.job
    assert job is not None
    with qtbot.waitSignal(job.ended, timeout=240_000):
        pass
    assert job.state == "done", job.error
    assert page.history._epochs
    assert page.results.table.rowCount() > 3
    assert json.loads((exported.models / "squares-quick" / "run.json").read_text(encoding="utf-8"))
    with qtbot.waitSignal(window.session.navigate):
        qtbot.mouseClick(page.predict_button, Qt.MouseButton.LeftButton)
    _predict(window, tmp_path, qtbot)


def _predict(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    page = window.current_page()
    assert isinstance(page, PredictPage)
    page.sources.setCurrentIndex(page.sources.findData("unlabelled"))
    qtbot.mouseClick(page.predict_button, Qt.MouseButton.LeftButton)
    job = page.panel.job
    assert job is not None
    with qtbot.waitSignal(job.ended, timeout=120_000):
        pass
    assert job.state == "done", job.error
    assert page.model.rowCount() == 4
    assert {row.predicted for row in page.model.rows} <= set(CLASSES)
    qtbot.waitUntil(lambda: bool(page.heat_map._kept), timeout=60_000)
    assert "what speaks for" in page.heat_map.message.text()
    page.save_to(tmp_path / "out.csv")
    text = (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert text.startswith("path,predicted,")
    assert "Not for diagnostic use" in text
