"""Windows that are found in the values of an image, for modalities whose scanners share no scale.

A window is a part of the values in their order, or of the largest one. Parts are named by how they look, so that
"bright" means the other end of the values where low ones are bright (MONOCHROME1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from anonymizer.pixels.rendering import WindowPreset

SAMPLED = 2  # taken of the copy that was halved so many times
STEPS = np.linspace(0, 100, 201)  # percent
BACKGROUND = 0.05  # of the middle 99 %: values below are air, as dark as the detector gets


@dataclass(frozen=True, slots=True)
class ValueWindow:
    """From `low` to `high` percent: of the values above the background, or of the largest value, from 0."""

    name: str
    low: float
    high: float
    of_largest: bool = False


@dataclass(frozen=True, slots=True)
class Spread:
    """How the values of a frame are spread: at each of STEPS, all of them and those above the background."""

    all: NDArray[np.float64]
    objects: NDArray[np.float64]
    smallest: float
    largest: float

    @classmethod
    def of(cls, levels: Sequence[NDArray[Any]], *, inverted: bool = False) -> Self:
        """Find it in a frame's values, given with their halved copies; `inverted`: low values are bright."""
        sample = levels[min(len(levels) - 1, SAMPLED)].ravel()
        sample = sample[np.isfinite(sample)] if sample.dtype.kind == "f" else sample
        if not sample.size:
            nothing = np.array([0.0, 1.0]).repeat([len(STEPS) - 1, 1])
            return cls(nothing, nothing, 0.0, 1.0)
        ordered = np.sort(sample)
        everything = _at_steps(ordered)
        low, high = everything[1], everything[-2]
        limit = BACKGROUND * (high - low)
        if inverted:
            above = ordered[: np.searchsorted(ordered, high - limit)]
        else:
            above = ordered[np.searchsorted(ordered, low + limit, side="right") :]
        objects = _at_steps(above) if above.size else everything
        return cls(everything, objects, float(np.nanmin(levels[0])), float(np.nanmax(levels[0])))

    def usual(self) -> tuple[WindowPreset, ...]:
        """Return windows over the middle of the values, and over all of them."""
        middle = ((name, *np.interp(ends, STEPS, self.all)) for name, ends in _MIDDLES)
        return tuple(
            _preset(name, float(low), float(high))
            for name, low, high in (*middle, ("Full range", self.smallest, self.largest))
        )

    def window(self, wanted: ValueWindow, *, inverted: bool = False) -> WindowPreset:
        """Return a window of this frame; `inverted`: low values are bright."""
        if wanted.of_largest:
            low, high = (share / 100 * max(self.largest, 0.0) for share in (wanted.low, wanted.high))
        else:
            ends = (100 - wanted.high, 100 - wanted.low) if inverted else (wanted.low, wanted.high)
            low, high = np.interp(ends, STEPS, self.objects)
        return _preset(wanted.name, float(low), float(high))


_MIDDLES = (("Middle 99 %", (0.5, 99.5)), ("Middle 90 %", (5, 95)))


def _at_steps(ordered: NDArray[Any]) -> NDArray[np.float64]:
    """Return the percentiles at STEPS of values in their order."""
    places = STEPS / 100 * (len(ordered) - 1)
    below = places.astype(np.int64)
    first, second = (
        ordered[np.minimum(at, len(ordered) - 1)].astype(np.float64) for at in (below, below + 1)
    )
    return np.asarray(first + (second - first) * (places - below))


def _preset(name: str, low: float, high: float) -> WindowPreset:
    return WindowPreset(name, (low + high) / 2, max(high - low, 1.0))
