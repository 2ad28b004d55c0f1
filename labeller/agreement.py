"""How far readers agree: the figures of a reliability study, computed from who labelled what.

Every figure is about instances that the readers concerned have all labelled (Krippendorff's alpha: at least two
of them). A kappa that is not defined, because every label is of one class, is None: 100 % agreement with a single
class says nothing about agreement beyond chance.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

Opinions = Mapping[str, Mapping[str, str]]
"""reader -> {SOP Instance UID -> name of the label class}"""
_NORMAL_95 = 1.959963984540054  # two-sided 95 % of the normal distribution


@dataclass(frozen=True, slots=True)
class Kappa:
    """A chance-corrected agreement, -1 … 1, with its 95 % confidence interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two readers, compared over the instances that both labelled."""

    first: str
    second: str
    classes: tuple[str, ...]
    table: tuple[tuple[int, ...], ...]  # rows: classes by the first reader, columns: by the second
    instances: int
    percent: float  # 0 … 1, None of it if there are no instances
    kappa: Kappa | None  # Cohen 1960
    pabak: float | None  # prevalence- and bias-adjusted kappa, Byrt, Bishop and Carlin 1993


@dataclass(frozen=True, slots=True)
class Agreement:
    """All readers of a project compared, pair by pair and together."""

    readers: tuple[str, ...]
    pairs: tuple[PairAgreement, ...]
    read_by_all: int  # instances that every reader labelled
    read_by_several: int  # instances that two readers or more labelled
    fleiss: float | None  # Fleiss 1971, over the instances read by all; None for fewer than three readers
    alpha: float | None  # Krippendorff 2004, nominal, over the instances read by several


def agreement(opinions: Opinions, classes: Sequence[str]) -> Agreement:
    """Compare the readers. `classes` gives the order; a class that nobody used may stand in it."""
    readers = tuple(opinions)
    every = set.intersection(*(set(labels) for labels in opinions.values())) if opinions else set()
    times = Counter(uid for labels in opinions.values() for uid in labels)
    shared = [uid for uid, number in times.items() if number > 1]
    counts_by_all = [Counter(opinions[reader][uid] for reader in readers) for uid in sorted(every)]
    counts = [Counter(labels[uid] for labels in opinions.values() if uid in labels) for uid in sorted(shared)]
    return Agreement(
        readers,
        tuple(
            compare(first, second, opinions=opinions, classes=classes)
            for first, second in combinations(readers, 2)
        ),
        read_by_all=len(every) if len(readers) > 1 else 0,
        read_by_several=len(shared),
        fleiss=fleiss_kappa(counts_by_all) if len(readers) > 2 else None,  # noqa: PLR2004 - else it is Scott's pi
        alpha=krippendorff_alpha(counts),
    )


def compare(first: str, second: str, *, opinions: Opinions, classes: Sequence[str]) -> PairAgreement:
    """Compare two readers over the instances that both labelled."""
    theirs = opinions[second]
    pairs = Counter((label, theirs[uid]) for uid, label in opinions[first].items() if uid in theirs)
    named = tuple(dict.fromkeys([*classes, *(name for pair in sorted(pairs) for name in pair)]))
    table = tuple(tuple(pairs[row, column] for column in named) for row in named)
    total = pairs.total()
    same = sum(pairs[name, name] for name in named)
    observed = same / total if total else 0.0
    size = len(named)
    return PairAgreement(
        first,
        second,
        named,
        table,
        instances=total,
        percent=observed,
        kappa=cohen_kappa(table),
        pabak=(size * observed - 1) / (size - 1) if total and size > 1 else None,
    )


def cohen_kappa(table: Sequence[Sequence[int]]) -> Kappa | None:
    """Cohen's kappa of a square table of counts, with the interval of its large-sample standard error.

    The variance is that of Fleiss, Cohen and Everitt 1969, formula 13. It is 0 where nobody differs, however few
    images there are; then the lower end is that of Wilson's interval of the observed agreement. None where kappa is
    not defined.
    """
    total = sum(map(sum, table))
    if not total:
        return None
    size = range(len(table))
    share = [[table[i][j] / total for j in size] for i in size]
    rows = [sum(share[i]) for i in size]
    columns = [sum(share[i][j] for i in size) for j in size]
    observed = sum(share[i][i] for i in size)
    chance = sum(rows[i] * columns[i] for i in size)
    if math.isclose(chance, 1):
        return None
    value = (observed - chance) / (1 - chance)
    if math.isclose(observed, 1):
        least = total / (total + _NORMAL_95**2)
        return Kappa(value, max(-1.0, (least - chance) / (1 - chance)), 1.0)
    diagonal = sum(share[i][i] * (1 - (rows[i] + columns[i]) * (1 - value)) ** 2 for i in size)
    beside = sum(share[i][j] * (columns[i] + rows[j]) ** 2 for i in size for j in size if i != j)
    spread = diagonal + (1 - value) ** 2 * beside - (value - chance * (1 - value)) ** 2
    margin = _NORMAL_95 * math.sqrt(max(spread, 0) / total) / (1 - chance)
    return Kappa(value, max(-1.0, value - margin), min(1.0, value + margin))


def fleiss_kappa(counts: Sequence[Mapping[str, int]]) -> float | None:
    """Fleiss' kappa of instances that the same number of readers labelled: class -> readers, per instance."""
    if not counts:
        return None
    readers = sum(counts[0].values())
    pooled: Counter[str] = Counter()
    for each in counts:
        pooled.update(each)
    observed = sum(
        (sum(n * n for n in each.values()) - readers) / (readers * (readers - 1)) for each in counts
    ) / len(counts)
    chance = sum((n / pooled.total()) ** 2 for n in pooled.values())
    return None if math.isclose(chance, 1) else (observed - chance) / (1 - chance)


def krippendorff_alpha(counts: Sequence[Mapping[str, int]]) -> float | None:
    """Krippendorff's alpha for nominal classes; instances may have different numbers of readers (two at least)."""
    pairable: Counter[str] = Counter()
    differing = 0.0
    for each in counts:
        readers = sum(each.values())
        if readers > 1:
            pairable.update(each)
            differing += (readers**2 - sum(n * n for n in each.values())) / (readers - 1)
    total = pairable.total()
    expected = total**2 - sum(n * n for n in pairable.values())
    return 1 - (total - 1) * differing / expected if expected else None
