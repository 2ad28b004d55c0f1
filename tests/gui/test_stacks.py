"""Series as stacks, another examination beside the image, random order, and jumping."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot

from app.gui.main_window import MainWindow
from app.gui.pages.label_page import LabelPage
from app.project import Project
from tests.gui.conftest import _instance, write_dicom
from tests.gui.test_label import await_image, current, label_of, opened, press, uid

Key, Held = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def page(window: MainWindow, project: Project, qtbot: QtBot) -> LabelPage:
    """Two patients: A with two series of 5 and 3 images, two years apart, B with one of 4."""
    with project.catalogue() as catalogue:
        for name in ("clear", "finding"):
            catalogue.add_class(name)
        series = [
            ("A", "1", "20200101", range(5)),
            ("A", "2", "20220101", range(5, 8)),
            ("B", "3", "", range(8, 12)),
        ]
        for patient, which, day, numbers in series:
            rows = [_instance(project, number) for number in numbers]
            catalogue.add_instances(
                [
                    replace(
                        row, patient=patient, study=f"2.25.8{which}", series=f"2.25.9{which}", study_date=day
                    )
                    for row in rows
                ]
            )
        catalogue.add_label_set("Per patient", scope="patient")
        of_patients = catalogue.in_set("Per patient")
        of_patients.add_class("well")
        of_patients.add_class("ill")
    window.session.open(project.folder)
    window.session.reader = "Reader A"
    return opened(window, qtbot)


def seen(page: LabelPage) -> list[str]:
    return page.view.facts()


def test_a_series_is_scrolled_like_frames_and_the_image_in_sight_is_labelled(
    page: LabelPage, qtbot: QtBot
) -> None:
    press(page, Key.Key_A)
    qtbot.waitUntil(lambda: "image 1 of 5" in seen(page))
    press(page, Key.Key_Down, Key.Key_Down)
    qtbot.waitUntil(lambda: "image 3 of 5" in seen(page) and page.view.seen)
    assert current(page) == uid(2)
    press(page, Key.Key_2)
    assert [label_of(page, n) for n in range(5)] == [None, None, "finding", None, None]
    qtbot.waitUntil(lambda: "image 4 of 5" in seen(page))
    press(page, Key.Key_N)  # the next series
    qtbot.waitUntil(lambda: "image 1 of 3" in seen(page))
    assert current(page) == uid(5)
    press(page, Key.Key_Up)  # a stack ends where it ends
    assert current(page) == uid(5)
    press(page, Key.Key_P)
    qtbot.waitUntil(lambda: "image 1 of 5" in seen(page))
    press(page, Key.Key_A, Key.Key_Down)  # image by image again
    await_image(page)
    assert current(page) == uid(1)
    assert not any("of 5" in fact for fact in seen(page))


def test_the_stack_shows_each_image_of_its_own(page: LabelPage, qtbot: QtBot) -> None:
    write_dicom(page.session.project.instances / f"{uid(1)}.dcm", uid(1), bright=True)
    write_dicom(page.session.project.instances / f"{uid(0)}.dcm", uid(0), bright=False)
    page.activate()
    press(page, Key.Key_A)
    qtbot.waitUntil(lambda: page.view.seen)
    dark = page.view.frame_shown.shown[0][30, 30]
    press(page, Key.Key_Down)
    qtbot.waitUntil(lambda: page.view.seen and page.view.frame_index == 1)
    assert page.view.frame_shown.shown[0][30, 30] > dark


def test_where_answers_are_about_patients_one_key_labels_all_and_shows_the_next_patient(
    page: LabelPage, qtbot: QtBot
) -> None:
    page.desk.sets.chosen.emit("Per patient")
    qtbot.waitUntil(lambda: "image 1 of 5" in seen(page))  # stacks by themselves
    press(page, Key.Key_Down)
    qtbot.waitUntil(lambda: page.view.seen)
    press(page, Key.Key_2)
    catalogue = page.session.catalogue
    assert [catalogue.instance(uid(n)).label for n in range(12)] == ["ill"] * 8 + [None] * 4
    assert current(page) == uid(8)
    press(page, Key.Key_Backspace)
    assert catalogue.instance(uid(7)).label is None
    assert current(page) == uid(1)


def test_another_examination_of_the_patient_stands_beside_the_image(page: LabelPage, qtbot: QtBot) -> None:
    page.list.go_to(5)
    press(page, Key.Key_A, Key.Key_B)
    prior = page.middle.prior
    qtbot.waitUntil(lambda: prior.view.frame_shown is not None)
    assert "5 images" in prior.box.currentText()
    assert "731 days earlier" in prior.box.currentText()
    press(page, Key.Key_Down, Key.Key_Down)
    qtbot.waitUntil(lambda: page.view.seen and page.view.frame_index == 2)
    assert prior.view.frame_index == 4  # both at the end of their stacks
    page.view.zoom(3)
    assert prior.view.geometry_of_image.zoom == pytest.approx(3 * prior.view.geometry_of_image.fitting())
    QTest.keyClick(page.view, Key.Key_L, Held.ControlModifier)
    page.view.zoom(1 / 2)
    assert prior.view.geometry_of_image.zoom == pytest.approx(3 * prior.view.geometry_of_image.fitting())
    page.list.go_to(8)
    assert "no other series" in prior.view.message
    press(page, Key.Key_B)
    assert not prior.isVisible()


def test_random_order_is_the_readers_own_and_ends_where_it_began(page: LabelPage) -> None:
    in_order = list(page.model.uids)
    QTest.keyClick(page.view, Key.Key_R, Held.ControlModifier)
    shuffled = list(page.model.uids)
    assert shuffled != in_order
    assert sorted(shuffled) == sorted(in_order)
    assert current(page) == uid(0)  # the image in sight stays
    place = page.list.place()
    press(page, Key.Key_1, Key.Key_U)
    following = shuffled[place + 1 :] + shuffled[:place]
    assert current(page) in following[:2]
    QTest.keyClick(page.view, Key.Key_R, Held.ControlModifier)
    assert page.model.uids == in_order
    QTest.keyClick(page.view, Key.Key_R, Held.ControlModifier)
    assert page.model.uids == shuffled


def test_one_jumps_to_a_number_or_a_pseudonym(page: LabelPage, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    page.session.status.connect(said.append)
    for typed, wanted in (("7", uid(6)), ("B", uid(8)), (".1003", uid(3)), ("nobody", uid(3))):
        monkeypatch.setattr(QInputDialog, "getText", lambda *_args, typed=typed, **_named: (typed, True))
        press(page, Key.Key_J)
        assert current(page) == wanted
    assert "No image of this list" in said[-1]


def test_the_previous_image_without_a_label(page: LabelPage) -> None:
    page.list.go_to(4)
    press(page, Key.Key_1)
    QTest.keyClick(page.view, Key.Key_U, Held.ShiftModifier)
    assert current(page) == uid(3)


def test_the_pace_is_said_after_some_answers(page: LabelPage, qtbot: QtBot) -> None:
    press(page, *[Key.Key_1] * 8)
    qtbot.waitUntil(lambda: "a minute" in page.desk.progress.pace.text())
