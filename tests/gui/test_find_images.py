"""Finding images on the Label page: by text, by facts, and by choices that were kept."""

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.gui.labelling.find_images import FindImagesDialog
from app.gui.main_window import MainWindow
from app.gui.pages.label_page import LabelPage
from app.project import Project
from labeller import InstanceFilter, NewInstance, PredictionRow, RunRow
from tests.gui.conftest import _instance
from tests.gui.test_label import opened, uid


@pytest.fixture
def page(window: MainWindow, labelled: Project, qtbot: QtBot) -> LabelPage:
    with labelled.catalogue() as catalogue:
        for number, (age, sex, part) in enumerate((("034Y", "F", "KNEE"), ("071Y", "M", "CHEST"))):
            known = _instance(labelled, number)
            facts = {name: getattr(known, name) for name in known.__dataclass_fields__}
            facts |= {"patient_age": age, "patient_sex": sex, "body_part": part}
            catalogue.add_instances([NewInstance(**facts)])
        catalogue.set_label([uid(5)], "not sure", reader="B", means="key")
        catalogue.set_note([uid(6)], "rotated", reader="B")
        catalogue.set_label([uid(8)], "finding", reader="C", means="key")
        catalogue.set_masking(uid(9), {"regions": [{"kind": "text"}]})
        catalogue.set_review(uid(10), ["look"])
        catalogue.add_run(RunRow("run", "run", "2026-01-01", "quick", {}))
        said = [
            PredictionRow(uid(n), "run", name, {name: score}, "2026-01-01")
            for n, name, score in ((12, "clear", 0.9), (14, "clear", 0.55), (16, "finding", 0.8))
        ]
        catalogue.add_predictions("run", said)
    window.session.open(labelled.folder)
    return opened(window, qtbot)


def dialog_of(page: LabelPage) -> FindImagesDialog:
    page.browsing.ask_filter()
    return page.findChildren(FindImagesDialog)[-1]


def choose(dialog: FindImagesDialog, **wanted: object) -> None:
    for name, value in wanted.items():
        box = dialog.boxes[name]
        assert box.findData(value) >= 0, name
        box.setCurrentIndex(box.findData(value))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"body_part": "CHEST"}, [1]),
        ({"patient_sex": "F"}, [0]),
        ({"reader": "B"}, [5]),
        ({"kind": "unsure"}, [5]),
        ({"noted": True}, [6]),
        ({"disputed": True}, [8]),
        ({"masked": True}, [9]),
        ({"needs_review": True}, [10]),
        ({"predicted": "finding"}, [16]),
        ({"contradicted": True}, [14, 16]),
        ({"contradicted": False}, [12]),
    ],
)
def test_images_are_found_by_facts(page: LabelPage, wanted: dict[str, object], found: list[int]) -> None:
    dialog = dialog_of(page)
    choose(dialog, **wanted)
    dialog.accept()
    assert page.model.uids == [uid(number) for number in found]
    assert page.filter.more.text() == "Filter (1)"


def test_images_are_found_by_age(page: LabelPage) -> None:
    dialog = dialog_of(page)
    dialog.age_from.setValue(60)
    assert dialog.chosen() == InstanceFilter(age_from=60)
    dialog.accept()
    assert page.model.uids == [uid(1)]


def test_images_are_found_by_how_sure_the_model_is(page: LabelPage) -> None:
    dialog = dialog_of(page)
    dialog.score_from.setValue(70)
    dialog.score_to.setValue(85)
    dialog.accept()
    assert page.model.uids == [uid(16)]
    page.filter.choose(InstanceFilter(), 0)
    page.filter.order.setCurrentIndex(page.filter.order.findData("doubtful"))
    assert page.model.uids[:3] == [uid(14), uid(16), uid(12)]


def test_without_a_run_nothing_is_asked_about_a_model(
    window: MainWindow, with_one: Project, qtbot: QtBot
) -> None:
    window.session.open(with_one.folder)
    dialog = dialog_of(opened(window, qtbot))
    assert not dialog.boxes["predicted"].isEnabled()
    assert "No model" in dialog.score_from.toolTip()


def test_images_are_found_by_text(page: LabelPage, qtbot: QtBot) -> None:
    QTest.keyClicks(page.filter.text, "chest")
    qtbot.waitUntil(lambda: page.model.uids == [uid(1)])
    page.filter.text.clear()
    qtbot.waitUntil(lambda: len(page.model.uids) == 24)


def test_choices_are_kept_by_name_and_taken_again(page: LabelPage) -> None:
    dialog = dialog_of(page)
    choose(dialog, body_part="CHEST", patient_sex="M")
    dialog.age_to.setValue(80)
    dialog.keep("old chests")
    dialog.reject()
    assert len(page.model.uids) == 24
    dialog = dialog_of(page)
    assert dialog.kept.findText("old chests") > 0
    dialog.take("old chests")
    assert dialog.chosen() == InstanceFilter(body_part="CHEST", patient_sex="M", age_to=80)
    dialog.accept()
    assert page.model.uids == [uid(1)]
