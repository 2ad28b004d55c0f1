"""Mask: where keys go while one corrects and clears, and what waits while something is applied."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from anonymizer import Region
from app.gui.image.compare_view import Side
from app.gui.main_window import MainWindow
from app.gui.masking.applying import Applying
from app.gui.masking.step import Step
from app.gui.pages.mask_page import MaskPage
from app.gui.region_edits import Draft
from app.project import Project
from tests.gui.test_mask import page as page  # noqa: PLC0414 - a fixture of another module
from tests.gui.test_mask import seen

NONE, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


@pytest.fixture
def applied(monkeypatch: pytest.MonkeyPatch) -> list[Step]:
    """Steps that would be applied by a job; here they are only noted, and go on for ever."""
    steps: list[Step] = []

    def run(self: Applying, step: Step, *, undoes: bool = False) -> None:
        steps.append(step)
        self._running.add(step.sop)
        self.changed.emit()

    monkeypatch.setattr(Applying, "run", run)
    return steps


@pytest.mark.parametrize(
    "stroke", [(NONE, "instance"), (SHIFT, "series"), (CTRL, "device"), (SHIFT | CTRL, "always")]
)
def test_one_stroke_applies_to_the_image_its_series_its_device_or_always(
    page: MaskPage, qtbot: QtBot, applied: list[Step], stroke: tuple[Qt.KeyboardModifier, str]
) -> None:
    held, scope = stroke
    seen(page, qtbot)
    qtbot.keyClick(page.images.list.list, Qt.Key.Key_Insert)
    qtbot.keyClick(page.images.compare.after, Qt.Key.Key_Return, held)
    (step,) = applied
    assert (step.scope, len(step.draft.drawn)) == (scope, 1)


def test_keys_still_reach_the_image_when_another_side_of_it_is_shown(
    page: MaskPage, qtbot: QtBot, applied: list[Step]
) -> None:
    seen(page, qtbot)
    compare = page.images.compare
    qtbot.keyClick(page.images.list.list, Qt.Key.Key_Insert)
    for key, held, side in (("b", NONE, Side.BEFORE), ("b", SHIFT, Side.DIFFERENCE), ("s", NONE, Side.BOTH)):
        qtbot.keyClick(QApplication.focusWidget(), key, held)
        assert compare.side is side
        assert QApplication.focusWidget() is (compare.after if side is Side.BOTH else compare.before)
    compare.show_side(Side.BEFORE)
    qtbot.keyClick(compare.before, Qt.Key.Key_Return)
    assert len(applied) == 1


def test_enter_in_the_list_of_boxes_applies_and_elsewhere_does_not(
    page: MaskPage, qtbot: QtBot, applied: list[Step]
) -> None:
    seen(page, qtbot)
    qtbot.keyClick(page.images.list.list, Qt.Key.Key_Insert)
    for widget in (page.images.list.list, page.images.header.search):
        widget.setFocus()
        qtbot.keyClick(widget, Qt.Key.Key_Return)
    assert not applied
    page.images.by_hand.list.list.setFocus()
    qtbot.keyClick(page.images.by_hand.list.list, Qt.Key.Key_Return)
    assert len(applied) == 1


def test_what_is_being_applied_is_not_undone_meanwhile(
    page: MaskPage, qtbot: QtBot, applied: list[Step]
) -> None:
    """It would stand there as drawn and not applied once the job is done."""
    seen(page, qtbot)
    view, by_hand = page.images.compare.after, page.images.by_hand
    qtbot.keyClick(page.images.list.list, Qt.Key.Key_Insert)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    waiting, height = by_hand.pending, view.height()
    qtbot.keyClick(view, "z", CTRL)
    assert by_hand.pending == waiting
    assert not by_hand.bar.undo_button.isEnabled()
    assert "Applying" in by_hand.bar.text.text()
    assert view.height() == height  # the image does not jump while one looks at it


def test_the_image_takes_the_room_of_the_header_and_gives_it_back(page: MaskPage, qtbot: QtBot) -> None:
    images = page.images
    width = images.compare.width()
    qtbot.keyClick(images.list.list, "t", SHIFT)
    qtbot.waitUntil(lambda: images.compare.width() > 1.5 * width)
    assert not images.header.isVisible()
    assert not images.header_button.isChecked()
    images.show_attribute(images.list.current(), "(0010,0010)")  # what is asked for is seen
    assert images.header.isVisible()
    qtbot.keyClick(images.list.list, "t", SHIFT)
    qtbot.keyClick(images.list.list, "t")
    assert images.header.isVisible()
    assert not images.middle.isVisible()
    qtbot.keyClick(images.header.table, "t", SHIFT)
    assert images.middle.isVisible()
    assert not images.header.isVisible()


def test_the_next_of_a_long_list_is_found_behind_its_end(
    window: MainWindow, labelled: Project, qtbot: QtBot
) -> None:
    with labelled.catalogue() as catalogue:
        order = [row.sop_instance_uid for row in catalogue.instances()]
        for sop in (order[1], order[20]):
            catalogue.set_review(sop, ("Look.",))
    window.open_folder(labelled.folder)
    window.go("mask")
    page = window.current_page()
    assert isinstance(page, MaskPage)
    mask_list = page.images.list
    qtbot.waitUntil(lambda: len(mask_list.model.uids) == len(order))
    assert mask_list.next_to_look_at(order[1]) == order[20]
    assert mask_list.next_to_look_at(order[20]) == order[1]
    assert mask_list.next_to_look_at(order[20], (order[1],)) == ""


def test_before_an_identity_is_shown_again_that_is_said(page: MaskPage) -> None:
    bar = page.images.by_hand.bar
    for kind, warned in (("text", False), ("identity", True)):
        draft = Draft(shown=(Region(0, 0, 9, 9, kind=kind),))
        bar.show_draft(draft, running=False, can_undo=True, can_redo=False)
        assert ("IDENTIFIES" in bar.text.text()) == warned
        assert bar.text.property("role") == ("bad" if warned else "caution")
