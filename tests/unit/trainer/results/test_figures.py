"""Every figure against scikit-learn's, its interval against what it must hold."""

import importlib

import numpy as np
import pytest

from tests.unit.trainer.results.made import judged, made_answers, made_rules
from trainer.results import weighted
from trainer.results.intervals import Bootstrap
from trainer.results.judging import Judged, evaluate_split

sk = importlib.import_module("sklearn.metrics")


def _values(found_from: Judged) -> dict[str, float]:
    return dict(evaluate_split(found_from, "test").metrics)


def test_figures_of_two_classes_are_scikit_learn_s() -> None:
    answers = made_answers(images=300)
    found = _values(Judged(answers.labels, answers.raw, answers.patients, answers.classes))
    labels, scores = answers.labels, answers.raw[:, 1]
    said = answers.raw.argmax(axis=1)
    expected = {
        "accuracy": sk.accuracy_score(labels, said),
        "balanced_accuracy": sk.balanced_accuracy_score(labels, said),
        "kappa": sk.cohen_kappa_score(labels, said),
        "sensitivity": sk.recall_score(labels, said),
        "specificity": sk.recall_score(labels, said, pos_label=0),
        "ppv": sk.precision_score(labels, said),
        "npv": sk.precision_score(labels, said, pos_label=0),
        "f1": sk.f1_score(labels, said),
        "auc": sk.roc_auc_score(labels, scores),
        "average_precision": sk.average_precision_score(labels, scores),
        "brier": sk.brier_score_loss(labels, scores),
        "f1:normal": sk.f1_score(labels, said, pos_label=0),
        "average_precision:normal": sk.average_precision_score(labels == 0, 1 - scores),
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected)


def test_figures_of_three_classes_are_scikit_learn_s_macro_means() -> None:
    answers = made_answers(images=300, classes=("a", "b", "c"))
    found = _values(Judged(answers.labels, answers.raw, answers.patients, answers.classes))
    labels, said = answers.labels, answers.raw.argmax(axis=1)
    expected = {
        "accuracy": sk.accuracy_score(labels, said),
        "kappa": sk.cohen_kappa_score(labels, said),
        "sensitivity": sk.recall_score(labels, said, average="macro"),
        "ppv": sk.precision_score(labels, said, average="macro"),
        "f1": sk.f1_score(labels, said, average="macro"),
        "auc": sk.roc_auc_score(labels, answers.raw, multi_class="ovr"),
        "average_precision": sk.average_precision_score(np.eye(3)[labels], answers.raw),
        "brier": sk.brier_score_loss(labels, answers.raw, scale_by_half=False) / 3,
        "f1:b": sk.f1_score(labels, said, average=None)[1],
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected)


def test_weights_count_as_repeated_images_do() -> None:
    answers = made_answers(images=80)
    times = np.random.default_rng(5).integers(0, 4, (3, 80))
    positive, scores = answers.labels == 1, np.round(answers.raw[:, 1], 1)
    for draw in times:
        expected = sk.roc_auc_score(positive, scores, sample_weight=draw)
        assert weighted.auc(draw[None].astype(float), positive, scores)[0] == pytest.approx(expected)
        expected = sk.average_precision_score(positive, scores, sample_weight=draw)
        assert weighted.average_precision(draw[None].astype(float), positive, scores)[0] == pytest.approx(
            expected
        )


def test_calibration_error_of_an_example_worked_by_hand() -> None:
    scores = np.array([0.05, 0.05, 0.95, 0.95, 0.95, 0.95])
    positive = np.array([False, True, True, True, True, False])
    error = weighted.calibration_error(np.ones((1, 6)), positive, scores)[0]
    # Two images said 0.05, half of them positive; four said 0.95, three of them positive.
    assert error == pytest.approx((2 * abs(0.5 - 0.05) + 4 * abs(0.75 - 0.95)) / 6)


