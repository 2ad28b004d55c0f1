"""Ruler, magnifier, turning and the usual windows in the image view."""

from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from anonymizer.pixels.orientation import Edges
from anonymizer.pixels.rendering import WindowPreset
from app.gui.image.image_bar import ImageBar
from app.gui.image.image_frames import ArrayPicture, Picture
from app.gui.image.image_ruler import length
from app.gui.image.image_turn import Turn
from app.gui.image.image_view import ImageView
from app.gui.window_presets import presets_for

Key = Qt.Key
SIDES = Edges("R", "L", "A", "P")


@dataclass(frozen=True, slots=True)
class Grey(Picture):
    """Values as they are stored, without a window of their own."""

    values: np.ndarray
    inverted: bool = False
    frames: int = 1
    window_presets: tuple[WindowPreset, ...] = ()
    window_function: str = "LINEAR"
    pixel_spacing: None = None
    edges: None = None

    def view(self, _index: int) -> tuple[np.ndarray, np.ndarray]:
        return self.values, (self.values >> 4).astype(np.uint8)


@pytest.fixture
def view(qtbot: QtBot) -> ImageView:
    pixels = np.zeros((40, 80), np.uint8)
    pixels[:10, :10] = 255  # the upper left corner is bright
    shown = ImageView()
    shown.may_turn = True
    qtbot.addWidget(shown)
    shown.resize(400, 300)
    shown.show()
    shown.set_image(ArrayPicture(pixels, pixel_spacing=(0.5, 0.25), edges=SIDES))
    qtbot.waitUntil(lambda: shown.frame_shown is not None)
    return shown


def bright_corner(view: ImageView) -> tuple[bool, bool]:
    """Whether the bright corner is at the top, and at the left."""
    pixels = view.frame_shown.shown[0]
    rows, columns = np.nonzero(pixels)
    return bool(rows.mean() < pixels.shape[0] / 2), bool(columns.mean() < pixels.shape[1] / 2)


def test_the_image_is_turned_and_mirrored_by_keys_and_reset(view: ImageView) -> None:
    wanted = {
        Key.Key_BracketRight: (True, False),
        Key.Key_H: (True, True),
        Key.Key_V: (False, True),
        Key.Key_BracketLeft: (False, False),
    }
    assert bright_corner(view) == (True, True)
    for key, corner in wanted.items():
        QTest.keyClick(view, key)
        assert bright_corner(view) == corner, key
    assert "mirrored" in " ".join(view.facts()) or "turned" in " ".join(view.facts())
    QTest.keyClick(view, Key.Key_R)
    assert bright_corner(view) == (True, True)
    assert view.frame_shown.shown[0].shape == (40, 80)


def test_four_quarters_are_none_and_letters_and_spacing_follow() -> None:
    assert Turn().right().right().right().right() == Turn()
    assert Turn().mirror().mirror() == Turn()
    assert Turn().mirror(upside_down=True).mirror(upside_down=True) == Turn()
    assert Turn().right().edges(SIDES) == Edges(left="P", right="A", top="R", bottom="L")
    assert Turn().mirror().edges(SIDES) == Edges("L", "R", "A", "P")
    assert Turn().mirror(upside_down=True).edges(SIDES) == Edges("R", "L", "P", "A")
    assert Turn().right().mirror().edges(SIDES) == Edges(left="A", right="P", top="R", bottom="L")


def test_a_turned_image_keeps_its_proportions(view: ImageView) -> None:
    assert view.frame_shown.aspect == 2
    QTest.keyClick(view, Key.Key_BracketRight)
    assert view.frame_shown.aspect == 0.5
    assert view.frame_shown.picture.edges == Edges("P", "A", "R", "L")


def test_a_page_that_draws_on_pixels_keeps_the_image_upright(view: ImageView) -> None:
    view.may_turn = False
    QTest.keyClick(view, Key.Key_BracketRight)
    assert bright_corner(view) == (True, True)


