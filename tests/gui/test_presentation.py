"""What the image view makes of a file: its pace, its graphics, its tables, windows found in the values."""

from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from anonymizer import DicomImage
from app.gui.image.image_bar import ImageBar
from app.gui.image.image_view import ImageView
from app.gui.labelling.pace import Pace
from tests.gui.conftest import write_dicom

Key = Qt.Key


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_dicom(tmp_path / "one.dcm", "2.25.1")


def shown(qtbot: QtBot, file: Path) -> ImageView:
    view = ImageView()
    qtbot.addWidget(view)
    view.resize(400, 340)
    view.show()
    view.show_instance(str(file), lambda: DicomImage.open(file))
    qtbot.waitUntil(lambda: view.frame_shown is not None)
    return view


def change(file: Path, **facts: object) -> Dataset:
    dataset = dcmread(file)
    for name, value in facts.items():
        setattr(dataset, name, value)
    dataset.save_as(file)
    return dataset


def test_frames_play_at_the_pace_of_the_file_and_faster_or_slower_by_key(file: Path, qtbot: QtBot) -> None:
    change(file, NumberOfFrames=4, Rows=16, FrameTime="40")
    view = shown(qtbot, file)
    bar = ImageBar(view)
    qtbot.addWidget(bar)
    assert bar.pace.value() == 25
    QTest.keyClick(view, Key.Key_C)
    assert "▶ 25 frames/s" in view.facts()
    qtbot.waitUntil(lambda: view.frame_index > 1)
    QTest.keyClick(view, Key.Key_Less)
    assert bar.pace.value() == 20
    QTest.keyClick(view, Key.Key_Greater)
    QTest.keyClick(view, Key.Key_Greater)
    assert view.cine.rate == pytest.approx(31.25)
    bar.pace.setValue(5)
    assert view.cine.rate == 5
    QTest.keyClick(view, Key.Key_C)
    assert not view.playing


def test_graphics_of_the_file_lie_over_the_image_and_can_be_hidden(file: Path, qtbot: QtBot) -> None:
    dataset = change(file)
    plane = np.zeros((64, 64), bool)
    plane[40:50, 8:18] = True
    for element, vr, value in (
        (0x0010, "US", 64), (0x0011, "US", 64), (0x0040, "CS", "G"), (0x0050, "SS", [1, 1]), (0x0100, "US", 1),
        (0x0102, "US", 0), (0x3000, "OW", np.packbits(plane.ravel(), bitorder="little").tobytes()),
    ):  # fmt: skip
        dataset.add_new((0x6000, element), vr, value)
    dataset.save_as(file)
    view = shown(qtbot, file)
    place = view.geometry_of_image.to_view(QPointF(13, 45)).toPoint()
    assert view.grab().toImage().pixelColor(place).lightness() > 200
    QTest.keyClick(view, Key.Key_M)
    assert view.grab().toImage().pixelColor(place).lightness() < 120
    QTest.keyClick(view, Key.Key_M)
    view.may_turn = True
    QTest.keyClick(view, Key.Key_H)  # the graphics are mirrored with the image
    mirrored = view.geometry_of_image.to_view(QPointF(64 - 13, 45)).toPoint()
    assert view.grab().toImage().pixelColor(mirrored).lightness() > 200


def test_windows_found_in_the_values_are_offered_for_every_modality(file: Path, qtbot: QtBot) -> None:
    view = shown(qtbot, file)
    names = [preset.name for preset in view.presets]
    assert names == ["Middle 99 %", "Middle 90 %", "Full range"]
    QTest.keyClick(view, Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    values = view.frame_shown.values[0]
    assert view.window_now.width == float(values.max()) - float(values.min())


def test_a_table_of_the_file_is_chosen_like_a_window(file: Path, qtbot: QtBot) -> None:
    items = []
    for name, entries in (("Even", np.arange(256)), ("Inverse", np.arange(255, -1, -1))):
        item = Dataset()
        item.LUTDescriptor, item.LUTExplanation = [256, 0, 8], name
        item.add_new("LUTData", "OW", entries.astype(np.uint8).tobytes())
        items.append(item)
    change(file, VOILUTSequence=items)
    view = shown(qtbot, file)
    assert "Even" in view.facts()
    place = view.geometry_of_image.to_view(QPointF(32.5, 32.5)).toPoint()
    view.smooth = False
    view.set_preset(0)
    before = view.grab().toImage().pixelColor(place).red()
    QTest.keyClick(view, Key.Key_F2, Qt.KeyboardModifier.ShiftModifier)
    assert "Inverse" in view.facts()
    qtbot.wait(150)
    assert abs(view.grab().toImage().pixelColor(place).red() - (255 - before)) <= 1


def test_pixels_that_are_not_square_by_their_ratio(file: Path, qtbot: QtBot) -> None:
    change(file, PixelAspectRatio=[2, 1])
    assert shown(qtbot, file).frame_shown.aspect == 2


def test_a_pace_leaves_pauses_out_and_says_how_long_the_rest_takes() -> None:
    pace = Pace()
    for number in range(4):
        pace.answered(1, 2.0 * number)
    assert pace.words(100) == ""
    pace.answered(1, 1000.0)  # a pause
    for number in range(1, 5):
        pace.answered(1, 1000.0 + 2 * number)
    assert pace.words(300) == "30 a minute, about 10 min left"
    assert pace.words(30 * 120) == "30 a minute, about 2.0 h left"
    assert pace.words(0) == "30 a minute"
