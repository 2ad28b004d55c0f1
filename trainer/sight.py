"""What a finished model says of images, whatever it is made of: one way for judging, prediction and maps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from trainer.classical.classifier import Classifier
from trainer.forward import BATCH, Forward, has_layer
from trainer.preprocessing import Preprocessing
from trainer.results.familiarity import Familiarity
from trainer.tabular.code import Facts

Prepared = tuple[NDArray[np.uint8], ...]
"""An image as each network of a model is fed it: `(size, size, 1 or 3)`."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a model says of some images, before calibration."""

    raw: NDArray[np.float64]  # (n, classes)
    distances: NDArray[np.float32] | None  # (n,) to what was learned from; None: not known
    similar: tuple[tuple[str, ...], ...]  # for each image the names of the training images most like it


class Sight(Protocol):
    """A loaded model."""

    @property
    def preprocessings(self) -> tuple[Preprocessing, ...]:
        """One for each network."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the manifest that it reads beside the image."""

    def prepare(self, image: NDArray[np.uint8]) -> Prepared:
        """An image as a viewer shows it, prepared for each network."""

    def see(
        self,
        prepared: Sequence[Prepared],
        facts: Sequence[Facts],
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Seen:
        """What it says of prepared images with their rows of the manifest."""

    def missing(self, row: Facts) -> tuple[str, ...]:
        """The columns that it would read and that a row says nothing of."""


class Describer:
    """What a network, or the classifier upon it, says of images, and their embeddings where it has a layer for them."""

    def __init__(
        self, model: Any, preprocessing: Preprocessing, classifier: Classifier | None = None
    ) -> None:
        self.embeds = has_layer(model, "embedding")
        self._classifier = classifier
        layers = ["embedding"] if self.embeds else []
        self._forward = Forward(model, preprocessing, *([] if classifier else ["probabilities"]), *layers)

    def __call__(
        self,
        prepared: NDArray[np.uint8],
        facts: Sequence[Facts],
        *,
        batch_size: int = BATCH,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> tuple[NDArray[np.floating], NDArray[np.float32] | None]:
        """Probabilities `(n, classes)` and embeddings `(n, features)` or None."""
        found = self._forward.several(prepared, batch_size=batch_size, cancelled=cancelled)
        embeddings = found[-1] if self.embeds else None
        if self._classifier is None or embeddings is None:
            return found[0], embeddings
        return self._classifier.probabilities(embeddings, facts), embeddings


class NetworkSight:
    """One network, perhaps with a classifier upon it."""

    def __init__(
        self,
        model: Any,
        preprocessing: Preprocessing,
        classifier: Classifier | None,
        familiarity: Familiarity | None,
    ) -> None:
        self.model, self.preprocessing, self.classifier = model, preprocessing, classifier
        self._familiarity = familiarity
        self._describe = Describer(model, preprocessing, classifier)

    @property
    def preprocessings(self) -> tuple[Preprocessing, ...]:
        """The network's."""
        return (self.preprocessing,)

    @property
    def columns(self) -> tuple[str, ...]:
        """Those of the classifier."""
        return () if self.classifier is None else self.classifier.table.names

    def missing(self, row: Facts) -> tuple[str, ...]:
        """Columns of the classifier that the row says nothing of."""
        return () if self.classifier is None else self.classifier.table.missing(row)

    def prepare(self, image: NDArray[np.uint8]) -> Prepared:
        """For the one network."""
        return (self.preprocessing.prepare(image),)

    def see(
        self,
        prepared: Sequence[Prepared],
        facts: Sequence[Facts],
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Seen:
        """What the network says."""
        pixels = np.stack([each[0] for each in prepared])
        raw, embeddings = self._describe(
            pixels, facts, batch_size=min(BATCH, len(pixels)), cancelled=cancelled
        )
        known = self._familiarity
        if known is None or embeddings is None:
            return Seen(raw.astype(np.float64), None, ((),) * len(pixels))
        similar = tuple(tuple(name for name, _ in known.similar(each)) for each in embeddings)
        return Seen(raw.astype(np.float64), known.distances(embeddings), similar)
