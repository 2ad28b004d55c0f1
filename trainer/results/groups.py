"""Results by sex, age group, scanner and body part, each with counts, and a word where a group stands out."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from trainer.results import weighted
from trainer.results.intervals import Bootstrap, bounds
from trainer.results.judging import Judged, evaluate_split
from trainer.results.records import Figure, Group
from trainer.results.weighted import Floats

COLUMNS: Mapping[str, str] = {
    "patient_sex": "Sex",
    "age_group": "Age",
    "manufacturer": "Manufacturer",
    "scanner": "Scanner",
    "modality": "Modality",
    "body_part": "Body part",
    "view_position": "View",
    "laterality": "Side",
}
UNKNOWN = "not known"
AGE_GROUPS = ((18, "under 18"), (40, "18 to 39"), (60, "40 to 59"), (80, "60 to 79"), (10_000, "80 and over"))
_FEWEST_PATIENTS = 20
_MOST_GROUPS = 12  # of a column; one with more values is no grouping
_TAIL = 0.005  # 99 %: with a dozen groups 95 % would cry wolf
_SHOWN = ("auc", "accuracy", "sensitivity", "specificity")
_DAYS = {"D": 1 / 365.25, "W": 7 / 365.25, "M": 1 / 12, "Y": 1.0}


def age_group(age: str) -> str:
    """The group of an age as DICOM writes it ("045Y", "011M") or in years; "" where it is none."""
    match = re.fullmatch(r"(\d{1,3})([DWMY]?)", age.strip().upper())
    if match is None:
        return ""
    years = int(match[1]) * _DAYS[match[2] or "Y"]
    return next(name for limit, name in AGE_GROUPS if years < limit)


def groups_of(facts: Sequence[Mapping[str, str]]) -> dict[str, list[str]]:
    """The columns that can divide these images, each with one value an image."""
    columns = {name: [_value(fact, name) for fact in facts] for name in COLUMNS}
    return {
        name: [value or UNKNOWN for value in values]
        for name, values in columns.items()
        if 1 < len(set(values)) <= _MOST_GROUPS and any(values)
    }


def _value(fact: Mapping[str, str], column: str) -> str:
    return age_group(fact.get("patient_age", "")) if column == "age_group" else fact.get(column, "").strip()


def evaluate_groups(judged: Judged, facts: Sequence[Mapping[str, str]]) -> Iterator[Group]:
    """Every group of every column that divides the images."""
    for column, values in groups_of(facts).items():
        array = np.asarray(values)
        for value in sorted(set(values)):
            yield _group(judged, column, value, array == value)


def _group(judged: Judged, column: str, value: str, inside: NDArray[np.bool_]) -> Group:
    part = judged.of(inside)
    found = evaluate_split(part, "")
    number = Counter(part.labels.tolist())
    counts = {name: number.get(index, 0) for index, name in enumerate(judged.classes)}
    return Group(
        column,
        value,
        images=found.images,
        patients=found.patients,
        counts=counts,
        figures=tuple(_shown(found.figures)),
        doubt=_doubt(judged, inside, found.patients, counts),
    )


def _shown(figures: Sequence[Figure]) -> Iterator[Figure]:
    return (figure for figure in figures if figure.kind in _SHOWN and not figure.class_name)


def _doubt(judged: Judged, inside: NDArray[np.bool_], patients: int, counts: Mapping[str, int]) -> str:
    missing = [name for name, count in counts.items() if not count]
    if patients < _FEWEST_PATIENTS:
        return f"too small to judge: {patients} patients"
    if missing:
        return f"no image of {', '.join(missing)}"
    for name, measure in _COMPARED.items():
        difference = _difference(judged, inside, measure)
        if difference is not None:
            return f"{name} differs from the rest by {difference:+.2f}"
    return ""


def _difference(
    judged: Judged, inside: NDArray[np.bool_], measure: Callable[[Judged, Floats], Floats]
) -> float | None:
    """Group minus rest where the 99 % bootstrap interval of the difference leaves out 0."""
    if inside.all():
        return None
    bootstrap = Bootstrap(judged.patients)

    def gap(weights: Floats) -> Floats:
        return measure(judged, weights * inside) - measure(judged, weights * ~inside)

    found = bounds(bootstrap.values(gap), _TAIL)
    if found is None or found[0] <= 0 <= found[1]:
        return None
    return float(gap(bootstrap.ones())[0])


def _area(judged: Judged, weights: Floats) -> Floats:
    number = len(judged.classes)
    wanted = range(1, 2) if number == 2 else range(number)  # noqa: PLR2004 - a finding and its absence
    areas = [weighted.auc(weights, judged.labels == i, judged.probabilities[:, i]) for i in wanted]
    return np.asarray(np.mean(np.stack(areas), axis=0))


def _accuracy(judged: Judged, weights: Floats) -> Floats:
    right = weights @ (judged.labels == judged.predicted).astype(np.float64)
    total = weights.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, right / total, np.nan)


_COMPARED: Mapping[str, Callable[[Judged, Floats], Floats]] = {"AUC": _area, "accuracy": _accuracy}
