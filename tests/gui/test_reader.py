"""Who reads: a name and a role, asked for when the window starts, kept in the project."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox

from app.gui.dialogs.reader import ReaderDialog
from app.gui.main_window import MainWindow
from app.project import Project
from labeller import Reader

OK = QDialogButtonBox.StandardButton.Ok


def dialogs(window: MainWindow) -> list[ReaderDialog]:
    return window.findChildren(ReaderDialog)


@pytest.fixture
def dialog(window: MainWindow, labelled: Project) -> ReaderDialog:
    window.session.open(labelled.folder)
    window.choose_reader()
    return dialogs(window)[0]


def test_a_name_and_a_role_are_kept(dialog: ReaderDialog, window: MainWindow) -> None:
    assert dialog.role.currentText() == ""
    field = dialog.name.lineEdit()
    assert field is not None
    assert field.selectedText() == field.text() != ""  # typing puts another name in its place
    dialog.name.setCurrentText(" ")
    assert not dialog.buttons.button(OK).isEnabled()
    dialog.name.setCurrentText("Reader B")
    dialog.role.setCurrentText("resident")
    dialog.buttons.button(OK).click()
    assert not dialog.isVisible()
    assert window.session.reader == "Reader B"
    assert Reader("Reader B", "resident") in window.session.catalogue.readers()
    window.choose_reader()
    again = dialogs(window)[-1]
    again.name.setCurrentText("A")
    assert again.role.currentText() == ""
    again.name.setCurrentText("Reader B")
    assert again.role.currentText() == "resident"


def test_enter_takes_the_name_that_stands_there(window: MainWindow, labelled: Project) -> None:
    window.session.open(labelled.folder)
    window.session.catalogue.add_reader("Ahead in the list", "")
    window.session.reader = "Reader Z"
    window.choose_reader()
    field = dialogs(window)[0].name.lineEdit()
    assert field is not None
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert not dialogs(window)[0].isVisible()
    assert window.session.reader == "Reader Z"


def test_cancelling_changes_nothing(dialog: ReaderDialog, window: MainWindow) -> None:
    before = (window.session.reader, window.session.catalogue.readers())
    dialog.name.setCurrentText("Somebody")
    dialog.reject()
    assert (window.session.reader, window.session.catalogue.readers()) == before


def test_the_reader_is_asked_for_once_when_the_window_starts(window: MainWindow, labelled: Project) -> None:
    window.session.project_changed.connect(window.ask_reader_once)
    window.session.open(labelled.folder)
    assert len(dialogs(window)) == 1  # nobody has told a name yet
    window.ask_reader_once()
    assert len(dialogs(window)) == 1


def test_a_known_reader_who_reads_alone_is_not_asked(window: MainWindow, labelled: Project) -> None:
    window.session.reader = "A"
    window.session.project_changed.connect(window.ask_reader_once)
    window.session.open(labelled.folder)
    assert dialogs(window) == []


def test_where_several_read_one_is_asked_who_sits_here(window: MainWindow, labelled: Project) -> None:
    with labelled.catalogue() as catalogue:
        catalogue.add_reader("B", "radiologist")
    window.session.reader = "A"
    window.session.project_changed.connect(window.ask_reader_once)
    window.session.open(labelled.folder)
    assert len(dialogs(window)) == 1
