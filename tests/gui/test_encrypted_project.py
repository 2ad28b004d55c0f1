"""A project whose catalogue is encrypted, in the window: made, opened by its passphrase, worked in, locked, damaged."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.gui.dialogs.unlock import UnlockDialog
from app.gui.main_window import MainWindow
from app.gui.new_project import NewProjectDialog
from app.gui.pages.mask_page import MaskPage
from app.policy import Policy
from app.project import Project
from app.project_lock import ProjectLock
from app.settings import CATALOGUE_KEY_VARIABLE, PASSPHRASE_VARIABLE
from app.workflows.projects import create_project
from labeller.safekeeping import backups
from tests.gui.conftest import _instance

WORDS = "mossy lantern quartet river"


@pytest.fixture
def encrypted(tmp_path: Path) -> Project:
    project = create_project(
        tmp_path / "knees.leadglass", protection="passphrase", passphrase=WORDS, encrypted=True
    )
    with project.catalogue() as catalogue:
        catalogue.add_class("clear")
        catalogue.add_instances([_instance(project, n) for n in range(4)])
    return project


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """What is typed when a passphrase is asked for; None: given up."""
    typed: list[str | None] = []

    def answer(dialog: UnlockDialog) -> int:
        text = typed.pop(0)
        dialog.passphrase.setText(text or "")
        return int(UnlockDialog.DialogCode.Rejected if text is None else UnlockDialog.DialogCode.Accepted)

    monkeypatch.setattr(UnlockDialog, "exec", answer)
    return typed


def test_the_passphrase_is_asked_for_once_before_a_label_is_seen(
    window: MainWindow, encrypted: Project, answers: list[str | None], qtbot: QtBot
) -> None:
    answers += [None]
    window.open_folder(encrypted.folder)
    assert not window.session.is_open
    answers += ["wrong words here", WORDS]
    window.open_folder(encrypted.folder)
    session = window.session
    assert session.is_open
    assert session.catalogue.count() == 4
    assert session.vault is not None  # asked for once, for both
    qtbot.waitUntil(lambda: not window.safekeeping.busy)
    (copy,) = backups(encrypted.backups, encrypted.catalogue_key)
    assert not copy.read_bytes().startswith(b"SQLite")


def test_the_page_that_opens_first_knows_that_the_vault_is_open(
    window: MainWindow, encrypted: Project, answers: list[str | None], qtbot: QtBot
) -> None:
    window.session.preferences.set_page(encrypted.identifier, "mask")
    answers += [WORDS]
    window.open_folder(encrypted.folder)
    page = window.current_page()
    assert isinstance(page, MaskPage)
    qtbot.waitUntil(lambda: bool(page.images.list.current()))
    assert not page.images.header.unlock_button.isVisibleTo(page)
    qtbot.waitUntil(lambda: not window.safekeeping.busy)


def test_a_locked_vault_hides_identities_and_labelling_goes_on(
    window: MainWindow, encrypted: Project, answers: list[str | None], qtbot: QtBot
) -> None:
    answers += [WORDS]
    window.open_folder(encrypted.folder)
    session = window.session
    assert set(session.child_environment()) == {CATALOGUE_KEY_VARIABLE, PASSPHRASE_VARIABLE}
    window.auto_lock.timer.timeout.emit()
    assert session.vault is None
    session.catalogue.set_label(["2.25.1000"], "clear", reader="A", means="key")
    assert session.catalogue.counts_by_class() == {"clear": 1}
    assert set(session.child_environment()) == {CATALOGUE_KEY_VARIABLE}
    window.open_folder(encrypted.folder)  # the same again, as after another window was closed
    assert session.catalogue.counts_by_class() == {"clear": 1}
    qtbot.waitUntil(lambda: not window.safekeeping.busy)


def test_a_second_window_looks_and_changes_nothing(
    window: MainWindow, encrypted: Project, answers: list[str | None]
) -> None:
    first = ProjectLock.take(encrypted.lock_file)
    answers += [WORDS]
    window.open_folder(encrypted.folder)
    assert window.session.writer is not None
    assert window.session.catalogue.count() == 4
    first.release()


def test_the_copy_of_the_day_takes_the_place_of_a_damaged_catalogue(
    window: MainWindow,
    encrypted: Project,
    answers: list[str | None],
    *,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers += [WORDS, WORDS]
    window.open_folder(encrypted.folder)
    qtbot.waitUntil(lambda: not window.safekeeping.busy)
    window.close_project()
    qtbot.waitUntil(lambda: not window.safekeeping.busy)
    encrypted.catalogue_file.write_bytes(b"no longer a database" * 1000)
    monkeypatch.setattr(QMessageBox, "question", lambda *_rest: QMessageBox.StandardButton.Yes)
    window.open_folder(encrypted.folder)
    assert window.session.catalogue.count() == 4
    qtbot.waitUntil(lambda: not window.safekeeping.busy)


def test_a_project_without_its_vault_says_what_is_missing(
    window: MainWindow, encrypted: Project, answers: list[str | None]
) -> None:
    encrypted.vault_file.unlink()
    window.open_folder(encrypted.folder)
    box = window.findChild(QMessageBox)
    assert box is not None
    assert "vault is missing" in box.text()


def test_a_box_in_the_dialog_encrypts_the_labels(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    dialog = NewProjectDialog(window)
    dialog.name.setText("knees")
    dialog.place.setText(str(tmp_path))
    assert not dialog.encrypted.isChecked()
    assert "vault must be unlocked" in dialog.meaning.text()
    dialog.encrypted.click()
    with qtbot.waitSignal(dialog.made) as made:
        dialog.create_button.click()
    project = Project.open(made.args[0])
    assert project.encrypted
    window.open_folder(project.folder)  # its key file opens it without a question
    assert window.session.catalogue.count() == 0
    qtbot.waitUntil(lambda: not window.safekeeping.busy)


@pytest.mark.parametrize("rule", ["required", "forbidden"])
def test_the_box_says_what_the_site_has_laid_down(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, rule: str
) -> None:
    monkeypatch.setattr("app.policy.current", lambda: Policy(encryption=rule))
    dialog = NewProjectDialog(window)
    assert dialog.encrypted.isChecked() == (rule == "required")
    assert not dialog.encrypted.isEnabled()
    assert ("always" if rule == "required" else "never") in dialog.site_note.text()
    dialog.deleteLater()
