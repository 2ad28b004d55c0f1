"""What the site's IT lays down is offered, said and kept in the window too."""

import pytest

from app import policy
from app.gui.dialogs.help import AboutDialog
from app.gui.labelling.reader_box import ReaderBox
from app.gui.new_project import NewProjectDialog
from app.gui.preferences import Preferences
from app.gui.session import Session
from app.gui.steps import STEPS
from app.gui.widgets.rail import Rail

RULES = """
[masking]
profiles = ["research", "basic"]
options = ["retain-uids"]
[vault]
protections = ["passphrase", "key file"]
passphrase_length = 30
lock_minutes = 5
[readers]
names = ["Dr. Vale", "Dr. Moor"]
[features]
off = ["training"]
"""


@pytest.fixture
def laid_down(tmp_path, monkeypatch):
    file = tmp_path / policy.NAME
    file.write_text(RULES, encoding="utf-8")
    monkeypatch.setattr(policy, "policy_file", lambda: file)


def test_a_new_project_offers_what_is_allowed_and_says_who_decided(laid_down, qtbot):
    dialog = NewProjectDialog()
    qtbot.addWidget(dialog)
    assert list(dialog.rules.profiles.profiles) == ["research", "basic"]
    assert dialog.rules.profiles.current == "research"
    offered = [dialog.protection.itemData(row) for row in range(dialog.protection.count())]
    assert offered == ["key file", "passphrase"]
    assert dialog.protection.currentData() == "passphrase"
    allowed = {name for name, switch in dialog.options.items() if switch.isEnabled()}
    assert allowed == {"retain_uids"}
    assert policy.SET_BY_IT in dialog.site_note.text()
    assert not dialog.rules.file_button.isEnabled()
    assert not dialog.rules.save_button.isEnabled()
    dialog.name.setText("a")
    dialog.passphrase.setText("seven grey herons wade home")
    dialog.again.setText("seven grey herons wade home")
    dialog.create_button.click()
    assert "30 characters" in dialog.message.text()


def test_readers_are_chosen_from_the_list_and_others_enter_nothing(laid_down, qtbot, tmp_path):
    session = Session(Preferences(tmp_path / "w.ini"))
    session.preferences.reader = "Somebody"
    box = ReaderBox(session)
    qtbot.addWidget(box)
    assert not box.box.isEditable()
    with pytest.raises(policy.PolicyError):
        _ = session.signing_reader
    with pytest.raises(policy.PolicyError):
        session.reader = "Somebody Else"
    session.reader = "Dr. Moor"
    assert session.signing_reader == "Dr. Moor"


def test_a_step_that_is_off_cannot_be_chosen_and_says_why(laid_down, qtbot):
    rail = Rail(STEPS)
    qtbot.addWidget(rail)
    rail.show_project("a")
    assert not rail.buttons["train"].isEnabled()
    assert policy.SET_BY_IT in rail.buttons["train"].toolTip()
    assert rail.buttons["predict"].isEnabled()


def test_vaults_lock_no_later_than_laid_down(laid_down, tmp_path):
    preferences = Preferences(tmp_path / "w.ini")
    preferences.lock_minutes = 0
    assert preferences.lock_minutes == 5


def test_about_tells_all_of_it(laid_down, qtbot):
    dialog = AboutDialog()
    qtbot.addWidget(dialog)
    text = dialog.text.toPlainText()
    assert all(sentence in text for sentence in policy.current().sentences())
