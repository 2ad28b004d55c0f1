"""95 % intervals: Wilson's of proportions, and the bootstrap over patients of everything else.

Patients are drawn, not images, because the images of one patient are alike: drawing images would make every
interval too narrow.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
_Z = 1.959964  # two-sided 95 %
_TAIL = 0.025
_RESAMPLES, _FEWEST = 1000, 200
_RESAMPLED_IMAGES = 4_000_000  # draws × images beyond which fewer draws are made
_AT_ONCE = 2_000_000  # draws × images held in memory
_LEAST_TOLD = 0.5  # share of draws in which a figure must exist


def wilson(hits: int, total: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a proportion."""
    share = hits / total
    centre = share + _Z**2 / (2 * total)
    spread = _Z * float(np.sqrt(share * (1 - share) / total + _Z**2 / (4 * total**2)))
    scale = 1 + _Z**2 / total
    low = 0.0 if hits == 0 else max(0.0, (centre - spread) / scale)
    return low, 1.0 if hits == total else min(1.0, (centre + spread) / scale)


class Bootstrap:
    """Resamples of the patients, the same ones for every figure, drawn from a fixed seed."""

    def __init__(self, patients: Sequence[str], seed: int = 0) -> None:
        _, self._group = np.unique(np.asarray(patients), return_inverse=True)
        self.groups = int(self._group.max()) + 1 if len(self._group) else 0
        self.draws = max(_FEWEST, min(_RESAMPLES, _RESAMPLED_IMAGES // max(1, len(self._group))))
        self.images = len(self._group)
        self._seed = seed

    def weights(self) -> Iterator[Floats]:
        """Weights `(draws, images)`, some draws at a time: how often each image's patient was drawn."""
        rng = np.random.default_rng(self._seed)
        step = max(1, _AT_ONCE // max(1, len(self._group)))
        for start in range(0, self.draws, step):
            number = min(step, self.draws - start)
            drawn = rng.multinomial(self.groups, np.full(self.groups, 1 / self.groups), size=number)
            yield drawn[:, self._group].astype(np.float64)

    def values(self, figure: Callable[[Floats], Floats]) -> Floats:
        """The figure in every draw, `(draws, …)`."""
        return np.concatenate([figure(weights) for weights in self.weights()])

    def ones(self) -> Floats:
        """The weights of the images as they are."""
        return np.ones((1, len(self._group)))


def bounds(draws: Floats, tail: float = _TAIL) -> tuple[float, float] | None:
    """The interval that holds all but the tails of the draws.

    None where it would say nothing: the figure is missing in most draws, or the same in all of them, as happens
    without a single error.
    """
    told = draws[~np.isnan(draws)]
    if len(told) < max(1, _LEAST_TOLD * len(draws)):
        return None
    low, high = np.quantile(told, (tail, 1 - tail))
    return None if np.ptp(told) == 0 else (float(low), float(high))
