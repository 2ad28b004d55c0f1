"""A reader clears series by series, riskiest first, a stroke each; a project may want that of every series."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from anonymizer import EVERY_SERIES
from anonymizer.pixels.burned_in_text import MUCH_MASKED, STILL_LEGIBLE
from app.errors import UsageError
from app.gui.main_window import MainWindow
from app.gui.masking.approving import CLEAR, HELD, UNSEEN
from app.gui.masking.mask_list import Listed
from app.gui.pages.mask_page import MaskPage
from app.project import Project
from app.workflows.approval import ask_for_every_series
from app.workflows.pixel_policy import site_file, wants_every_series
from app.workflows.releasing import waiting
from labeller import HELD_BACK, InstanceFilter
from tests.gui.test_mask import fill, seen, shown


@pytest.fixture
def series(labelled: Project) -> dict[str, str]:
    """The series of each instance; 12 series of two images, of which three wait."""
    with labelled.catalogue() as catalogue:
        order = catalogue.uids()
        catalogue.set_review(order[3], (MUCH_MASKED,))
        catalogue.set_review(order[9], (STILL_LEGIBLE,))
        catalogue.set_review(order[14], (HELD_BACK,))
        return {uid: catalogue.instance(uid).series for uid in order}


def in_series(window: MainWindow, project: Project, qtbot: QtBot) -> MaskPage:
    page = shown(window, project, qtbot)
    page.images.list.filter.setCurrentText(Listed.SERIES.value)
    qtbot.waitUntil(lambda: page.images.list.count.text().endswith("images"))
    return page


def test_series_stand_riskiest_first_and_a_stroke_each_clears_them(
    window: MainWindow, labelled: Project, series: dict[str, str], qtbot: QtBot
) -> None:
    order = list(series)
    page = in_series(window, labelled, qtbot)
    assert page.images.list.model.uids == [order[9], order[3], order[14]]
    assert "3 of 3 series wait, 3 images" in page.images.list.count.text()
    assert page.images.approve_button.text() == "Series right, next (A)"
    for expected in (order[9], order[3]):
        assert page.images.list.current() == expected
        seen(page, qtbot)
        qtbot.keyClick(page.images.list.list, "a")
    assert page.images.list.current() == order[14]
    assert page.session.catalogue.uids(InstanceFilter(needs_review=True)) == [order[14]]  # held back stays
    qtbot.keyClick(page.images.list.list, "z", Qt.KeyboardModifier.ControlModifier)
    assert page.images.list.current() == order[3]
    assert page.session.catalogue.instance(order[3]).review == (MUCH_MASKED,)


def test_a_series_without_anything_to_approve_says_why(
    window: MainWindow, labelled: Project, series: dict[str, str], qtbot: QtBot
) -> None:
    order = list(series)
    page = shown(window, labelled, qtbot)
    told: list[str] = []
    page.session.status.connect(told.append)
    for image, expected in ((order[0], CLEAR), (order[14], HELD)):
        page.images.list.go_to(image)
        seen(page, qtbot)
        told.clear()
        qtbot.keyClick(page.images.list.list, "a", Qt.KeyboardModifier.ShiftModifier)
        assert told[-1].startswith(expected)


def test_the_images_of_a_series_are_looked_through_before_the_next_series(
    window: MainWindow, labelled: Project, series: dict[str, str], qtbot: QtBot
) -> None:
    order = list(series)
    with labelled.catalogue() as catalogue:
        catalogue.set_review(order[8], (MUCH_MASKED,))  # the other image of the first series
    page = in_series(window, labelled, qtbot)
    assert page.session.selected == order[9]
    assert page.images.summary.text().startswith("Image 2 of 2 of this series")
    qtbot.keyClick(page.images.list.list, "p")
    assert page.session.selected == order[8]
    seen(page, qtbot)
    qtbot.keyClick(page.images.list.list, "a")  # on whichever image of it: the series is approved
    assert not page.session.catalogue.instance(order[9]).review
    assert page.session.selected == order[3]


@pytest.mark.usefixtures("series")
def test_nothing_is_approved_that_is_not_on_the_screen(
    window: MainWindow, labelled: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = in_series(window, labelled, qtbot)
    seen(page, qtbot)
    view = page.images.compare.after
    monkeypatch.setattr(type(view), "loading", property(lambda _view: True))
    qtbot.keyClick(page.images.list.list, "a")
    assert window.statusBar().currentMessage() == UNSEEN
    assert page.session.catalogue.count(InstanceFilter(needs_review=True)) == 3


def test_where_the_site_says_so_every_series_waits_for_a_reader(
    window: MainWindow, project: Project, tmp_path: Path, qtbot: QtBot
) -> None:
    fill(project, tmp_path / "originals")
    with project.catalogue() as catalogue:
        for uid in catalogue.uids():
            catalogue.set_review(uid, ())
    page = shown(window, project, qtbot)
    qtbot.keyClick(page.images.list.list, "r", Qt.KeyboardModifier.ShiftModifier)
    rule = page.rules.every_series
    assert not rule.isChecked()
    rule.click()
    qtbot.waitUntil(lambda: not page.jobs.active and rule.isEnabled(), timeout=60_000)
    assert rule.isChecked()
    catalogue = page.session.catalogue
    assert [row.review for row in catalogue.instances()] == [(EVERY_SERIES,)] * 3
    page.tabs.setCurrentWidget(page.images)
    seen(page, qtbot)
    qtbot.keyClick(page.images.list.list, "a")
    assert catalogue.count(InstanceFilter(needs_review=True)) == 2
    ask_for_every_series(Project.open(project.folder), wanted=False)
    assert catalogue.count(InstanceFilter(needs_review=True)) == 0
    assert not wants_every_series(Project.open(project.folder))


def test_what_the_site_wants_approved_no_project_takes_back(
    window: MainWindow, labelled: Project, qtbot: QtBot
) -> None:
    with labelled.catalogue() as catalogue:
        for uid in catalogue.uids():
            catalogue.set_review(uid, ())
        assert not catalogue.count(InstanceFilter(needs_review=True))
    site_file().parent.mkdir(parents=True, exist_ok=True)
    site_file().write_text("review_all = true\n", encoding="utf-8")
    page = shown(window, labelled, qtbot)
    page.show_rules()
    assert page.rules.every_series.isChecked()
    assert not page.rules.every_series.isEnabled()
    with pytest.raises(UsageError, match="site"):
        ask_for_every_series(Project.open(labelled.folder), wanted=False)
    assert {EVERY_SERIES} <= set(waiting(labelled).by_reason())


def test_a_project_of_an_earlier_version_still_asks(labelled: Project) -> None:
    file = labelled.folder / "project.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("label_originals", "every_series = true\nlabel_originals"), encoding="utf-8")
    assert wants_every_series(Project.open(labelled.folder))


def test_where_no_series_waits_that_is_said(window: MainWindow, labelled: Project, qtbot: QtBot) -> None:
    page = in_series(window, labelled, qtbot)
    assert page.images.compare.after.message == "No series waits for approval."
    assert not page.images.approve_button.isEnabled()
