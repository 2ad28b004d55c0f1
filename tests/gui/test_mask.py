"""Mask: what was done is seen beside the original, a verdict is one key, and more can be masked by hand."""

import json
import zipfile
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from anonymizer import (
    DicomImage,
    FileRecord,
    Layout,
    Outcome,
    Settings,
    SourceError,
    Vault,
    find_sources,
    load_profile,
)
from anonymizer.masking.deidentify import deidentify
from app.gui.dialogs.unlock import UnlockDialog
from app.gui.image.compare_view import Side
from app.gui.main_window import MainWindow
from app.gui.masking.mask_list import Listed
from app.gui.models.header_model import AFTER, BEFORE, DONE, HeaderModel
from app.gui.models.header_words import Show
from app.gui.originals import find_original, open_original
from app.gui.pages.mask_page import MaskPage
from app.project import Project
from app.workflows.projects import create_project, unlock
from labeller import HELD_BACK, InstanceFilter, NewInstance
from tests.gui.conftest import write_dicom

NAMES = ("Alder", "Birch", "Cedar")
LOOK = "Text may be left at the edge."


def enter(project: Project, vault: Vault, originals: Path) -> list[FileRecord]:
    """Mask what lies in `originals` into the project, without the slow search for text."""
    settings = Settings(load_profile(project.profile), vault.key, find_text=False)
    records = []
    with project.catalogue() as catalogue:
        for source in find_sources([originals]):
            record = deidentify(source, project.instances, settings, Layout.FLAT)
            assert record.outcome is Outcome.MASKED
            assert record.facts is not None
            vault.remember(record, source)
            row = record.as_json()
            masking = {part: row[part] for part in ("changes", "regions", "findings")}
            new = NewInstance(
                file=record.new_path,
                masking=masking,
                review=(),
                grade=record.grade,
                **asdict(record.facts),
            )
            catalogue.add_instances([new])
            catalogue.set_review(record.facts.sop_instance_uid, (LOOK,))
            records.append(record)
    return records


def fill(project: Project, originals: Path, passphrase: str | None = None) -> list[FileRecord]:
    originals.mkdir()
    for number, name in enumerate(NAMES):
        write_dicom(originals / f"{name}.dcm", f"2.25.{700 + number}", bright=True, patient=name)
    vault = unlock(project, passphrase)
    try:
        return enter(project, vault, originals)
    finally:
        vault.close()


@pytest.fixture
def page(window: MainWindow, project: Project, tmp_path: Path, qtbot: QtBot) -> MaskPage:
    fill(project, tmp_path / "originals")
    return shown(window, project, qtbot)


def shown(window: MainWindow, project: Project, qtbot: QtBot) -> MaskPage:
    window.open_folder(project.folder)
    opened = window.current_page()
    assert isinstance(opened, MaskPage)
    qtbot.waitUntil(
        lambda: opened.images.header.model.total > 0 and opened.images.compare.after.frame_shown is not None
    )
    return opened


def texts(model: HeaderModel, column: int) -> dict[str, str]:
    cells = range(model.rowCount())
    return {model.rows[row].path: str(model.index(row, column).data()) for row in cells}


def reviews(page: MaskPage) -> dict[str, tuple[str, ...]]:
    return {row.sop_instance_uid: row.review for row in page.session.catalogue.instances()}


def seen(page: MaskPage, qtbot: QtBot) -> None:
    """Wait until the image is on the screen: nothing is approved before."""
    qtbot.waitUntil(lambda: not page.images.compare.after.loading)


def draw(page: MaskPage, qtbot: QtBot, offset: int = 30) -> None:
    view = page.images.compare.after
    start = view.rect().center() - QPoint(offset, offset)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(view, start + QPoint(20, 20))
    qtbot.mouseMove(view, start + QPoint(60, 60))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start + QPoint(60, 60))


def test_the_header_says_what_was_done_beside_the_original(page: MaskPage, window: MainWindow) -> None:
    model = page.images.header.model
    before = texts(model, BEFORE)["(0010,0010)"]
    assert before.endswith("^Invented")
    assert not page.images.header.table.isColumnHidden(BEFORE)
    assert texts(model, DONE)["(0010,0010)"] == "↔ replaced"
    assert texts(model, AFTER)["(0010,0010)"].startswith("LG")
    assert "(0028,0010)" not in texts(model, DONE)  # Rows: kept, so not among the changed
    assert "attributes changed, 0 regions masked" in page.images.summary.text()
    for seen in (window.windowTitle(), window.statusBar().currentMessage(), page.images.summary.text()):
        assert before.partition("^")[0] not in seen


