"""What was read in the boxes is shown behind the unlocked vault alone; texts are kept always from a box or a list."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from anonymizer import KEPT, find_sources
from anonymizer.report import Reading
from app.gui.image.image_overlay import look
from app.gui.main_window import MainWindow
from app.gui.masking.keep_list import SITE, KeepListDialog
from app.gui.pages.mask_page import MaskPage
from app.project import Project
from app.workflows.pixel_policy import site_keep_list
from app.workflows.projects import create_project, unlock
from tests.gui.test_mask import fill, shown

WORD, NAME = "RUHE", "ALDER^INVENTED"
BOXES = [
    {"x": 2, "y": 2, "width": 20, "height": 8, "score": 0.7},
    {"x": 2, "y": 20, "width": 30, "height": 8, "kind": "identity"},
    {
        "x": 2,
        "y": 40,
        "width": 9,
        "height": 8,
        "kind": KEPT,
        "found_by": "keep-list",
        "why": "view",
        "read": "AP",
    },
    {"x": 30, "y": 2, "width": 20, "height": 8},
]


def prepare(project: Project, folder: Path, passphrase: str | None = None) -> None:
    records = fill(project, folder, passphrase)
    with closing(unlock(project, passphrase)) as vault, project.catalogue() as catalogue:
        sources = {source.path: source for source in find_sources([folder])}
        read = (
            Reading(2, 2, 20, 8, WORD, 0.95),
            Reading(2, 20, 30, 8, NAME, 0.9),
            Reading(30, 2, 20, 8, WORD, 0.9),
        )
        for record in records:
            assert record.facts is not None
            vault.remember(replace(record, readings=read), sources[record.path])
            catalogue.set_masking(record.facts.sop_instance_uid, {"regions": BOXES})


@pytest.fixture
def page(window: MainWindow, project: Project, tmp_path: Path, qtbot: QtBot) -> MaskPage:
    prepare(project, tmp_path / "originals")
    return shown(window, project, qtbot)


def texts(page: MaskPage) -> list[str]:
    boxes = page.images.by_hand.list.list
    return [boxes.item(row).text() for row in range(boxes.count())]


def test_each_box_says_what_it_is_who_found_it_and_what_was_read(page: MaskPage) -> None:
    first, second, third, _ = texts(page)
    assert first.splitlines()[:2] == ["text, by the search", f"“{WORD}”"]
    assert second.splitlines()[:2] == ["identity, by the search", f"“{NAME}”"]
    assert third.splitlines()[:2] == ["kept, not masked, by the keep-list", "“AP”"]
    assert "It stays: view." in page.images.by_hand.list.list.item(2).toolTip()
    assert len({look(kind)[1].name() for kind in ("identity", "text", KEPT, "drawn", "device rule")}) == 5


def test_nothing_read_is_shown_while_the_vault_is_locked(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    project = create_project(
        tmp_path / "hips.leadglass", protection="passphrase", passphrase="long enough mossy lantern"
    )
    prepare(project, tmp_path / "originals", "long enough mossy lantern")
    page = shown(window, project, qtbot)
    assert NAME not in "".join(texts(page))
    page.session.unlock(lambda _hint: "long enough mossy lantern")
    assert NAME in "".join(texts(page))
    page.session.lock()
    assert NAME not in "".join(texts(page))
    assert WORD not in "".join(texts(page))


def test_one_kind_of_box_alone_is_listed_and_outlined(page: MaskPage) -> None:
    boxes = page.images.by_hand.list
    boxes.kinds.setCurrentIndex(boxes.kinds.findData("identity"))
    boxes.kinds.activated.emit(boxes.kinds.currentIndex())
    assert [boxes.list.isRowHidden(row) for row in range(4)] == [True, False, True, True]
    assert page.images.compare.after.only_kind == "identity"
    page.images.list.step(1)
    assert page.images.compare.after.only_kind == "identity"  # a look at one kind goes on in the next image


def test_a_text_is_kept_always_from_its_box(page: MaskPage, qtbot: QtBot) -> None:
    folder = page.session.project.folder
    page.images.compare.after.boxes.choose(1)
    qtbot.keyClick(page.images.compare.after, "k")
    assert not Project.open(folder).pixels  # an identity is not
    page.images.compare.after.boxes.choose(0)
    qtbot.keyClick(page.images.compare.after, "k")
    assert Project.open(folder).pixels["keep"] == [WORD]
    draft = page.images.by_hand.draft
    assert [(region.x, region.y) for region in draft.shown] == [(2, 2), (30, 2)]  # both that read so
    assert WORD not in page.window().statusBar().currentMessage()  # type: ignore[attr-defined]
    qtbot.keyClick(page.images.compare.after, "z", Qt.KeyboardModifier.ControlModifier)
    assert not page.images.by_hand.draft


def test_the_keep_list_is_seen_and_edited(project: Project, qtbot: QtBot) -> None:
    dialog = KeepListDialog(project.folder)
    qtbot.addWidget(dialog)
    assert not dialog.add_button.isEnabled()
    for text in ("RUHE", "BELASTUNG"):
        dialog.field.setText(text)
        qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert Project.open(project.folder).pixels["keep"] == ["RUHE", "BELASTUNG"]
    dialog.list.setCurrentRow(0)
    dialog.remove_button.click()
    assert Project.open(project.folder).pixels["keep"] == ["RUHE"]
    dialog.where.setCurrentText(SITE)
    assert dialog.list.count() == 0
    dialog.field.setText("DEMAND")
    dialog.add_button.click()
    assert site_keep_list() == ("DEMAND",)


def test_a_project_says_which_text_is_masked(page: MaskPage, qtbot: QtBot) -> None:
    qtbot.keyClick(page.images.list.list, "r", Qt.KeyboardModifier.ShiftModifier)
    rules = page.rules.pixels
    rules.choice.setCurrentIndex(1)
    rules.choice.activated.emit(1)
    assert Project.open(page.session.project.folder).pixels["mask"] == "identities"
    assert "identifies" in rules.meaning.text()


def test_a_list_that_is_gone_hears_no_more_of_the_vault(page: MaskPage, qtbot: QtBot) -> None:
    session, gone = page.session, page.images.by_hand.list
    with qtbot.waitSignal(gone.destroyed):
        gone.deleteLater()
    session.vault_changed.emit()  # an error here would fail the test
