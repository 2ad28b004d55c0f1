"""A support vector machine with a radial kernel as arrays, and the curve that makes probabilities of its distances."""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.arrays import Arrays

Floats = NDArray[np.floating]
_AT_ONCE = 512
_TWO = 2


@dataclass(frozen=True, slots=True)
class Svm:
    """Support vectors with their weights, for each pair of classes; see libsvm's guide, section 4."""

    vectors: NDArray[np.float64]  # (support vectors, features)
    weights: NDArray[np.float64]  # (support vectors, pairs): signed, 0 where a vector is of neither class
    intercepts: NDArray[np.float64]  # (pairs,)
    gamma: NDArray[np.float64]  # (1,)
    slopes: NDArray[np.float64]  # (classes,) or (1,) of two: Platt's curve for each distance
    offsets: NDArray[np.float64]

    @classmethod
    def of(cls, calibrated: Any) -> "Svm":
        """From a fitted CalibratedClassifierCV (sigmoid, one estimator) around an SVC."""
        fitted = calibrated.calibrated_classifiers_[0]
        machine = fitted.estimator
        curves = fitted.calibrators
        return cls(
            machine.support_vectors_.astype(np.float64),
            _by_pair(machine),
            machine._intercept_.astype(np.float64),
            np.array([machine._gamma]),  # noqa: SLF001 - the number that "scale" became, kept nowhere else
            np.array([curve.a_ for curve in curves]),
            np.array([curve.b_ for curve in curves]),
        )

    @property
    def classes(self) -> int:
        """How many classes it tells apart."""
        return _TWO if len(self.slopes) == 1 else len(self.slopes)

    def probabilities(self, vectors: Floats) -> NDArray[np.float64]:
        """`(n, features)` to `(n, classes)`."""
        parts = [self._of(vectors[start : start + _AT_ONCE]) for start in range(0, len(vectors), _AT_ONCE)]
        return np.concatenate(parts) if parts else np.zeros((0, self.classes))

    def _of(self, vectors: Floats) -> NDArray[np.float64]:
        curves = 1 / (1 + np.exp(np.clip(self.slopes * self._distances(vectors) + self.offsets, -500, 500)))
        if len(self.slopes) == 1:
            return np.asarray(np.hstack([1 - curves, curves]))
        total = curves.sum(axis=1, keepdims=True)
        even = np.full_like(curves, 1 / curves.shape[1])
        return np.asarray(np.divide(curves, total, out=even, where=total > 0))

    def _distances(self, vectors: Floats) -> NDArray[np.float64]:
        """One column of two classes (towards the second), else one a class: votes of the pairs, ties by confidence."""
        pairs = self._pairs(vectors)
        if len(self.slopes) == 1:
            return -pairs
        number = len(self.slopes)
        votes, confidence = np.zeros((len(vectors), number)), np.zeros((len(vectors), number))
        for column, (first, second) in enumerate(combinations(range(number), _TWO)):
            confidence[:, first] += pairs[:, column]
            confidence[:, second] -= pairs[:, column]
            votes[:, first] += pairs[:, column] >= 0
            votes[:, second] += pairs[:, column] < 0
        return np.asarray(votes + confidence / (3 * (np.abs(confidence) + 1)))

    def _pairs(self, vectors: Floats) -> NDArray[np.float64]:
        asked = vectors.astype(np.float64)
        squares = (asked**2).sum(axis=1)[:, None] + (self.vectors**2).sum(axis=1)
        gaps = np.maximum(squares - 2 * asked @ self.vectors.T, 0)
        return np.asarray(np.exp(-self.gamma[0] * gaps) @ self.weights + self.intercepts)

    @property
    def importance(self) -> NDArray[np.float32]:
        """How far each feature moves the answers at the support vectors, `(features,)`, summing to 1.

        The mean size of the decision's slope there: a radial kernel has no weights of its own to read.
        """
        moved = np.zeros(self.vectors.shape[1])
        for start in range(0, len(self.vectors), _AT_ONCE):
            part = self.vectors[start : start + _AT_ONCE]
            squares = (part**2).sum(axis=1)[:, None] + (self.vectors**2).sum(axis=1)
            kernel = np.exp(-self.gamma[0] * np.maximum(squares - 2 * part @ self.vectors.T, 0))
            for weights in self.weights.T:
                pulled = kernel * weights
                moved += np.abs(pulled @ self.vectors - pulled.sum(axis=1, keepdims=True) * part).sum(axis=0)
        return np.asarray(moved / max(moved.sum(), 1e-12), np.float32)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """As a model folder keeps them."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: Arrays, *, features: int, classes: int) -> "Svm":
        """From a model folder; ValueError unless shapes and numbers fit each other."""
        made = cls(*(arrays[name] for name in cls.__slots__))
        pairs, curves = classes * (classes - 1) // 2, 1 if classes == _TWO else classes
        number = len(made.vectors)
        shapes = (
            (number, features),
            (number, pairs),
            (pairs,),
            (1,),
            (curves,),
            (curves,),
        )
        held = [getattr(made, name) for name in cls.__slots__]
        fits = all(
            array.shape == shape and array.dtype == "f8" for array, shape in zip(held, shapes, strict=True)
        )
        if not fits or not all(np.isfinite(array).all() for array in held):
            raise ValueError("not a support vector machine of ours")
        return made


def _by_pair(machine: Any) -> NDArray[np.float64]:
    """Weights with a column for each pair, positive towards the pair's first class.

    libsvm keeps one row a *other* class for each support vector: row j - 1 for classes before j, row j for those behind.
    """
    numbers = machine.n_support_
    ends = np.cumsum(numbers)
    of = [slice(int(end - number), int(end)) for number, end in zip(numbers, ends, strict=True)]
    pairs = list(combinations(range(len(numbers)), _TWO))
    weights = np.zeros((len(machine.support_vectors_), len(pairs)))
    for column, (first, second) in enumerate(pairs):
        weights[of[first], column] = machine._dual_coef_[second - 1, of[first]]
        weights[of[second], column] = machine._dual_coef_[first, of[second]]
    return weights
