"""Several answers become one."""

import json

import numpy as np
import pytest

from trainer.ensembles.combining import AVERAGE, EXPERTS, STACK, VOTE, Combination, Gate
from trainer.ensembles.stacking import held_out, learn_stack
from trainer.errors import DataSetError

SAID = np.array([[[0.9, 0.1], [0.2, 0.8]], [[0.6, 0.4], [0.4, 0.6]], [[0.1, 0.9], [0.7, 0.3]]])


def test_the_average_is_the_mean() -> None:
    assert Combination(AVERAGE)(SAID) == pytest.approx(SAID.mean(axis=0))


def test_votes_count_and_the_mean_decides_among_equals() -> None:
    assert Combination(VOTE)(SAID).argmax(axis=1).tolist() == [0, 1]
    tied = SAID[[0, 2]]
    said = Combination(VOTE)(tied)
    assert said.argmax(axis=1).tolist() == tied.mean(axis=0).argmax(axis=1).tolist()
    assert said.sum(axis=1) == pytest.approx(1)


def test_an_expert_answers_alone_and_all_together_where_none_is_for_it() -> None:
    combination = Combination(EXPERTS, gate=Gate("body_part", ("KNEE", "HAND", "CHEST")))
    asked = combination.asked(3, [{"body_part": " hand"}, {"body_part": "SKULL"}, {}])
    assert asked.T.tolist() == [[False, True, False], [True] * 3, [True] * 3]
    assert combination(np.where(asked[:, :2, None], SAID, np.nan)) == pytest.approx(
        np.array([SAID[1, 0], SAID[:, 1].mean(axis=0)])
    )


def sayings(images: int = 120) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """One member knows, one guesses."""
    rng = np.random.default_rng(1)
    labels = np.arange(images) % 2
    knows = np.clip(labels * 0.5 + rng.normal(0.25, 0.15, images), 0.02, 0.98)
    guesses = rng.uniform(0.02, 0.98, images)
    said = np.stack([np.stack([1 - each, each], axis=1) for each in (knows, guesses)])
    return said, labels, [f"p{n // 2}" for n in range(images)]


def test_a_stack_trusts_the_member_that_knows() -> None:
    said, labels, _ = sayings()
    combination = Combination(STACK, learn_stack(said, labels))
    right = (combination(said).argmax(axis=1) == labels).mean()
    assert right > (said.mean(axis=0).argmax(axis=1) == labels).mean()
    assert right >= (said[0].argmax(axis=1) == labels).mean() - 0.02


def test_what_a_stack_says_on_validation_is_said_by_one_that_has_not_seen_the_patient() -> None:
    rng = np.random.default_rng(2)
    labels = np.repeat(rng.integers(0, 2, 40), 3)  # three images a patient, all alike
    marks = np.repeat(rng.uniform(0.05, 0.95, (12, 40)), 3, axis=1)
    said = np.stack([1 - marks, marks], axis=2)
    patients = [f"p{n // 3}" for n in range(120)]
    seen = (Combination(STACK, learn_stack(said, labels))(said).argmax(axis=1) == labels).mean()
    honest = (held_out(said, labels, patients).argmax(axis=1) == labels).mean()
    assert honest < seen - 0.05


def test_a_class_of_one_patient_cannot_teach_a_stack() -> None:
    said, labels, _ = sayings(20)
    with pytest.raises(DataSetError, match="too few patients"):
        held_out(said, labels, ["a" if label else f"p{n}" for n, label in enumerate(labels)])


@pytest.mark.parametrize("made", [
    Combination(AVERAGE), Combination(VOTE), Combination(STACK, learn_stack(*sayings()[:2])),
    Combination(EXPERTS, gate=Gate("body_part", ("KNEE", "HAND"))),
])  # fmt: skip
def test_it_reads_back_as_it_was_written(made: Combination) -> None:
    assert Combination.from_json(json.loads(json.dumps(made.as_json())), members=2, classes=2) == made


@pytest.mark.parametrize("document", [
    [], {}, {"method": "average"}, {"method": "stack", "stack": None, "gate": None},
    {"method": "stack", "stack": {"kernel": [[1, 2]], "bias": [0, 0]}, "gate": None},
    {"method": "stack", "stack": {"kernel": [[float("inf"), 0]] * 4, "bias": [0, 0]}, "gate": None},
    {"method": "experts", "stack": None, "gate": {"column": "a", "values": ["x"]}},
    {"method": "eval", "stack": None, "gate": None},
])  # fmt: skip
def test_what_is_no_ensemble_of_ours_is_refused(document: object) -> None:
    with pytest.raises(ValueError, match="ensemble"):
        Combination.from_json(document, members=2, classes=2)
