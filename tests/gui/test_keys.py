"""All keys in one list: looked up, changed by pressing, conflicts said, remembered."""

from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.gui.dialogs.keys import KeysDialog, PressKey
from app.gui.image.image_keys import ACTIONS
from app.gui.key_table import KEY_ACTIONS, meet
from app.gui.main_window import MainWindow
from app.gui.pages.dataset_page import DatasetPage
from app.gui.pages.label_page import LabelPage
from app.gui.preferences import Preferences
from app.gui.shortcuts import KEYS, KeyMap
from app.project import Project
from tests.gui.test_label import current, label_of, opened, press, uid

Key = Qt.Key


@pytest.fixture
def page(window: MainWindow, labelled: Project, qtbot: QtBot) -> LabelPage:
    window.session.open(labelled.folder)
    return opened(window, qtbot)


@pytest.fixture
def dialog(window: MainWindow, page: LabelPage) -> KeysDialog:
    QTest.keyClick(window, Key.Key_F1, Qt.KeyboardModifier.ControlModifier)
    found = window.findChild(KeysDialog)
    assert found is not None
    return found


def ask(dialog: KeysDialog, name: str) -> PressKey:
    dialog.choose(name)
    dialog.change.click()
    found = dialog.findChildren(PressKey)[-1]
    assert isinstance(found, PressKey)
    return found


def test_no_key_stands_for_two_things_at_once() -> None:
    for action in KEY_ACTIONS:
        for key in action.keys:
            others = [
                o.name for o in KEY_ACTIONS if o != action and key in o.keys and meet(o.place, action.place)
            ]
            assert not others, (action.name, key)
    assert max(Counter(action.name for action in KEY_ACTIONS).values()) == 1
    assert {action.name for action in KEY_ACTIONS if action.place in ("image", "turn")} == set(ACTIONS)


def test_a_key_is_changed_by_pressing_and_remembered(dialog: KeysDialog, page: LabelPage) -> None:
    press_key = ask(dialog, "label.next")
    QTest.keyClick(press_key, Key.Key_W)
    assert "free" in press_key.said.text()
    QTest.keyClick(press_key, Key.Key_W)
    assert KEYS.keys("label.next") == ("W",)
    assert KeyMap().keys("label.next") == ("N", "Right")  # what the program comes with stays known
    again = KeyMap()
    again.use(page.session.preferences)
    assert again.keys("label.next") == ("W",)


def test_a_taken_key_is_said_and_taken_away_there_only_if_wanted(dialog: KeysDialog) -> None:
    press_key = ask(dialog, "label.jump")
    QTest.keyClick(press_key, Key.Key_F)
    assert "fit the image" in press_key.said.text()
    assert KEYS.keys("label.jump") == ("J",)
    QTest.keyClick(press_key, Key.Key_Return)  # another key: nothing is taken yet
    QTest.keyClick(press_key, Key.Key_F)
    QTest.keyClick(press_key, Key.Key_F)
    assert KEYS.keys("label.jump") == ("F",)
    assert KEYS.keys("image.fit") == ()
    dialog.reset.click()
    assert KEYS.keys("label.jump") == ("J",)
    assert KEYS.keys("image.fit") == ("F",)


def test_keys_of_the_classes_are_changed_like_others(dialog: KeysDialog) -> None:
    press_key = ask(dialog, "answer.2")
    QTest.keyClick(press_key, Key.Key_F)
    assert "fit the image" in press_key.said.text()
    QTest.keyClick(press_key, Key.Key_W)
    QTest.keyClick(press_key, Key.Key_W)
    assert KEYS.keys("answer.2") == ("W",)
    press_key = ask(dialog, "image.fit")
    QTest.keyClick(press_key, Key.Key_1)
    assert "label with class 1" in press_key.said.text()  # said before it is taken away


def test_a_changed_key_of_a_class_labels_and_stands_beside_it(page: LabelPage) -> None:
    KEYS.set_keys("answer.2", ("W",))
    assert "key W" in page.classes.buttons["finding"].accessibleName()
    press(page, Key.Key_2)
    assert (current(page), label_of(page, 0)) == (uid(0), "clear")
    press(page, Key.Key_W)
    assert label_of(page, 0) == "finding"
    assert current(page) == uid(1)


