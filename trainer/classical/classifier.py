"""What stands on top of a network's description of an image: an estimator, perhaps with columns of the manifest."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from trainer.arrays import Arrays, read_arrays, write_arrays
from trainer.classical.dense import Dense
from trainer.classical.forest import Forest
from trainer.classical.svm import Svm
from trainer.tabular.code import Facts, TableCode

FILE = "classifier.npz"
_LARGEST = 1 << 30
_ABOUT = "about"
_BRANCH = 6.0  # standard deviation of a branch's whole vector, whatever its width
Floats = NDArray[np.floating]


class Estimator(Protocol):
    """Arithmetic on vectors, learned and then fixed."""

    def probabilities(self, vectors: Floats) -> NDArray[np.float64]:
        """`(n, features)` to `(n, classes)`."""

    @property
    def importance(self) -> NDArray[np.float32]:
        """How much each feature counts, summing to 1."""

    def arrays(self) -> dict[str, NDArray[Any]]:
        """As a model folder keeps them."""


class Loads(Protocol):
    """A class of estimators that is made from arrays."""

    def from_arrays(self, arrays: Arrays, *, features: int, classes: int) -> Estimator:
        """ValueError unless the arrays fit."""


KINDS: Mapping[str, Loads] = MappingProxyType({"random forest": Forest, "svm": Svm, "dense": Dense})


@dataclass(frozen=True, slots=True)
class Scaling:
    """Brings image and table to vectors in which neither drowns the other, however wide it is."""

    centre: NDArray[np.float32]
    spread: NDArray[np.float32]

    @classmethod
    def learn(cls, vectors: Floats, image: int) -> "Scaling":
        """From the training vectors, the first `image` places of which describe the image."""
        spread = vectors.std(axis=0) + 1e-3
        widths = np.where(np.arange(vectors.shape[1]) < image, image, max(1, vectors.shape[1] - image))
        return cls(
            vectors.mean(axis=0).astype(np.float32), (spread * np.sqrt(widths) / _BRANCH).astype(np.float32)
        )

    def __call__(self, vectors: Floats) -> NDArray[np.float32]:
        """Scaled, the same shape."""
        return np.asarray((vectors - self.centre) / self.spread, np.float32)


@dataclass(frozen=True, slots=True)
class Classifier:
    """An estimator on `[embedding, columns]`, scaled."""

    kind: str
    estimator: Estimator
    scaling: Scaling
    table: TableCode

    def probabilities(self, embeddings: Floats, facts: Sequence[Facts]) -> NDArray[np.float64]:
        """`(n, features)` embeddings with their rows of the manifest to `(n, classes)`."""
        return self.estimator.probabilities(self.scaling(joined(embeddings, self.table, facts)))

    @property
    def importance(self) -> NDArray[np.float32]:
        """Of the embedding's places."""
        return self.estimator.importance[: len(self.scaling.centre) - self.table.width]

    def save(self, folder: Path) -> None:
        """Write classifier.npz."""
        about = json.dumps({"kind": self.kind, "table": self.table.as_json()}, sort_keys=True)
        own = {"centre_of_all": self.scaling.centre, "spread_of_all": self.scaling.spread}
        told = {_ABOUT: np.frombuffer(about.encode(), np.uint8)}
        write_arrays(folder / FILE, {**self.estimator.arrays(), **own, **told})

    @classmethod
    def load(cls, folder: Path, *, features: int, classes: int) -> "Classifier":
        """Read classifier.npz for embeddings of that width; ValueError unless it is one of ours."""
        arrays = read_arrays(folder / FILE, _LARGEST)
        try:
            about = json.loads(arrays.pop(_ABOUT).tobytes())
            table = TableCode.from_json(about["table"])
            scaling = Scaling(arrays.pop("centre_of_all"), arrays.pop("spread_of_all"))
            estimator = KINDS[about["kind"]].from_arrays(
                arrays, features=features + table.width, classes=classes
            )
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError("not a classifier of ours") from error
        sides = (scaling.centre, scaling.spread)
        sound = all(side.shape == (features + table.width,) and np.isfinite(side).all() for side in sides)
        if not sound or (scaling.spread <= 0).any():
            raise ValueError("not a classifier of ours")
        return cls(about["kind"], estimator, scaling, table)


def joined(embeddings: Floats, table: TableCode, facts: Sequence[Facts]) -> NDArray[np.float32]:
    """Embeddings with the coded columns behind them."""
    coded = table.encode(facts) if table.columns else np.zeros((len(embeddings), 0), np.float32)
    return np.hstack([embeddings, coded]).astype(np.float32)