def test_the_page_fits_a_screen_of_1280_pixels(page: MaskPage, window: MainWindow) -> None:
    window.go("mask")
    bar = page.images.compare.bar
    for part in (bar.cine, bar.pace):
        part.show()  # as for an image of many frames
    assert bar.minimumSizeHint().width() < page.images.compare.width() / 2  # it goes on in a second row
    assert window.minimumSizeHint().width() <= 1280
    page.images.by_hand.drawing.toggle()
    page.images.by_hand.bar.frames.show_instance(30)
    page.images.by_hand.bar.frames.step()
    page.images.by_hand.bar.frames.step()
    assert page.images.by_hand.bar.frames.last.isVisible()
    window.resize(1280, 720)
    assert window.minimumSizeHint().width() <= 1280
    assert window.minimumSizeHint().height() <= 720
    assert page.images.compare.after.height() > 150


def test_filter_and_search_of_the_header(page: MaskPage, qtbot: QtBot) -> None:
    changed = page.images.header.model.rowCount()
    page.images.header.list_only(Show.ALL)
    assert page.images.header.model.rowCount() > changed
    qtbot.keyClick(page.images, "f", Qt.KeyboardModifier.ControlModifier)
    assert page.images.header.search.hasFocus()
    qtbot.keyClicks(
        page.images.header.search, "0028,0010"
    )  # letters and digits are text here, not the page's keys
    assert list(texts(page.images.header.model, AFTER).values()) == ["64"]
    page.images.header.table.selectRow(0)
    assert "Rows (0028,0010): kept" in page.images.header.detail.text()
    page.images.header.search.clear()
    page.images.header.list_only(Show.FREE_TEXT)
    assert "(0008,0060)" not in texts(page.images.header.model, AFTER)  # a code, not free text


def test_the_original_is_one_key_away_at_the_same_zoom(page: MaskPage, qtbot: QtBot) -> None:
    qtbot.keyClick(page.images.list.list, "b")
    assert page.images.compare.before.isVisible()
    assert not page.images.compare.after.isVisible()
    qtbot.waitUntil(lambda: page.images.compare.before.frame_shown is not None)
    qtbot.keyClick(page.images.list.list, "s")
    page.images.compare.after.zoom(2.0)
    near = page.images.compare.after.geometry_of_image.zoom
    assert page.images.compare.before.geometry_of_image.zoom == near
    qtbot.keyClick(page.images.list.list, "b")
    assert page.images.compare.side is Side.AFTER


def test_looks_right_goes_to_the_next_that_needs_a_look(page: MaskPage, qtbot: QtBot) -> None:
    order = page.session.catalogue.uids()
    page.session.catalogue.set_review(order[1], ())
    page.images.list.reload()
    assert LOOK.rstrip(".") in page.images.summary.text()
    qtbot.keyClick(page.images.list.list, "a")
    assert page.images.list.current() == order[2]
    seen(page, qtbot)
    assert reviews(page) == {order[0]: (), order[1]: (), order[2]: (LOOK,)}
    entry = json.loads(page.session.project.audit_file.read_text("utf-8").splitlines()[-1])
    assert (entry["action"], entry["sop"]) == ("approved", order[0])
    qtbot.mouseClick(page.images.approve_button, Qt.MouseButton.LeftButton)
    assert not page.session.catalogue.count(InstanceFilter(needs_review=True))


def test_a_verdict_can_be_taken_back(page: MaskPage, qtbot: QtBot) -> None:
    first = page.images.list.current()
    qtbot.keyClick(page.images.list.list, "a")
    qtbot.keyClick(page.images.list.list, "z", Qt.KeyboardModifier.ControlModifier)
    assert page.images.list.current() == first
    assert reviews(page)[first] == (LOOK,)


