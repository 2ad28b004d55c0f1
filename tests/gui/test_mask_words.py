"""Words and texts: one key answers for every instance, and what it changes is masked again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom import dcmread
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from anonymizer import WordAnswer
from app.gui.dialogs.unlock import UnlockDialog
from app.gui.main_window import MainWindow
from app.gui.models.header_model import AFTER
from app.gui.models.words_model import ANSWER, COUNT, NOW, TEXT, Asked
from app.gui.pages.mask_page import MaskPage
from app.gui.widgets.chips import CHIP_ROLE
from app.gui.word_review import WordReviewPane
from app.project import Project
from app.workflows.projects import create_project, unlock
from app.workflows.site_words import site_answers
from tests.gui.conftest import write_dicom
from tests.gui.test_mask import enter

DESCRIPTIONS = ("Chest quellwort pa", "Chest Quellwort lateral", "Chest flimmerig pa")
PASSPHRASE = "seven brass lanterns"


def fill(project: Project, originals: Path, passphrase: str | None = None) -> None:
    originals.mkdir()
    for number, description in enumerate(DESCRIPTIONS):
        file = write_dicom(originals / f"{number}.dcm", f"2.25.{700 + number}", patient=f"P{number}")
        dataset = dcmread(file)
        dataset.StudyDescription, dataset.Manufacturer = description, "Zargonix"
        dataset.save_as(file)
    vault = unlock(project, passphrase)
    try:
        enter(project, vault, originals)
    finally:
        vault.close()


@pytest.fixture
def pane(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> Iterator[WordReviewPane]:
    project = create_project(tmp_path / "knees.leadglass", profile="research")
    fill(project, tmp_path / "originals")
    yield shown(window, project, qtbot)
    window.jobs.shutdown(3_000)


def shown(window: MainWindow, project: Project, qtbot: QtBot) -> WordReviewPane:
    window.open_folder(project.folder)
    page = window.current_page()
    assert isinstance(page, MaskPage)
    qtbot.waitUntil(lambda: page.images.header.model.total > 0)
    qtbot.keyClick(page.images.list.list, "w")
    pane = page.words
    assert pane.isVisible()
    return pane


def ready(pane: WordReviewPane, qtbot: QtBot) -> WordReviewPane:
    qtbot.waitUntil(lambda: pane.view.isVisible() and pane.view.table.hasFocus())
    return pane


def cells(pane: WordReviewPane, column: int) -> list[str]:
    model = pane.view.model
    return [str(model.index(row, column).data()) for row in range(model.rowCount())]


def choose(pane: WordReviewPane, text: str) -> None:
    pane.view.table.go_to([each.casefold() for each in cells(pane, TEXT)].index(text))


def press(pane: WordReviewPane, qtbot: QtBot, key: str, *held: Qt.KeyboardModifier) -> None:
    modifiers = Qt.KeyboardModifier.NoModifier
    for each in held:
        modifiers |= each
    qtbot.keyClick(pane.view.table, key, modifiers)


def test_distinct_texts_are_listed_most_frequent_first(pane: WordReviewPane, qtbot: QtBot) -> None:
    ready(pane, qtbot)
    rows = dict(zip((t.casefold() for t in cells(pane, TEXT)), cells(pane, COUNT), strict=True))
    assert rows["zargonix"] == "3"
    assert rows["quellwort"] == "2"
    assert cells(pane, COUNT) == sorted(cells(pane, COUNT), key=int, reverse=True)
    choose(pane, "quellwort")
    assert "stands in 2 instances, taken out of Study Description" in pane.view.said.text()
    pane.view.filter.setCurrentText(Asked.KEPT.value)
    assert set(cells(pane, NOW)) == {"kept"}
    assert pane.view.model.index(0, NOW).data(CHIP_ROLE)
    pane.view.search.setText("zargon")
    assert cells(pane, TEXT) == ["Zargonix"]
    pane.view.search.setText("nowhere to be found")
    assert pane.view.nothing.isVisible()
    assert not pane.view.buttons["Keep"].isEnabled()


def test_one_key_answers_the_next_follows_and_undo_takes_it_back(
    pane: WordReviewPane, window: MainWindow, qtbot: QtBot
) -> None:
    ready(pane, qtbot)
    choose(pane, "quellwort")
    row = pane.view.table.currentIndex().row()
    press(pane, qtbot, "k")
    assert cells(pane, ANSWER)[row] == "Keep"
    assert pane.view.table.currentIndex().row() == row + 1
    assert "Mask 2 again" in pane.view.again_button.text()
    assert "to answer" in window.pages["mask"].tabs.tabText(1)  # type: ignore[attr-defined]
    press(pane, qtbot, "m", Qt.KeyboardModifier.ShiftModifier)
    assert len(pane.view.table.chosen()) == 1
    assert cells(pane, ANSWER)[row + 1] == "Mask always"
    assert WordAnswer.MASK in site_answers().values()
    press(pane, qtbot, "z", Qt.KeyboardModifier.ControlModifier)
    assert cells(pane, ANSWER)[row : row + 2] == ["Keep", ""]
    assert site_answers() == {}
    assert pane.view.table.currentIndex().row() == row + 1
    press(pane, qtbot, "z", Qt.KeyboardModifier.ControlModifier)
    assert not pane.view.buttons["Undo"].isEnabled()
    assert not pane.view.again_button.isEnabled()


def test_many_chosen_texts_get_one_answer(pane: WordReviewPane, qtbot: QtBot) -> None:
    ready(pane, qtbot)
    press(pane, qtbot, "a", Qt.KeyboardModifier.ControlModifier)
    press(pane, qtbot, "k")
    assert set(cells(pane, ANSWER)) == {"Keep"}
    pane.view.filter.setCurrentText(Asked.ANSWERED.value)
    pane.view.filter.setCurrentText(Asked.OPEN.value)
    assert pane.view.nothing.text() == "Everything is answered."
    pane.view.filter.setCurrentText(Asked.ANSWERED.value)
    qtbot.keyClick(pane.view.table, Qt.Key.Key_Delete)
    assert "" in cells(pane, ANSWER)


def test_letters_in_the_search_answer_nothing(pane: WordReviewPane, qtbot: QtBot) -> None:
    ready(pane, qtbot)
    press(pane, qtbot, "f", Qt.KeyboardModifier.ControlModifier)
    assert pane.view.search.hasFocus()
    qtbot.keyClicks(pane.view.search, "km")
    assert pane.view.search.text() == "km"
    assert not pane.answers.can_undo


def test_an_example_is_shown_among_the_instances(
    pane: WordReviewPane, window: MainWindow, qtbot: QtBot
) -> None:
    ready(pane, qtbot)
    choose(pane, "flimmerig")
    qtbot.keyClick(pane.view.table, Qt.Key.Key_Return)
    page = window.current_page()
    assert isinstance(page, MaskPage)
    header = page.images.header
    assert header.isVisible()
    qtbot.waitUntil(
        lambda: header.model.rowCount() == 1 and header.model.index(0, AFTER).data() == "Chest pa"
    )
    qtbot.keyClick(header.table, "w")
    assert pane.isVisible()


@pytest.mark.slow
def test_masking_again_brings_the_word_back(pane: WordReviewPane, window: MainWindow, qtbot: QtBot) -> None:
    ready(pane, qtbot)
    choose(pane, "quellwort")
    press(pane, qtbot, "k")
    qtbot.keyClick(pane.view.table, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert pane.running
    assert not pane.view.again_button.isEnabled()
    qtbot.waitUntil(lambda: not pane.running, timeout=60_000)
    qtbot.waitUntil(
        lambda: not pane.view.again_button.isEnabled() and "2 instances" in pane.view.panel.message.text()
    )
    descriptions = {row.study_description for row in window.session.catalogue.instances()}
    assert {"Chest quellwort pa", "Chest Quellwort lateral"} <= descriptions
    qtbot.waitUntil(lambda: "quellwort" not in [each.casefold() for each in cells(pane, TEXT)])


def test_a_locked_vault_is_said_and_unlocked(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "hips.leadglass"
    project = create_project(folder, profile="research", protection="passphrase", passphrase=PASSPHRASE)
    fill(project, tmp_path / "originals", PASSPHRASE)
    pane = shown(window, project, qtbot)
    assert pane.locked.isVisible()

    def answer(dialog: UnlockDialog) -> int:
        dialog.passphrase.setText(PASSPHRASE)
        return int(UnlockDialog.DialogCode.Accepted)

    monkeypatch.setattr(UnlockDialog, "exec", answer)
    qtbot.mouseClick(pane.locked.buttons[0], Qt.MouseButton.LeftButton)
    ready(pane, qtbot)
    assert pane.view.model.rowCount()
    window.session.lock()
    assert pane.locked.isVisible()
    assert not pane.view.model.rowCount()
    assert pane.answers.review is None


def test_the_menu_leads_to_words_and_rules(pane: WordReviewPane, window: MainWindow, qtbot: QtBot) -> None:
    window.go("label")
    window.show_words()
    assert pane.isVisible()
    qtbot.keyClick(window, "r", Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    page = window.current_page()
    assert isinstance(page, MaskPage)
    assert page.rules.isVisible()


def test_a_project_without_free_text_says_so(
    window: MainWindow, project: Project, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "originals").mkdir()
    write_dicom(tmp_path / "originals" / "one.dcm", "2.25.9")
    vault = unlock(project)
    enter(project, vault, tmp_path / "originals")
    vault.close()
    pane = shown(window, project, qtbot)
    qtbot.waitUntil(pane.view.isVisible)
    assert "No free text" in pane.view.nothing.text()


def test_no_word_reaches_window_title_status_or_audit(
    pane: WordReviewPane, window: MainWindow, qtbot: QtBot
) -> None:
    ready(pane, qtbot)
    choose(pane, "quellwort")
    press(pane, qtbot, "m")
    seen = window.windowTitle() + window.statusBar().currentMessage()
    assert "quellwort" not in (seen + window.session.project.audit_file.read_text("utf-8")).casefold()
