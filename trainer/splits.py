"""Patients into training, validation and test: never a patient in two, each class spread alike."""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence

SPLITS = ("train", "validation", "test")
FRACTIONS = (0.7, 0.15, 0.15)


def split_patients(
    items: Sequence[tuple[str, str]], *, fractions: Sequence[float] = FRACTIONS, seed: int = 0
) -> list[str]:
    """The split of each `(patient, class)`; patients are grouped by their most frequent class.

    The same items and seed give the same split whatever their order. A class with one patient is learned from;
    with two, one of them validates; from three on every split with a fraction above 0 gets one.
    """
    classes: dict[str, Counter[str]] = defaultdict(Counter)
    for patient, class_name in items:
        classes[patient][class_name] += 1
    strata: dict[str, list[str]] = defaultdict(list)
    for patient in sorted(classes):
        counts = classes[patient]
        strata[min(counts, key=lambda name: (-counts[name], name))].append(patient)
    chosen: dict[str, str] = {}
    for stratum in sorted(strata):
        chosen |= _deal(strata[stratum], fractions, random.Random(f"{seed}/{stratum}"))  # noqa: S311 - no secret
    return [chosen[patient] for patient, _ in items]


def _deal(patients: list[str], fractions: Sequence[float], rng: random.Random) -> dict[str, str]:
    rng.shuffle(patients)
    left = len(patients)
    numbers = dict.fromkeys(SPLITS, 0)
    for split, fraction in zip(SPLITS[1:], fractions[1:], strict=True):
        if fraction > 0 and left > 1:
            numbers[split] = min(left - 1, max(1, round(fraction * len(patients))))
            left -= numbers[split]
    numbers["train"] = left
    order = [split for split in SPLITS for _ in range(numbers[split])]
    return dict(zip(patients, order, strict=True))
