"""A random forest as arrays of its trees' nodes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.arrays import Arrays

Floats = NDArray[np.floating]
_DEEPEST = 10_000


@dataclass(frozen=True, slots=True)
class Forest:
    """All nodes of all trees one after the other; children are places in the same arrays, a leaf is its own child."""

    roots: NDArray[np.int32]  # (trees,)
    feature: NDArray[np.int32]  # (nodes,): which one is asked
    threshold: NDArray[np.float64]  # (nodes,): up to it the left child follows
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    shares: NDArray[np.float32]  # (nodes, classes), used at leaves
    importance: NDArray[np.float32]  # (features,): how much each lowered the impurity, summing to 1

    @classmethod
    def of(cls, estimator: Any) -> "Forest":
        """From a fitted RandomForestClassifier."""
        trees = [each.tree_ for each in estimator.estimators_]
        starts = np.cumsum([0, *(tree.node_count for tree in trees)])
        parts = [_nodes(tree, int(start)) for tree, start in zip(trees, starts, strict=False)]
        feature, threshold, left, right, shares = (np.concatenate(each) for each in zip(*parts, strict=True))
        importance = estimator.feature_importances_.astype(np.float32)
        return cls(starts[:-1].astype(np.int32), feature, threshold, left, right, shares, importance)

    def probabilities(self, vectors: Floats) -> NDArray[np.float64]:
        """`(n, features)` to `(n, classes)`: the mean of the trees' shares."""
        asked = vectors.astype(np.float32)
        rows = np.arange(len(asked))
        total = np.zeros((len(asked), self.shares.shape[1]))
        for root in self.roots:
            place = np.full(len(asked), root, np.int32)
            for _ in range(_DEEPEST):
                goes_left = asked[rows, self.feature[place]] <= self.threshold[place]
                following = np.where(goes_left, self.left[place], self.right[place])
                if np.array_equal(following, place):
                    break
                place = following
            total += self.shares[place]
        return total / len(self.roots)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """As a model folder keeps them."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: Arrays, *, features: int, classes: int) -> "Forest":
        """From a model folder; ValueError unless every node leads onwards within the trees."""
        made = cls(*(arrays[name] for name in cls.__slots__))
        if not made._is_sound(features, classes):
            raise ValueError("not a forest of ours")
        return made

    def _is_sound(self, features: int, classes: int) -> bool:
        nodes, here = len(self.feature), np.arange(len(self.feature))
        kinds = {
            "roots": "i4",
            "feature": "i4",
            "threshold": "f8",
            "left": "i4",
            "right": "i4",
            "shares": "f4",
        }
        if any(getattr(self, name).dtype != kind for name, kind in kinds.items()):
            return False
        shapes = (self.threshold.shape, self.left.shape, self.right.shape)
        if any(shape != (nodes,) for shape in shapes) or self.shares.shape != (nodes, classes):
            return False
        # Children lie behind their parent, so that no walk can go in circles.
        onwards = all(((child >= here) & (child < nodes)).all() for child in (self.left, self.right))
        asked = bool(((self.feature >= 0) & (self.feature < features)).all())
        rooted = self.roots.ndim == 1 and len(self.roots) > 0
        rooted = rooted and bool(((self.roots >= 0) & (self.roots < nodes)).all())
        finite = bool(np.isfinite(self.shares).all() and np.isfinite(self.threshold).all())
        return onwards and asked and rooted and finite and self.importance.shape == (features,)


def _nodes(tree: Any, start: int) -> tuple[NDArray[Any], ...]:
    leaf = tree.children_left < 0
    here = np.arange(tree.node_count) + start
    shares = tree.value[:, 0, :]
    return (
        np.where(leaf, 0, tree.feature).astype(np.int32),
        np.where(leaf, 0.0, tree.threshold),
        np.where(leaf, here, tree.children_left + start).astype(np.int32),
        np.where(leaf, here, tree.children_right + start).astype(np.int32),
        (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32),
    )
