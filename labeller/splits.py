"""Splits by patient, never by image: images of one patient on both sides make a model look better than it is."""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from labeller.errors import ManifestError

SPLITS = ("train", "validation", "test")
FRACTIONS = (0.7, 0.15, 0.15)
FEW_PATIENTS = 10

_Counts = dict[str, Counter[str]]  # class -> split -> patients


def split_by_patient(
    items: Sequence[tuple[str, str]],
    *,
    fractions: tuple[float, float, float] = FRACTIONS,
    seed: int = 0,
    given: Sequence[str] | None = None,
) -> list[str]:
    """Give each item (patient, class) a split, all items of a patient the same.

    Classes are spread over the splits by their patients in the proportion of `fractions` (train, validation,
    test; together 1), beginning with the rarest class; a class with enough patients is in every split. The
    same items and seed give the same splits, in whatever order the items stand. `given` holds splits that are
    settled ("" where none is). Raises ManifestError if those put one patient into two splits.
    """
    if min(fractions) < 0 or not math.isclose(sum(fractions), 1, abs_tol=1e-6):
        raise ValueError("The three fractions must not be negative and must add up to 1.")
    classes: defaultdict[str, set[str]] = defaultdict(set)
    for patient, class_name in items:
        classes[patient].add(class_name)
    assigned = _settled(items, given or ())
    shares = {split: share for split, share in zip(SPLITS, fractions, strict=True) if share > 0}
    _assign(assigned, classes, shares, seed=seed)
    _mend(assigned, classes, list(shares), fixed=frozenset(_settled(items, given or ())))
    return [assigned[patient] for patient, _ in items]


def split_warnings(items: Sequence[tuple[str, str]], splits: Sequence[str]) -> list[str]:
    """Say in words which classes have too few patients for what the splits are made for."""
    patients: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for (patient, class_name), split in zip(items, splits, strict=True):
        patients[class_name][split].add(patient)
    warnings = []
    used = [split for split in SPLITS if split in splits]
    for class_name in sorted(patients):
        number = len(set().union(*patients[class_name].values()))
        missing = [split for split in used if not patients[class_name][split]]
        if missing:
            warnings.append(
                f"“{class_name}” has {_patients(number)}: there is none of it in {' and '.join(missing)}."
            )
        elif number < FEW_PATIENTS:
            warnings.append(f"“{class_name}” has only {_patients(number)}: results will be uncertain.")
    return warnings


def _patients(number: int) -> str:
    return "1 patient" if number == 1 else f"{number} patients"


def _settled(items: Sequence[tuple[str, str]], given: Sequence[str]) -> dict[str, str]:
    settled: dict[str, str] = {}
    for (patient, _), split in zip(items, given, strict=False):
        if split and settled.setdefault(patient, split) != split:
            raise ManifestError(
                "A patient stands in two splits; results would look better than they are.",
                "Put all images of a patient into one split, or leave the column empty.",
            )
    return settled


def _assign(
    assigned: dict[str, str], classes: Mapping[str, set[str]], shares: Mapping[str, float], *, seed: int
) -> None:
    order = sorted(classes)
    random.Random(seed).shuffle(order)  # noqa: S311 - a draw that can be repeated, no secret
    members = _members(order, classes)
    for class_name in sorted(members, key=lambda name: (len(members[name]), name)):
        room = _quotas(len(members[class_name]), shares)
        room.subtract(assigned[patient] for patient in members[class_name] if patient in assigned)
        for patient in members[class_name]:
            if patient not in assigned:
                split = max(shares, key=lambda name: room[name])  # train first where equal
                assigned[patient] = split
                room[split] -= 1


def _members(order: Iterable[str], classes: Mapping[str, set[str]]) -> dict[str, list[str]]:
    members: defaultdict[str, list[str]] = defaultdict(list)
    for patient in order:
        for class_name in classes[patient]:
            members[class_name].append(patient)
    return members


def _quotas(number: int, shares: Mapping[str, float]) -> Counter[str]:
    """Patients for each split: each gets one as long as there are enough, the rest by largest remainder."""
    exact = {split: number * share for split, share in shares.items()}
    quotas = Counter({split: int(value) for split, value in exact.items()})
    for split in sorted(exact, key=lambda name: int(exact[name]) - exact[name]):
        quotas[split] += int(quotas.total() < number)
    for split in list(shares)[:number]:
        while quotas[split] == 0:
            quotas[quotas.most_common(1)[0][0]] -= 1
            quotas[split] += 1
    return quotas


def _mend(
    assigned: dict[str, str], classes: Mapping[str, set[str]], splits: Sequence[str], *, fixed: frozenset[str]
) -> None:
    """Where patients of several classes left a class out of a split, move one whose classes can spare it."""
    counts: _Counts = defaultdict(Counter)
    for patient, split in assigned.items():
        for class_name in classes[patient]:
            counts[class_name][split] += 1
    for class_name in sorted(counts, key=lambda name: (counts[name].total(), name)):
        for split in splits:
            if counts[class_name][split] == 0 and counts[class_name].total() >= len(splits):
                _move_one(class_name, split, assigned, classes=classes, counts=counts, fixed=fixed)


def _move_one(
    class_name: str,
    to: str,
    assigned: dict[str, str],
    *,
    classes: Mapping[str, set[str]],
    counts: _Counts,
    fixed: frozenset[str],
) -> None:
    for patient in sorted(assigned):
        origin = assigned[patient]
        spared = all(counts[name][origin] > 1 for name in classes[patient])
        if class_name in classes[patient] and spared and patient not in fixed:
            assigned[patient] = to
            for name in classes[patient]:
                counts[name][origin] -= 1
                counts[name][to] += 1
            return
