"""The contact sheet: what is masked is shown again, and what was left is masked, by a key for all that look the same."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from pydicom import dcmread
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from anonymizer import DicomImage, Region
from app.gui.main_window import MainWindow
from app.gui.masked_crops import Crop
from app.gui.masking.open_spots import spots
from app.gui.pages.mask_page import MaskPage
from app.gui.region_edits import Draft
from app.project import Project
from app.workflows.masking_again import regions_of
from app.workflows.projects import unlock
from tests.gui.conftest import write_dicom
from tests.gui.test_mask import enter, shown

SIDE = 160


def with_text() -> np.ndarray:
    picture = Image.new("L", (SIDE, SIDE), 20)
    ImageDraw.Draw(picture).text((30, 60), "ALDER INVENTED", fill=230)
    return np.asarray(picture)


LIT = int(with_text().max())


@pytest.fixture
def page(window: MainWindow, project: Project, tmp_path: Path, qtbot: QtBot) -> MaskPage:
    """Three series with the same text at the same place, left unmasked, and one without."""
    originals = tmp_path / "originals"
    originals.mkdir()
    for number in range(4):
        file = write_dicom(originals / f"{number}.dcm", f"2.25.{600 + number}", patient=f"P{number}")
        dataset = dcmread(file)
        pixels = with_text() if number < 3 else np.full((SIDE, SIDE), 20, np.uint8)
        dataset.Rows = dataset.Columns = SIDE
        dataset.PixelData = pixels.tobytes()
        dataset.save_as(file)
    with closing(unlock(project)) as vault:
        enter(project, vault, originals)
    opened = shown(window, project, qtbot)
    qtbot.keyClick(opened.images.list.list, "c", Qt.KeyboardModifier.ShiftModifier)
    return opened


def finished(page: MaskPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not page.jobs.active, timeout=60_000)


def brightest(page: MaskPage) -> list[int]:
    catalogue, folder = page.session.catalogue, page.session.project.instances
    files = [folder / row.file for row in catalogue.instances()]
    return sorted(int(DicomImage.open(file).frame(0).max()) for file in files)


def test_places_that_look_like_text_are_found_outside_the_masks_alone() -> None:
    pixels = with_text()
    (spot,) = spots(pixels, ())
    assert spot.x <= 34
    assert spot.y <= 66 <= spot.y + spot.height
    assert not spots(pixels, (Region(20, 50, 110, 30),))
    assert not spots(np.full((SIDE, SIDE), 20, np.uint8), ())


@pytest.mark.slow
def test_all_that_look_the_same_are_masked_by_a_key_and_that_is_taken_back(
    page: MaskPage, qtbot: QtBot
) -> None:
    sheet = page.sheet
    assert (
        sheet.masked.stack.currentWidget() is sheet.masked.nothing
    )  # nothing is masked yet, and that is said
    qtbot.keyClick(sheet.masked, "u")
    qtbot.waitUntil(
        lambda: "1 different places" in sheet.left.note.text() and "1 to answer" in sheet.left.note.text()
    )
    assert sheet.left.list.item(0).text() == "left, perhaps text, 3 times"
    qtbot.keyClick(sheet.left.list, "m")
    finished(page, qtbot)
    assert brightest(page) == [20, 20, 20, 20]
    assert sheet.left.list.item(0).text().startswith("✓ to be masked")
    assert "0 to answer" in sheet.left.note.text()
    kinds = [
        [r.kind for r in regions_of(page.session.catalogue, uid)] for uid in page.session.catalogue.uids()
    ]
    assert sorted(kinds) == [[], ["drawn"], ["drawn"], ["drawn"]]
    qtbot.keyClick(sheet.left.list, "z", Qt.KeyboardModifier.ControlModifier)
    finished(page, qtbot)
    assert brightest(page) == [20, LIT, LIT, LIT]


@pytest.mark.slow
def test_what_was_masked_wrongly_is_shown_again_and_the_rest_is_fine(page: MaskPage, qtbot: QtBot) -> None:
    page.sheet.switch()
    qtbot.waitUntil(lambda: "1 to answer" in page.sheet.left.note.text())
    qtbot.keyClick(page.sheet.left.list, "m")
    finished(page, qtbot)
    page.sheet.mark_stale()
    page.sheet.switch()
    masked = page.sheet.masked
    qtbot.waitUntil(lambda: "under 3 boxes" in masked.note.text())
    qtbot.keyClick(masked.list, "f")
    assert masked.list.item(0).text().startswith("✓ fine")
    assert brightest(page) == [20, 20, 20, 20]
    qtbot.keyClick(masked.list, "s")
    finished(page, qtbot)
    assert brightest(page) == [20, LIT, LIT, LIT]


def test_several_pictures_are_answered_at_once_and_each_image_is_corrected_once(
    page: MaskPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = list(page.session.catalogue.uids())[:3]
    boxes = [Region(10 * number, 0, 9, 9, kind="text", score=number / 10) for number in range(4)]
    crops = page.sheet.masked.list
    for number, sops in enumerate([(first,), (first, second), (first, second), (third,)]):
        for sop in sops:
            crops.add(Crop(sop, number, boxes[number], np.full((9, 9), number, np.uint8)))
    steps: list[tuple[Sequence[str], Draft]] = []
    monkeypatch.setattr(page.images.by_hand, "apply_to", lambda sops, draft: steps.append((sops, draft)))
    page.sheet.stack.setCurrentWidget(page.sheet.masked)
    page.sheet.masked.stack.setCurrentWidget(crops)
    crops.setCurrentRow(0)
    for _ in range(2):
        qtbot.keyClick(crops, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(crops, "s")
    assert [(list(sops), draft.shown) for sops, draft in steps] == [
        ([first], tuple(boxes[:3])),
        ([second], tuple(boxes[1:3])),
    ]
    assert crops.left == 1
    assert [crops.row(item) for item in crops.selectedItems()] == [3]  # the next that nobody answered for
    qtbot.keyClick(crops, "a", Qt.KeyboardModifier.ControlModifier)
    assert len(crops.chosen()) == 4
    qtbot.keyClick(crops, "f")
    assert [crops.item(row).text()[:6] for row in range(4)] == ["✓ fine"] * 4
    qtbot.keyClick(crops, "a", Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(crops, "f")
    assert crops.left == 4


def test_what_was_fine_is_not_asked_again_and_can_be_taken_back(page: MaskPage, qtbot: QtBot) -> None:
    def again() -> None:
        page.sheet.mark_stale()
        page.sheet.activate()
        qtbot.waitUntil(lambda: "to answer" in left.note.text() and "looked at" not in left.note.text())

    left = page.sheet.left
    page.sheet.switch()
    qtbot.waitUntil(lambda: "1 to answer" in left.note.text())
    qtbot.keyClick(left.list, "f")
    again()
    assert left.list.item(0).text().startswith("✓ fine")
    assert "0 to answer" in left.note.text()
    with (page.session.project.folder / "looked_at.jsonl").open("ab") as file:
        file.write(b'{"at": "2026", "ans')  # the power went
    again()
    assert "0 to answer" in left.note.text()
    qtbot.keyClick(left.list, "f")
    again()
    assert "1 to answer" in left.note.text()


def test_enter_shows_the_image_of_a_place_that_was_left(page: MaskPage, qtbot: QtBot) -> None:
    page.sheet.switch()
    qtbot.waitUntil(lambda: "1 to answer" in page.sheet.left.note.text())
    page.sheet.left.list.itemActivated.emit(page.sheet.left.list.item(0))
    assert page.tabs.currentWidget() is page.images
    assert page.images.list.current() == page.session.selected
