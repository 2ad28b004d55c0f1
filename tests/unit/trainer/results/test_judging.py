import numpy as np
import pytest

from trainer.results.intervals import wilson
from trainer.results.judging import Judged, auc, evaluate_split


def judged(labels: list[int], finding: list[float]) -> Judged:
    scores = np.array(finding)
    patients = [f"p{n}" for n in range(len(labels))]
    return Judged(np.array(labels), np.stack([1 - scores, scores], axis=1), patients, ("normal", "spot"))


def test_figures_of_a_small_example_worked_by_hand() -> None:
    found = evaluate_split(judged([0, 0, 0, 1, 1], [0.1, 0.2, 0.7, 0.6, 0.9]), "test")
    assert found.confusion == ((2, 1), (0, 2))
    assert found.metrics["accuracy"] == pytest.approx(0.8)
    assert found.metrics["sensitivity"] == 1.0
    assert found.metrics["specificity"] == pytest.approx(2 / 3)
    assert found.metrics["balanced_accuracy"] == pytest.approx(5 / 6)
    assert found.metrics["auc"] == pytest.approx(5 / 6)
    assert found.metrics["auc_low"] <= found.metrics["auc"] <= found.metrics["auc_high"]
    assert found.images == found.patients == 5
    assert found.notice == "Not for diagnostic use"


def test_auc_agrees_with_scikit_learn_with_ties_and_three_classes() -> None:
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(1)
    labels = rng.integers(0, 3, 200)
    probabilities = rng.integers(1, 6, (200, 3)).astype(float)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    expected = roc_auc_score(labels, probabilities, multi_class="ovr")
    assert auc(labels, probabilities) == pytest.approx(expected)


def test_a_split_of_one_class_is_told_in_words() -> None:
    found = evaluate_split(judged([1, 1], [0.9, 0.2]), "validation")
    assert "auc" not in found.metrics
    assert found.metrics["sensitivity"] == 0.5
    assert "specificity" not in found.metrics
    assert found.curves == ()
    assert any("one class only" in text for text in found.warnings)
    assert any('"normal"' in text for text in found.warnings)


def test_wilson_interval_of_a_textbook_example() -> None:
    low, high = wilson(81, 263)  # Newcombe 1998, table I
    assert (low, high) == (pytest.approx(0.2553, abs=1e-4), pytest.approx(0.3662, abs=1e-4))
    assert wilson(5, 5)[1] == 1.0


def test_curves_run_from_corner_to_corner() -> None:
    found = evaluate_split(judged([0, 1] * 50, np.random.default_rng(0).random(100).tolist()), "test")
    for curve in found.curves:
        assert (curve.false_positive_rate[0], curve.true_positive_rate[0]) == (0.0, 0.0)
        assert (curve.false_positive_rate[-1], curve.true_positive_rate[-1]) == (1.0, 1.0)
