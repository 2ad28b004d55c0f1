"""The whole work in the window, from files dropped in to predictions, with clicks and keys alone."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.gui.main_window import MainWindow
from app.gui.pages.dataset_page import DatasetPage
from app.gui.pages.import_page import ImportPage
from app.gui.pages.mask_page import MaskPage
from app.gui.pages.predict_page import PredictPage
from app.gui.pages.train_page import TrainPage
from app.project import Project
from tests.gui.test_label import opened, press
from tests.workflows.conftest import radiograph

pytestmark = pytest.mark.slow
LEFT = Qt.MouseButton.LeftButton
PATIENTS = 12
MINUTES = 60_000


def go(window: MainWindow, qtbot: QtBot, number: int, kind: type) -> object:
    """Go to a step by its key and return its page."""
    qtbot.keyClick(window, str(number), Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: isinstance(window.current_page(), kind))
    return window.current_page()


def test_from_files_to_predictions(
    window: MainWindow, project: Project, tmp_path: Path, qtbot: QtBot
) -> None:
    for number in range(PATIENTS):
        radiograph(tmp_path / "incoming", number, patient=number)
    window.activateWindow()
    window.open_folder(project.folder)

    importing = window.current_page()
    assert isinstance(importing, ImportPage)
    importing.add([tmp_path / "incoming"])
    qtbot.mouseClick(importing.start_button, LEFT)
    qtbot.waitUntil(importing.next_button.isVisible, timeout=3 * MINUTES)
    assert window.session.catalogue.count() == PATIENTS
    qtbot.mouseClick(importing.next_button, LEFT)

    qtbot.waitUntil(lambda: isinstance(window.current_page(), MaskPage))
    labelling = opened(window, qtbot)
    for name in ("narrow", "wide"):
        qtbot.keyClicks(labelling.classes.field, name)
        qtbot.keyClick(labelling.classes.field, Qt.Key.Key_Return)
    labelling.view.setFocus()
    press(labelling, *[Qt.Key.Key_1, Qt.Key.Key_2] * (PATIENTS // 2))
    assert window.session.catalogue.counts_by_class() == {"narrow": PATIENTS // 2, "wide": PATIENTS // 2}

    exporting = go(window, qtbot, 5, DatasetPage)
    assert isinstance(exporting, DatasetPage)
    qtbot.waitUntil(exporting.pane.export_button.isEnabled, timeout=MINUTES)
    qtbot.mouseClick(exporting.pane.export_button, LEFT)
    qtbot.waitUntil(exporting.pane.train_button.isVisible, timeout=MINUTES)
    qtbot.mouseClick(exporting.pane.train_button, LEFT)

    training = window.current_page()
    assert isinstance(training, TrainPage)
    qtbot.waitUntil(training.ready.knowingly.isVisible, timeout=MINUTES)  # the sample has few patients
    training.ready.knowingly.setChecked(True)
    qtbot.waitUntil(training.train_button.isEnabled, timeout=MINUTES)
    qtbot.mouseClick(training.recipes.cards["quick"], LEFT)
    qtbot.mouseClick(training.train_button, LEFT)
    qtbot.waitUntil(training.predict_button.isVisible, timeout=4 * MINUTES)
    qtbot.mouseClick(training.predict_button, LEFT)

    predicting = window.current_page()
    assert isinstance(predicting, PredictPage)
    predicting.heat_map.switch.setChecked(False)
    qtbot.waitUntil(predicting.predict_button.isEnabled, timeout=MINUTES)
    qtbot.mouseClick(predicting.predict_button, LEFT)
    qtbot.waitUntil(lambda: len(predicting.model.rows) == PATIENTS, timeout=4 * MINUTES)
    qtbot.waitUntil(predicting.predict_button.isEnabled, timeout=MINUTES)
    assert {row.predicted for row in predicting.model.rows} <= {"narrow", "wide"}
