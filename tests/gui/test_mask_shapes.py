"""Shapes drawn by mouse and keys: polygons, freehand lines, a fan or a box that is kept; for some frames of a cine."""

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import UltrasoundMultiFrameImageStorage
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot

from anonymizer import KEPT, DicomImage, covered, is_masked
from app.gui.image.kept_box import KeptBox
from app.gui.image.shape_pen import Shape
from app.gui.main_window import MainWindow
from app.gui.pages.mask_page import MaskPage
from app.project import Project
from app.workflows.masking_again import regions_of
from app.workflows.projects import unlock
from tests.gui.conftest import write_dicom
from tests.gui.test_mask import apply, draw, enter, shown

FRAMES = 6


@pytest.fixture
def page(window: MainWindow, project: Project, tmp_path: Path, qtbot: QtBot) -> MaskPage:
    """A cine of six frames that names its ultrasound region."""
    originals = tmp_path / "originals"
    originals.mkdir()
    file = write_dicom(originals / "cine.dcm", "2.25.900", bright=True, patient="Alder")
    dataset = dcmread(file)
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = UltrasoundMultiFrameImageStorage
    dataset.Modality, dataset.NumberOfFrames, dataset.FrameTime = "US", FRAMES, 40
    dataset.PixelData = dataset.PixelData * FRAMES
    area = Dataset()
    area.RegionLocationMinX0, area.RegionLocationMinY0 = 8, 10
    area.RegionLocationMaxX1, area.RegionLocationMaxY1 = 55, 57
    dataset.SequenceOfUltrasoundRegions = [area]
    dataset.save_as(file)
    with closing(unlock(project)) as vault:
        enter(project, vault, originals)
    opened = shown(window, project, qtbot)
    qtbot.keyClick(opened.images.list.list, "d")
    return opened


def at(page: MaskPage, x: int, y: int) -> QPoint:
    return page.images.compare.after.geometry_of_image.to_view(QPointF(x, y)).toPoint()


def click(page: MaskPage, qtbot: QtBot, x: int, y: int) -> None:
    qtbot.mouseClick(page.images.compare.after, Qt.MouseButton.LeftButton, pos=at(page, x, y))


def drag(page: MaskPage, qtbot: QtBot, *places: tuple[int, int]) -> None:
    view = page.images.compare.after
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=at(page, *places[0]))
    for place in places[1:]:
        qtbot.mouseMove(view, at(page, *place))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at(page, *places[-1]))


def frames(page: MaskPage) -> np.ndarray:
    sop = page.images.list.current()
    image = DicomImage.open(page.session.project.instances / page.session.catalogue.instance(sop).file)
    return np.stack([image.frame(n) for n in range(image.frames)])


def choose(page: MaskPage, shape: Shape) -> None:
    page.images.by_hand.bar.shapes[shape].click()


def test_a_polygon_is_clicked_taken_back_closed_and_masked(page: MaskPage, qtbot: QtBot) -> None:
    view, by_hand = page.images.compare.after, page.images.by_hand
    intact = frames(page)
    choose(page, Shape.POLYGON)
    for corner in ((10, 10), (40, 10), (60, 60), (10, 40)):
        click(page, qtbot, *corner)
    qtbot.keyClick(view, "z", Qt.KeyboardModifier.ControlModifier)  # the last corner
    click(page, qtbot, 12, 40)
    assert not by_hand.pending
    qtbot.keyClick(view, Qt.Key.Key_Return)  # closes it; a second one masks
    (drawn,) = by_hand.pending
    assert len(drawn.points) == 4
    assert np.allclose(drawn.points, ((10, 10), (40, 10), (60, 60), (12, 40)), atol=1)
    apply(page, qtbot)
    masked = frames(page)
    inside = np.zeros(masked.shape[1:], bool)
    part = inside[drawn.y : drawn.y + drawn.height, drawn.x : drawn.x + drawn.width]
    part |= covered(drawn, part.shape)
    assert (masked[:, inside] == intact.min()).all()
    assert (masked[:, ~inside] == intact[:, ~inside]).all()
    qtbot.keyClick(view, "z", Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not page.jobs.active, timeout=60_000)
    assert (frames(page) == intact).all()


def test_a_corner_of_a_polygon_is_dragged_and_the_whole_moved_by_keys(page: MaskPage, qtbot: QtBot) -> None:
    view, by_hand = page.images.compare.after, page.images.by_hand
    choose(page, Shape.POLYGON)
    for corner in ((10, 10), (40, 10), (40, 40), (10, 10)):  # on the first corner again: closed
        click(page, qtbot, *corner)
    (drawn,) = by_hand.pending
    drag(page, qtbot, drawn.points[2], (45, 44), (50, 50))
    (dragged,) = by_hand.pending
    assert np.allclose(dragged.points[2], (50, 50), atol=1)
    assert dragged.points[:2] == drawn.points[:2]
    qtbot.keyClick(view, Qt.Key.Key_Right)
    (moved,) = by_hand.pending
    assert moved.points == tuple((x + 1, y) for x, y in dragged.points)
    qtbot.keyClick(
        view, "z", Qt.KeyboardModifier.ControlModifier
    )  # changes of one shape in a row are one step
    assert by_hand.pending == (drawn,)
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert not by_hand.pending