def test_keys_of_the_grid_are_changed_like_others(page: LabelPage) -> None:
    KEYS.set_keys("grid.fold", ("Ctrl+F11",))
    KEYS.set_keys("grid.open", ("W",))
    press(page, Key.Key_G)
    QTest.keyClick(page.grid, Key.Key_F)
    assert not page.grid.folded
    QTest.keyClick(page.grid, Key.Key_F11, Qt.KeyboardModifier.ControlModifier)
    assert page.grid.folded
    QTest.keyClick(page.grid, Key.Key_W)
    assert not page.middle.is_grid


def test_space_tab_and_enter_can_be_chosen_and_escape_leaves(dialog: KeysDialog) -> None:
    for key, words in ((Key.Key_Tab, "Tab"), (Key.Key_Return, "Return")):
        press_key = ask(dialog, "label.jump")
        QTest.keyClick(press_key, key)
        QTest.keyClick(press_key, key)
        assert KEYS.keys("label.jump") == (words,)
    press_key = ask(dialog, "label.jump")
    QTest.keyClick(press_key, Key.Key_W)
    QTest.keyClick(press_key, Key.Key_Escape)
    assert KEYS.keys("label.jump") == ("Return",)


def test_a_changed_key_of_the_image_and_of_the_menus_works(page: LabelPage, window: MainWindow) -> None:
    KEYS.set_keys("image.invert", ("W",))
    KEYS.set_keys("window.step_mask", ("F8",))
    KEYS.set_keys("label.next", ("Ctrl+J",))
    QTest.keyClick(page.view, Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    press(page, Key.Key_N)
    assert current(page) == uid(1)
    press(page, Key.Key_W)
    assert page.view.inverted
    press(page, Key.Key_I)
    assert page.view.inverted
    QTest.keyClick(window, Key.Key_F8)
    assert window.current_page() is window.pages["mask"]


def test_the_list_is_searched_by_what_keys_do(dialog: KeysDialog) -> None:
    dialog.search.setText("magnif")
    shown = [name for name, item in dialog._items.items() if not item.isHidden()]
    assert shown == ["image.magnify"]


def test_every_user_has_keys_of_their_own(tmp_path: Path, qapp: object) -> None:
    one, other = (Preferences(tmp_path / name) for name in ("one.ini", "other.ini"))
    keys = KeyMap()
    keys.use(one)
    keys.set_keys("label.jump", ("Ctrl+J", "<"))
    assert keys.keys("image.slower") == ()
    keys.use(other)
    assert keys.keys("label.jump") == ("J",)
    keys.use(one)
    assert keys.keys("label.jump") == ("Ctrl+J", "<")


def test_labels_are_entered_whatever_keys_were_changed(page: LabelPage) -> None:
    KEYS.set_keys("label.undo", ("W",))
    press(page, Key.Key_2)
    assert label_of(page, 0) == "finding"
    press(page, Key.Key_W)
    assert label_of(page, 0) == "clear"


def test_tab_goes_as_one_reads(window: MainWindow, labelled: Project, qtbot: QtBot) -> None:
    window.session.open(labelled.folder)
    window.go("dataset")
    page = window.current_page()
    assert isinstance(page, DatasetPage)
    assert _in_order(page.pane.name, page.pane.replace, page.form.classes, page.form.unusable)
    window.go("label")
    page = window.current_page()
    assert isinstance(page, LabelPage)
    qtbot.waitUntil(lambda: not page.view.loading)
    only = page.filter
    assert _in_order(only.labels, only.modalities, only.text, only.more, only.order, page.list)
    buttons = list(page.classes.buttons.values())
    assert _in_order(page.classes.field, *buttons, page.desk.reader.box)


def _in_order(*widgets: QWidget) -> bool:
    """Whether Tab comes to these in their order before it comes to the first again."""
    at, left = widgets[0], list(widgets[1:])
    while left and (at := at.nextInFocusChain()) is not widgets[0]:
        if at is left[0]:
            left.pop(0)
    return not left
