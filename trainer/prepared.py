"""Prepared images on disk: decoded once, mapped into memory from then on, whichever training needs them next.

A data set that does not fit into memory can be learned from, and the next training on the same files begins at once.
"""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from trainer.atomic import write_json
from trainer.listing import Item
from trainer.preprocessing import Preprocessing

FOLDER = ".leadglass-cache"
MOST_BYTES = 20 << 30  # of prepared images in one cache; the longest unused go first
_PIXELS, _INDEX, _UNFINISHED = ".pixels", ".json", ".part"
_LEFT_FREE = 1 << 30


@dataclass(frozen=True, slots=True)
class Told:
    """What is kept of one file beside its pixels; `reason` says why it has none."""

    sha256: str = ""
    picture_size: str = ""
    reason: str = ""


class PreparedImages:
    """The prepared images of one list of files in one shape, in a cache folder."""

    def __init__(self, cache: Path, items: Sequence[Item], preprocessing: Preprocessing) -> None:
        self.cache = cache
        self.name = _key(items, preprocessing)
        self._number = len(items)
        self._shape = (preprocessing.size, preprocessing.size, 3 if preprocessing.colour else 1)

    def load(self) -> tuple[list[Told], NDArray[np.uint8]] | None:
        """What is known of each file and the pixels of those that have some, or None where nothing is kept."""
        pixels, index = self._path(_PIXELS), self._path(_INDEX)
        try:
            document = json.loads(index.read_text(encoding="utf-8"))
            told = [Told(**entry) for entry in document["files"]]
            shape = (sum(not entry.reason for entry in told), *self._shape)
            if len(told) != self._number or pixels.stat().st_size != int(np.prod(shape)):
                return None
            os.utime(pixels)  # in use: the last to make room
        except (OSError, ValueError, KeyError, TypeError):
            return None  # not there, or damaged: it is made anew
        return told, np.memmap(pixels, np.uint8, "r", shape=shape) if shape[0] else np.empty(shape, np.uint8)

    def room(self) -> bool:
        """Whether they can be kept: the folder can be written to, and the disk stays usable."""
        wanted = self._number * int(np.prod(self._shape))
        try:
            self.cache.mkdir(parents=True, exist_ok=True)
        except OSError:
            return False
        make_room(self.cache, wanted)
        return os.access(self.cache, os.W_OK) and shutil.disk_usage(self.cache).free > wanted + _LEFT_FREE

    @contextmanager
    def writing(self) -> Iterator["Writer"]:
        """Take the images one by one, in order; kept only if all came."""
        part = self._path(f".{os.getpid()}{_UNFINISHED}")
        try:
            with part.open("wb") as stream:
                writer = Writer(stream)
                yield writer
                stream.flush()
                os.fsync(stream.fileno())
            with suppress(PermissionError):  # Windows: the same images are in use; what lies there is equal
                part.replace(self._path(_PIXELS))
            write_json(self._path(_INDEX), {"files": [asdict(entry) for entry in writer.told]})
        finally:
            part.unlink(missing_ok=True)

    def _path(self, ending: str) -> Path:
        return self.cache / f"{self.name}{ending}"


class Writer:
    """Takes what was found of each file, in order."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.told: list[Told] = []

    def add(self, told: Told, image: NDArray[np.uint8] | None) -> None:
        """One file: its pixels, or None where `told.reason` says why there are none."""
        self.told.append(told)
        if image is not None:
            self._stream.write(np.ascontiguousarray(image).data)


def make_room(cache: Path, wanted: int, most: int = MOST_BYTES) -> None:
    """Delete the longest unused images, so that `wanted` bytes more stay within `most`."""
    kept = sorted(cache.glob(f"*{_PIXELS}"), key=lambda path: path.stat().st_mtime, reverse=True)
    total = wanted
    for path in kept:
        total += path.stat().st_size
        if total > most:
            with suppress(OSError):  # Windows: another training is reading it
                path.unlink()
                path.with_suffix(_INDEX).unlink(missing_ok=True)


def _key(items: Sequence[Item], preprocessing: Preprocessing) -> str:
    """Files as they are now (path, size, time) and the shape; neither class nor split, which may change."""
    total = sha256(f"{preprocessing.size} {preprocessing.colour}\n".encode())
    for item in items:
        state = item.path.stat()
        facts: tuple[Any, ...] = (str(item.path.resolve()), state.st_size, state.st_mtime_ns)
        total.update(f"{facts!r}\n".encode())
    return f"images-{total.hexdigest()[:32]}"
