"""Figures under weights: each function takes weights `(draws, images)` and gives one value a draw.

With weights of one it gives the figure itself, with the weights of a bootstrap all resamples at once. A draw in
which the figure cannot be told (no image of the class) gives NaN.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Integers = NDArray[np.integer]
Booleans = NDArray[np.bool_]
BINS = 10


def auc(weights: Floats, positive: Booleans, scores: Floats) -> Floats:
    """Area under the ROC curve: the chance that a positive scores above a negative, ties counting half."""
    hits, rest = _by_score(weights, positive, scores)
    below = np.cumsum(rest, axis=1) - rest / 2
    return _divided((hits * below).sum(axis=1), hits.sum(axis=1) * rest.sum(axis=1))


def average_precision(weights: Floats, positive: Booleans, scores: Floats) -> Floats:
    """Area under the precision-recall curve as a sum of steps, without interpolation."""
    hits, rest = (part[:, ::-1] for part in _by_score(weights, positive, scores))
    found = np.cumsum(hits, axis=1)
    precision = _divided(found, found + np.cumsum(rest, axis=1))
    return _divided((hits * np.nan_to_num(precision)).sum(axis=1), hits.sum(axis=1))


def brier(weights: Floats, positive: Booleans, scores: Floats) -> Floats:
    """Mean squared difference between the probability and what the reader says, 0 to 1."""
    return _divided(weights @ (scores - positive) ** 2, weights.sum(axis=1))


def calibration_error(weights: Floats, positive: Booleans, scores: Floats) -> Floats:
    """Mean distance of probability and observed share over ten equal steps, each weighing as its images."""
    members: Floats = np.eye(BINS)[bin_of(scores)]
    gap = np.abs(weights @ (members * (scores - positive)[:, None]))
    return _divided(gap.sum(axis=1), weights.sum(axis=1))


def bin_of(scores: Floats) -> Integers:
    """The step, 0 to 9, that each probability belongs to; 1.0 belongs to the last."""
    return np.asarray(np.minimum((scores * BINS).astype(np.int64), BINS - 1))


def confusions(weights: Floats, labels: Integers, predicted: Integers, classes: int) -> Floats:
    """Confusion matrices `(draws, classes, classes)`: rows the reader's class, columns predicted."""
    cells, place = np.unique(labels * classes + predicted, return_inverse=True)
    matrices = np.zeros((len(weights), classes * classes))
    matrices[:, cells] = weights @ np.eye(len(cells))[place]
    return matrices.reshape(-1, classes, classes)


def balanced_accuracy(matrices: Floats) -> Floats:
    """Mean sensitivity over the classes that a draw has."""
    sensitivities = _divided(np.diagonal(matrices, axis1=1, axis2=2), matrices.sum(axis=2))
    known = ~np.isnan(sensitivities)
    return _divided(np.where(known, sensitivities, 0).sum(axis=1), known.sum(axis=1))


def kappa(matrices: Floats) -> Floats:
    """Cohen's kappa, unweighted."""
    total = matrices.sum(axis=(1, 2))
    agreed = _divided(np.trace(matrices, axis1=1, axis2=2), total)
    chance = _divided((matrices.sum(axis=1) * matrices.sum(axis=2)).sum(axis=1), total**2)
    return _divided(agreed - chance, 1 - chance)


def f1(matrices: Floats, index: int) -> Floats:
    """Harmonic mean of sensitivity and positive predictive value of a class."""
    return _divided(
        2 * matrices[:, index, index], matrices[:, index].sum(axis=1) + matrices[:, :, index].sum(axis=1)
    )


def _by_score(weights: Floats, positive: Booleans, scores: Floats) -> tuple[Floats, Floats]:
    """Weights of positives and negatives by distinct score, ascending."""
    _, place = np.unique(scores, return_inverse=True)
    order = np.argsort(place, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(place[order]) > 0])
    ordered = weights[:, order]
    hits = np.add.reduceat(ordered * positive[order], starts, axis=1)
    return hits, np.add.reduceat(ordered, starts, axis=1) - hits


def _divided(above: Floats, below: Floats | Integers) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, above / below, np.nan)
