"""Two stacks beside each other show the same place, whatever their modality, thickness and number of slices."""

from dataclasses import replace
from pathlib import Path

import pytest
from pydicom import dcmread
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from anonymizer.pixels.orientation import Plane, planes_of
from app.gui.image.slice_places import SliceMatch
from app.gui.main_window import MainWindow
from app.gui.pages.label_page import LabelPage
from app.project import Project
from tests.gui.conftest import _instance, write_dicom
from tests.gui.test_label import opened, press, uid

Key, Held = Qt.Key, Qt.KeyboardModifier
AXIAL = [1, 0, 0, 0, 1, 0]


def place(file: Path, z: float, reference: str, directions: list[float] = AXIAL) -> None:
    """Write where a slice lies."""
    dataset = dcmread(file)
    dataset.ImagePositionPatient, dataset.ImageOrientationPatient = [0, 0, z], directions
    dataset.FrameOfReferenceUID = reference
    dataset.save_as(file)


def slices(first: float, step: float, number: int, reference: str) -> list[Plane]:
    return [Plane((0, 0, first + n * step), (0, 0, 1), reference) for n in range(number)]


def test_places_are_compared_in_one_frame_of_reference() -> None:
    thin, thick = slices(100, 1, 50, "A"), slices(90, 5, 12, "A")
    match = SliceMatch()
    assert match.nearest(thin[10], thick) == 4  # 110 mm
    assert match.nearest(thick[4], thin) == 10
    assert match.nearest(None, thin) is None
    assert match.nearest(thin[0], []) is None


def test_two_examinations_go_together_from_where_the_reader_put_them_side_by_side() -> None:
    before, now = slices(0, 5, 20, "A"), slices(1000, 2.5, 40, "B")
    match = SliceMatch()
    assert match.nearest(now[4], before) is None
    match.align(now[4], before[6])
    assert match.nearest(now[6], before) == 7  # 5 mm on
    assert match.nearest(before[8], now) == 8  # 10 mm on, from the other side
    backwards = list(reversed(before))
    assert match.nearest(now[6], backwards) == len(before) - 1 - 7


def test_slices_that_are_cut_otherwise_are_not_compared() -> None:
    axial, sagittal = Plane((0, 0, 0), (0, 0, 1), "A"), Plane((0, 0, 0), (1, 0, 0), "A")
    assert SliceMatch().nearest(axial, [sagittal]) is None


def test_places_are_read_from_files_and_unknown_where_they_are_not_told(tmp_path: Path) -> None:
    file = write_dicom(tmp_path / "one.dcm", "2.25.1")
    assert planes_of(file) == (None,)
    place(file, 12.5, "2.25.7")
    (found,) = planes_of(file)
    assert found == Plane((0, 0, 12.5), (0, 0, 1), "2.25.7")
    file.write_bytes(b"no image")
    assert planes_of(file, 2) == (None, None)


@pytest.fixture
def page(window: MainWindow, project: Project, qtbot: QtBot) -> LabelPage:
    """One patient: 6 slices of CT 5 mm apart and 11 of PET 3 mm apart, in one study; 6 of another year's MR."""
    series = [("1", "CT", range(6), 100, 5.0, "2.25.7"), ("2", "PT", range(6, 17), 94, 3.0, "2.25.7")]
    series.append(("3", "MR", range(17, 23), 0, 5.0, "2.25.8"))
    with project.catalogue() as catalogue:
        for name in ("clear", "finding"):
            catalogue.add_class(name)
        for which, modality, numbers, first, step, reference in series:
            rows = [_instance(project, number) for number in numbers]
            for count, row in enumerate(rows):
                place(project.instances / row.file, first + count * step, reference)
            catalogue.add_instances(
                [
                    replace(row, patient="A", study=reference, series=f"2.25.9{which}", modality=modality)
                    for row in rows
                ]
            )
    window.session.open(project.folder)
    window.session.reader = "Reader A"
    return opened(window, qtbot)


def beside(page: LabelPage, qtbot: QtBot, modality: str) -> None:
    """Show the series of a modality beside the stack."""
    prior = page.middle.prior
    while modality not in prior.box.currentText():
        QTest.keyClick(page.view, Key.Key_B, Held.ShiftModifier)
    qtbot.waitUntil(lambda: prior.view.frame_shown is not None and bool(prior.linked._planes[prior.view]))


def test_pet_follows_ct_by_place_and_ct_follows_pet(page: LabelPage, qtbot: QtBot) -> None:
    press(page, Key.Key_A, Key.Key_B)
    prior = page.middle.prior.view
    beside(page, qtbot, "PT")
    qtbot.waitUntil(lambda: prior.frame_index == 2)  # 100 mm
    press(page, Key.Key_Down, Key.Key_Down)
    assert page.view.frame_index == 2
    assert prior.frame_index == 5  # 109 mm is nearest to 110
    prior.setFocus()
    QTest.keyClick(prior, Key.Key_End)
    assert page.view.frame_index == 5  # 124 mm: 125


def test_image_by_image_the_other_examination_follows_too(page: LabelPage, qtbot: QtBot) -> None:
    press(page, Key.Key_B)
    beside(page, qtbot, "PT")
    prior = page.middle.prior.view
    press(page, Key.Key_N, Key.Key_N, Key.Key_N)
    assert page.model.uids[page.list.place()] == uid(3)
    qtbot.waitUntil(lambda: prior.frame_index == 7)  # 115 mm


def test_another_year_is_put_in_step_by_hand_and_then_follows_in_millimetres(
    page: LabelPage, qtbot: QtBot
) -> None:
    press(page, Key.Key_A, Key.Key_B)
    beside(page, qtbot, "MR")
    prior = page.middle.prior.view
    QTest.keyClick(page.view, Key.Key_L, Held.ControlModifier)  # each by itself
    prior.go_to_frame(3)
    assert page.view.frame_index == 0
    QTest.keyClick(page.view, Key.Key_L, Held.ControlModifier)  # these two belong together
    assert (page.view.frame_index, prior.frame_index) == (0, 3)
    page.view.setFocus()
    press(page, Key.Key_Down)
    assert (page.view.frame_index, prior.frame_index) == (1, 4)
