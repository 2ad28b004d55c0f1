"""Train: readiness, one button, and results that are told with their uncertainty."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.gui.jobs import Job
from app.gui.main_window import MainWindow
from app.gui.pages.predict_page import PredictPage
from app.gui.pages.train_page import TrainPage
from app.gui.runs import read_history, read_judgements
from app.project import Project
from app.workflows.datasets import Wish, export_project
from labeller import Choice
from tests.gui.conftest import CLASSES
from tests.gui.made_runs import Quiet, make_run
from tests.unit.trainer.conftest import write_image
from trainer import RECIPES, Experiment, planned, write_experiment


@pytest.fixture
def exported(labelled: Project) -> Project:
    export_project(labelled, labelled.exports / "squares", Quiet(), Wish(Choice(fractions=(0.6, 0.2, 0.2))))
    return labelled


def _page(window: MainWindow, project: Project, qtbot: QtBot) -> TrainPage:
    window.open_folder(project.folder)
    window.go("train")
    page = window.current_page()
    assert isinstance(page, TrainPage)
    qtbot.waitUntil(
        lambda: page.ready.text.text() not in ("", "Choose a data set.") or not page.datasets.count()
    )
    return page


def test_without_a_data_set_the_page_says_what_to_do(
    window: MainWindow, project: Project, qtbot: QtBot
) -> None:
    assert _page(window, project, qtbot).stack.currentIndex() == 0


def test_the_readiness_is_told_before_training(window: MainWindow, exported: Project, qtbot: QtBot) -> None:
    page = _page(window, exported, qtbot)
    assert page.datasets.currentText() == "squares"
    assert "20 images" in page.ready.text.text()
    assert "patient" in page.ready.grave.text()
    page.ready.knowingly.setChecked(True)
    assert page.train_button.isEnabled()


def test_too_few_patients_are_trained_on_only_knowingly(
    window: MainWindow, labelled: Project, qtbot: QtBot
) -> None:
    folder = labelled.exports / "few"
    for name in ("a", "b"):
        for number in range(4):
            write_image(folder / name / f"{name}{number}.png", spot=name == "b", seed=number)
    (folder / "dataset.json").write_text("{}", encoding="utf-8")
    page = _page(window, labelled, qtbot)
    assert "Only 4 patient(s) of “a”" in page.ready.grave.text()
    assert not page.train_button.isEnabled()
    page.ready.knowingly.setChecked(True)
    assert page.train_button.isEnabled()
    assert page.ready.switches == ["--knowingly"]


def test_the_time_allowed_is_the_recipe_s_own_until_it_is_changed(
    window: MainWindow, exported: Project, qtbot: QtBot
) -> None:
    page = _page(window, exported, qtbot)
    assert page.time.minutes.text() == "as long as it takes"
    page.recipes.choose("best")
    assert (page.time.minutes.text(), page.time.arguments()) == ("60 minutes", [])
    page.time.minutes.setValue(240)
    assert page.time.arguments() == ["--minutes", "240"]


def test_one_click_is_the_quick_look_and_the_next_recipe_is_offered_when_it_is_done(
    window: MainWindow, exported: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = _page(window, exported, qtbot)
    started: list[list[str]] = []
    begin = page.jobs.start

    def start(title: str, arguments: list[str], **_: object) -> Job:
        started.append(arguments)
        return begin(title, ["info"])

    monkeypatch.setattr(page.jobs, "start", start)
    page.mirror.setChecked(True)
    page.train()
    assert started[0][:1] + started[0][2:4] == ["train", "--recipe", "quick"]
    assert started[0][-2:] == ["--set", "mirror=true"]
    assert page.next_button.isHidden()
    page._on_finished({})
    assert not page.next_button.isHidden()
    page.train_next()
    assert started[1][3] == "standard"
    assert page.next_button.isHidden()
    page._on_finished({})
    assert "Best" in page.next_button.text()


def test_the_course_is_told_with_pace_device_memory_and_best_epoch(
    window: MainWindow, exported: Project, qtbot: QtBot
) -> None:
    page = _page(window, exported, qtbot)
    pace = {
        "epoch": 3,
        "batch": 7,
        "batches": 74,
        "seconds_left": 240,
        "device": "CPU, 2 cores",
        "memory": 1 << 30,
    }
    for epoch, area in ((1, 0.9), (2, 0.95), (3, 0.7)):
        page._on_item("epoch", {"epoch": epoch, "epochs": 12, "val_loss": 0.5, "val_auc": area})
    page._on_item("pace", {**pace, "images_per_second": 90.0})
    text = page.best.text()
    for words in (
        "best so far: epoch 2",
        "batch 7 of 74",
        "4 min left",
        "CPU, 2 cores",
        "1.0 GiB",
        "90 images/s",
    ):
        assert words in text


def test_trainings_stand_side_by_side_with_those_of_experiments_and_are_sorted_by_what_figures_mean(
    window: MainWindow, exported: Project, qtbot: QtBot
) -> None:
    make_run(exported.models / "first")
    plan = Experiment("Seeds", exported.exports / "squares", {"balancing": ("none", "alternating")})
    (exported.models / "seeds").mkdir()
    write_experiment(plan, exported.models / "seeds" / "experiment.toml")
    make_run(exported.models / "seeds" / "01-none")
    (exported.models / "seeds" / "02-alternating").mkdir()
    page = _page(window, exported, qtbot)
    table = page.compare
    qtbot.waitUntil(lambda: table.table.rowCount() == 3)
    assert set(table.names()) == {"first", "seeds/01-none", "seeds/02-alternating"}
    assert table.names()[-1] == "seeds/02-alternating"  # not finished: no figure
    assert len(table.area.listDataItems()) == 2
    table.chosen.emit(str(exported.models / "first"))
    assert page.runs.currentText().startswith("first")


def test_an_experiment_is_planned_in_a_form_that_says_what_comes_of_it(
    window: MainWindow, exported: Project, qtbot: QtBot
) -> None:
    page = _page(window, exported, qtbot)
    page.new_experiment()
    assert not hasattr(page, "form")  # on so few patients only knowingly
    page.ready.knowingly.setChecked(True)
    page.new_experiment()
    form = page.form
    for row in (0, 2):
        form.balancing.item(row).setCheckState(Qt.CheckState.Checked)
    form.seeds.setValue(3)
    assert form.told.text().startswith("6 trainings")
    form.rates.setText("0.001, fast")
    assert "no number" in form.told.text()
    assert not form.buttons.buttons()[0].isEnabled()
    form.rates.setText("0.001; 0.002")
    experiment = form.experiment()
    assert experiment.vary == {
        "balancing": ("class weights", "over-sampling"),
        "learning_rate": (0.001, 0.002),
    }
    assert len(planned(experiment)) == 12
    form.reject()


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
    assert "✕" in page.ready.text.text()


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
    page.ready.knowingly.setChecked(True)
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
    qtbot.waitUntil(lambda: bool(page.heat_map._kept), timeout=180_000)
    assert "what speaks for" in page.heat_map.message.text()
    page.save_to(tmp_path / "out.csv")
    text = (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert text.startswith("path,predicted,")
    assert "Not for diagnostic use" in text


def test_more_settings_go_into_the_command_and_the_name_of_the_run(
    window: MainWindow, exported: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = _page(window, exported, qtbot)
    asked: list[list[str]] = []
    monkeypatch.setattr(page.jobs, "start", lambda _title, arguments: asked.append(arguments))
    monkeypatch.setattr(page, "_follow", lambda _job: None)
    page.train()
    box = page.more.fields["architecture"].widget
    box.setCurrentIndex(box.findData("lenet5"))  # type: ignore[attr-defined]
    page.train()
    plain, set_by_hand = asked
    assert not {"--set"} & set(plain)
    assert "architecture=lenet5" in set_by_hand
    assert "lenet5-" in set_by_hand[set_by_hand.index("--out") + 1]
