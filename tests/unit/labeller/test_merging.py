"""Two classes become one: no label is lost, and it can be taken back."""

from pathlib import Path

import pytest

from labeller import Catalogue, LabelError
from labeller.consensus import labels_by
from tests.unit.labeller.samples import filled, label, uid


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    with filled(tmp_path) as opened:
        opened.add_class("haze", colour="#123456", definition="grey, no edge")
        opened.add_class("small haze", parent="haze")
        label(opened, [0, 1], "opacity")
        label(opened, [2, 3, 4], "haze")
        opened.set_label([uid(3)], "haze", reader="Dr. B", means="key")
        yield opened


def labels_of(catalogue: Catalogue) -> list[str | None]:
    return [catalogue.instance(uid(number)).label for number in range(6)]


def test_all_labels_and_opinions_follow_and_stay_their_readers_own(catalogue: Catalogue) -> None:
    merged = catalogue.merge_class("haze", "opacity", reader="Dr. C")
    assert merged.labels == 3
    assert labels_of(catalogue) == ["opacity"] * 5 + [None]
    assert [known.name for known in catalogue.classes()] == ["normal", "opacity", "small haze"]
    assert catalogue.instance(uid(3)).reader == "Dr. B"
    assert catalogue.labels_by_reader(uid(3)) == {"Dr. A": "opacity", "Dr. B": "opacity"}
    last = catalogue.history(uid(2))[-1]
    assert (last.previous, last.label, last.reader, last.means) == ("haze", "opacity", "Dr. C", "merge")
    assert labels_by(catalogue, "first", [catalogue.instance(uid(2))])[0].label == "opacity"


def test_a_merge_is_taken_back_with_everything_that_the_class_was(catalogue: Catalogue) -> None:
    before = catalogue.classes()
    merged = catalogue.merge_class("haze", "opacity", reader="Dr. C")
    label(catalogue, [4], "normal")
    catalogue.unmerge_class(merged, reader="Dr. C")
    assert catalogue.classes() == before
    assert labels_of(catalogue) == ["opacity", "opacity", "haze", "haze", "normal", None]
    assert catalogue.labels_by_reader(uid(3)) == {"Dr. A": "haze", "Dr. B": "haze"}
    assert [event.label for event in catalogue.history(uid(2))] == ["haze", "opacity", "haze"]


def test_combinations_and_blind_answers_follow(catalogue: Catalogue) -> None:
    reading = catalogue.start_second_reading("Dr. D", seed=1).name
    catalogue.answer(reading, uid(2), "haze")
    catalogue.add_label_set("Findings", several=True)
    findings = catalogue.in_set("Findings")
    for name in ("a", "b", "c"):
        findings.add_class(name)
    findings.set_label([uid(0)], "a + b", reader="Dr. A", means="key")
    findings.set_label([uid(1)], "a + c", reader="Dr. A", means="key")
    merged = findings.merge_class("a", "b", reader="Dr. A")
    assert [findings.instance(uid(n)).label for n in (0, 1)] == ["b", "b + c"]
    findings.unmerge_class(merged, reader="Dr. A")
    assert [findings.instance(uid(n)).label for n in (0, 1)] == ["a + b", "a + c"]
    catalogue.merge_class("haze", "opacity", reader="Dr. C")
    assert catalogue.second_reading_answers(reading)[uid(2)] == "opacity"


def test_a_consensus_stays_one(catalogue: Catalogue) -> None:
    label(catalogue, [3], "normal")
    assert catalogue.disagreements() == [uid(3)]
    catalogue.set_label([uid(3)], "haze", reader="Dr. C", means="consensus")
    catalogue.merge_class("haze", "opacity", reader="Dr. C")
    assert catalogue.disagreements() == []


def test_only_two_classes_are_merged(catalogue: Catalogue) -> None:
    for one, other in (("haze", "haze"), ("haze", "not sure"), ("haze", "gone")):
        with pytest.raises(LabelError):
            catalogue.merge_class(one, other, reader="Dr. C")
    merged = catalogue.merge_class("haze", "small haze", reader="Dr. C")
    catalogue.unmerge_class(merged, reader="Dr. C")
    assert {known.name: known.parent for known in catalogue.classes()}["small haze"] == "haze"


def test_the_history_says_what_was_on_the_screen(catalogue: Catalogue) -> None:
    seen = catalogue.looking_at("original")
    seen.set_label([uid(5)], "normal", reader="Dr. A", means="key")
    seen.set_note([uid(5)], "motion", reader="Dr. A")
    catalogue.looking_at("masked").set_label([uid(5)], "haze", reader="Dr. A", means="key")
    catalogue.set_label([uid(5)], "opacity", reader="Dr. A", means="list")
    assert [event.shown for event in catalogue.history(uid(5))] == ["original", "original", "masked", ""]
