"""The grid of the Label page: small pictures, selections labelled by one key, and back to the large image."""

import time
from pathlib import Path

import pytest
from pydicom import dcmread
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.gui.labelling_tasks import BlindReading
from app.gui.main_window import MainWindow
from app.gui.pages.label_page import LabelPage
from app.gui.thumbnails import MEMORY_BYTES, Thumbnails, Wanted, draw
from app.project import Project
from labeller import NewInstance
from tests.gui.conftest import _instance, write_dicom
from tests.gui.test_label import current, label_of, opened, uid

Key, Held = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def page(window: MainWindow, labelled: Project, qtbot: QtBot) -> LabelPage:
    window.session.open(labelled.folder)
    window.session.reader = "Reader A"
    shown = opened(window, qtbot)
    QTest.keyClick(shown.view, Key.Key_G)
    assert shown.grid.isVisible()
    qtbot.waitUntil(lambda: all(picture(shown, number) is not None for number in range(6)))
    return shown


def picture(page: LabelPage, number: int):
    return page.grid.thumbnails.picture(uid(number))


def test_the_pictures_are_those_of_the_images(page: LabelPage) -> None:
    bright, dark = picture(page, 2), picture(page, 0)  # a finding is a bright square in the middle
    assert max(bright.width(), bright.height()) == 192
    middle = bright.width() // 2, bright.height() // 2
    assert bright.pixelColor(*middle).lightness() > 200
    assert page.grid.in_words(2).endswith("finding by A")
    assert not dark.isNull()


def test_arrows_move_and_a_digit_labels_and_goes_on(page: LabelPage) -> None:
    QTest.keyClick(page.grid, Key.Key_Right)
    assert current(page) == uid(1)
    QTest.keyClick(page.grid, Key.Key_Down)
    assert current(page) == uid(1 + page.grid.columns)
    QTest.keyClick(page.grid, Key.Key_Home)
    QTest.keyClick(page.grid, Key.Key_2)
    assert label_of(page, 0) == "finding"
    assert current(page) == uid(1)


def test_shift_extends_and_one_key_labels_all_as_one_step(page: LabelPage) -> None:
    before = [label_of(page, number) for number in range(5)]
    for _ in range(4):
        QTest.keyClick(page.grid, Key.Key_Right, Held.ShiftModifier)
    QTest.keyClick(page.grid, Key.Key_2)
    assert [label_of(page, number) for number in range(6)] == ["finding"] * 5 + ["clear"]
    QTest.keyClick(page.grid, Key.Key_Backspace)
    assert [label_of(page, number) for number in range(5)] == before


def test_the_mouse_chooses_ranges_and_single_ones(page: LabelPage, qtbot: QtBot) -> None:
    def click(number: int, held: Qt.KeyboardModifier = Held.NoModifier) -> None:
        at = page.grid.tile(number).center()
        qtbot.mouseClick(page.grid.viewport(), Qt.MouseButton.LeftButton, held, at)

    click(1)
    click(4, Held.ShiftModifier)
    assert page.list.selected() == [uid(n) for n in (1, 2, 3, 4)]
    click(3, Held.ControlModifier)
    assert page.list.selected() == [uid(n) for n in (1, 2, 4)]
    click(0)
    assert page.list.selected() == [uid(0)]
    assert page.grid.place_at(QPoint(1, 1)) == -1


def test_a_series_a_patient_or_everything_is_chosen_by_a_key(page: LabelPage) -> None:
    QTest.keyClick(page.grid, Key.Key_S)
    assert page.list.selected() == [uid(0), uid(1)]
    QTest.keyClick(page.grid, Key.Key_S, Held.ControlModifier | Held.ShiftModifier)
    assert page.list.selected() == [uid(0), uid(1)]
    QTest.keyClick(page.grid, Key.Key_S, Held.ShiftModifier)
    assert page.list.selected() == [uid(0), uid(1)]  # the study has one series
    QTest.keyClick(page.grid, Key.Key_A, Held.ControlModifier)
    assert len(page.list.selected()) == 24
    QTest.keyClick(page.grid, Key.Key_1)
    assert page.session.catalogue.counts_by_class() == {"clear": 24, "finding": 0}
    assert page.session.catalogue.history(uid(23))[-1].means == "grid"


def test_many_chosen_in_the_grid_are_never_labelled_from_the_large_image(
    page: LabelPage, qtbot: QtBot
) -> None:
    QTest.keyClick(page.grid, Key.Key_A, Held.ControlModifier)
    QTest.keyClick(page.grid, Key.Key_G)
    assert page.list.selected() == [current(page)] == [uid(0)]
    qtbot.waitUntil(lambda: page.view.seen)
    before = page.session.catalogue.counts_by_class()["finding"]
    QTest.keyClick(page.view, Key.Key_2)
    assert label_of(page, 0) == "finding"
    assert page.session.catalogue.counts_by_class()["finding"] == before + 1


