"""Near-duplicates: images that show nearly the same, found by a perceptual hash of 256 bits.

The hash is the sign of low frequencies of a shrunk image, so that window, compression and size hardly change it.
Hashes that differ in few bits share at least one of as many bands as bits may differ, plus one: only images that
share a band are compared, never each with each.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import combinations
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from labeller.errors import ExportError

DISTANCE = 15
"""Hashes that differ in no more of their 256 bits belong to near-duplicates."""

_SIDE = 16  # of the hash
_BANDS = DISTANCE + 1
_FLAT = 1.0  # standard deviation of grey levels under which there is nothing to compare
_SMALL = 256  # pixels: images are first averaged to about this size


def fingerprint(pixels: NDArray[Any]) -> bytes:
    """Return the hash of an image (uint8 or uint16, grey or RGB): 32 bytes, none for one that is all alike."""
    import imagehash
    from PIL import Image

    image = Image.fromarray(_eight_bits(pixels)).convert("L")
    factor = max(1, min(image.size) // _SMALL)
    small = image.reduce(factor) if factor > 1 else image
    if float(np.asarray(small).std()) < _FLAT:
        return b""
    return np.packbits(imagehash.phash(small, hash_size=_SIDE).hash).tobytes()


def _eight_bits(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    if pixels.dtype == np.uint8:
        return pixels
    low, high = np.percentile(pixels, (0.5, 99.5))
    scaled = (pixels.astype(np.float32) - low) * (255.0 / max(1.0, high - low))
    return np.asarray(np.clip(scaled, 0, 255)).astype(np.uint8)


def near_duplicates(prints: Mapping[str, bytes], within: int = DISTANCE) -> list[tuple[str, ...]]:
    """Group the names whose hashes differ in at most `within` bits (up to DISTANCE), directly or by way of others.

    Groups and names stand in the order of `prints`.
    """
    names = [name for name, known in prints.items() if known]
    same: defaultdict[bytes, list[int]] = defaultdict(list)
    for number, name in enumerate(names):
        same[prints[name]].append(number)
    heads = [numbers[0] for numbers in same.values()]
    parent = list(range(len(names)))
    for numbers in same.values():
        for number in numbers[1:]:
            parent[number] = numbers[0]
    hashes = np.frombuffer(b"".join(same), np.uint8).reshape(len(heads), -1) if heads else np.zeros((0, 32))
    for one, other in _close(hashes.astype(np.uint8), within):
        _join(parent, heads[one], heads[other])
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for number, name in enumerate(names):
        groups[_root(parent, number)].append(name)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def _root(parent: list[int], number: int) -> int:
    while parent[number] != number:
        parent[number] = parent[parent[number]]
        number = parent[number]
    return number


def _join(parent: list[int], one: int, other: int) -> None:
    first, second = sorted((_root(parent, one), _root(parent, other)))
    parent[second] = first


def _close(hashes: NDArray[np.uint8], within: int) -> Iterator[tuple[int, int]]:
    """Yield pairs of rows that differ in at most `within` bits, some of them more than once."""
    width = 8 * hashes.shape[1] // _BANDS // 8
    for band in range(_BANDS):
        part = hashes[:, band * width : (band + 1) * width]
        buckets: defaultdict[bytes, list[int]] = defaultdict(list)
        for number, key in enumerate(part):
            buckets[key.tobytes()].append(number)
        for bucket in buckets.values():
            if len(bucket) > 1:
                yield from _close_in(hashes, bucket, within)


def _close_in(hashes: NDArray[np.uint8], bucket: Sequence[int], within: int) -> Iterator[tuple[int, int]]:
    if len(bucket) == 2:  # noqa: PLR2004 - the usual case, without the cost of arrays of arrays
        for one, other in combinations(bucket, 2):
            if int(np.bitwise_count(hashes[one] ^ hashes[other]).sum()) <= within:
                yield one, other
        return
    members = hashes[bucket]
    for place, row in enumerate(members[:-1]):
        distances = np.bitwise_count(members[place + 1 :] ^ row).sum(axis=1, dtype=np.int32)
        for further in np.flatnonzero(distances <= within):
            yield bucket[place], bucket[place + 1 + int(further)]


class FingerprintCache:
    """Hashes of images by name and state, in a file that may be deleted; without a path in memory alone."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._known: dict[str, tuple[str, bytes]] = {}
        self._fresh: dict[str, tuple[str, bytes]] = {}

    def __enter__(self) -> Self:
        if self._path is not None and self._path.exists():
            with _plainly(), closing(sqlite3.connect(self._path)) as connection:
                connection.execute(_TABLE)
                rows = connection.execute("SELECT name, state, hash FROM fingerprint")
                self._known = {name: (state, known) for name, state, known in rows}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._path is None or not self._fresh:
            return
        rows = [(name, state, known) for name, (state, known) in self._fresh.items()]
        with _plainly(), closing(sqlite3.connect(self._path)) as connection, connection:
            connection.execute(_TABLE)
            connection.executemany("INSERT OR REPLACE INTO fingerprint VALUES (?, ?, ?)", rows)

    def get(self, name: str, state: str) -> bytes | None:
        """Return the hash of an image in this state; None if it is not known."""
        known = self._known.get(name)
        return known[1] if known is not None and known[0] == state else None

    def put(self, name: str, state: str, known: bytes) -> None:
        """Keep a hash."""
        self._known[name] = self._fresh[name] = (state, known)


_TABLE = "CREATE TABLE IF NOT EXISTS fingerprint (name TEXT PRIMARY KEY, state TEXT, hash BLOB)"


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise ExportError(
            "The images' fingerprints cannot be kept: their file is damaged or cannot be written.",
            "Delete fingerprints.sqlite in the project's folder, and check that there is room on the disk.",
        ) from error