def test_one_key_approves_a_series_and_shows_the_next_that_waits(
    window: MainWindow, labelled: Project, qtbot: QtBot
) -> None:
    with labelled.catalogue() as catalogue:  # 12 series of two images
        order = catalogue.uids()
        series = {uid: catalogue.instance(uid).series for uid in order}
        for uid in order:
            catalogue.set_review(uid, (LOOK,))
        catalogue.decide([order[3]], "reject", reader="A", means="window")
    page = shown(window, labelled, qtbot)
    approved = []
    while series[page.images.list.current()] not in approved:
        seen(page, qtbot)
        approved.append(series[page.images.list.current()])
        qtbot.keyClick(page.images.list.list, "a", Qt.KeyboardModifier.ShiftModifier)
    assert approved == list(dict.fromkeys(series.values()))  # a stroke a series
    left = [uid for uid, why in reviews(page).items() if why]
    assert left == [order[3]]  # what is held back waits for somebody who decides it alone
    for _ in range(2):
        page.images.approving.take_back()
    assert sum(bool(why) for why in reviews(page).values()) == 1 + 2 + 2


def test_hold_back_adds_a_reason_once(page: MaskPage, qtbot: QtBot) -> None:
    first = page.images.list.current()
    qtbot.keyClick(page.images.list.list, "h")
    qtbot.keyClick(page.images.list.list, "h")
    assert reviews(page)[first] == (LOOK, HELD_BACK)
    assert HELD_BACK in page.images.summary.text()
    assert page.images.list.current() == first


def test_arrows_move_between_instances(page: MaskPage, qtbot: QtBot) -> None:
    order = page.session.catalogue.uids()
    assert page.images.list.list.hasFocus()
    qtbot.keyClick(page.images.list.list, Qt.Key.Key_Down)
    assert page.session.selected == order[1]
    qtbot.keyClick(page.images.list.list, Qt.Key.Key_Up)
    assert page.session.selected == order[0]
    for _ in range(2):  # quickly on: only the last one's header may appear
        qtbot.keyClick(page.images.list.list, Qt.Key.Key_Down)
    source = page.session.vault.source_path(order[2])  # type: ignore[union-attr]
    name = Path(str(source)).stem
    qtbot.waitUntil(lambda: texts(page.images.header.model, BEFORE).get("(0010,0020)") == name)


def test_filters_of_the_list(page: MaskPage, qtbot: QtBot) -> None:
    order = page.session.catalogue.uids()
    page.session.catalogue.set_review(order[0], ())
    page.session.catalogue.set_masking(order[2], {"regions": [{"x": 1, "y": 1, "width": 9, "height": 9}]})
    page.images.list.filter.setCurrentText(Listed.TO_LOOK_AT.value)
    assert page.images.list.model.uids == order[1:]
    page.images.list.filter.setCurrentText(Listed.PIXELS.value)
    qtbot.waitUntil(lambda: page.images.list.model.uids == [order[2]])
    assert page.images.list.current() == order[2]
    assert "1 region masked" in page.images.compare.legend.text()


def test_with_nothing_listed_nothing_can_be_judged_or_masked(page: MaskPage, qtbot: QtBot) -> None:
    qtbot.keyClick(page.images.list.list, "d")
    draw(page, qtbot)
    for uid in page.session.catalogue.uids():
        page.session.catalogue.set_review(uid, ())
    page.images.list.filter.setCurrentText(Listed.TO_LOOK_AT.value)
    assert page.images.compare.after.frame_shown is None
    assert not page.images.by_hand.pending
    assert not page.images.approve_button.isEnabled()
    assert page.images.header.model.total == 0


def test_masking_more_by_hand(page: MaskPage, qtbot: QtBot) -> None:
    sop = page.images.list.current()
    file = page.session.project.instances / page.session.catalogue.instance(sop).file
    intact = DicomImage.open(file).frame(0)
    qtbot.keyClick(page.images.list.list, "d")
    assert page.images.by_hand.bar.isVisible()
    draw(page, qtbot)
    draw(page, qtbot, 110)
    assert len(page.images.by_hand.pending) == 2
    qtbot.keyClick(page.images.compare.after, "z", Qt.KeyboardModifier.ControlModifier)
    (pending,) = page.images.by_hand.pending
    qtbot.keyClick(page.images.compare.after, "a")  # a verdict with something drawn and not masked is refused
    assert page.images.list.current() == sop
    assert reviews(page)[sop] == (LOOK,)
    qtbot.keyClick(page.images.compare.after, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not page.images.by_hand.pending, timeout=60_000)
    masked = DicomImage.open(file).frame(0)
    inside = np.zeros(masked.shape, bool)
    inside[pending.y : pending.y + pending.height, pending.x : pending.x + pending.width] = True
    assert len(np.unique(masked[inside])) == 1
    assert (masked[~inside] == intact[~inside]).all()
    qtbot.waitUntil(lambda: page.images.compare.after.frame_shown is not None)
    assert "1 region masked" in page.images.compare.legend.text()
    assert (page.images.compare.after.frame_shown.values[0] == masked).all()  # type: ignore[union-attr]
    qtbot.keyClick(page.images.compare.after, Qt.Key.Key_Escape)
    assert not page.images.compare.after.drawing
    assert not page.images.by_hand.bar.isVisible()


