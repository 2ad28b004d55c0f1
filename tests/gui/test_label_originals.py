"""Labelling originals behind the unlocked vault; the history says what was on the screen."""

from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from anonymizer import DicomImage
from app.gui.labelling.label_originals import LabelOriginalsDialog
from app.gui.main_window import MainWindow
from app.gui.pages.label_page import LabelPage
from app.project import Project
from app.workflows.projects import create_project
from tests.gui.test_label import opened, press
from tests.gui.test_mask import fill

Key = Qt.Key
PASSPHRASE = "correct horse battery"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = create_project(tmp_path / "knees.leadglass", protection="passphrase", passphrase=PASSPHRASE)
    for record in fill(made, tmp_path / "originals", PASSPHRASE):
        file = made.instances / record.new_path
        dataset = dcmread(file)
        dataset.PixelData = bytes(64 * 64)  # as if all had been masked
        dataset.save_as(file)
    with made.catalogue() as catalogue:
        catalogue.add_class("clear")
        catalogue.add_class("finding")
    return made


@pytest.fixture
def page(window: MainWindow, project: Project, qtbot: QtBot) -> LabelPage:
    window.session.open(project.folder)
    window.session.reader = "Reader A"
    return opened(window, qtbot)


def choose(window: MainWindow, *, originals: bool) -> None:
    dialog = LabelOriginalsDialog(
        window.session, window
    )  # not opened: offscreen no window gets keys after that
    (dialog.original if originals else dialog.masked).setChecked(True)
    dialog.buttons.accepted.emit()


def unlock(window: MainWindow) -> None:
    window.session.unlock(lambda _hint: PASSPHRASE)


def last_shown(page: LabelPage, sop: str) -> str:
    return page.session.catalogue.history(sop)[-1].shown


def test_masked_is_what_readers_see_unless_it_is_changed(page: LabelPage) -> None:
    assert not page.view.frame_shown.shown[0].any()
    sop = page.model.uids[0]
    press(page, Key.Key_1)
    assert last_shown(page, sop) == "masked"


def test_originals_are_shown_behind_the_unlocked_vault_and_the_history_says_so(
    page: LabelPage, window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    unlock(window)
    choose(window, originals=True)
    qtbot.waitUntil(lambda: page.view.seen)
    original = DicomImage.open(tmp_path / "originals" / "Alder.dcm").render(0)
    shown = [page.view.frame_shown.shown[0]]
    sop = page.model.uids[0]
    press(page, Key.Key_2)
    qtbot.waitUntil(lambda: page.view.seen)
    shown.append(page.view.frame_shown.shown[0])
    press(page, Key.Key_N)
    qtbot.waitUntil(lambda: page.view.seen)
    shown.append(page.view.frame_shown.shown[0])
    assert any(np.array_equal(one, original) for one in shown)
    assert "original" in page.view.facts()
    assert last_shown(page, sop) == "original"
    assert Project.open(page.session.project.folder).label_originals
    press(page, Key.Key_G)  # small pictures are masked ones
    press(page, Key.Key_1)
    assert last_shown(page, page.model.uids[2]) == "masked"


def test_a_locked_vault_shows_nothing_and_takes_no_class(
    page: LabelPage, window: MainWindow, qtbot: QtBot
) -> None:
    unlock(window)
    choose(window, originals=True)
    qtbot.waitUntil(lambda: page.view.seen)
    window.session.lock()
    qtbot.waitUntil(lambda: "vault is locked" in page.view.message)
    assert page.view.frame_shown is None
    assert page.middle.loader.held_bytes == 0
    sop = page.model.uids[0]
    press(page, Key.Key_1)
    assert page.session.catalogue.instance(sop).label is None
    unlock(window)
    qtbot.waitUntil(lambda: page.view.seen)
    choose(window, originals=False)
    qtbot.waitUntil(lambda: page.view.seen)
    assert not page.view.frame_shown.shown[0].any()
