"""Predict: what a model said stands beside what readers said."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.gui.labelling_tasks import BlindReading
from app.gui.main_window import MainWindow
from app.gui.models.predictions import Predicted, PredictionsModel, most_useful
from app.gui.pages.label_page import LabelPage
from app.gui.pages.predict_page import PredictPage
from app.gui.widgets.empty_state import EmptyState
from app.project import Project
from labeller import InstanceFilter, PredictionRow, RunRow
from tests.gui.made_runs import make_run


@pytest.fixture
def page(window: MainWindow, labelled: Project, qtbot: QtBot) -> PredictPage:
    """The page with a run that calls everything a finding."""
    make_run(labelled.models / "first")
    with labelled.catalogue() as catalogue:
        catalogue.add_run(RunRow("first", "first", "2026-01-01T00:00:00+00:00", "standard", {"auc": 0.9}))
        said = [
            PredictionRow(
                uid, "first", "finding", {"clear": 0.2, "finding": 0.8}, "2026-01-01T00:00:00+00:00"
            )
            for uid in catalogue.uids()
        ]
        catalogue.add_predictions("first", said)
    window.open_folder(labelled.folder)
    window.go("predict")
    shown = window.current_page()
    assert isinstance(shown, PredictPage)
    shown.heat_map.switch.setChecked(False)
    qtbot.waitUntil(lambda: shown.model.rowCount() > 0)
    return shown


def test_without_a_model_the_page_says_what_to_do(window: MainWindow, labelled: Project) -> None:
    window.open_folder(labelled.folder)
    window.go("predict")
    page = window.current_page()
    assert isinstance(page, PredictPage)
    assert page.stack.currentIndex() == 0


def test_before_the_first_prediction_the_page_says_what_will_stand_there(
    window: MainWindow, labelled: Project, qtbot: QtBot
) -> None:
    make_run(labelled.models / "first")
    window.open_folder(labelled.folder)
    window.go("predict")
    page = window.current_page()
    assert isinstance(page, PredictPage)
    empty = page.results.widget(0)
    assert isinstance(empty, EmptyState)
    qtbot.waitUntil(empty.isVisible)
    assert "said nothing yet" in empty.heading.text()
    page._show_rows([Predicted(Path("a.dcm"), "a", "finding", {"clear": 0.2, "finding": 0.8}, None)])
    assert page.table.isVisible()


def test_earlier_predictions_stand_beside_the_readers_labels(page: PredictPage) -> None:
    assert page.model.rowCount() == 24
    assert sum(row.differs for row in page.model.rows) == 10
    assert "Of 20 with a reader's label 10 agree" in page.summary.text()
    assert "no measure" in page.summary.text()
    assert "Not for diagnostic use" in page.summary.text()


def test_no_row_tells_more_than_the_pseudonym(page: PredictPage) -> None:
    texts = [str(page.model.data(page.model.index(row, 0))) for row in range(page.model.rowCount())]
    assert all(text.startswith("P0") for text in texts)
    assert not any("Invented" in text for text in texts)


def test_the_chosen_row_shows_its_image(page: PredictPage, qtbot: QtBot) -> None:
    page.table.setFocus()
    page.table.selectRow(0)
    qtbot.keyClick(page.table, Qt.Key.Key_Down)
    row = page.model.rows[1]
    assert page.table.currentIndex().row() == 1
    assert page.heat_map._path == row.path
    assert page.heat_map.classes.currentText() == "finding"


def test_what_the_model_is_least_sure_of_is_read_next_without_its_answer(
    page: PredictPage, window: MainWindow, labelled: Project
) -> None:
    unread = [row for row in page.model.rows if row.label is None]
    unsure = replace(unread[-1], probabilities={"clear": 0.49, "finding": 0.51})
    rows = [*(row for row in page.model.rows if row.name != unsure.name), unsure]
    page.model.show_rows(rows)
    assert next(iter(most_useful(rows))) == unsure
    assert len(most_useful(rows)) == len(unread)
    page.read_least_sure()
    shown = window.current_page()
    assert isinstance(shown, LabelPage)
    assert window.session.selected == unsure.path.stem
    assert not any("%" in text.text() for text in shown.findChildren(QLabel) if text.isVisible())


def test_no_answer_is_the_greatest_doubt() -> None:
    def doubt(predicted: str, *shares: float) -> float:
        return Predicted(Path("a"), "a", predicted, dict(zip("abc", shares, strict=False))).doubt

    assert doubt("", 0.9, 0.1) == 1
    assert doubt("a", 1.0, 0.0) == 0
    assert doubt("a", 1 / 3, 1 / 3, 1 / 3) == pytest.approx(1)
    assert doubt("a", 0.6, 0.4) > doubt("a", 0.9, 0.1)


def test_disagreements_sort_together(page: PredictPage) -> None:
    page.table.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    assert [row.differs for row in page.model.rows[:10]] == [True] * 10


def test_the_table_is_saved_as_the_command_line_saves_it(page: PredictPage, tmp_path: Path) -> None:
    page.save_to(tmp_path / "table.csv")
    lines = (tmp_path / "table.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("path,predicted,clear,finding")
    assert len(lines) == 25


def test_an_unreadable_image_is_named_in_the_table(qapp: object) -> None:
    model = PredictionsModel()
    model.append([Predicted(Path("a.png"), "a.png", "", {}, None, "The file is damaged.")])
    model.append([Predicted(Path("b.png"), "b.png", "clear", {"clear": 1.0, "finding": 0.0})])
    assert model.data(model.index(0, 1)) == "✕ not readable"
    assert model.data(model.index(0, 0), Qt.ItemDataRole.ToolTipRole) == "The file is damaged."
    assert model.data(model.index(1, 3)) == "100%"
    assert model.columnCount() == 5


def test_an_image_unlike_the_training_gets_no_answer_in_words(qapp: object) -> None:
    model = PredictionsModel()
    shares = {"clear": 0.9, "finding": 0.1}
    model.append([Predicted(Path("a.png"), "a.png", "", shares, "finding", unlike=1.4)])
    model.append([Predicted(Path("b.png"), "b.png", "clear", shares, "clear", unlike=0.62)])
    assert model.data(model.index(0, 1)) == "? unlike the training"
    assert model.data(model.index(0, 2)) == "finding"
    assert not model.rows[0].differs
    assert model.rows[0].likeliest == "clear"
    told = model.data(model.index(0, 0), Qt.ItemDataRole.ToolTipRole)
    assert str(told).startswith("Unlike anything the model learned from: it gives no answer")
    assert "62% of the limit" in str(model.data(model.index(1, 0), Qt.ItemDataRole.ToolTipRole))


def test_a_hundred_thousand_predictions_are_shown_and_sorted(qapp: object) -> None:
    model = PredictionsModel()
    model.append(
        [Predicted(Path(f"{n}"), f"{n:06}", "a", {"a": n % 100 / 100, "b": 0.0}) for n in range(100_000)]
    )
    model.sort(3, Qt.SortOrder.DescendingOrder)
    assert model.rowCount() == 100_000
    assert model.rows[0].probabilities["a"] == pytest.approx(0.99)


def test_training_images_like_the_one_shown_stand_below_it_with_their_labels(
    page: PredictPage, labelled: Project, qtbot: QtBot
) -> None:
    with labelled.catalogue() as catalogue:
        label_of = {row.sop_instance_uid: row.label for row in catalogue.instances() if row.label}
    uid = next(iter(label_of))
    page.similar.show_names([f"images/x/{uid}.png", "images/x/1.2.3.png"], {uid: label_of[uid]})
    assert page.similar.captions[0].text() == label_of[uid]
    assert page.similar.captions[1].isHidden()
    qtbot.waitUntil(lambda: not page.similar.pictures[0].pixmap().isNull())
    page.similar.show_names(["images/x/1.2.3.png"], {})
    assert "not in this project" in page.similar.told.text()
    page.similar.show_names([], {})
    assert page.similar.isHidden()


def test_what_the_model_says_is_told_on_asking_and_taken_over_by_the_same_key(
    page: PredictPage, window: MainWindow, qtbot: QtBot
) -> None:
    window.go("label")
    label_page = window.current_page()
    assert isinstance(label_page, LabelPage)
    qtbot.waitUntil(lambda: label_page.view.seen)
    catalogue, uid = window.session.catalogue, label_page.desk.current
    before = len(catalogue.history(uid))
    told: list[str] = []
    window.session.status.connect(told.append)
    qtbot.keyClick(label_page.view, Qt.Key.Key_M, Qt.KeyboardModifier.ShiftModifier)
    assert told == ["The model “first” says finding, 80%. The same key takes it over."]
    assert len(catalogue.history(uid)) == before
    qtbot.keyClick(label_page.view, Qt.Key.Key_M, Qt.KeyboardModifier.ShiftModifier)
    step = catalogue.history(uid)[-1]
    assert (step.label, step.means, step.shown) == ("finding", "model suggestion", "masked")
    assert label_page.desk.current != uid
    qtbot.waitUntil(lambda: label_page.view.seen)
    qtbot.keyClick(label_page.view, Qt.Key.Key_M, Qt.KeyboardModifier.ShiftModifier)
    assert len(told) == 2  # told anew: what was told of one image is never taken over for the next
    qtbot.keyClick(label_page.view, Qt.Key.Key_Backspace)
    assert catalogue.instance(uid).label != "finding"


def test_what_a_model_says_is_hidden_in_a_blind_reading(
    page: PredictPage, window: MainWindow, qtbot: QtBot
) -> None:
    window.session.catalogue.start_second_reading("Dr. B", InstanceFilter(), number=3, seed=1)
    name = window.session.catalogue.second_readings()[0].name
    window.session.work_on(BlindReading(window.session.catalogue, name, "Dr. B"))
    label_page = window.current_page()
    assert isinstance(label_page, LabelPage)
    qtbot.waitUntil(lambda: label_page.view.seen)
    told: list[str] = []
    window.session.status.connect(told.append)
    for _ in range(2):
        qtbot.keyClick(label_page.view, Qt.Key.Key_M, Qt.KeyboardModifier.ShiftModifier)
    assert told == ["What a model says is hidden in this task."] * 2
    assert not any(window.session.catalogue.second_reading_answers(name).values())