def apply(page: MaskPage, qtbot: QtBot, *, shift: bool = False) -> None:
    held = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    qtbot.keyClick(page.images.compare.after, Qt.Key.Key_Return, held)
    assert page.jobs.active
    qtbot.waitUntil(lambda: not page.jobs.active, timeout=60_000)
    qtbot.waitUntil(lambda: page.images.compare.after.frame_shown is not None)


def pixels(page: MaskPage, sop: str) -> np.ndarray:
    file = page.session.project.instances / page.session.catalogue.instance(sop).file
    return DicomImage.open(file).frame(0)


def test_a_box_is_moved_resized_and_deleted_with_keys_and_each_step_undone(
    page: MaskPage, qtbot: QtBot
) -> None:
    view, by_hand = page.images.compare.after, page.images.by_hand
    qtbot.keyClick(page.images.list.list, "d")
    draw(page, qtbot)
    (first,) = by_hand.pending
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down):
        qtbot.keyClick(view, key)
    qtbot.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    (moved,) = by_hand.pending
    assert (moved.x, moved.y) == (first.x + 1, first.y + 2)
    assert (moved.width, moved.height) == (first.width - 1, first.height)
    assert view.frame_index == 0  # the arrows went to the box, not to the frames or the list
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert not by_hand.pending
    undo = ("z", Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(view, *undo)
    assert by_hand.pending == (moved,)
    qtbot.keyClick(view, *undo)
    assert by_hand.pending == (first,)
    qtbot.keyClick(view, "y", Qt.KeyboardModifier.ControlModifier)
    assert by_hand.pending == (moved,)


def test_a_box_is_begun_placed_and_applied_by_keys_alone(page: MaskPage, qtbot: QtBot) -> None:
    view, by_hand = page.images.compare.after, page.images.by_hand
    sop = page.images.list.current()
    before = pixels(page, sop)
    seen(page, qtbot)
    qtbot.keyClick(page.images.list.list, "d", Qt.KeyboardModifier.ShiftModifier)
    assert by_hand.drawing.on
    (begun,) = by_hand.pending
    rows, columns = before.shape
    assert abs(2 * begun.x + begun.width - columns) <= 2
    assert abs(2 * begun.y + begun.height - rows) <= 2
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    (box,) = by_hand.pending
    assert (box.x, box.y, box.width, box.height) == (begun.x + 1, begun.y, begun.width, begun.height + 1)
    apply(page, qtbot)
    after = pixels(page, sop)
    inside = np.zeros(before.shape, bool)
    inside[box.y : box.y + box.height, box.x : box.x + box.width] = True
    assert len(np.unique(after[inside])) == 1
    assert (after[~inside] == before[~inside]).all()


def test_a_box_is_moved_and_resized_with_the_mouse(page: MaskPage, qtbot: QtBot) -> None:
    view, by_hand = page.images.compare.after, page.images.by_hand
    qtbot.keyClick(page.images.list.list, "d")
    draw(page, qtbot)
    (first,) = by_hand.pending
    zoom = view.geometry_of_image.zoom

    def drag(start: QPoint, by: QPoint) -> None:
        qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
        for share in (2, 1):
            qtbot.mouseMove(view, start + by / share)
        qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start + by)

    drag(view.rect().center() - QPoint(5, 5), QPoint(round(8 * zoom), round(3 * zoom)))
    (moved,) = by_hand.pending
    assert (moved.x - first.x, moved.y - first.y) == (8, 3)
    assert (moved.width, moved.height) == (first.width, first.height)
    corner = QPointF(moved.x + moved.width, moved.y + moved.height)
    drag(view.geometry_of_image.to_view(corner).toPoint(), QPoint(round(4 * zoom), round(5 * zoom)))
    (resized,) = by_hand.pending
    assert (resized.x, resized.y) == (moved.x, moved.y)
    assert abs(resized.width - moved.width - 4) <= 1
    assert abs(resized.height - moved.height - 5) <= 1
    for before in (moved, first):  # each drag is a step, what keys do in a row is one
        qtbot.keyClick(view, "z", Qt.KeyboardModifier.ControlModifier)
        assert by_hand.pending == (before,)