def test_intervals_draw_patients_and_so_are_wider_where_images_are_copies() -> None:
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 2, 60)
    finding = np.clip(rng.normal(0.35 + 0.3 * labels, 0.25), 0.01, 0.99)
    once = evaluate_split(judged(labels, np.stack([1 - finding, finding], 1)), "test").metrics
    many_labels, many = np.repeat(labels, 5), np.repeat(finding, 5)
    copied = evaluate_split(judged(many_labels, np.stack([1 - many, many], 1), each=5), "test").metrics
    assert copied["auc"] == pytest.approx(once["auc"])
    widths = [found["auc_high"] - found["auc_low"] for found in (once, copied)]
    assert widths[1] == pytest.approx(widths[0], rel=0.01)


def test_the_interval_of_the_auc_is_delong_s_on_a_large_sample() -> None:
    rng = np.random.default_rng(4)
    labels = np.repeat([0, 1], 300)
    scores = rng.normal(labels.astype(float), 1)
    finding = 1 / (1 + np.exp(-scores))
    found = evaluate_split(judged(labels, np.stack([1 - finding, finding], 1)), "test").metrics
    above = (scores[labels == 1][:, None] > scores[labels == 0][None]).astype(float)
    variance = above.mean(1).var(ddof=1) / 300 + above.mean(0).var(ddof=1) / 300
    assert found["auc"] == pytest.approx(above.mean())
    assert found["auc_high"] - found["auc_low"] == pytest.approx(2 * 1.96 * variance**0.5, rel=0.08)


def test_without_an_error_no_interval_pretends_certainty() -> None:
    found = evaluate_split(
        judged(np.array([0, 0, 1, 1]), np.array([[0.9, 0.1]] * 2 + [[0.1, 0.9]] * 2)), "test"
    )
    assert found.metrics["auc"] == 1.0
    assert "auc_low" not in found.metrics
    assert any("too few errors" in text for text in found.warnings)
    assert found.metrics["accuracy_low"] == pytest.approx(0.5101, abs=1e-4)


def test_each_figure_has_its_count_and_stands_beside_the_dummy() -> None:
    labels = np.array([0] * 30 + [1] * 10)
    finding = np.linspace(0.05, 0.95, 40)
    given = judged(labels, np.stack([1 - finding, finding], 1))
    figures = {f.name: f for f in evaluate_split(given, "test", prior=np.array([0.75, 0.25])).figures}
    assert (figures["accuracy"].count, figures["accuracy"].total) == (30, 40)
    assert figures["accuracy"].dummy == 0.75
    assert figures["auc"].dummy == 0.5
    assert figures["sensitivity"].dummy == 0.0
    assert figures["kappa"].dummy == 0.0
    assert figures["brier"].dummy == pytest.approx(0.75 * 0.25)
    assert figures["average_precision"].dummy == pytest.approx(0.25)
    assert figures["ppv"].count is not None


def test_a_model_no_better_than_guessing_is_told_so() -> None:
    rng = np.random.default_rng(0)
    finding = rng.random(80)
    found = evaluate_split(judged(rng.integers(0, 2, 80), np.stack([1 - finding, finding], 1)), "test")
    assert any("no better than guessing" in text for text in found.warnings)


def test_the_same_patients_are_drawn_every_time() -> None:
    first, second = (next(Bootstrap([f"p{n}" for n in range(9)]).weights()) for _ in range(2))
    assert (first == second).all()
    assert (first.sum(axis=1) == 9).all()


def test_a_threshold_moves_what_is_said_and_nothing_else() -> None:
    answers = made_answers()
    rules = made_rules(answers)
    given = answers.judged(rules)
    low = Judged(given.labels, given.probabilities, given.patients, given.classes, 0.01)
    before, after = evaluate_split(given, "test").metrics, evaluate_split(low, "test").metrics
    assert after["sensitivity"] > before["sensitivity"]
    assert after["auc"] == before["auc"]


def test_a_hundred_classes_need_no_more_memory_than_there_are_images() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 100, 150)
    matrices = weighted.confusions(np.ones((2, 150)), labels, labels, 100)
    assert matrices.shape == (2, 100, 100)
    assert np.trace(matrices[0]) == 150
