"""Is an image like anything the model learned from? Distance to its nearest training images, in words.

The distance to the k-th nearest training embedding (Sun et al., "Out-of-distribution detection with deep nearest
neighbors", 2022), on embeddings of unit length. The limits come
from the validation split: 95 and 99 of 100 of its images stay within them, and the fewer it has, the more room is
left beyond, so that a small split does not make the model refuse what it knows.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.arrays import read_arrays, write_arrays
from trainer.results.weighted import Floats

FILE = "familiarity.npz"
MOST_REFERENCES = 2000
_NEIGHBOURS = 5
_CAUTION, _LIMIT = 0.95, 0.99
_ROOM, _LEAST_SPREAD = 2.0, 0.02
_LARGEST_FILE, _WIDEST = 256 << 20, 8192
_AT_ONCE = 512
REFUSED = "Unlike anything the model learned from: no answer"
UNUSUAL = "Unusual for this model: look twice"


@dataclass(frozen=True, slots=True)
class Limits:
    """Distances beyond which an image is unusual, and beyond which the model gives no answer."""

    caution: float
    limit: float
    images: int  # of the validation split that they were taken from

    def in_words(self, distance: float) -> str:
        """What a distance says; "" for an image like those learned from."""
        if distance > self.limit:
            return f"{REFUSED} ({distance / self.limit:.2f} times the limit)."
        return f"{UNUSUAL} ({distance / self.limit:.0%} of the limit)." if distance > self.caution else ""

    def refuses(self, distance: float) -> bool:
        """Whether an answer would mean nothing."""
        return distance > self.limit

    def as_json(self) -> dict[str, Any]:
        """As judging.json keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Limits":
        """From judging.json; ValueError unless the limits make sense."""
        made = cls(float(document["caution"]), float(document["limit"]), int(document["images"]))
        if not 0 <= made.caution <= made.limit < 1e6 or made.limit == 0:  # noqa: PLR2004 - unit vectors are never that far apart
            raise ValueError("limits out of bounds")
        return made


@dataclass(frozen=True, slots=True)
class Familiarity:
    """Embeddings of training images to compare new ones with."""

    references: NDArray[np.float32]  # (images, features), unit length
    names: tuple[str, ...]  # of the training images, as in the data set

    @classmethod
    def learn(cls, embeddings: NDArray[np.float32], names: Sequence[str]) -> "Familiarity":
        """From the training images' embeddings `(n, features)`; of many every n-th is kept."""
        chosen = np.unique(
            np.linspace(0, len(embeddings) - 1, min(len(embeddings), MOST_REFERENCES)).astype(int)
        )
        return cls(_unit(embeddings[chosen]), tuple(names[index] for index in chosen))

    def distances(self, embeddings: Floats) -> NDArray[np.float32]:
        """Distance of each to its k-th nearest training image, 0 to 2."""
        parts = [self._nearest(part) for part in _parts(embeddings)]
        return np.concatenate(parts) if parts else np.empty(0, np.float32)

    def nearest(self, embeddings: Floats) -> list[float]:
        """Distance of each to the one most similar training image."""
        return [float(gap) for part in _parts(embeddings) for gap in self._gaps(part).min(axis=1)]

    def similar(self, embedding: Floats, number: int = 3) -> list[tuple[str, float]]:
        """The training images most like one image: name and distance."""
        gaps = self._gaps(embedding[None])[0]
        return [(self.names[index], float(gaps[index])) for index in np.argsort(gaps, kind="stable")[:number]]

    def limits(self, validation: Floats) -> Limits | None:
        """Caution and limit from the validation split's embeddings; None without any."""
        if not len(validation):
            return None
        found = self.distances(validation)
        caution, limit = (float(np.quantile(found, share, method="higher")) for share in (_CAUTION, _LIMIT))
        spread = max(limit - float(np.median(found)), _LEAST_SPREAD)
        room = spread * _ROOM / math.sqrt(len(found))
        return Limits(round(caution + room / 2, 6), round(limit + room, 6), len(found))

    def _nearest(self, embeddings: Floats) -> NDArray[np.float32]:
        place = min(_NEIGHBOURS, len(self.references)) - 1
        return np.partition(self._gaps(embeddings), place, axis=1)[:, place]

    def _gaps(self, embeddings: Floats) -> NDArray[np.float32]:
        return np.asarray(np.sqrt(np.maximum(2 - 2 * _unit(embeddings) @ self.references.T, 0)))

    def save(self, folder: Path) -> None:
        """Write familiarity.npz: arrays only, no pickled object."""
        names = np.frombuffer("\n".join(self.names).encode(), np.uint8)
        write_arrays(folder / FILE, {"references": self.references, "names": names})

    @classmethod
    def load(cls, folder: Path) -> "Familiarity":
        """Read familiarity.npz; ValueError unless it is one of ours."""
        try:
            arrays = read_arrays(folder / FILE, _LARGEST_FILE)
            references, names = arrays["references"], arrays["names"]
        except KeyError as error:
            raise ValueError("damaged") from error
        made = cls(references, tuple(names.tobytes().decode().split("\n")))
        if not made.is_sound():
            raise ValueError("shapes do not fit")
        return made

    def is_sound(self) -> bool:
        """Whether shapes, types and numbers fit each other."""
        return (
            self.references.dtype == np.float32
            and self.references.ndim == 2  # noqa: PLR2004 - images and features
            and 0 < len(self.references) == len(self.names) <= MOST_REFERENCES
            and self.references.shape[1] <= _WIDEST
            and bool(np.isfinite(self.references).all())
        )


def _unit(embeddings: Floats) -> NDArray[np.float32]:
    """Of length 1."""
    lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
    return np.asarray(embeddings / np.maximum(lengths, 1e-6), np.float32)


def _parts(embeddings: Floats) -> list[Floats]:
    return [embeddings[start : start + _AT_ONCE] for start in range(0, len(embeddings), _AT_ONCE)]
