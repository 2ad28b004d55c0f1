"""What will be trained on and what stands against it, told before the button is pressed."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from trainer.dataset import OVER_TEN_TIMES, VERY_FEW_PATIENTS, DataSet, load_dataset
from trainer.duplicates import duplicate_warnings
from trainer.errors import DataSetError
from trainer.listing import Item

_UNEQUAL = 3
_SCANNERS = ("scanner", "manufacturer")
_ALL: Mapping[str, str] = MappingProxyType({})
_SEVERAL = ";"  # between readers who agree on one label, as data set folders have it


@dataclass(frozen=True, slots=True)
class Readiness:
    """Counts, and in plain words what is doubtful and what forbids training.

    `refusals` cannot be passed over. `grave` is what nobody should train with unless they know why.
    """

    counts: Mapping[str, Mapping[str, int]]  # split -> class -> images
    patients: Mapping[str, int]  # class -> patients
    warnings: tuple[str, ...]
    refusals: tuple[str, ...]
    grave: tuple[str, ...] = ()


def readiness(
    dataset_folder: Path, *, seed: int = 0, confirmed: Mapping[str, int] | None = None
) -> Readiness:
    """Judge a data set folder by its listing alone: no image is decoded, no network loaded.

    `confirmed` says of how many images of each class a second reader says the same, where that is known better than
    from the data set's own column of readers.
    """
    try:
        dataset = load_dataset(dataset_folder, read_image=_never, seed=seed)
    except DataSetError as error:
        return Readiness({}, {}, (), (f"{error} {error.remedy}".strip(),))
    patients = _patients(dataset)
    said_better = (OVER_TEN_TIMES, *(f'of class "{name}": the result will hardly' for name in patients))
    plain = [text for text in dataset.warnings if not any(words in text for words in said_better)]
    doubts = (
        *_unequal(dataset),
        *_one_scanner(dataset),
        *_unconfirmed(dataset, confirmed),
        *duplicate_warnings(dataset),
    )
    warnings = (*plain, *doubts, *(entry.reason for entry in dataset.left_out))
    return Readiness(dataset.counts(), patients, warnings, (), tuple(_grave(patients)))


def too_few(dataset_folder: Path, *, only: Mapping[str, str] = _ALL) -> tuple[str, ...]:
    """In words, the classes of so few patients that a training needs someone who knows what that means.

    `only` names values of the manifest's columns that images must have, as for a training. Raises DataSetError as
    `load_dataset` does.
    """
    return tuple(_grave(_patients(load_dataset(dataset_folder, read_image=_never).only(only))))


def _patients(dataset: DataSet) -> dict[str, int]:
    return {
        name: len({item.patient for item in dataset.items if item.class_name == name})
        for name in dataset.classes
    }


def _grave(patients: Mapping[str, int]) -> Iterator[str]:
    for name, number in patients.items():
        if number < VERY_FEW_PATIENTS:
            yield f"Only {number} patient(s) of “{name}”; a result from so few says next to nothing."


def _unequal(dataset: DataSet) -> Iterator[str]:
    numbers = Counter(item.class_name for item in dataset.items).most_common()
    (large, most), (small, fewest) = numbers[0], numbers[-1]
    if most >= _UNEQUAL * fewest:
        yield (
            f"“{large}” has {most / fewest:.0f} times as many images as “{small}”. The recipe balances that; more images "
            f"of “{small}” would help more."
        )


def _one_scanner(dataset: DataSet) -> Iterator[str]:
    """A class that only one scanner made, while others were made elsewhere too: the scanner tells the class."""
    column = next((name for name in _SCANNERS if any(item.facts.get(name) for item in dataset.items)), None)
    if column is None:
        return
    of_class = {name: _values(dataset.items, name, column) for name in dataset.classes}
    everywhere = set().union(*of_class.values())
    for name, found in of_class.items():
        if len(found) == 1 and len(everywhere) > 1:
            yield (
                f"All images of “{name}” come from one {column} ({next(iter(found))}), other classes not: "
                "the network may learn the device and not the finding."
            )


def _values(items: Sequence[Item], class_name: str, column: str) -> set[str]:
    of_class = (item for item in items if item.class_name == class_name)
    return {item.facts[column] for item in of_class if item.facts.get(column)}


def _unconfirmed(dataset: DataSet, confirmed: Mapping[str, int] | None) -> Iterator[str]:
    if confirmed is None:
        if not any(item.facts.get("reader") for item in dataset.items):
            return  # nothing is known of readers
        confirmed = Counter(i.class_name for i in dataset.items if _SEVERAL in i.facts.get("reader", ""))
    never = [f"“{name}”" for name in dataset.classes if not confirmed.get(name)]
    if never:
        yield f"No second reader has confirmed any image of {', '.join(never)}."


def _never(path: Path) -> NDArray[np.uint8]:
    raise NotImplementedError(f"readiness opens no image, yet {path.name} was asked for")