@pytest.mark.slow
def test_a_masked_box_is_shown_again_and_that_is_taken_back(page: MaskPage, qtbot: QtBot) -> None:
    view, by_hand, sop = page.images.compare.after, page.images.by_hand, page.images.list.current()
    intact = pixels(page, sop)
    qtbot.keyClick(page.images.list.list, "d")
    draw(page, qtbot)
    apply(page, qtbot)
    black = pixels(page, sop)
    assert (black != intact).any()
    assert by_hand.list.list.item(0).text().startswith("drawn by hand\n")
    qtbot.keyClick(page.images.list.list, ".")  # chooses the box and goes to the image
    assert view.boxes.number == 0
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert "1 box to be shown again" in by_hand.bar.text.text()
    apply(page, qtbot)
    assert (pixels(page, sop) == intact).all()
    assert "No pixels masked" in page.images.compare.legend.text()
    page.images.approving.take_back()
    qtbot.waitUntil(lambda: not page.jobs.active, timeout=60_000)
    assert (pixels(page, sop) == black).all()
    page.images.approving.take_back()
    qtbot.waitUntil(lambda: not page.jobs.active, timeout=60_000)
    assert (pixels(page, sop) == intact).all()
    page.images.approving.take_back()
    assert not page.jobs.active


@pytest.mark.slow
def test_boxes_go_to_the_whole_series_with_one_stroke_and_back(
    window: MainWindow, project: Project, tmp_path: Path, qtbot: QtBot
) -> None:
    originals = tmp_path / "originals"
    originals.mkdir()
    for number in range(3):
        file = write_dicom(originals / f"{number}.dcm", f"2.25.{800 + number}", patient="Alder")
        dataset = dcmread(file)
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "2.25.1", "2.25.2"
        dataset.save_as(file)
    with closing(unlock(project)) as vault:
        records = enter(project, vault, originals)
    page = shown(window, project, qtbot)
    sops = [record.facts.sop_instance_uid for record in records if record.facts]
    intact = [pixels(page, sop) for sop in sops]
    qtbot.keyClick(page.images.list.list, "d")
    draw(page, qtbot)
    apply(page, qtbot, shift=True)
    assert all((pixels(page, sop) != before).any() for sop, before in zip(sops, intact, strict=True))
    qtbot.keyClick(page.images.compare.after, "z", Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not page.jobs.active, timeout=60_000)
    assert all((pixels(page, sop) == before).all() for sop, before in zip(sops, intact, strict=True))


def test_the_contact_sheet_shows_each_distinct_crop_of_the_originals_once(
    page: MaskPage, qtbot: QtBot
) -> None:
    catalogue = page.session.catalogue
    square = {"x": 22, "y": 22, "width": 20, "height": 20}  # the same bright square in each
    other = {"x": 0, "y": 0, "width": 9, "height": 9, "score": 0.5}
    first, second, third = catalogue.uids()
    catalogue.set_masking(first, {"regions": [square]})
    catalogue.set_masking(second, {"regions": [square, other]})
    catalogue.set_masking(third, {"regions": [{**square, "kind": "kept"}]})
    qtbot.keyClick(page.images.list.list, "c", Qt.KeyboardModifier.ShiftModifier)
    sheet = page.sheet.masked
    qtbot.waitUntil(lambda: "under 3 boxes" in sheet.note.text())
    assert [sheet.list.item(n).text() for n in range(sheet.list.count())] == ["text", "text, 2 times"]
    assert "2 different pictures" in sheet.note.text()
    sheet.list.itemActivated.emit(sheet.list.item(0))
    assert page.tabs.currentWidget() is page.images
    assert page.images.list.current() == second
    assert page.images.compare.after.boxes.number == 1
    page.session.lock()
    assert sheet.list.count() == 0  # nothing of the originals stays


def test_enter_elsewhere_masks_nothing(page: MaskPage, qtbot: QtBot) -> None:
    qtbot.keyClick(page.images.list.list, "d")
    draw(page, qtbot)
    undo = page.images.by_hand.bar.undo_button
    for widget, left in ((page.images.header.search, 1), (page.images.list.list, 1), (undo, 0)):
        widget.setFocus()
        assert widget.hasFocus()
        qtbot.keyClick(widget, Qt.Key.Key_Return)
        assert not page.jobs.active, widget
        assert len(page.images.by_hand.pending) == left, widget