def test_scrolling_paints_what_a_whole_painting_shows(page: LabelPage, qtbot: QtBot) -> None:
    page.grid.set_side(200)
    qtbot.waitUntil(page.grid.is_complete)
    QTest.keyClick(page.grid, Key.Key_Right, Held.ShiftModifier)
    bar = page.grid.verticalScrollBar()
    for value in (37, 90, 61, 250, 244, bar.maximum()):
        bar.setValue(value)
        QApplication.processEvents()
    qtbot.waitUntil(page.grid.is_complete)
    QApplication.processEvents()
    scrolled = painted(page)
    assert len({scrolled.pixel(x, y) for x in range(0, 400, 9) for y in range(0, 300, 9)}) > 8  # pictures
    page.grid.viewport().update()
    QApplication.processEvents()
    assert painted(page) == scrolled


def painted(page: LabelPage) -> QImage:
    """What stands on the screen, not what a new painting would put there."""
    grid = page.grid.viewport()
    screen = grid.screen().grabWindow(grid.window().winId())
    at = grid.mapTo(grid.window(), QPoint())
    return screen.copy(at.x(), at.y(), grid.width(), grid.height()).toImage()


def test_each_series_is_folded_to_one_tile_and_labelled_by_one_key(page: LabelPage) -> None:
    QTest.keyClick(page.grid, Key.Key_F)
    assert len(page.model.uids) == 12  # 24 images, two in each series
    assert "2 images" in page.grid.in_words(0)
    assert page.list.selected() == [uid(0), uid(1)]
    page.session.catalogue.set_label([uid(0)], "finding", reader="A", means="key")
    assert "labels vary" not in page.grid.in_words(0)
    page.model.refresh([uid(0)])
    assert "labels vary" in page.grid.in_words(0)
    page.session.catalogue.set_label([uid(0)], "clear", reader="A", means="key")
    page.model.refresh([uid(0)])
    QTest.keyClick(page.grid, Key.Key_2)
    assert "labels vary" not in page.grid.in_words(0)
    assert [label_of(page, number) for number in (0, 1)] == ["finding", "finding"]
    assert page.list.selected() == [uid(2), uid(3)]  # it went on to the next stack
    QTest.keyClick(page.grid, Key.Key_Backspace)
    assert [label_of(page, number) for number in (0, 1)] == ["clear", "clear"]
    assert page.list.selected() == [uid(0), uid(1)]
    QTest.keyClick(page.grid, Key.Key_Right, Held.ShiftModifier)
    QTest.keyClick(page.grid, Key.Key_2)
    assert [label_of(page, number) for number in range(5)] == ["finding"] * 4 + ["clear"]
    QTest.keyClick(page.grid, Key.Key_G)
    assert len(page.model.uids) == 24  # large, every image is seen
    QTest.keyClick(page.view, Key.Key_G)
    assert len(page.model.uids) == 12
    QTest.keyClick(page.grid, Key.Key_F)
    assert len(page.model.uids) == 24


def test_tiles_tell_reader_masked_pixels_and_disagreement(page: LabelPage) -> None:
    catalogue = page.session.catalogue
    catalogue.set_masking(uid(0), {"regions": [{"kind": "text"}]})
    catalogue.set_label([uid(1)], "finding", reader="Dr. Ann Lee", means="key")
    page.model.refresh()
    plain = page.grid.grab().toImage()
    assert "pixels masked" in page.grid.in_words(0)
    assert "readers differ" in page.grid.in_words(1)
    assert page.grid.in_words(1).endswith("finding by Dr. Ann Lee")
    catalogue.set_label([uid(1)], "finding", reader="Dr. Ann Lee", means="consensus")
    page.model.refresh([uid(1)])
    assert "readers differ" not in page.grid.in_words(1)
    assert page.grid.grab().toImage() != plain


def test_a_blind_reading_shows_no_disagreement(page: LabelPage) -> None:
    catalogue = page.session.catalogue
    catalogue.set_label([uid(1)], "finding", reader="B", means="key")
    reading = catalogue.start_second_reading("C", number=20)
    task = BlindReading(catalogue, reading.name, "C")
    row = catalogue.instance(uid(1))
    assert row.disputed
    assert not task.shown(row).disputed


def test_list_and_grid_share_the_order(page: LabelPage) -> None:
    order = page.session.catalogue.uids()
    page.filter.order.setCurrentIndex(page.filter.order.findData("newest"))
    assert page.model.uids == order[::-1]
    page.filter.order.setCurrentIndex(page.filter.order.findData("label"))
    labels = [page.model.row(place).label for place in range(24)]
    assert labels == ["clear"] * 10 + ["finding"] * 10 + [None] * 4