def test_an_unfinished_polygon_is_dropped_before_the_tool_is_left(page: MaskPage, qtbot: QtBot) -> None:
    view = page.images.compare.after
    choose(page, Shape.POLYGON)
    click(page, qtbot, 10, 10)
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.drawing
    assert not view.boxes.pen.unfinished
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert not view.drawing


def test_a_freehand_line_closes_where_the_button_is_released(page: MaskPage, qtbot: QtBot) -> None:
    choose(page, Shape.FREEHAND)
    drag(page, qtbot, (10, 10), (30, 8), (45, 20), (40, 45), (15, 40))
    (drawn,) = page.images.by_hand.pending
    assert len(drawn.points) >= 4
    assert "corners" in page.images.by_hand.list.list.item(0).text()
    drag(page, qtbot, (5, 5), (6, 5))  # a click is no shape
    assert len(page.images.by_hand.pending) == 1


@pytest.mark.slow
def test_all_outside_a_kept_box_is_masked(page: MaskPage, qtbot: QtBot) -> None:
    intact = frames(page)
    choose(page, Shape.KEEP)
    drag(page, qtbot, (16, 12), (30, 30), (48, 52))
    (drawn,) = page.images.by_hand.pending
    assert (drawn.width, drawn.height) == (64, 64)
    apply(page, qtbot)
    masked = frames(page)
    kept = (masked == intact).all(axis=0)
    assert kept[14:50, 18:46].all()
    assert (masked[:, :10] == intact.min()).all()
    assert (masked[:, :, 52:] == intact.min()).all()


def test_the_fan_begins_in_the_ultrasound_region_and_follows_mouse_and_keys(
    page: MaskPage, qtbot: QtBot
) -> None:
    view, by_hand = page.images.compare.after, page.images.by_hand
    intact = frames(page)
    for _ in range(3):  # box, polygon, freehand, fan
        qtbot.keyClick(view, "g")
    (drawn,) = by_hand.pending
    fan = view.boxes.pen.kept_in(drawn.points)
    assert fan is not None
    assert (fan.x, fan.y, fan.outer) == (32, 10, 48)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    qtbot.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    stepped = view.boxes.pen.kept_in(by_hand.pending[0].points)
    assert stepped is not None
    assert (stepped.x, stepped.outer, stepped.inner) == (31, 47, 1)
    drag(page, qtbot, (31, 57), (31, 45), (31, 40))  # the far arc
    dragged = view.boxes.pen.kept_in(by_hand.pending[0].points)
    assert dragged is not None
    assert dragged.outer == pytest.approx(30, abs=1)
    apply(page, qtbot)
    masked = frames(page)
    assert (masked[:, 20:35, 30:33] == intact[:, 20:35, 30:33]).all()
    assert (masked[:, 45:] == intact.min()).all()
    assert (masked[:, :, :6] == intact.min()).all()


def test_a_kept_box_is_begun_moved_resized_and_applied_by_keys_alone(page: MaskPage, qtbot: QtBot) -> None:
    view, by_hand = page.images.compare.after, page.images.by_hand
    intact = frames(page)
    for _ in range(4):  # box, polygon, freehand, fan, keep a box
        qtbot.keyClick(view, "g")
    assert not by_hand.pending  # the fan that came by is gone, as nobody touched it
    qtbot.keyClick(view, "d", Qt.KeyboardModifier.ShiftModifier)
    (begun,) = by_hand.pending
    assert view.boxes.pen.kept_in(begun.points) == KeptBox(8, 10, 56, 58)  # the ultrasound region of the file
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(
        view, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    )
    assert view.boxes.pen.kept_in(by_hand.pending[0].points) == KeptBox(9, 20, 57, 57)
    drag(page, qtbot, (57, 57), (50, 50), (45, 47))
    dragged = view.boxes.pen.kept_in(by_hand.pending[0].points)
    assert dragged is not None
    assert (dragged.right, dragged.bottom) == pytest.approx((45, 47), abs=1)
    apply(page, qtbot)
    masked = frames(page)
    assert (masked[:, 22:45, 11:43] == intact[:, 22:45, 11:43]).all()
    outside = np.ones(masked.shape[1:], bool)
    outside[19:49, 8:47] = False
    assert (masked[:, outside] == intact.min()).all()


