"""Vault: no identity before unlocking; patients are found, lists read, the lock changed, patients forgotten."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from anonymizer import Pseudonyms
from app.gui.comparing import LOCKED
from app.gui.dialogs.unlock import UnlockDialog
from app.gui.main_window import MainWindow
from app.gui.pages.mask_page import MaskPage
from app.gui.pages.vault_page import VaultPage
from app.gui.vault.forget_dialog import ForgetDialog
from app.gui.widgets import private_clipboard
from app.project import Project
from app.workflows.projects import create_project, unlock
from app.workflows.ways_in import recover
from tests.gui.conftest import write_dicom
from tests.gui.test_mask import enter

WORDS = "seven brass lanterns"
NAMES = ("Alder", "Birch")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Two patients in a project with a passphrase."""
    made = create_project(tmp_path / "knees.leadglass", protection="passphrase", passphrase=WORDS)
    (tmp_path / "in").mkdir()
    for number, name in enumerate(NAMES):
        write_dicom(tmp_path / "in" / f"{name}.dcm", f"2.25.{700 + number}", patient=name)
    with unlock(made, WORDS) as vault:
        enter(made, vault, tmp_path / "in")
    return made


@pytest.fixture
def page(window: MainWindow, project: Project) -> VaultPage:
    window.open_folder(project.folder)
    window.show_vault()
    found = window.current_page()
    assert isinstance(found, VaultPage)
    return found


@pytest.fixture
def opened(page: VaultPage, window: MainWindow) -> VaultPage:
    window.session.unlock(lambda _hint: WORDS)
    assert page.stack.currentWidget() is page.tabs
    return page


def answer_passphrase(qtbot: QtBot, text: str) -> None:
    from PySide6.QtCore import QTimer

    def type_it() -> None:
        dialog = next(
            w for w in QApplication.topLevelWidgets() if isinstance(w, UnlockDialog) and w.isVisible()
        )
        dialog.passphrase.setText(text)
        dialog.accept()

    QTimer.singleShot(0, type_it)