def test_the_ruler_measures_in_millimetres(view: ImageView, qtbot: QtBot) -> None:
    QTest.keyClick(view, Key.Key_L)
    assert view.measuring
    geometry = view.geometry_of_image
    start, end = (geometry.to_view(QPointF(x, y)).toPoint() for x, y in ((10, 20), (50, 20)))
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(view, end)
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
    assert view.aids.line is not None
    words = length(view.aids.line, (0.5, 0.25))
    assert abs(float(words.removesuffix(" mm")) - 10) < 0.3
    assert view.window_now is None  # it was no window/level drag
    QTest.keyClick(view, Key.Key_L)
    assert view.aids.line is None
    assert length(QLineF(0, 0, 3, 4), None) == "5 px"


def test_the_magnifier_is_there_while_its_key_is_held(view: ImageView, qtbot: QtBot) -> None:
    QTest.keyPress(view, Key.Key_Z)
    assert view.aids.lens is not None
    view.aids.lens = view.geometry_of_image.to_view(QPointF(5, 5))
    lens = view.aids.lens.toPoint()
    beside = lens + QPointF(32, 0).toPoint()  # dark tissue, but the lens shows the bright corner larger
    assert view.grab().toImage().pixelColor(beside).lightness() > 200
    QTest.keyRelease(view, Key.Key_Z)
    assert view.aids.lens is None
    assert view.grab().toImage().pixelColor(beside).lightness() < 60


def test_the_usual_windows_of_ct_follow_those_of_the_file(view: ImageView, qtbot: QtBot) -> None:
    bar = ImageBar(view)
    qtbot.addWidget(bar)
    view.extra_presets = presets_for("CT")
    picture = ArrayPicture(np.zeros((40, 40), np.uint8), window_presets=(WindowPreset("Knee", 100, 300),))
    view.set_image(picture)
    qtbot.waitUntil(lambda: view.frame_shown is not None)
    names = [bar.presets.itemText(n) for n in range(bar.presets.count())]
    assert names[:3] == ["As stored", "Knee  (W 300 L 100)", "Soft tissue  (W 400 L 50)"]
    QTest.keyClick(view, Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    assert (view.window_now.center, view.window_now.width) == (-600, 1500)


@pytest.mark.parametrize(
    ("modality", "wanted"),
    [
        ("MR", (Key.Key_F2, (100, 700))),  # dark tissue: the lower 60 % of what is no air
        ("MG", (Key.Key_F2, (600, 1100))),
        ("DX", (Key.Key_F3, (500, 1100))),
        ("PT", (Key.Key_F2, (0, 550))),  # half of the largest value
        ("NM", (Key.Key_F3, (0, 275))),
        ("US", (Key.Key_F1, (100, 800))),
    ],
)
def test_each_modality_has_its_windows_found_in_the_values(
    view: ImageView, qtbot: QtBot, modality: str, wanted: tuple[Key, tuple[int, int]]
) -> None:
    key, ends = wanted
    values = np.zeros((100, 100), np.int16)  # a tenth is air
    values[10:] = np.linspace(100, 1100, 9000).reshape(90, 100)
    view.extra_presets = presets_for(modality)
    view.set_image(Grey(values))
    qtbot.waitUntil(lambda: view.frame_shown is not None and view.frame_shown.picture.values is values)
    QTest.keyClick(view, key, Qt.KeyboardModifier.ShiftModifier)
    window = view.window_now
    half = window.width / 2
    assert (window.center - half, window.center + half) == pytest.approx(ends, abs=30)


def test_dark_parts_are_dark_where_low_values_are_bright(view: ImageView, qtbot: QtBot) -> None:
    values = np.full((100, 100), 1200, np.int16)
    values[10:] = np.linspace(100, 1100, 9000).reshape(90, 100)
    view.set_image(Grey(values, inverted=True))
    qtbot.waitUntil(lambda: view.frame_shown is not None and view.frame_shown.picture.inverted)
    bright = next(each for each in presets_for("DX") if "bone" in each.name)
    window = view.frame_shown.preset(bright)
    assert window.center + window.width / 2 == pytest.approx(700, abs=30)  # the lower 60 % are bright


def test_every_modality_of_images_has_windows_or_those_of_its_values() -> None:
    assert all(presets_for(each) for each in ("CT", "MR", "MG", "PT", "NM", "US", "CR", "DX", "XA", "RF"))
    assert presets_for("SC") == ()
