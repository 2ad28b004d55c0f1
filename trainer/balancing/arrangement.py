"""The ways to balance classes, each a function from class indices and a random generator to the order of an epoch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from trainer.errors import RecipeError

Indices = NDArray[np.int64]
Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass: places of training images in the order in which they are shown."""

    order: Indices
    changed: NDArray[np.bool_]  # whether the image is shown with slight changes


Arrange = Callable[[Labels, np.random.Generator], Epoch]


@dataclass(frozen=True, slots=True)
class Balancing:
    """One way, in plain words."""

    name: str
    description: str
    arrange: Arrange
    weighted: bool = False  # whether images of rare classes count more

    def length(self, labels: Labels) -> int:
        """Images shown in one epoch."""
        return len(self.arrange(labels, np.random.default_rng(0)).order)


def balancing(name: str) -> Balancing:
    """The way of that name; RecipeError with the names there are."""
    if name not in BALANCINGS:
        raise RecipeError(f'There is no balancing "{name}".', f"Choose one of: {', '.join(BALANCINGS)}.")
    return BALANCINGS[name]


def _as_they_are(labels: Labels, rng: np.random.Generator) -> Epoch:
    return _all_changed(rng.permutation(len(labels)))


def _over_sampled(labels: Labels, rng: np.random.Generator) -> Epoch:
    """Every image, and images of rare classes again until all classes are as large as the largest."""
    return _all_changed(rng.permutation(np.concatenate(_filled_up(labels, rng))))


def _under_sampled(labels: Labels, rng: np.random.Generator) -> Epoch:
    """Of each class as many as the smallest has, other ones in each epoch."""
    groups = _groups(labels)
    fewest = min(map(len, groups))
    return _all_changed(rng.permutation(np.concatenate([rng.permutation(g)[:fewest] for g in groups])))


def _copies_of_the_rare(labels: Labels, rng: np.random.Generator) -> Epoch:
    """Every image once as it is; rare classes are filled up with changed copies, the largest gets none."""
    parts = [
        (filled, np.arange(len(filled)) >= (labels == labels[filled[0]]).sum())
        for filled in _filled_up(labels, rng)
    ]
    order = np.concatenate([part for part, _ in parts])
    changed = np.concatenate([copies for _, copies in parts])
    places = rng.permutation(len(order))
    return Epoch(order[places], changed[places])


def _alternating(labels: Labels, rng: np.random.Generator) -> Epoch:
    """One image of each class in turn, the order of the classes drawn anew each time round."""
    columns = np.stack([rng.permutation(filled) for filled in _filled_up(labels, rng)], axis=1)
    return _all_changed(rng.permuted(columns, axis=1).ravel())


def _filled_up(labels: Labels, rng: np.random.Generator) -> list[Indices]:
    """For each class all its images, then again from among them, evenly, up to the size of the largest class."""
    groups = _groups(labels)
    most = max(map(len, groups))
    return [np.concatenate([group, *_again(group, most - len(group), rng)]) for group in groups]


def _again(group: Indices, number: int, rng: np.random.Generator) -> list[Indices]:
    """`number` images of the group: each one before any comes twice."""
    rounds = -(-number // len(group))
    return [np.concatenate([rng.permutation(group) for _ in range(rounds)])[:number]] if number else []


def _groups(labels: Labels) -> list[Indices]:
    return [np.flatnonzero(labels == label) for label in np.unique(labels)]


def _all_changed(order: Indices) -> Epoch:
    return Epoch(order, np.ones(len(order), np.bool_))


CLASS_WEIGHTS = "class weights"

_TABLE: tuple[Balancing, ...] = (
    Balancing(
        CLASS_WEIGHTS, "Images of rare classes count more, at most tenfold.", _as_they_are, weighted=True
    ),
    Balancing("none", "Every image counts alike.", _as_they_are),
    Balancing(
        "over-sampling",
        "Images of rare classes are shown several times, changed each time, as often as the largest class needs.",
        _over_sampled,
    ),
    Balancing(
        "under-sampling",
        "Of each class as many images are shown as the smallest class has, other ones in each pass.",
        _under_sampled,
    ),
    Balancing(
        "augmented minority",
        "Rare classes are filled up with changed copies of their images; all images themselves are shown as they are.",
        _copies_of_the_rare,
    ),
    Balancing(
        "alternating",
        "One image of each class in turn, so that every batch holds all classes alike.",
        _alternating,
    ),
)
BALANCINGS: Mapping[str, Balancing] = MappingProxyType({entry.name: entry for entry in _TABLE})
