"""A small dense network as arrays: one hidden layer, or none (then it is logistic regression)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.arrays import Arrays

Floats = NDArray[np.floating]
_TWO, _MOST_LAYERS = 2, 4


@dataclass(frozen=True, slots=True)
class Dense:
    """Kernels `(inputs, outputs)` and biases, layer by layer; ReLU between, softmax at the end."""

    layers: tuple[tuple[NDArray[np.float64], NDArray[np.float64]], ...]

    @classmethod
    def of(cls, estimator: Any) -> "Dense":
        """From a fitted LogisticRegression or MLPClassifier."""
        if hasattr(estimator, "coefs_"):
            pairs = list(zip(estimator.coefs_, estimator.intercepts_, strict=True))
        else:
            pairs = [(estimator.coef_.T, estimator.intercept_)]
        kernel, bias = pairs[-1]
        if kernel.shape[1] == 1:  # two classes: one column of log odds
            pairs[-1] = np.hstack([np.zeros_like(kernel), kernel]), np.array([0.0, bias[0]])
        return cls(tuple((kernel.astype(np.float64), bias.astype(np.float64)) for kernel, bias in pairs))

    def probabilities(self, vectors: Floats) -> NDArray[np.float64]:
        """`(n, features)` to `(n, classes)`."""
        values = vectors.astype(np.float64)
        for kernel, bias in self.layers[:-1]:
            values = np.maximum(values @ kernel + bias, 0)
        logits = values @ self.layers[-1][0] + self.layers[-1][1]
        exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))

    @property
    def importance(self) -> NDArray[np.float32]:
        """How strongly each feature is tied to the classes, `(features,)`, summing to 1."""
        ties = np.abs(self.layers[-1][0] - self.layers[-1][0].mean(axis=1, keepdims=True))
        for kernel, _ in reversed(self.layers[:-1]):
            ties = np.abs(kernel) @ ties
        found = ties.sum(axis=1)
        return np.asarray(found / max(found.sum(), 1e-12), np.float32)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """As a model folder keeps them."""
        pairs = enumerate(self.layers)
        return {
            f"{name}{n}": array
            for n, pair in pairs
            for name, array in zip(("kernel", "bias"), pair, strict=True)
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays, *, features: int, classes: int) -> "Dense":
        """From a model folder; ValueError unless the layers fit each other."""
        number = sum(name.startswith("kernel") for name in arrays)
        if not 1 <= number <= _MOST_LAYERS:
            raise ValueError("not a dense network of ours")
        made = cls(tuple((arrays[f"kernel{n}"], arrays[f"bias{n}"]) for n in range(number)))
        width = features
        for kernel, bias in made.layers:
            fits = kernel.ndim == _TWO and kernel.shape[0] == width and bias.shape == kernel.shape[1:]
            if not fits or not (np.isfinite(kernel).all() and np.isfinite(bias).all()):
                raise ValueError("not a dense network of ours")
            width = kernel.shape[1]
        if width != classes:
            raise ValueError("not a dense network of ours")
        return made
