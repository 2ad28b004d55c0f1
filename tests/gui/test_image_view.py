"""The image view: what mouse and keys do to the picture on the screen."""

import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from anonymizer import DicomImage, PixelError, Region
from anonymizer.pixels.rendering import WindowPreset, display
from app.gui.image.image_frames import Frame, Picture, Window
from app.gui.image.image_geometry import ViewGeometry
from app.gui.image.image_loader import ImageLoader
from app.gui.image.image_view import ImageView
from tests.gui.conftest import write_dicom

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
CTRL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
MID = QPoint(200, 150)


@dataclass
class Stack(Picture):
    """Frames of one value each: 100 × (index + 1), in a matrix of 300 × 400 pixels."""

    frames: int = 1
    window_presets: tuple[WindowPreset, ...] = (
        WindowPreset("usual", 500, 1000),
        WindowPreset("low", 100, 200),
    )
    window_function: str = "LINEAR"
    inverted: bool = False
    pixel_spacing: tuple[float, float] | None = None
    edges: None = None
    decoded: list[int] = field(default_factory=list)

    def view(self, index: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        self.decoded.append(index)
        values = np.full((300, 400), 100 * (index + 1), np.int16)
        return values, display(values, center=500, width=1000)


@pytest.fixture
def view(qtbot: QtBot) -> ImageView:
    shown = ImageView()
    shown.resize(400, 300 + 40)
    qtbot.addWidget(shown)
    shown.show()
    qtbot.waitExposed(shown)
    shown.setFocus()
    return shown


def show(qtbot: QtBot, view: ImageView, picture: Stack) -> Stack:
    view.set_image(picture)
    qtbot.waitUntil(lambda: view.frame_shown is not None or bool(view.message))
    return picture


def grey(view: ImageView, at: QPoint = MID) -> int:
    colour = QColor(view.grab().toImage().pixel(at * view.devicePixelRatioF()))
    assert colour.red() == colour.green() == colour.blue()
    return colour.red()


def drag(view: ImageView, button: Qt.MouseButton, by: QPoint) -> None:
    QTest.mousePress(view, button, NONE, MID)
    QTest.mouseMove(view, MID + by / 2)
    QTest.mouseMove(view, MID + by)
    QTest.mouseRelease(view, button, NONE, MID + by)


def wheel(view: ImageView, steps: int, held: Qt.KeyboardModifier = NONE, at: QPoint = MID) -> None:
    event = QWheelEvent(
        QPointF(at), view.mapToGlobal(QPointF(at)), QPoint(), QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton, held, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)


def test_the_screen_shows_what_the_renderer_says(qtbot: QtBot, view: ImageView) -> None:
    show(qtbot, view, Stack())
    assert grey(view) == int(display(np.array([[100]], np.int16), center=500, width=1000)[0, 0])


def test_a_window_gives_the_renderers_values_to_the_last_bit() -> None:
    frame = Frame.decode(Stack(), 0)
    values = np.arange(-600, 600, dtype=np.int16).reshape(30, 40)
    frame = Frame(frame.picture, 0, (values,), frame.shown)
    shown = frame.draw(0, (slice(5, 20), slice(3, 30)), Window(10, 300), invert=True)
    assert (shown == display(values, center=10, width=300, invert=True)[5:20, 3:30]).all()


def test_reduced_copies_keep_the_mean_and_never_the_neighbourhood_of_chance() -> None:
    rng = np.random.default_rng(1)
    values = rng.integers(-1000, 1000, (512, 1024), np.int16)

    class One(Stack):
        def view(self, index: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
            return values, display(values, center=0, width=2000)

    frame = Frame.decode(One(), 0)
    assert [level.shape for level in frame.values] == [(512, 1024), (256, 512), (128, 256)]
    blocks = values.reshape(256, 2, 512, 2).astype(int).sum((1, 3)) >> 2
    assert (frame.values[1] == blocks).all()
    assert frame.level_for(1.0) == 0
    assert frame.level_for(3.9) == 1
    assert frame.level_for(1000) == 2


def test_dragging_changes_window_and_level_and_reset_takes_it_back(qtbot: QtBot, view: ImageView) -> None:
    show(qtbot, view, Stack())
    before = grey(view)
    drag(view, LEFT, QPoint(0, -60))
    assert view.window_now is not None
    assert view.window_now.center < 500
    assert grey(view) > before
    drag(view, LEFT, QPoint(64, 0))
    assert view.window_now.width > 1000
    QTest.keyClick(view, Qt.Key.Key_R)
    assert view.window_now is None
    assert grey(view) == before


def test_invert_and_presets_have_keys(qtbot: QtBot, view: ImageView) -> None:
    show(qtbot, view, Stack())
    before = grey(view)
    QTest.keyClick(view, Qt.Key.Key_I)
    assert grey(view) == 255 - before
    QTest.keyClick(view, Qt.Key.Key_I)
    QTest.keyClick(view, Qt.Key.Key_F2, Qt.KeyboardModifier.ShiftModifier)
    assert view.window_now == Window(100, 200)
    assert "W 200  L 100" in view.facts()


def test_ctrl_wheel_zooms_about_the_cursor_and_fit_comes_back(qtbot: QtBot, view: ImageView) -> None:
    show(qtbot, view, Stack())
    at = QPoint(300, 60)
    geometry = view.geometry_of_image
    fixed, zoom = geometry.to_image(QPointF(at)), geometry.zoom
    wheel(view, 2, CTRL, at)
    assert geometry.zoom > 1.5 * zoom
    assert (geometry.to_image(QPointF(at)) - fixed).manhattanLength() < 1e-6
    QTest.keyClick(view, Qt.Key.Key_F)
    assert geometry.zoom == zoom


def test_right_drag_zooms_middle_drag_and_space_drag_move(qtbot: QtBot, view: ImageView) -> None:
    show(qtbot, view, Stack())
    geometry = view.geometry_of_image
    zoom = geometry.zoom
    drag(view, RIGHT, QPoint(0, -60))
    assert geometry.zoom > zoom
    for button, space in ((MIDDLE, False), (LEFT, True)):
        before = geometry.to_image(QPointF(MID))
        if space:
            QTest.keyPress(view, Qt.Key.Key_Space)
        drag(view, button, QPoint(40, 0))
        if space:
            QTest.keyRelease(view, Qt.Key.Key_Space)
        moved = geometry.to_image(QPointF(MID)) - before
        assert moved.x() == pytest.approx(-40 / geometry.zoom)
    assert view.window_now is None


def test_one_to_one_is_one_pixel_of_the_screen(qtbot: QtBot, view: ImageView) -> None:
    show(qtbot, view, Stack())
    view.zoom(3)
    QTest.keyClick(view, Qt.Key.Key_O)
    assert view.geometry_of_image.zoom * view.devicePixelRatioF() == 1


def test_pixels_that_are_not_square_are_shown_as_they_are(qtbot: QtBot, view: ImageView) -> None:
    show(qtbot, view, Stack(pixel_spacing=(2.0, 1.0)))
    rect = view.geometry_of_image.rect_to_view(QRectF(0, 0, 10, 10))
    assert rect.height() == pytest.approx(2 * rect.width())


def test_wheel_and_keys_scroll_the_frames_and_tell_of_the_ends(qtbot: QtBot, view: ImageView) -> None:
    show(qtbot, view, Stack(frames=5))

    def at(index: int) -> Callable[[], bool]:
        return lambda: view.frame_shown is not None and view.frame_shown.index == index

    wheel(view, -1)
    qtbot.waitUntil(at(1))
    QTest.keyClick(view, Qt.Key.Key_Down)
    qtbot.waitUntil(at(2))
    assert "frame 3 of 5" in view.facts()
    assert grey(view) == int(display(np.array([[300]], np.int16), center=500, width=1000)[0, 0])
    QTest.keyClick(view, Qt.Key.Key_End)
    qtbot.waitUntil(at(4))
    with qtbot.waitSignal(view.next_wanted):
        wheel(view, -1)
    QTest.keyClick(view, Qt.Key.Key_Home)
    qtbot.waitUntil(at(0))
    with qtbot.waitSignal(view.previous_wanted):
        QTest.keyClick(view, Qt.Key.Key_Up)


def test_a_cine_plays_in_a_circle_until_it_is_stopped(qtbot: QtBot, view: ImageView) -> None:
    show(qtbot, view, Stack(frames=3))
    seen: list[int] = []
    view.frame_changed.connect(seen.append)
    QTest.keyClick(view, Qt.Key.Key_C)
    qtbot.waitUntil(lambda: 0 in seen, timeout=5000)
    assert seen[:3] == [1, 2, 0]
    QTest.keyClick(view, Qt.Key.Key_C)
    assert not view.playing


def test_regions_are_outlined_in_their_frame_and_can_be_hidden(qtbot: QtBot, view: ImageView) -> None:
    show(qtbot, view, Stack(frames=2))
    plain = view.grab().toImage()
    view.set_regions([Region(100, 100, 50, 40), Region(10, 10, 30, 30, frame=1, kind="drawn")])
    first = view.grab().toImage()
    assert first != plain
    QTest.keyClick(view, Qt.Key.Key_M)
    assert view.grab().toImage() == plain
    QTest.keyClick(view, Qt.Key.Key_M)
    QTest.keyClick(view, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: view.frame_shown is not None and view.frame_shown.index == 1)
    corner = (
        view.geometry_of_image.rect_to_view(QRectF(10, 10, 30, 30)).adjusted(-1, -1, 1, 1).topLeft().toPoint()
    )
    assert QColor(view.grab().toImage().pixel(corner)).blue() > QColor(first.pixel(corner)).blue()


def test_a_heat_map_lies_over_the_whole_image(qtbot: QtBot, view: ImageView) -> None:
    view.set_array(np.full((30, 40), 80, np.uint8))
    assert grey(view) == 80
    view.set_overlay(np.ones((4, 4), np.float32), opacity=0.5)
    pixel = QColor(view.grab().toImage().pixel(MID))
    assert pixel.red() > pixel.blue()
    view.set_overlay(None)
    assert grey(view) == 80


def test_a_heat_map_is_read_by_lightness_and_leaves_weak_places_clear(view: ImageView) -> None:
    view.set_array(np.zeros((30, 40), np.uint8))
    lightness = []
    for strength in (0.1, 0.2, 0.4, 0.6, 0.8, 1.0):
        view.set_overlay(np.full((4, 4), strength, np.float32), opacity=1.0)
        pixel = QColor(view.grab().toImage().pixel(MID))
        lightness.append(0.2126 * pixel.red() + 0.7152 * pixel.green() + 0.0722 * pixel.blue())
    assert lightness[:2] == [0, 0]
    assert np.all(np.diff(lightness[1:]) > 15)


def test_an_image_on_its_way_is_told_from_one_that_failed(
    qtbot: QtBot, view: ImageView, tmp_path: Path
) -> None:
    assert not view.loading
    view.show_instance("gone", lambda: DicomImage.open(tmp_path / "gone.dcm"))
    assert view.loading
    qtbot.waitUntil(lambda: bool(view.message))
    assert not view.loading


def test_what_is_decoded_in_advance_is_not_decoded_again_when_it_is_wanted(qtbot: QtBot) -> None:
    loader, picture, may_open = ImageLoader(), Stack(), threading.Event()

    def opener() -> Stack:
        may_open.wait(5)
        return picture

    loader.prefetch("one", opener)
    assert loader.request("one", opener) is None
    may_open.set()
    qtbot.waitUntil(lambda: loader.cached("one") is not None)
    loader.stop()
    assert picture.decoded == [0]


def test_a_drawn_rectangle_is_told_in_pixels_of_the_image(qtbot: QtBot, view: ImageView) -> None:
    show(qtbot, view, Stack())
    told: list[tuple[int, ...]] = []
    view.region_drawn.connect(lambda *rect: told.append(rect))
    view.drawing = True
    geometry = view.geometry_of_image
    start, end = (geometry.to_view(QPointF(x, y)).toPoint() for x, y in ((100, 50), (160, 90)))
    QTest.mousePress(view, LEFT, NONE, start)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, LEFT, NONE, end)
    x, y, width, height, frame = told[0]
    assert abs(x - 100) <= 1
    assert abs(y - 50) <= 1
    assert abs(width - 60) <= 2
    assert abs(height - 40) <= 2
    assert frame == 0
    assert view.window_now is None
    QTest.mouseClick(view, LEFT, NONE, MID)
    assert len(told) == 1


def test_a_rectangle_never_leaves_the_image() -> None:
    geometry = ViewGeometry()
    geometry.set_area(QRectF(0, 0, 400, 300))
    geometry.set_image(100, 100, 1.0)
    assert geometry.pixel_rect(QPointF(-50, -50), QPointF(500, 500)) == (0, 0, 100, 100)


def test_an_image_that_cannot_be_decoded_says_why(qtbot: QtBot, view: ImageView) -> None:
    class Broken(Stack):
        def view(self, index: int) -> Any:
            raise PixelError("The pixel data are damaged.", "Get the file again.")

    show(qtbot, view, Broken())
    assert view.message == "The pixel data are damaged.\nGet the file again."
    show(qtbot, view, Stack())
    assert not view.message


def test_a_missing_file_says_so(qtbot: QtBot, view: ImageView, tmp_path: Path) -> None:
    view.show_instance("gone", lambda: DicomImage.open(tmp_path / "gone.dcm"))
    qtbot.waitUntil(lambda: bool(view.message))
    assert "cannot be opened" in view.message


def test_a_slow_image_never_comes_after_a_newer_one(qtbot: QtBot, view: ImageView) -> None:
    go = threading.Event()

    class Slow(Stack):
        def view(self, index: int) -> Any:
            go.wait(5)
            return super().view(index)

    slow, quick = Slow(), Stack()
    view.set_image(slow)
    view.set_image(quick)
    qtbot.waitUntil(lambda: view.frame_shown is not None and view.frame_shown.picture is quick)
    go.set()
    qtbot.wait(100)
    assert view.frame_shown is not None
    assert view.frame_shown.picture is quick


def test_the_window_is_not_blocked_while_an_image_is_decoded(qtbot: QtBot, view: ImageView) -> None:
    class Slow(Stack):
        def view(self, index: int) -> Any:
            time.sleep(0.4)
            return super().view(index)

    start = time.monotonic()
    view.set_image(Slow())
    assert time.monotonic() - start < 0.2
    qtbot.waitUntil(lambda: view.message == "Loading…")
    qtbot.waitUntil(lambda: view.frame_shown is not None)
    assert not view.message


def test_frames_ahead_are_decoded_and_old_ones_make_room(qtbot: QtBot) -> None:
    stack = Stack(frames=8)
    size = Frame.decode(Stack(), 0).size
    loader = ImageLoader(cache_bytes=3 * size)
    for index in range(8):
        loader.prefetch("stack", lambda: stack, index)
        qtbot.waitUntil(lambda index=index: loader.cached("stack", index) is not None)
    assert loader.held_bytes <= 3 * size
    assert loader.cached("stack", 0) is None


def test_files_that_were_looked_at_are_let_go(qtbot: QtBot) -> None:
    opened: list[weakref.ref[Stack]] = []

    def opener() -> Stack:
        made = Stack()
        opened.append(weakref.ref(made))
        return made

    loader = ImageLoader(cache_bytes=1)
    for number in range(200):
        loader.prefetch(number, opener)
        qtbot.waitUntil(lambda number=number: loader.cached(number) is not None)
    assert len(opened) == 200
    assert sum(ref() is not None for ref in opened) <= 2  # the one that is shown, and one on its way


def test_no_more_is_decoded_in_advance_than_is_kept() -> None:
    loader = ImageLoader(cache_bytes=256 * 2**20)
    assert loader.room(2500, 2000) == 13
    assert loader.room(5928, 4728) == 2
    assert loader.room(20_000, 20_000) == 2
    assert loader.room(0, 0) > 1_000


def test_a_dicom_file_is_shown(qtbot: QtBot, view: ImageView, tmp_path: Path) -> None:
    file = write_dicom(tmp_path / "a.dcm", "2.25.7", bright=True)
    view.show_instance("a", lambda: DicomImage.open(file))
    qtbot.waitUntil(lambda: view.frame_shown is not None)
    assert "64 × 64" in view.facts()
