import sqlite3
from pathlib import Path

import pytest

from labeller import Catalogue, LabelError
from labeller.classes import PALETTE
from tests.unit.labeller.samples import filled, label, uid


def test_every_step_of_a_label_is_kept(tmp_path: Path) -> None:
    catalogue = filled(tmp_path)
    label(catalogue, [3], "normal")
    label(catalogue, [3], "opacity", reader="Dr. B")
    label(catalogue, [3], None)
    steps = [(e.previous, e.label, e.reader, e.previous_reader, e.means) for e in catalogue.history(uid(3))]
    assert steps == [
        (None, "normal", "Dr. A", None, "key"),
        ("normal", "opacity", "Dr. B", "Dr. A", "key"),
        ("opacity", None, "Dr. A", "Dr. B", "key"),
    ]
    assert catalogue.instance(uid(3)).label is None
    assert [event.at for event in catalogue.history(uid(3))] == sorted(
        e.at for e in catalogue.history(uid(3))
    )
    assert all(event.at.endswith("+00:00") for event in catalogue.history(uid(3)))


def test_the_history_cannot_be_changed_or_shortened(tmp_path: Path) -> None:
    catalogue = filled(tmp_path)
    label(catalogue, [0], "normal")
    with sqlite3.connect(tmp_path / "catalogue.sqlite") as file:
        for statement in (
            "UPDATE label_event SET class_name = 'opacity'",
            "DELETE FROM label_event",
            "INSERT OR REPLACE INTO label_event (id, instance_id, reader_id, at, means) VALUES (1, 1, 1, '', '')",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                file.execute(statement)
    file.close()
    assert [event.label for event in catalogue.history(uid(0))] == ["normal"]


def test_the_same_label_again_adds_nothing(tmp_path: Path) -> None:
    catalogue = filled(tmp_path)
    label(catalogue, [0], "normal")
    assert catalogue.set_label([uid(0)], "normal", reader="Dr. A", means="list") == []
    assert len(catalogue.set_label([uid(0)], "normal", reader="Dr. B", means="list")) == 1
    assert catalogue.set_label([uid(1)], None, reader="Dr. A", means="list") == []
    assert catalogue.set_label([], "normal", reader="Dr. A", means="list") == []


def test_an_error_labels_none_at_all(tmp_path: Path) -> None:
    catalogue = filled(tmp_path)
    with pytest.raises(LabelError, match="1 of the instances"):
        catalogue.set_label([uid(0), "2.25.404"], "normal", reader="Dr. A", means="key")
    with pytest.raises(LabelError, match="no label class"):
        label(catalogue, [0], "tumour")
    assert catalogue.history(uid(0)) == []
    assert catalogue.readers() == []


def test_undo_is_a_step_of_its_own(tmp_path: Path) -> None:
    catalogue = filled(tmp_path)
    label(catalogue, [0], "normal", reader="Dr. B")
    events = catalogue.set_label([uid(n) for n in (0, 1, 2)], "opacity", reader="Dr. A", means="key")
    undone = catalogue.undo(events, reader="Dr. A")
    assert {event.means for event in undone} == {"undo"}
    assert [catalogue.instance(uid(n)).label for n in (0, 1, 2)] == ["normal", None, None]
    assert catalogue.instance(uid(0)).reader == "Dr. B"
    assert [e.label for e in catalogue.history(uid(0))] == ["normal", "opacity", "normal"]
    assert catalogue.labels_by_reader(uid(0)) == {"Dr. B": "normal"}
    catalogue.undo(undone, reader="Dr. A")
    assert [catalogue.instance(uid(n)).label for n in (0, 1, 2)] == ["opacity"] * 3


def test_undoing_several_steps_at_once_goes_back_to_before_the_first(tmp_path: Path) -> None:
    catalogue = filled(tmp_path)
    steps = catalogue.set_label([uid(0)], "normal", reader="Dr. A", means="key")
    steps += catalogue.set_label([uid(0)], "opacity", reader="Dr. A", means="key")
    catalogue.undo(steps, reader="Dr. A")
    assert catalogue.instance(uid(0)).label is None


def test_each_reader_has_a_label_of_their_own(tmp_path: Path) -> None:
    catalogue = filled(tmp_path)
    label(catalogue, [0], "normal", reader="Dr. A")
    label(catalogue, [0], "opacity", reader="Dr. B")
    assert catalogue.labels_by_reader(uid(0)) == {"Dr. A": "normal", "Dr. B": "opacity"}
    assert catalogue.instance(uid(0)).label == "opacity"
    catalogue.add_reader("Dr. B", "resident")
    assert [(r.name, r.role) for r in catalogue.readers()] == [("Dr. A", ""), ("Dr. B", "resident")]


def test_five_thousand_at_once(tmp_path: Path) -> None:
    catalogue = filled(tmp_path, 5000)
    assert len(catalogue.set_label(catalogue.uids(), "opacity", reader="Dr. A", means="key")) == 5000
    assert catalogue.counts_by_class() == {"normal": 0, "opacity": 5000}


def test_classes_get_colours_and_digits(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c.sqlite")
    made = [catalogue.add_class(f"class {number}") for number in range(11)]
    assert "".join(each.shortcut for each in made) == "1234567890"
    assert [each.shortcut for each in made][10] == ""
    assert len({each.colour for each in made[:10]}) == 10
    assert {each.colour for each in made} == set(PALETTE)
    assert catalogue.classes() == made


@pytest.mark.parametrize("name", ["", "  ", "=1+1", "+ve", "-", "@home", "a\nb", "x" * 65, "Normal"])
def test_a_name_that_cannot_work_is_refused(tmp_path: Path, name: str) -> None:
    catalogue = filled(tmp_path)
    with pytest.raises(LabelError) as caught:
        catalogue.add_class(name)
    assert caught.value.remedy


def test_a_taken_digit_is_refused(tmp_path: Path) -> None:
    catalogue = filled(tmp_path)
    with pytest.raises(LabelError, match="1"):
        catalogue.add_class("other", shortcut="1")
    assert catalogue.add_class("other", shortcut="0", colour="#123456").colour == "#123456"


def test_labels_and_history_follow_a_renamed_class(tmp_path: Path) -> None:
    catalogue = filled(tmp_path)
    label(catalogue, [0], "normal")
    catalogue.rename_class("normal", "Normal")
    assert catalogue.instance(uid(0)).label == "Normal"
    assert catalogue.history(uid(0))[0].label == "Normal"
    with pytest.raises(LabelError, match="already"):
        catalogue.rename_class("Normal", "OPACITY")


def test_a_used_class_stays(tmp_path: Path) -> None:
    catalogue = filled(tmp_path)
    label(catalogue, range(3), "normal")
    with pytest.raises(LabelError, match="3 instances"):
        catalogue.remove_class("normal")
    label(catalogue, range(3), None)
    catalogue.remove_class("normal")
    assert [known.name for known in catalogue.classes()] == ["opacity"]
    assert [event.label for event in catalogue.history(uid(0))] == ["normal", None]


def test_classes_are_shown_in_the_order_given(tmp_path: Path) -> None:
    catalogue = filled(tmp_path)
    assert [known.name for known in catalogue.reorder_classes(["opacity", "normal"])] == ["opacity", "normal"]
    assert list(catalogue.counts_by_class()) == ["opacity", "normal"]
    with pytest.raises(LabelError):
        catalogue.reorder_classes(["opacity"])


def test_undo_gives_a_reader_the_own_opinion_back_that_another_had_overruled(tmp_path: Path) -> None:
    with filled(tmp_path) as catalogue:
        label(catalogue, [0], "opacity", reader="B")
        label(catalogue, [0], "normal", reader="A")
        events = catalogue.set_label([uid(0)], "normal", reader="B", means="key")
        catalogue.undo(events, reader="B")
        assert catalogue.instance(uid(0)).reader == "A"
        assert catalogue.labels_by_reader(uid(0)) == {"A": "normal", "B": "opacity"}
        assert catalogue.history(uid(0))[-2].own == "opacity"


def test_steps_of_several_readers_are_taken_back_at_once_and_done_again(tmp_path: Path) -> None:
    with filled(tmp_path) as catalogue:
        label(catalogue, [0, 1], "opacity", reader="A")
        before = (catalogue.opinions(), catalogue.counts_by_class())
        first = catalogue.next_step()
        for reader, name in (("A", "normal"), ("B", "opacity"), ("A", "opacity"), ("C", "normal")):
            catalogue.set_label([uid(n) for n in range(4)], name, reader=reader, means="list")
        catalogue.set_label([uid(3)], "opacity", reader="D", means="consensus")
        after = (catalogue.opinions(), catalogue.counts_by_class())
        between = catalogue.next_step()
        assert catalogue.take_back(range(first, between), means={"list", "consensus"}) == 4
        assert (catalogue.opinions(), catalogue.counts_by_class()) == before
        catalogue.take_back(range(between, catalogue.next_step()), means={"undo"})
        assert (catalogue.opinions(), catalogue.counts_by_class()) == after
