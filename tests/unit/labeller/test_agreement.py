"""Agreement between readers, checked against scikit-learn and the published examples of the formulas' authors."""

import numpy as np
import pytest

from labeller.agreement import agreement, cohen_kappa, fleiss_kappa, krippendorff_alpha

# Fleiss 1971, table 1: ten of the readers' counts per class for ten subjects, kappa 0.210
FLEISS = (
    (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
)  # fmt: skip

# Krippendorff 2011, "Computing Krippendorff's alpha-reliability": four observers, twelve units, gaps; nominal 0.743
KRIPPENDORFF = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")


def _labels(first, second):
    uids = [f"1.2.{n}" for n in range(len(first))]
    return {"A": dict(zip(uids, first, strict=True)), "B": dict(zip(uids, second, strict=True))}


@pytest.mark.parametrize("seed", range(5))
def test_cohens_kappa_is_that_of_scikit_learn(seed):
    from sklearn.metrics import cohen_kappa_score, confusion_matrix

    random = np.random.default_rng(seed)
    first = random.choice(list("xyz"), 80, p=[0.6, 0.3, 0.1])
    second = np.where(random.random(80) < 0.7, first, random.choice(list("xyz"), 80))
    found = agreement(_labels(first, second), "xyz").pairs[0]
    assert found.kappa is not None
    assert found.kappa.value == pytest.approx(cohen_kappa_score(first, second))
    assert np.array_equal(found.table, confusion_matrix(first, second, labels=list("xyz")))
    assert found.percent == pytest.approx(np.mean(first == second))


def test_the_confidence_interval_holds_the_true_kappa_in_about_95_of_100_studies():
    random = np.random.default_rng(3)
    truth = np.array([[0.45, 0.05], [0.10, 0.40]])
    row, column = truth.sum(1), truth.sum(0)
    chance = row @ column
    kappa = (np.trace(truth) - chance) / (1 - chance)
    found = [cohen_kappa(random.multinomial(150, truth.ravel()).reshape(2, 2)) for _ in range(1000)]
    inside = np.mean([k is not None and k.low <= kappa <= k.high for k in found])
    assert 0.93 <= inside <= 0.97


def test_equal_percentages_can_mean_very_different_kappas():
    """90 % agreement is kappa 0.80 where both classes are frequent, 0.44 where one is rare; PABAK is the same."""
    even = agreement(
        _labels("x" * 45 + "y" * 45 + "x" * 5 + "y" * 5, "x" * 45 + "y" * 45 + "y" * 5 + "x" * 5), "xy"
    )
    rare = agreement(
        _labels("x" * 85 + "y" * 5 + "x" * 5 + "y" * 5, "x" * 85 + "y" * 5 + "y" * 5 + "x" * 5), "xy"
    )
    assert even.pairs[0].percent == rare.pairs[0].percent == pytest.approx(0.9)
    assert even.pairs[0].kappa.value == pytest.approx(0.8)
    assert rare.pairs[0].kappa.value == pytest.approx(0.4444, abs=1e-4)
    assert even.pairs[0].pabak == rare.pairs[0].pabak == pytest.approx(0.8)


def test_readers_who_never_differ_over_few_images_are_not_called_certain():
    few, many = cohen_kappa([[4, 0], [0, 3]]), cohen_kappa([[400, 0], [0, 300]])
    assert (few.value, few.high) == (1, 1)
    assert 0.2 < few.low < 0.5
    assert 0.98 < many.low < 1


def test_agreement_on_a_single_class_has_no_kappa():
    found = agreement(_labels("xxxx", "xxxx"), "x")
    assert found.pairs[0].percent == 1
    assert found.pairs[0].kappa is None
    assert found.pairs[0].pabak is None
    assert found.alpha is None


def test_fleiss_kappa_of_the_authors_example():
    counts = [{str(j): n for j, n in enumerate(row) if n} for row in FLEISS]
    assert fleiss_kappa(counts) == pytest.approx(0.210, abs=5e-4)


def test_fleiss_and_alpha_nearly_meet_on_many_complete_readings():
    random = np.random.default_rng(1)
    counts = []
    for _ in range(2000):
        true = random.choice(list("xyz"))
        said = [true if random.random() < 0.8 else random.choice(list("xyz")) for _ in range(4)]
        counts.append({name: said.count(name) for name in set(said)})
    assert fleiss_kappa(counts) == pytest.approx(krippendorff_alpha(counts), abs=1e-3)


def test_alpha_of_the_authors_example():
    counts = [
        {value: unit.count(value) for value in set(unit) - {"."}} for unit in zip(*KRIPPENDORFF, strict=True)
    ]
    assert krippendorff_alpha(counts) == pytest.approx(0.743, abs=5e-4)


def test_alpha_ignores_what_only_one_reader_saw_and_is_zero_by_chance():
    several = [{"x": 2}, {"y": 2}, {"x": 1, "y": 1}]
    assert krippendorff_alpha([*several, {"x": 1}]) == krippendorff_alpha(several)
    random = np.random.default_rng(0)
    chance = [{"x": k, "y": 3 - k} for k in random.binomial(3, 0.5, 5000)]
    assert krippendorff_alpha(chance) == pytest.approx(0, abs=0.02)


def test_readers_are_compared_only_where_both_have_answered():
    opinions = {"A": {"1": "x", "2": "y", "3": "x"}, "B": {"2": "y", "3": "y"}, "C": {"3": "x", "9": "x"}}
    found = agreement(opinions, ("x", "y"))
    by_pair = {(pair.first, pair.second): pair for pair in found.pairs}
    assert by_pair["A", "B"].instances == 2
    assert by_pair["A", "B"].table == ((0, 1), (0, 1))
    assert by_pair["B", "C"].instances == 1
    assert found.read_by_all == 1
    assert found.read_by_several == 2


def test_nothing_to_compare_is_no_error():
    assert agreement({}, ()).pairs == ()
    alone = agreement({"A": {"1": "x"}}, ("x",))
    assert (alone.read_by_all, alone.read_by_several, alone.alpha) == (0, 0, None)
    apart = agreement({"A": {"1": "x"}, "B": {"2": "x"}}, ("x", "y"))
    assert apart.pairs[0].instances == 0
    assert apart.pairs[0].kappa is None
