"""Label sets in the window: other answers, several classes at once, the palette, notes, history, classes changed."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QColorDialog, QInputDialog
from pytestqt.qtbot import QtBot

from app.gui.labelling.class_palette import ClassPalette
from app.gui.labelling.definition_dialog import DefinitionDialog
from app.gui.labelling.label_history import LabelHistoryDialog
from app.gui.labelling.label_set import LabelSetDialog
from app.gui.main_window import MainWindow
from app.gui.pages.label_page import LabelPage
from app.project import Project
from labeller import InstanceFilter
from tests.gui.test_label import await_image, current, label_of, opened, press, uid

Key = Qt.Key


@pytest.fixture
def page(window: MainWindow, labelled: Project, qtbot: QtBot) -> LabelPage:
    window.session.open(labelled.folder)
    window.session.reader = "Reader A"
    return opened(window, qtbot)


@pytest.fixture
def findings(page: LabelPage) -> LabelPage:
    """The page in a set in which several classes may hold."""
    page.session.catalogue.add_label_set("Findings", several=True)
    page.session.choose_label_set("Findings")
    for name in ("effusion", "nodule"):
        page.desk.changes.add(name)
    await_image(page)
    page.view.setFocus()
    return page


def test_not_sure_not_gradable_and_skip_are_answers(page: LabelPage) -> None:
    press(page, Key.Key_Q, Key.Key_X, Key.Key_K)
    assert [label_of(page, number) for number in range(3)] == ["not sure", "not gradable", "skipped"]
    assert current(page) == uid(3)
    assert page.classes.buttons["not sure"].count == 1
    press(page, Key.Key_Backspace)
    assert label_of(page, 2) == "clear" or label_of(page, 2) == "finding"
    assert page.session.catalogue.count(InstanceFilter(kind="unsure")) == 1


def test_several_classes_are_toggled_and_the_image_stays(findings: LabelPage, qtbot: QtBot) -> None:
    press(findings, Key.Key_1, Key.Key_2)
    assert current(findings) == uid(0)
    assert label_of(findings, 0) == "effusion + nodule"
    assert findings.classes.buttons["effusion"].isChecked()
    assert findings.classes.buttons["nodule"].isChecked()
    assert findings.classes.buttons["nodule"].count == 1
    assert findings.desk.bar.label.text() == "effusion + nodule"
    qtbot.waitUntil(lambda: findings.desk.progress.text.text() == "1 of 24 labelled, 23 left")
    press(findings, Key.Key_1)
    assert label_of(findings, 0) == "nodule"
    assert findings.classes.buttons["effusion"].count == 0
    press(findings, Key.Key_Backspace)
    assert label_of(findings, 0) == "effusion + nodule"
    press(findings, Key.Key_N, Key.Key_0)
    assert label_of(findings, 1) == "none of these"
    assert current(findings) == uid(2)


def test_sets_are_chosen_and_remembered(
    page: LabelPage, window: MainWindow, labelled: Project, qtbot: QtBot
) -> None:
    page.session.catalogue.add_label_set("View")
    page.activate()
    assert [page.desk.sets.box.itemText(n) for n in range(page.desk.sets.box.count())] == ["Labels", "View"]
    page.desk.sets.chosen.emit("View")
    assert page.session.catalogue.label_set.name == "View"
    assert all(page.model.row(place).label is None for place in range(5))
    qtbot.waitUntil(lambda: not window.safekeeping.busy)
    window.session.open(labelled.folder)
    assert window.session.catalogue.label_set.name == "View"
    qtbot.waitUntil(lambda: not window.safekeeping.busy)


def test_a_set_is_made_in_its_dialog(page: LabelPage, qtbot: QtBot) -> None:
    page.desk.changes.ask_set()
    dialog = page.findChild(LabelSetDialog)
    assert not dialog.buttons.button(dialog.buttons.StandardButton.Ok).isEnabled()
    dialog.field.setText("Diagnosis")
    dialog.scopes.setCurrentIndex(dialog.scopes.findData("patient"))
    dialog.multiple.setChecked(True)
    dialog.accept()
    made = page.session.catalogue.label_set
    assert (made.name, made.scope, made.several) == ("Diagnosis", "patient", True)
    assert page.desk.sets.box.currentText() == "Diagnosis · per patient"


def test_an_answer_about_a_patient_labels_all_images_of_it(page: LabelPage) -> None:
    page.session.catalogue.add_label_set("Diagnosis", scope="patient")
    page.session.choose_label_set("Diagnosis")
    page.desk.changes.add("ill")
    page.desk.changes.add("well")
    page.view.setFocus()
    press(page, Key.Key_1)
    assert [label_of(page, number) for number in range(3)] == ["ill", "ill", None]
    assert page.model.row(1).label == "ill"
    press(page, Key.Key_Backspace)
    assert [label_of(page, number) for number in range(2)] == [None, None]


def test_the_palette_labels_by_the_beginning_of_a_name(page: LabelPage) -> None:
    press(page, Key.Key_T)
    palette = page.findChild(ClassPalette)
    QTest.keyClicks(palette.field, "fin")
    assert palette.names() == ["finding"]
    QTest.keyClick(palette.field, Key.Key_Return)
    assert label_of(page, 0) == "finding"
    assert current(page) == uid(1)


def test_a_note_and_the_history_of_an_image(page: LabelPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args, **_named: ("seen before", True))
    press(page, Key.Key_E)
    assert page.session.catalogue.instance(uid(0)).note == "seen before"
    assert page.desk.bar.note.text() == "“seen before”"
    press(page, Key.Key_Y)
    dialog = page.findChild(LabelHistoryDialog)
    assert [row[3] for row in dialog.table.texts()] == ["clear", "clear"]
    assert dialog.table.texts()[-1][4:] == ["note", "masked", "seen before"]
    dialog.reject()


def test_a_note_needs_a_label(page: LabelPage, qtbot: QtBot) -> None:
    press(page, Key.Key_U)
    with qtbot.waitSignal(page.session.status) as said:
        press(page, Key.Key_E)
    assert "Label the image first" in said.args[0]


def test_colour_definition_and_parent_of_a_class(page: LabelPage, monkeypatch: pytest.MonkeyPatch) -> None:
    from PySide6.QtGui import QColor

    monkeypatch.setattr(QColorDialog, "getColor", lambda *_args: QColor("#123456"))
    monkeypatch.setattr(QInputDialog, "getItem", lambda *_args, **_named: ("clear", True))
    page.desk.changes.ask_colour("finding")
    page.desk.changes.ask_definition("finding")
    dialog = page.findChild(DefinitionDialog)
    assert dialog is not None
    dialog.field.setPlainText("A bright square.")
    dialog.accept()
    page.desk.changes.ask_parent("finding")
    known = page.model.classes["finding"]
    assert (known.colour, known.definition, known.parent) == ("#123456", "A bright square.", "clear")
    assert page.classes.buttons["finding"].toolTip() == "clear › finding\nA bright square."


def test_a_definition_is_written_and_left_by_the_keyboard_alone(page: LabelPage, qtbot: QtBot) -> None:
    page.desk.changes.ask_definition("finding")
    dialog = page.findChild(DefinitionDialog)
    assert dialog is not None
    qtbot.waitUntil(dialog.isVisible)
    dialog.field.setFocus()
    QTest.keyClicks(dialog.field, "bright")
    QTest.keyClick(dialog.field, Key.Key_Tab)
    assert dialog.field.toPlainText() == "bright"  # Tab goes on to the buttons
    dialog.accept()
    assert page.model.classes["finding"].definition == "bright"


def test_a_change_of_classes_is_told_and_one_that_changes_nothing_is_no_step(
    page: LabelPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PySide6.QtGui import QColor

    told: list[str] = []
    page.session.status.connect(told.append)
    page.desk.changes.merge("finding", "clear")
    assert told == ["“finding” merged into “clear”. Undo takes it back."]
    page.steps.undo()
    page.steps.redo()
    assert told[1:] == [
        "Taken back: “finding” merged into “clear”.",
        "Done again: “finding” merged into “clear”.",
    ]
    steps = page.steps.stack.count()
    known = page.model.classes["clear"]
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_args: QColor(known.colour))
    monkeypatch.setattr(QInputDialog, "getItem", lambda *_args, **_named: ("(stands by itself)", True))
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args, **_named: ("", True))
    page.desk.changes.ask_colour("clear")
    page.desk.changes.ask_parent("clear")
    press(page, Key.Key_E)
    assert page.steps.stack.count() == steps


def test_a_digit_before_any_class_is_named_says_where_they_are_named(
    window: MainWindow, with_one: Project, qtbot: QtBot
) -> None:
    window.session.open(with_one.folder)
    page = opened(window, qtbot)
    with qtbot.waitSignal(window.session.status) as told:
        press(page, Key.Key_1)
    assert told.args == ["No class has the key 1. Name the classes first, at the right."]
