import random
from collections import Counter, defaultdict

import pytest

from labeller import ManifestError, split_by_patient, split_warnings
from labeller.splits import SPLITS

Items = list[tuple[str, str]]


def invented(seed: int, *, several_classes: bool) -> Items:
    """Patients with some images each, classes of very different size."""
    draw = random.Random(seed)
    names = [f"class {n}" for n in range(draw.randint(2, 5))]
    weights = [draw.choice([1, 5, 20]) for _ in names]
    items = []
    for patient in range(draw.randint(1, 120)):
        own = draw.choices(names, weights)[0]
        for _ in range(draw.randint(1, 4)):
            other = several_classes and draw.random() < 0.3
            items.append((f"LG{patient}", draw.choices(names, weights)[0] if other else own))
    return items


def by_class(items: Items, splits: list[str]) -> dict[str, dict[str, set[str]]]:
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for (patient, name), split in zip(items, splits, strict=True):
        found[name][split].add(patient)
    return found


@pytest.mark.parametrize("several_classes", [False, True])
@pytest.mark.parametrize("seed", range(60))
def test_no_patient_is_on_two_sides(seed: int, several_classes: bool) -> None:
    items = invented(seed, several_classes=several_classes)
    splits = split_by_patient(items, seed=seed)
    sides = defaultdict(set)
    for (patient, _), split in zip(items, splits, strict=True):
        sides[patient].add(split)
    assert set(map(len, sides.values())) == {1}
    assert set(splits) <= set(SPLITS)


@pytest.mark.parametrize("seed", range(60))
def test_classes_are_spread_in_proportion_and_everywhere(seed: int) -> None:
    items = invented(seed, several_classes=False)
    for found in by_class(items, split_by_patient(items, seed=seed)).values():
        total = sum(map(len, found.values()))
        if total >= 3:
            assert all(found[split] for split in SPLITS)
        if total >= 20:
            assert abs(len(found["train"]) - 0.7 * total) <= 1.5
            assert abs(len(found["test"]) - 0.15 * total) <= 1.5


@pytest.mark.parametrize("seed", range(60))
def test_patients_of_several_classes_leave_no_class_out(seed: int) -> None:
    items = invented(seed, several_classes=True)
    for found in by_class(items, split_by_patient(items, seed=seed)).values():
        if sum(map(len, found.values())) >= 6:
            assert all(found[split] for split in SPLITS)


def test_the_order_of_the_items_does_not_matter_but_the_seed_does() -> None:
    items = invented(3, several_classes=True)
    expected = {patient: split for (patient, _), split in zip(items, split_by_patient(items), strict=True)}
    mixed = random.Random(1).sample(items, len(items))
    assert [expected[patient] for patient, _ in mixed] == split_by_patient(mixed)
    assert split_by_patient(items, seed=1) != split_by_patient(items, seed=2)


def test_a_fraction_of_zero_leaves_the_split_out() -> None:
    items = [(f"LG{n}", "ab"[n % 2]) for n in range(40)]
    assert Counter(split_by_patient(items, fractions=(0.8, 0.2, 0.0))) == {"train": 32, "validation": 8}
    assert set(split_by_patient(items, fractions=(1.0, 0.0, 0.0))) == {"train"}
    with pytest.raises(ValueError, match="add up"):
        split_by_patient(items, fractions=(0.8, 0.3, 0.0))


def test_given_splits_are_respected() -> None:
    items = [(f"LG{n}", "ab"[n % 2]) for n in range(40)]
    given = ["test"] * 10 + [""] * 30
    splits = split_by_patient([*items, ("LG3", "a")], given=[*given, ""])
    assert splits[:10] == ["test"] * 10
    assert splits[-1] == "test"
    assert "train" in splits
    with pytest.raises(ManifestError, match="two splits"):
        split_by_patient([("LG1", "a"), ("LG1", "a")], given=["train", "test"])


def test_too_few_patients_are_said_in_words() -> None:
    items = [(f"LG{n}", "common") for n in range(40)] + [
        ("LG90", "rare"),
        ("LG91", "scarce"),
        ("LG92", "scarce"),
    ]
    items += [(f"LG2{n}", "few") for n in range(5)]
    warnings = split_warnings(items, split_by_patient(items))
    assert "“rare” has 1 patient: there is none of it in validation and test." in warnings
    assert "“scarce” has 2 patients: there is none of it in test." in warnings
    assert any("“few” has only 5 patients" in warning for warning in warnings)
    assert not any("common" in warning for warning in warnings)
    assert split_by_patient([]) == []