def shown(page: VaultPage) -> list[list[str]]:
    model = page.patients.model
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def look_up(page: VaultPage, qtbot: QtBot, text: str) -> list[list[str]]:
    page.patients.text.setText(text)
    qtbot.keyClick(page.patients.text, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Looking" not in page.patients.message.text(), timeout=10_000)
    return shown(page)


def test_nothing_is_shown_before_the_vault_is_unlocked(page: VaultPage, qtbot: QtBot) -> None:
    assert page.stack.currentWidget() is page.locked
    assert page.held.text() == ""
    answer_passphrase(qtbot, WORDS)
    qtbot.mouseClick(page.locked.buttons[0], Qt.MouseButton.LeftButton)
    assert page.stack.currentWidget() is page.tabs
    qtbot.waitUntil(lambda: "Patients: 2" in page.held.text(), timeout=10_000)
    assert shown(page) == []


def test_a_key_leads_there_and_none_of_the_steps_is_marked(window: MainWindow, project: Project) -> None:
    window.open_folder(project.folder)
    action = next(
        a for menu in window.menuBar().actions() for a in menu.menu().actions() if "Vault" in a.text()
    )
    assert action.shortcuts() == [QKeySequence("Ctrl+Shift+V")]
    action.trigger()
    assert isinstance(window.current_page(), VaultPage)
    assert not any(button.isChecked() for button in window.rail.buttons.values())
    window.go("mask")
    assert window.rail.buttons["mask"].isChecked()


def test_a_patient_is_found_and_the_pseudonym_copied(opened: VaultPage, qtbot: QtBot) -> None:
    (row,) = look_up(opened, qtbot, "invented ALD")
    vault = opened.session.vault
    assert vault is not None
    pseudonym = Pseudonyms(vault.key).patient_id("Alder")
    assert row[:4] == [pseudonym, "Alder", "", "Alder^Invented"]
    qtbot.mouseClick(opened.patients.copy_button, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == pseudonym
    assert look_up(opened, qtbot, "nobody") == []
    assert "no such patient" in opened.patients.message.text()
    trail = opened.session.project.audit_file.read_text(encoding="utf-8")
    assert trail.count("vault searched") == 2
    assert "alder" not in trail.lower()


def test_locking_takes_every_identity_out_of_sight(
    opened: VaultPage, window: MainWindow, qtbot: QtBot
) -> None:
    assert look_up(opened, qtbot, "alder")
    window.lock_vault()
    assert window.session.vault is None
    assert window.session.child_environment() == {}
    assert opened.stack.currentWidget() is opened.locked
    assert shown(opened) == []
    assert opened.patients.text.text() == ""


def test_copying_a_row_takes_the_pseudonym_never_the_name(opened: VaultPage, qtbot: QtBot) -> None:
    assert look_up(opened, qtbot, "alder")
    table = opened.patients.table
    table.setCurrentIndex(opened.patients.model.index(0, 3))
    QApplication.clipboard().clear()
    opened.window().activateWindow()
    table.setFocus()
    qtbot.waitUntil(table.hasFocus)
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == opened.patients.chosen()[0]


def test_identities_on_the_clipboard_go_into_no_history_and_leave_with_the_lock(
    opened: VaultPage, window: MainWindow
) -> None:
    clipboard = QApplication.clipboard()
    private_clipboard.put("Alder^Invented")
    assert clipboard.text() == "Alder^Invented"
    assert bytes(clipboard.mimeData().data("x-kde-passwordManagerHint").data()) == b"secret"
    asked = [name for name in clipboard.mimeData().formats() if "CanUploadToCloudClipboard" in name]
    assert len(asked) == 1
    assert opened.session.vault is not None
    window.lock_vault()
    assert clipboard.text() == ""
    clipboard.setText("of another program")
    private_clipboard.forget()
    assert clipboard.text() == "of another program"


def test_locking_takes_the_original_off_the_mask_page(
    opened: VaultPage, window: MainWindow, qtbot: QtBot
) -> None:
    window.go("mask")
    page = window.current_page()
    assert isinstance(page, MaskPage)
    model = page.images.header.model

    def header() -> str:
        cells = (
            model.index(r, c).data() for r in range(model.rowCount()) for c in range(model.columnCount())
        )
        return " ".join(map(str, cells))

    qtbot.waitUntil(lambda: "^Invented" in header(), timeout=10_000)
    window.lock_vault()
    qtbot.waitUntil(lambda: "^Invented" not in header(), timeout=10_000)
    assert page.images.header.note.text() == LOCKED


def test_an_idle_window_locks_the_vault_and_a_key_puts_it_off(
    opened: VaultPage, window: MainWindow, qtbot: QtBot
) -> None:
    timer = window.auto_lock.timer
    assert timer.interval() == 15 * 60_000
    opened.tabs.setCurrentWidget(opened.lock)
    opened.lock.minutes.setValue(1)
    qtbot.keyClick(opened.lock.minutes, Qt.Key.Key_Tab)
    assert timer.interval() == 60_000
    timer.start(20)
    qtbot.waitUntil(lambda: window.session.vault is None, timeout=3_000)


def test_the_list_is_written_where_the_user_says_after_a_warning(
    opened: VaultPage, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "safe.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    answers = iter((QMessageBox.StandardButton.Cancel, QMessageBox.StandardButton.Save))
    monkeypatch.setattr(QMessageBox, "warning", lambda *_: next(answers))
    opened.patients.export()
    assert not file.exists()
    opened.patients.export()
    qtbot.waitUntil(lambda: "written" in opened.patients.message.text(), timeout=10_000)
    assert "Alder^Invented" in file.read_text(encoding="utf-8-sig")


def test_forgetting_is_asked_twice_and_leaves_the_images(opened: VaultPage, qtbot: QtBot) -> None:
    look_up(opened, qtbot, "alder")
    opened.patients.forget()
    dialog = opened.patients.findChild(ForgetDialog)
    assert isinstance(dialog, ForgetDialog)
    assert not dialog.forget.isEnabled()
    dialog.read.setChecked(True)
    assert not dialog.forget.isEnabled()
    qtbot.keyClicks(dialog.word, "forget")
    qtbot.mouseClick(dialog.forget, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Forgotten" in opened.patients.message.text(), timeout=10_000)
    qtbot.waitUntil(lambda: "Patients: 1" in opened.held.text(), timeout=10_000)
    assert "Forgotten: 1" in opened.held.text()
    assert look_up(opened, qtbot, "alder") == []
    assert opened.session.catalogue.count() == 2


def test_forgetting_everyone_gives_the_session_the_new_key(opened: VaultPage, qtbot: QtBot) -> None:
    vault = opened.session.vault
    assert vault is not None
    before = vault.key
    opened.patients.forget_everyone()
    dialog = opened.patients.findChild(ForgetDialog)
    assert isinstance(dialog, ForgetDialog)
    dialog.accept()
    qtbot.waitUntil(lambda: "Forgotten" in opened.patients.message.text(), timeout=10_000)
    assert opened.session.vault is not None
    assert opened.session.vault.key != before


def test_a_list_is_read_or_refused_in_words(opened: VaultPage, tmp_path: Path, qtbot: QtBot) -> None:
    opened.tabs.setCurrentWidget(opened.list)
    (tmp_path / "bad.csv").write_text("patient id,pseudonym\nX1,K-1\nX2,K-1\n", encoding="utf-8")
    opened.list.read(tmp_path / "bad.csv")
    told = "Rows 2 and 3: two patients would become one"
    qtbot.waitUntil(lambda: told in opened.list.problems.toPlainText(), timeout=10_000)
    (tmp_path / "good.csv").write_text("patient id,pseudonym\nX1,K-1\nX2,K-2\n", encoding="utf-8")
    opened.list.read(tmp_path / "good.csv")
    qtbot.waitUntil(lambda: "Patients on the list: 2" in opened.list.count.text(), timeout=10_000)
    assert not opened.list.problems.isVisible()
    assert not opened.list.issuers.isEnabled()
    opened.list.choices.button(1).click()
    qtbot.waitUntil(lambda: "next import" in opened.list.message.text(), timeout=10_000)
    assert opened.session.vault is not None
    assert opened.session.vault.patients.rules().unlisted.value == "quarantine"


@pytest.fixture
def agreeing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Ok)


@pytest.mark.usefixtures("agreeing")
def test_the_passphrase_is_changed_and_judged_in_words(opened: VaultPage, project: Project) -> None:
    lock = opened.lock
    opened.tabs.setCurrentWidget(lock)
    lock.passphrase.setText("password12")
    lock.again.setText("password12")
    assert "Weak" in lock.strength.text()
    assert not lock.change_button.isEnabled()
    lock.passphrase.setText("nine copper kettles singing")
    assert "differ" in lock.strength.text()
    lock.again.setText("nine copper kettles singing")
    assert "Strong" in lock.strength.text()
    lock.change_button.click()
    assert "Done" in lock.message.text()
    assert lock.passphrase.text() == ""
    unlock(project, "nine copper kettles singing").close()


@pytest.mark.usefixtures("agreeing")
def test_a_key_file_in_place_of_the_passphrase(opened: VaultPage, window: MainWindow) -> None:
    lock = opened.lock
    opened.tabs.setCurrentWidget(lock)
    lock.kind.setCurrentIndex(lock.kind.findData("key file"))
    lock.change_button.click()
    assert "locked by a key file" in lock.now.text()
    assert not lock.lock_button.isEnabled()
    assert not window.session.can_lock
    assert not window.auto_lock.timer.isActive()
    assert opened.session.project.protection == "key file"


def test_a_recovery_sheet_is_written_apart_from_the_project(
    opened: VaultPage, project: Project, tmp_path: Path
) -> None:
    lock = opened.lock
    opened.tabs.setCurrentWidget(lock)
    assert lock.sheet_state.text() == "There is none yet."
    lock.write_sheet(project.folder / "sheet.txt")
    assert "must not lie in the project" in lock.message.text()
    lock.write_sheet(tmp_path / "sheet.txt")
    assert "Print it" in lock.message.text()
    assert "opens this vault" in lock.sheet_state.text()
    code = re.findall(r"\b[A-Z2-7]{4}\b", (tmp_path / "sheet.txt").read_text(encoding="utf-8"))
    recover(project, "-".join(code), "passphrase", "nine copper kettles singing")
    unlock(project, "nine copper kettles singing").close()
