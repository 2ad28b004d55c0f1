"""Second readings, agreement out of the catalogue, and consensus."""

from pathlib import Path

import pytest

from labeller import InstanceFilter, LabelError
from tests.unit.labeller.samples import filled, label, uid


def test_a_second_reading_is_a_random_sample_that_its_seed_repeats(tmp_path: Path) -> None:
    with filled(tmp_path) as catalogue:
        label(catalogue, range(30), "normal")
        first = catalogue.start_second_reading("Dr. B", number=10, seed=4)
        again = catalogue.start_second_reading("Dr. B", number=10, seed=4)
        other = catalogue.start_second_reading("Dr. B", number=10, seed=5)
        order = list(catalogue.second_reading_answers(first.name))
        assert (first.total, first.answered, first.reader) == (10, 0, "Dr. B")
        assert order == list(catalogue.second_reading_answers(again.name))
        assert order != list(catalogue.second_reading_answers(other.name))
        assert order != sorted(order)
        assert set(order) <= {uid(n) for n in range(30)}


def test_answers_do_not_change_the_label_that_counts(tmp_path: Path) -> None:
    with filled(tmp_path) as catalogue:
        label(catalogue, range(6), "normal", "Dr. A")
        reading = catalogue.start_second_reading("Dr. B")
        catalogue.answer(reading.name, uid(0), "opacity")
        catalogue.answer(reading.name, uid(1), "normal")
        assert catalogue.instance(uid(0)).label == "normal"
        assert catalogue.instance(uid(0)).reader == "Dr. A"
        assert catalogue.second_reading_answers(reading.name)[uid(0)] == "opacity"
        assert [(e.reader, e.label, e.means) for e in catalogue.history(uid(0))] == [
            ("Dr. A", "normal", "key"),
            ("Dr. B", "opacity", "second reading"),
        ]
        assert catalogue.second_readings()[0].answered == 2
        pair = catalogue.agreement().pairs[0]
        assert (pair.first, pair.second, pair.instances, pair.percent) == ("Dr. A", "Dr. B", 2, 0.5)


def test_an_answer_can_be_changed_and_taken_back(tmp_path: Path) -> None:
    with filled(tmp_path) as catalogue:
        label(catalogue, range(2), "normal")
        reading = catalogue.start_second_reading("Dr. B").name
        catalogue.answer(reading, uid(0), "opacity")
        assert catalogue.answer(reading, uid(0), "normal").previous == "opacity"
        assert catalogue.answer(reading, uid(0), None).previous == "normal"
        assert catalogue.second_reading_answers(reading)[uid(0)] is None
        assert "Dr. B" not in catalogue.opinions()


def test_the_same_reader_twice_is_compared_with_themselves(tmp_path: Path) -> None:
    with filled(tmp_path) as catalogue:
        label(catalogue, range(4), "normal", "Dr. A")
        reading = catalogue.start_second_reading("Dr. A").name
        catalogue.answer(reading, uid(0), "opacity")
        catalogue.answer(reading, uid(1), "normal")
        pair = catalogue.agreement().pairs[0]
        assert (pair.first, pair.second) == ("Dr. A", "Dr. A (again)")
        assert pair.table == ((1, 1), (0, 0))


def test_a_cell_of_the_confusion_opens_its_images(tmp_path: Path) -> None:
    with filled(tmp_path) as catalogue:
        label(catalogue, range(4), "normal", "Dr. A")
        label(catalogue, [1, 3], "opacity", "Dr. B")
        label(catalogue, [2], "normal", "Dr. B")
        assert catalogue.read_as([("Dr. A", "normal"), ("Dr. B", "opacity")]) == [uid(1), uid(3)]
        assert catalogue.disagreements() == [uid(1), uid(3)]
        assert catalogue.disagreements(InstanceFilter(patient="LG0001")) == [uid(3)]


def test_a_consensus_settles_a_disagreement_and_is_nobodys_opinion(tmp_path: Path) -> None:
    with filled(tmp_path) as catalogue:
        label(catalogue, [0, 1], "normal", "Dr. A")
        label(catalogue, [0, 1], "opacity", "Dr. B")
        before = catalogue.agreement()
        events = catalogue.set_label([uid(0)], "normal", reader="Dr. B", means="consensus")
        assert catalogue.instance(uid(0)).label == "normal"
        assert catalogue.disagreements() == [uid(1)]
        assert catalogue.agreement() == before
        catalogue.undo(events, reader="Dr. B")
        assert catalogue.instance(uid(0)).label == "opacity"
        assert catalogue.disagreements() == [uid(0), uid(1)]
        assert catalogue.agreement() == before


def test_a_consensus_may_confirm_the_label_that_stood_there(tmp_path: Path) -> None:
    with filled(tmp_path) as catalogue:
        label(catalogue, [0], "normal", "Dr. A")
        label(catalogue, [0], "opacity", "Dr. B")
        events = catalogue.set_label([uid(0)], "opacity", reader="Dr. B", means="consensus")
        assert catalogue.disagreements() == []
        catalogue.undo(events, reader="Dr. B")
        assert catalogue.disagreements() == [uid(0)]
        assert catalogue.instance(uid(0)).label == "opacity"


def test_the_majority_decides_where_there_is_one(tmp_path: Path) -> None:
    with filled(tmp_path) as catalogue:
        label(catalogue, [0, 1], "normal", "Dr. A")
        label(catalogue, [0], "normal", "Dr. C")
        label(catalogue, [0, 1], "opacity", "Dr. B")
        events = catalogue.adopt_majority(reader="Dr. C")
        assert [(e.sop_instance_uid, e.label, e.means) for e in events] == [(uid(0), "normal", "majority")]
        assert catalogue.disagreements() == [uid(1)]
        assert catalogue.labels_by_reader(uid(0))["Dr. B"] == "opacity"


def test_what_cannot_be_done_is_said(tmp_path: Path) -> None:
    with filled(tmp_path) as catalogue:
        with pytest.raises(LabelError, match="nothing to read a second time"):
            catalogue.start_second_reading("Dr. B")
        label(catalogue, [0], "normal")
        reading = catalogue.start_second_reading("Dr. B").name
        with pytest.raises(LabelError, match="does not belong"):
            catalogue.answer(reading, uid(5), "normal")
        with pytest.raises(LabelError, match="no second reading"):
            catalogue.answer("Second reading 9", uid(0), "normal")
        catalogue.answer(reading, uid(0), "opacity")
        with pytest.raises(LabelError, match="answers already"):
            catalogue.remove_second_reading(reading)
        with pytest.raises(LabelError, match="1 instance is"):
            catalogue.remove_class("opacity")
        empty = catalogue.start_second_reading("Dr. B").name
        catalogue.remove_second_reading(empty)
        assert [each.name for each in catalogue.second_readings()] == [reading]