def test_a_rectangle_counts_for_every_frame_unless_one_is_meant(page: MaskPage) -> None:
    by_hand, drawn = page.images.by_hand, page.images.compare.after.region_drawn
    by_hand.show_instance("2.25.1", (), frames=8)
    drawn.emit(1, 2, 3, 4, 5)
    page.images.compare.after.boxes.choose(-1)
    by_hand.bar.frames.step()
    drawn.emit(1, 2, 3, 4, 5)
    assert [region.frame for region in by_hand.pending] == [None, 5]
    by_hand.show_instance("2.25.2", (), frames=1)
    drawn.emit(1, 2, 3, 4, 0)
    assert [region.frame for region in by_hand.pending] == [None]


def test_what_is_drawn_stays_while_one_looks_at_another(page: MaskPage, qtbot: QtBot) -> None:
    qtbot.keyClick(page.images.list.list, "d")
    draw(page, qtbot)
    qtbot.keyClick(page.images.list.list, Qt.Key.Key_Down)
    assert not page.images.by_hand.pending
    qtbot.keyClick(page.images.list.list, Qt.Key.Key_Up)
    assert len(page.images.by_hand.pending) == 1


def test_an_original_that_is_gone_is_said(
    window: MainWindow, project: Project, tmp_path: Path, qtbot: QtBot
) -> None:
    fill(project, tmp_path / "originals")
    (tmp_path / "originals").rename(tmp_path / "elsewhere")
    page = shown(window, project, qtbot)
    assert "no longer where it was imported from" in page.images.header.note.text()
    assert page.images.header.table.isColumnHidden(BEFORE)
    assert texts(page.images.header.model, DONE)["(0010,0010)"] == "↔ replaced"
    assert texts(page.images.header.model, DONE)["(0010,0020)"] == "↔ replaced"
    qtbot.keyClick(page.images.list.list, "b")
    assert page.images.compare.locked.isVisible()


def test_an_original_that_was_changed_is_said(
    window: MainWindow, project: Project, tmp_path: Path, qtbot: QtBot
) -> None:
    fill(project, tmp_path / "originals")
    for file in (tmp_path / "originals").iterdir():
        file.write_bytes(file.read_bytes() + b"\0\0")
    page = shown(window, project, qtbot)
    assert "was changed since the import" in page.images.header.note.text()


def test_a_locked_vault_is_unlocked_from_the_page(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = create_project(
        tmp_path / "hips.leadglass", protection="passphrase", passphrase="long enough mossy lantern"
    )
    fill(project, tmp_path / "originals", "long enough mossy lantern")
    page = shown(window, project, qtbot)
    assert page.images.header.unlock_button.isVisible()
    assert page.images.header.table.isColumnHidden(BEFORE)

    def answer(dialog: UnlockDialog) -> int:
        dialog.passphrase.setText("long enough mossy lantern")
        return int(UnlockDialog.DialogCode.Accepted)

    monkeypatch.setattr(UnlockDialog, "exec", answer)
    qtbot.mouseClick(page.images.header.unlock_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.images.header.table.isColumnHidden(BEFORE))
    assert not page.images.header.unlock_button.isVisible()


def test_an_empty_project_points_to_import(window: MainWindow, project: Project) -> None:
    window.open_folder(project.folder)
    window.go("mask")
    page = window.current_page()
    assert isinstance(page, MaskPage)
    assert page.stack.currentIndex() == 0
    page.session.navigate.emit("import")
    assert window.current_page() is not page


def test_an_original_inside_an_archive_is_found_again(tmp_path: Path) -> None:
    file = write_dicom(tmp_path / "one.dcm", "2.25.5")
    with zipfile.ZipFile(tmp_path / "disk.zip", "w") as archive:
        archive.write(file, "folder/one.dcm")
    path = f"{tmp_path / 'disk.zip'}!/folder/one.dcm"
    assert find_original(path).read() == file.read_bytes()
    assert open_original(path).rows == 64
    (tmp_path / "disk.zip").unlink()
    with pytest.raises(SourceError):
        find_original(path)


def test_everything_has_a_name_and_a_place_in_the_tab_order(page: MaskPage) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    for widget in (
        page.images.list.list,
        page.images.list.filter,
        page.images.header.table,
        page.images.header.filter,
        page.images.header.search,
    ):
        assert widget.accessibleName()
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
