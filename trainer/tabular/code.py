"""From a row of the manifest to numbers: scaled, one place for each category, and a mark for what is missing."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Facts = Mapping[str, str]
_AGE = re.compile(r"(\d{1,3})([DWMY])")
_YEARS = {"D": 1 / 365.25, "W": 7 / 365.25, "M": 1 / 12, "Y": 1.0}
_NUMERIC_SHARE = 0.9  # of the known values, from which on a column is one of numbers
_MOST_CATEGORIES, _MOST_COLUMNS, _LONGEST = 12, 20, 100


@dataclass(frozen=True, slots=True)
class Column:
    """One column: numbers where it has no `categories`, else one of them."""

    name: str
    mean: float = 0.0
    spread: float = 1.0
    categories: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """How many numbers stand for it; the last one says "not known"."""
        return (len(self.categories) or 1) + 1

    def encode(self, values: Sequence[str]) -> NDArray[np.float32]:
        """`(n, width)`; a missing or never seen value is the mean, or no category, and marked in the last place."""
        coded = np.zeros((len(values), self.width), np.float32)
        for row, value in enumerate(values):
            if self.categories:
                place = self.categories.index(value) if value in self.categories else -1
                coded[row, place] = 1
            else:
                number = number_of(value)
                if number is None:
                    coded[row, -1] = 1
                else:
                    coded[row, 0] = np.clip((number - self.mean) / self.spread, -5, 5)
        return coded


@dataclass(frozen=True, slots=True)
class TableCode:
    """How the chosen columns become numbers, learned from the training rows alone."""

    columns: tuple[Column, ...]

    @classmethod
    def learn(cls, names: Sequence[str], rows: Sequence[Facts]) -> "TableCode":
        """From the training images' facts; ValueError names a column that says nothing there."""
        return cls(tuple(_learn(name, [value_of(row, name) for row in rows]) for name in names))

    @property
    def width(self) -> int:
        """How many numbers stand for a row."""
        return sum(column.width for column in self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names in the manifest."""
        return tuple(column.name for column in self.columns)

    def encode(self, rows: Sequence[Facts]) -> NDArray[np.float32]:
        """`(n, width)` float32."""
        parts = [column.encode([value_of(row, column.name) for row in rows]) for column in self.columns]
        return np.hstack(parts) if parts else np.zeros((len(rows), 0), np.float32)

    def missing(self, row: Facts) -> tuple[str, ...]:
        """The columns of which a row says nothing that was learned."""
        return tuple(
            column.name for column in self.columns if column.encode([value_of(row, column.name)])[0, -1] == 1
        )

    def as_json(self) -> list[dict[str, Any]]:
        """As a model folder keeps it."""
        return [asdict(column) for column in self.columns]

    @classmethod
    def from_json(cls, document: Any) -> "TableCode":
        """From a model folder; ValueError unless it is one of ours."""
        if not isinstance(document, list) or len(document) > _MOST_COLUMNS:
            raise ValueError("not a list of columns")
        return cls(tuple(_column(entry) for entry in document))


def value_of(row: Facts, name: str) -> str:
    """A row's value as it is compared, "" where there is none."""
    return row.get(name, "").strip().upper()[:_LONGEST]


def number_of(value: str) -> float | None:
    """A number, or an age as DICOM writes it ("045Y", "011M") in years; None where it is neither."""
    age = _AGE.fullmatch(value)
    if age is not None:
        return int(age[1]) * _YEARS[age[2]]
    try:
        number = float(value.replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _learn(name: str, values: Sequence[str]) -> Column:
    known = [value for value in values if value]
    numbers = [number for value in known if (number := number_of(value)) is not None]
    if len(set(known)) < 2:  # noqa: PLR2004 - two values can tell images apart
        raise ValueError(f"The column {name} has the same value, or none, for all training images.")
    if len(numbers) >= _NUMERIC_SHARE * len(known):
        mean, spread = float(np.mean(numbers)), float(np.std(numbers))
        return Column(name, round(mean, 6), round(spread, 6) or 1.0)
    frequent = Counter(known).most_common(_MOST_CATEGORIES)
    return Column(name, categories=tuple(sorted(value for value, _ in frequent)))


def _column(entry: Any) -> Column:
    try:
        made = Column(
            str(entry["name"]), float(entry["mean"]), float(entry["spread"]), tuple(entry["categories"])
        )
    except (KeyError, TypeError):
        raise ValueError("not a column of ours") from None
    named = all(isinstance(value, str) and len(value) <= _LONGEST for value in made.categories)
    finite = math.isfinite(made.mean) and math.isfinite(made.spread) and made.spread > 0
    if not named or not finite or len(made.categories) > _MOST_CATEGORIES:
        raise ValueError("not a column of ours")
    return made