def test_enter_and_a_double_click_show_the_image_large(page: LabelPage, qtbot: QtBot) -> None:
    QTest.keyClick(page.grid, Key.Key_Right)
    QTest.keyClick(page.grid, Key.Key_Return)
    assert not page.grid.isVisible()
    qtbot.waitUntil(lambda: page.view.frame_shown is not None)
    assert current(page) == uid(1)
    QTest.keyClick(page.view, Key.Key_G)
    at = page.grid.tile(3).center()
    qtbot.mouseDClick(page.grid.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert not page.grid.isVisible()
    assert current(page) == uid(3)


def test_the_size_of_the_tiles_changes_by_key_and_wheel(page: LabelPage) -> None:
    columns = page.grid.columns
    for _ in range(6):
        QTest.keyClick(page.grid, Key.Key_Plus)
    assert page.grid.columns < columns
    page.grid.set_side(10_000)
    assert page.grid.side == 320
    assert page.grid.tile(page.list.place()).intersects(page.grid.viewport().rect())


def test_pictures_come_from_the_cache_the_second_time_and_follow_a_changed_file(
    labelled: Project, qtbot: QtBot, qapp: object
) -> None:
    def make() -> Thumbnails:
        thumbnails = Thumbnails(labelled.thumbnails_file)
        file = labelled.instances / f"{uid(0)}.dcm"
        with qtbot.waitSignal(thumbnails.ready):
            thumbnails.want([Wanted(uid(0), file)])
        return thumbnails

    first = make().picture(uid(0))
    (labelled.instances / f"{uid(0)}.dcm").rename(labelled.instances / "away")
    assert make().picture(uid(0)).isNull()  # no file, no picture, though it is in the cache
    (labelled.instances / "away").rename(labelled.instances / f"{uid(0)}.dcm")
    assert make().picture(uid(0)).size() == first.size()
    bright = labelled.instances / f"{uid(2)}.dcm"
    (labelled.instances / f"{uid(0)}.dcm").write_bytes(bright.read_bytes())
    changed = make().picture(uid(0))
    assert changed.pixelColor(96, 96).lightness() > 200


def test_colour_by_plane_is_drawn(tmp_path: Path) -> None:
    dataset = dcmread(write_dicom(tmp_path / "colour.dcm", "2.25.3"))
    dataset.SamplesPerPixel, dataset.PlanarConfiguration = 3, 1
    dataset.PhotometricInterpretation = "RGB"
    dataset.PixelData = b"".join(bytes([value]) * 64 * 64 for value in (200, 30, 90))
    dataset.save_as(tmp_path / "colour.dcm")
    colour = draw(tmp_path / "colour.dcm").pixelColor(50, 50)
    assert (colour.red(), colour.green(), colour.blue()) == (200, 30, 90)


def test_a_damaged_cache_costs_nothing_but_time(labelled: Project, qtbot: QtBot, qapp: object) -> None:
    labelled.thumbnails_file.write_bytes(b"no database" * 1000)
    thumbnails = Thumbnails(labelled.thumbnails_file)
    with qtbot.waitSignal(thumbnails.ready):
        thumbnails.want([Wanted(uid(0), labelled.instances / f"{uid(0)}.dcm")])
    assert not thumbnails.picture(uid(0)).isNull()


@pytest.mark.slow
def test_a_large_list_is_scrolled_through_without_reading_all_of_it(
    window: MainWindow, project: Project, qtbot: QtBot
) -> None:
    shown = _instance(project, 0)
    with project.catalogue() as catalogue:
        catalogue.add_class("clear")
        catalogue.add_class("finding")
        catalogue.add_instances([_copy(shown, number) for number in range(20_000)])
    window.session.open(project.folder)
    window.go("label")
    page = window.current_page()
    assert isinstance(page, LabelPage)
    page.browsing.toggle_grid()
    begun = time.monotonic()
    bar = page.grid.verticalScrollBar()
    for step in range(20):
        bar.setValue(bar.maximum() * step // 20)
        qtbot.wait(1)
    assert time.monotonic() - begun < 10
    assert len(page.model._rows) < 10_000
    assert page.grid.thumbnails.held_bytes <= MEMORY_BYTES
    QTest.keyClick(page.grid, Key.Key_End)
    assert page.list.place() == 19_999


def _copy(shown: NewInstance, number: int) -> NewInstance:
    facts = {name: getattr(shown, name) for name in shown.__dataclass_fields__}
    facts |= {
        "sop_instance_uid": f"2.25.9{number}",
        "series": f"2.25.3{number // 50}",
        "instance_number": number,
    }
    return NewInstance(**facts | {"file": str(Path(shown.file))})
