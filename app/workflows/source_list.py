"""The inputs of a run, found once and gone through several times, in little memory however many there are."""

import pickle
import zlib
from collections.abc import Collection, Iterator

from anonymizer import Source

_TOGETHER = 500


class SourceList(Collection[Source]):
    """Inputs in their order; all but the last few are kept compressed, some 50 bytes each."""

    def __init__(self) -> None:
        self._packed: list[bytes] = []
        self._last: list[Source] = []

    def add(self, source: Source) -> None:
        """Take one more."""
        self._last.append(source)
        if len(self._last) == _TOGETHER:
            self._packed.append(zlib.compress(pickle.dumps(self._last), 1))
            self._last = []

    def __len__(self) -> int:
        return len(self._packed) * _TOGETHER + len(self._last)

    def __iter__(self) -> Iterator[Source]:
        for packed in self._packed:
            yield from pickle.loads(zlib.decompress(packed))  # noqa: S301 - packed by ourselves
        yield from self._last

    def __contains__(self, source: object) -> bool:
        return any(source == each for each in self)