def test_what_is_kept_cannot_be_moved_out_of_the_image(page: MaskPage, qtbot: QtBot) -> None:
    view, by_hand = page.images.compare.after, page.images.by_hand
    for shape in (Shape.FAN, Shape.KEEP):
        choose(page, shape)
        if shape is Shape.KEEP:
            qtbot.keyClick(view, "d", Qt.KeyboardModifier.ShiftModifier)
        for _ in range(20):
            qtbot.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
        kept = view.boxes.pen.kept_in(by_hand.pending[-1].points)
        assert kept is not None
        assert min(x for x, _ in kept.outline()) < 64


@pytest.mark.slow
def test_a_masked_box_is_made_smaller_by_keys_and_by_mouse(page: MaskPage, qtbot: QtBot) -> None:
    view, by_hand = page.images.compare.after, page.images.by_hand
    intact = frames(page)
    drag(page, qtbot, (10, 12), (30, 30), (40, 42))
    apply(page, qtbot)
    (box,) = regions_of(page.session.catalogue, page.images.list.current())
    view.boxes.choose(0)
    qtbot.keyClick(view, "j")
    for _ in range(3):
        qtbot.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    (smaller,) = by_hand.pending
    assert (smaller.x, smaller.y, smaller.width, smaller.height) == (box.x, box.y, box.width - 3, box.height)
    assert "to be shown again" in by_hand.bar.text.text()
    apply(page, qtbot)
    (left,) = [r for r in regions_of(page.session.catalogue, page.images.list.current()) if r.kind != KEPT]
    assert (left.x, left.y, left.width, left.height) == (box.x, box.y, box.width - 3, box.height)
    inside = np.zeros(intact.shape[1:], bool)
    inside[left.y : left.y + left.height, left.x : left.x + left.width] = True
    masked = frames(page)
    assert (masked[:, inside] == intact.min()).all()
    assert (masked[:, ~inside] == intact[:, ~inside]).all()
    page.images.approving.take_back()
    qtbot.waitUntil(lambda: not page.jobs.active, timeout=60_000)
    assert (frames(page)[:, 13:41, 37:39] == intact.min()).all()  # as it was before
    qtbot.waitUntil(lambda: view.frame_shown is not None)
    regions = regions_of(page.session.catalogue, page.images.list.current())
    view.boxes.choose(next(n for n, region in enumerate(regions) if region.kind != KEPT))
    drag(page, qtbot, (box.x, 27), (20, 27), (25, 27))  # an edge of the masked box
    (dragged,) = by_hand.pending
    assert dragged.x == pytest.approx(25, abs=1)
    assert dragged.x + dragged.width == box.x + box.width


def test_a_box_holds_for_one_frame_for_some_or_for_all(page: MaskPage, qtbot: QtBot) -> None:
    view, by_hand = page.images.compare.after, page.images.by_hand
    intact = frames(page)
    view.go_to_frame(2)
    draw(page, qtbot)
    qtbot.keyClick(view, "e")  # on this frame
    assert by_hand.pending[0].frame == 2
    qtbot.keyClick(view, "e")  # on some
    by_hand.bar.frames.first.setValue(2)
    by_hand.bar.frames.last.setValue(4)
    (drawn,) = by_hand.pending
    assert [drawn.is_in(n) for n in range(FRAMES)] == [False, True, True, True, False, False]
    apply(page, qtbot)
    changed = (frames(page) != intact).any(axis=(1, 2))
    assert list(changed) == [False, True, True, True, False, False]
    assert not by_hand.pending
    qtbot.waitUntil(lambda: view.seen)
    assert view.frame_index == 2  # where it was drawn


@pytest.mark.slow
def test_a_mask_of_every_frame_is_lifted_in_one(page: MaskPage, qtbot: QtBot) -> None:
    view = page.images.compare.after
    intact = frames(page)
    draw(page, qtbot)
    apply(page, qtbot)
    masked = frames(page)
    view.go_to_frame(3)
    view.boxes.choose(0)
    qtbot.keyClick(view, Qt.Key.Key_Delete, Qt.KeyboardModifier.ShiftModifier)
    assert "1 box to be shown again" in page.images.by_hand.bar.text.text()
    apply(page, qtbot)
    after = frames(page)
    assert (after[3] == intact[3]).all()
    assert (np.delete(after, 3, axis=0) == np.delete(masked, 3, axis=0)).all()
    (region,) = regions_of(page.session.catalogue, page.images.list.current())
    assert region.spared == (3,)
    page.images.approving.take_back()
    qtbot.waitUntil(lambda: not page.jobs.active, timeout=60_000)
    assert (frames(page) == masked).all()
    (region,) = regions_of(page.session.catalogue, page.images.list.current())
    assert is_masked(region, region)
