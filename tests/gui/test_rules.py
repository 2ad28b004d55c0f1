"""How a project masks: options in plain words, contradictions said at once, own profiles, and read later."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from anonymizer import OPTIONS, load_profile
from app.errors import SettingsError
from app.gui.main_window import MainWindow
from app.gui.masking.rules_editor import UNSPOKEN
from app.gui.new_project import NewProjectDialog
from app.gui.pages.mask_page import MaskPage
from app.project import Project
from app.workflows.profiles import as_project_settings, profiles_folder, save_profile
from tests.gui.conftest import write_dicom


@pytest.fixture
def dialog(qtbot: QtBot, tmp_path: Path) -> NewProjectDialog:
    shown = NewProjectDialog()
    qtbot.addWidget(shown)
    shown.show()
    qtbot.waitExposed(shown)
    shown.name.setText("hips")
    shown.place.setText(str(tmp_path))
    return shown


def made(dialog: NewProjectDialog, qtbot: QtBot) -> Project:
    with qtbot.waitSignal(dialog.made) as signal:
        qtbot.mouseClick(dialog.create_button, Qt.MouseButton.LeftButton)
    return Project.open(signal.args[0])


def test_every_option_says_what_it_keeps_and_costs(dialog: NewProjectDialog) -> None:
    for option in OPTIONS:
        switch = dialog.options[option.name]
        assert switch.text() == option.title
        assert option.keeps in switch.accessibleDescription()
        assert option.costs in switch.accessibleDescription()
    dialog.rules.profiles.choose("research")
    assert dialog.rules.options.chosen == load_profile("research").options
    assert "of 10" in dialog.rules.caption.text()


def test_a_contradiction_is_said_at_once_and_the_button_says_why_it_is_off(
    dialog: NewProjectDialog, qtbot: QtBot
) -> None:
    dialog.rules.profiles.choose("research")
    assert dialog.create_button.isEnabled()
    dialog.options["full_dates"].click()
    for name in ("full_dates", "modified_dates"):
        assert "choose one" in dialog.rules.options.cards[name].conflict.text()
    assert not dialog.create_button.isEnabled()
    assert not dialog.rules.save_button.isEnabled()
    assert "contradict" in dialog.create_button.toolTip()
    assert "contradict" in dialog.message.text()
    dialog.options["modified_dates"].click()
    assert dialog.create_button.isEnabled()
    assert dialog.message.text() == ""
    assert not dialog.rules.options.cards["full_dates"].conflict.text()
    project = made(dialog, qtbot)
    chosen = load_profile(project.profile, project.options).options
    assert chosen == load_profile("research").options - {"modified_dates"} | {"full_dates"}


def test_added_options_leave_the_preset_its_name(dialog: NewProjectDialog, qtbot: QtBot) -> None:
    dialog.rules.profiles.choose("teaching")
    dialog.options["retain_uids"].click()
    project = made(dialog, qtbot)
    assert (project.profile, project.options) == ("teaching", ("retain_uids",))


def test_a_choice_is_saved_as_an_own_profile_and_offered_again(
    dialog: NewProjectDialog, qtbot: QtBot
) -> None:
    dialog.rules.profiles.choose("research")
    dialog.options["retain_safe_private"].click()
    file = dialog.rules.save("Hip study / 2")
    assert file.parent == profiles_folder()
    assert dialog.rules.profiles.current == str(file)
    assert load_profile(str(file)).options == load_profile("research").options - {"retain_safe_private"}
    assert Path(made(dialog, qtbot).profile) == file
    again = NewProjectDialog()
    qtbot.addWidget(again)
    assert again.rules.profiles.profiles[str(file)].title == "Hip study / 2"


def test_a_sites_file_is_chosen_and_its_own_decisions_are_never_dropped(
    dialog: NewProjectDialog, tmp_path: Path
) -> None:
    file = tmp_path / "site.toml"
    file.write_text(
        'title = "Ours"\noptions = ["clean_descriptors"]\nkeep_words = ["fatsat"]\n'
        '[attributes]\n"(0008,0070)" = "X"\n',
        encoding="utf-8",
    )
    dialog.rules.add_file(file)
    assert dialog.rules.options.chosen == {"clean_descriptors"}
    assert dialog.rules.complaint() == ""
    dialog.options["clean_descriptors"].click()
    assert dialog.message.text() == UNSPOKEN
    saved = load_profile(str(dialog.rules.save("Ours without words")))
    assert saved.attributes == ((0x00080070, "X"),)
    assert saved.keep_words == {"fatsat"}
    assert saved.options == frozenset()
    assert dialog.create_button.isEnabled()


def test_what_should_be_thought_about_is_said_and_leaves_the_button_on(dialog: NewProjectDialog) -> None:
    dialog.rules.profiles.choose("basic")
    assert not dialog.rules.warnings.isVisible()
    dialog.options["retain_uids"].click()
    assert "archive" in dialog.rules.warnings.text.text()
    assert dialog.create_button.isEnabled()


def test_strict_keeps_its_list_in_an_own_profile(dialog: NewProjectDialog) -> None:
    dialog.rules.profiles.choose("strict")
    dialog.options["retain_patient_characteristics"].click()
    saved = load_profile(str(dialog.rules.save("Strict with sex and age")))
    assert saved.allow == load_profile("strict").allow
    assert saved.options == {"retain_patient_characteristics"}
    with pytest.raises(SettingsError):
        dialog.rules.save("Strict with sex and age")


def test_saving_keeps_what_a_profile_says(tmp_path: Path) -> None:
    file = tmp_path / "one.toml"
    file.write_text('title = "One"\nmask_words = ["haus sonne"]\n', encoding="utf-8")
    base = load_profile(str(file))
    save_profile(tmp_path / "two.toml", "Two “quoted”", str(file), frozenset({"retain_uids"}))
    two = load_profile(str(tmp_path / "two.toml"))
    assert (two.title, two.mask_words, two.options) == ("Two “quoted”", {"haus sonne"}, {"retain_uids"})
    assert as_project_settings("x", base, frozenset()) == ("x", ())
    (tmp_path / "strict.toml").write_text(
        'extends = "strict"\nshift_times = true\n[attributes]\n"(0019,[ACME 1.0]0C)" = "K"\n',
        encoding="utf-8",
    )
    strict = load_profile(str(tmp_path / "strict.toml"))
    save_profile(tmp_path / "three.toml", "Three", str(tmp_path / "strict.toml"), strict.options)
    assert load_profile(str(tmp_path / "three.toml")).identity == strict.identity


def test_the_rules_can_be_read_later(window: MainWindow, project: Project, qtbot: QtBot) -> None:
    write_dicom(project.instances / "2.25.1.dcm", "2.25.1")
    window.open_folder(project.folder)
    window.go("mask")
    page = window.current_page()
    assert isinstance(page, MaskPage)
    page.stack.setCurrentIndex(1)
    qtbot.keyClick(page.tabs, "R", Qt.KeyboardModifier.ShiftModifier)
    assert page.rules.isVisible()
    assert page.rules.card.title.text() == "Basic"
    assert page.rules.options.chosen == frozenset()
    assert not page.rules.options.cards["retain_uids"].switch.isEnabled()
