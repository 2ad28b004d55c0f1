"""What a frozen network says of each image, kept by the image's content, so that the next training need not ask again."""

import json
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from trainer.atomic import write_atomically
from trainer.fitting import Sample, Task
from trainer.forward import BATCH, Forward

Vectors = NDArray[np.float32]
_CHUNK = 16 * BATCH
MOST_BYTES = 4 << 30  # of embeddings in one cache


class Embeddings:
    """The vectors of one network and preprocessing, from the cache or computed; "embedding" is the layer asked."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._forward = Forward(task.model, task.preprocessing, "embedding", frozen=True)
        cache = task.cache or task.checkpoint.folder
        self._folder = cache / f"embeddings-{self._key()}"
        self._known = _stored(self._folder)
        self._done = 0

    def of(self, sample: Sample, total: int) -> Vectors:
        """Vectors in the sample's order, saved every few hundred images; `total` of all samples, for the progress."""
        names = [sample.images.sha256[item.path] for item in sample.images.items]
        wanted = dict.fromkeys(name for name in names if name not in self._known)
        place = {name: index for index, name in enumerate(names)}
        missing = list(wanted)
        self._told(len(names) - len(missing), total)
        for start in range(0, len(missing), _CHUNK):
            part = missing[start : start + _CHUNK]
            vectors = self._computed(sample.images.pixels[[place[name] for name in part]])
            self._known |= dict(zip(part, vectors, strict=True))
            _store(self._folder, part, vectors)
            self._told(len(part), total)
        return np.stack([self._known[name] for name in names])

    def _computed(self, pixels: NDArray[np.uint8]) -> Vectors:
        """In batches of one size, so that an image's numbers do not depend on how many others are asked for."""
        spare = -len(pixels) % BATCH
        filled = np.concatenate([pixels, np.zeros((spare, *pixels.shape[1:]), np.uint8)]) if spare else pixels
        return self._forward(filled, cancelled=self._task.cancelled)[: len(pixels)]

    def _told(self, more: int, total: int) -> None:
        self._done += more
        self._task.on_event("step", {"done": self._done, "total": total, "message": ""})

    def _key(self) -> str:
        design = self._task.recipe.design
        layers = [
            design.architecture.name,
            design.head,
            {**design.parameters, "dropout": 0},
        ]  # never drops here
        told = [self._task.preprocessing.as_json(), *layers]
        total = sha256(json.dumps(told, sort_keys=True).encode())
        for array in self._forward.weights():
            total.update(np.ascontiguousarray(array).data)
        return total.hexdigest()[:32]


def _stored(folder: Path) -> dict[str, NDArray[np.float32]]:
    known: dict[str, NDArray[np.float32]] = {}
    for path in sorted(folder.glob("*.npz")):
        with suppress(OSError, ValueError, KeyError, BadZipFile):  # damaged: computed anew
            known |= _read(path)
    return known


def _read(path: Path) -> Mapping[str, NDArray[np.float32]]:
    with np.load(path, allow_pickle=False) as stored:
        names, vectors = stored["names"], stored["vectors"]
    return dict(zip((bytes(name).hex() for name in names), vectors, strict=True))


def _store(folder: Path, names: list[str], vectors: Vectors) -> None:
    _make_room(folder.parent)
    folder.mkdir(parents=True, exist_ok=True)
    digests = np.frombuffer(bytes.fromhex("".join(names)), np.uint8).reshape(len(names), -1)

    def write(path: Path) -> None:
        with path.open("wb") as stream:
            np.savez(stream, names=digests, vectors=vectors)

    write_atomically(folder / f"{sha256(digests.tobytes()).hexdigest()[:32]}.npz", write)


def _make_room(cache: Path) -> None:
    """Delete the oldest vectors once the cache holds too many."""
    total = 0
    files = sorted(cache.glob("embeddings-*/*.npz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files:
        total += path.stat().st_size
        if total > MOST_BYTES:
            path.unlink(missing_ok=True)
