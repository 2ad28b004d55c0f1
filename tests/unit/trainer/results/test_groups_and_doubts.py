"""Groups, leaks, over-fitting and the learning curve, in words."""

from collections.abc import Sequence

import numpy as np
import pytest

from tests.unit.trainer.results.made import judged, made_answers, made_rules
from trainer.results.conclusion import conclude
from trainer.results.doubts import Described, leaks, near_duplicates, overfitting, too_good, worse_on_test
from trainer.results.groups import age_group, evaluate_groups, groups_of
from trainer.results.judging import evaluate_split
from trainer.results.learning_curve import LearningPoint, in_words, learning_curve


@pytest.mark.parametrize(
    ("age", "group"),
    [
        ("011M", "under 18"),
        ("017Y", "under 18"),
        ("018Y", "18 to 39"),
        ("40", "40 to 59"),
        ("102Y", "80 and over"),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_ages_as_dicom_writes_them_fall_into_groups(age: str, group: str) -> None:
    assert age_group(age) == group


def test_every_image_is_in_one_group_of_each_column_and_counted() -> None:
    answers = made_answers(images=240)
    found = conclude(answers, made_rules(answers)).groups
    assert {group.column for group in found} == {"patient_sex", "age_group"}
    for column in ("patient_sex", "age_group"):
        assert sum(group.images for group in found if group.column == column) == 240
    women = next(group for group in found if group.value == "F")
    assert women.images == 120
    assert women.patients == 60
    assert sum(women.counts.values()) == 120
    assert {figure.kind for figure in women.figures} == {"auc", "accuracy", "sensitivity", "specificity"}
    assert women.doubt == ""


def test_a_group_in_which_the_model_fails_stands_out_and_a_small_one_is_not_judged() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 300)
    finding = np.clip(0.5 + (labels - 0.5) * 0.6 + rng.normal(0, 0.15, 300), 0.01, 0.99)
    makers = np.where(np.arange(300) < 100, "A", np.where(np.arange(300) < 290, "B", "C"))
    finding[:100] = rng.random(100)  # on devices of A it guesses
    given = judged(labels, np.stack([1 - finding, finding], 1))
    found = {g.value: g for g in evaluate_groups(given, [{"manufacturer": str(maker)} for maker in makers])}
    assert found["A"].doubt.startswith("AUC differs from the rest by -0.")
    assert found["C"].doubt == "too small to judge: 10 patients"


def test_what_is_not_known_is_a_group_and_what_does_not_divide_is_none() -> None:
    facts = [
        {"patient_sex": "F", "modality": "DX"},
        {"modality": "DX"},
        {"patient_sex": "M", "modality": "DX"},
    ]
    assert groups_of(facts) == {"patient_sex": ["F", "not known", "M"]}


def described(labels: Sequence[int], columns: dict[str, Sequence[str]], name: str) -> Described:
    facts = [{key: values[n] for key, values in columns.items()} for n in range(len(labels))]
    return Described(
        np.array(labels),
        [f"{name}{n}" for n in range(len(labels))],
        facts,
        [f"{name}-sha-{n}" for n in range(len(labels))],
    )


def test_a_scanner_that_tells_the_class_is_a_leak_and_one_that_does_not_is_none() -> None:
    labels = [0, 1] * 30
    telling = {"manufacturer": ["A" if label else "B" for label in labels]}
    silent = {"manufacturer": ["A", "A", "B", "B"] * 15}
    for columns, expected in ((telling, 1), (silent, 0)):
        train, validation = (described(labels, columns, name) for name in ("t", "v"))
        texts = list(leaks(train, validation, ("normal", "spot")))
        assert len(texts) == expected
        assert all("the manufacturer alone tells the classes apart (AUC 1.00" in text for text in texts)


def test_the_same_file_in_two_splits_is_a_leak() -> None:
    train, validation = described([0, 1], {}, "same"), described([0, 1], {}, "same")
    assert "2 file(s) stand in the training and in the validation split" in next(
        leaks(train, validation, ("normal", "spot"))
    )
    assert "1 validation image(s) look almost the same" in next(near_duplicates([0.01, 0.8]))
    assert list(near_duplicates([0.6, 0.8])) == []


def test_over_fitting_is_said_with_both_figures() -> None:
    rows = [
        {"epoch": 1.0, "accuracy": 0.7, "val_accuracy": 0.7, "val_loss": 0.6},
        {"epoch": 2.0, "accuracy": 0.99, "val_accuracy": 0.8, "val_loss": 0.5},
        {"epoch": 3.0, "accuracy": 1.0, "val_accuracy": 0.8, "val_loss": 0.9},
    ]
    texts = list(overfitting(rows, 2))
    assert "99% of the training images are said rightly, but only 80%" in texts[0]
    assert "validation loss rose" in texts[1]
    assert list(overfitting(rows[:1], 1)) == []
    assert len(list(overfitting([{**row, "regularisation": 1.0} for row in rows], 2))) == 1


def test_perfection_and_a_fall_on_the_test_split_are_doubted() -> None:
    labels = np.repeat([0, 1], 60)
    perfect = np.where(labels[:, None] == [[0, 1]], 0.99, 0.01)
    validation = evaluate_split(judged(labels, perfect), "validation")
    rng = np.random.default_rng(1)
    finding = rng.random(120)
    test = evaluate_split(judged(labels, np.stack([1 - finding, finding], 1)), "test")
    assert "almost perfect" in next(too_good(validation))
    assert "less than validation promised" in next(worse_on_test(validation, test))
    assert list(too_good(test)) == list(worse_on_test(validation, validation)) == []


def test_the_learning_curve_takes_whole_patients_and_smaller_draws_are_parts_of_larger() -> None:
    labels = np.repeat([0, 1], 50)
    patients = [f"p{n // 2}" for n in range(100)]
    drawn: list[np.ndarray] = []

    def fit(chosen: np.ndarray) -> np.ndarray:
        drawn.append(chosen)
        finding = np.where(labels == 1, 0.5 + len(chosen) / 250, 0.5) - np.arange(100) % 7 / 14
        return np.stack([1 - finding, finding], 1)

    points = list(learning_curve(labels, patients, labels, fit))
    assert [point.fraction for point in points] == [0.1, 0.25, 0.5, 1.0]
    assert [point.patients for point in points] == [4, 12, 24, 50]
    assert all(point.images == 2 * point.patients for point in points)
    assert points[-1].auc > points[0].auc
    assert set(drawn[0]) <= set(drawn[3]) <= set(drawn[6])
    assert len(drawn) == 10
    assert "still rises" in in_words(points)


def test_a_flat_learning_curve_and_a_noisy_one_are_told_apart() -> None:
    def curve(half: float, whole: float, spread: float) -> list[LearningPoint]:
        values = ((0.1, 0.7), (0.25, 0.75), (0.5, half), (1.0, whole))
        return [LearningPoint(f, 10, 5, a, a - spread / 2, a + spread / 2) for f, a in values]

    assert "hardly rises" in in_words(curve(0.9, 0.902, 0.0))
    assert "chance alone" in in_words(curve(0.9, 0.93, 0.1))
    assert in_words([]) == ""


def test_a_handful_of_images_has_no_learning_curve() -> None:
    labels = np.array([0, 1] * 5)
    assert list(learning_curve(labels, ["p"] * 10, labels, lambda _: np.zeros((10, 2)))) == []
