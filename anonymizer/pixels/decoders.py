"""Frames decoded beside this process: a few children, started when they are needed.

A child that dies costs one attempt. Where no child can be started, frames are decoded here, as far as that goes.
"""

import atexit
import os
import threading

from pydicom.dataset import Dataset
from pydicom.uid import UID, JPEGBaseline8Bit, JPEGExtended12Bit

from anonymizer.errors import PixelError
from anonymizer.pixels.decoder_process import DecoderLostError, DecoderProcess
from anonymizer.pixels.decoding import Array, decode_frame, transfer_syntax
from anonymizer.pixels.packed_frame import PackedFrame

MOST = 4  # children
SMALL = 256 * 256  # samples: a frame that is no larger is decoded sooner than it is sent
# Decoded quickly, and without keeping Python's lock.
_QUICK = frozenset({JPEGBaseline8Bit, JPEGExtended12Bit})
_TRIES = 2
_LOST = "This image could not be unpacked: the process that does it ended, twice."
_LOST_REMEDY = (
    "Other images are not concerned. If memory is short, close other programs and open the image again; "
    "else the file may be damaged."
)


class Decoders:
    """The children of this process, never more than `most`."""

    def __init__(self, most: int) -> None:
        self._free = threading.BoundedSemaphore(most)
        self._lock = threading.Lock()
        self._all: set[DecoderProcess] = set()
        self._idle: list[DecoderProcess] = []
        self._ends = 0  # how often all were ended

    @property
    def processes(self) -> tuple[int, ...]:
        """The numbers of the processes that there are."""
        with self._lock:
            return tuple(sorted(child.pid for child in self._all))

    def decode(self, frame: PackedFrame) -> Array:
        """Return a frame's values. Raises PixelError, or OSError where no child can be started."""
        with self._free:
            before = self._ends
            for _ in range(_TRIES):
                child = self._take()
                try:
                    values = child.decode(frame)
                except DecoderLostError:
                    self._drop(child)
                    if self._ends != before:  # by us: the window is closing
                        break
                except PixelError:
                    self._give_back(child)
                    raise
                else:
                    self._give_back(child)
                    return values
        raise PixelError(_LOST, _LOST_REMEDY)

    def end(self) -> None:
        """End all children; who waits for one is told that it was lost. They start again when they are needed."""
        with self._lock:
            self._ends += 1
            children, self._all = self._all, set()
            self._idle.clear()
        for child in children:
            child.end()

    def _take(self) -> DecoderProcess:
        with self._lock:
            while self._idle:
                child = self._idle.pop()
                if child.alive:
                    return child
                self._all.discard(child)
            child = DecoderProcess()
            self._all.add(child)
            return child

    def _give_back(self, child: DecoderProcess) -> None:
        with self._lock:
            if child in self._all:  # else all were ended meanwhile
                self._idle.append(child)

    def _drop(self, child: DecoderProcess) -> None:
        with self._lock:
            self._all.discard(child)
        child.end()


DECODERS = Decoders(min(MOST, (os.cpu_count() or 1) + 1))
atexit.register(DECODERS.end)


def decode_apart(dataset: Dataset, index: int) -> Array:
    """Return a frame as `decode_frame` does, without the decoder that can end this process.

    What takes long, and what is not decoded without that decoder, is decoded by a child. Raises PixelError.
    """
    if _takes_long(dataset):
        values = _by_child(dataset, index)
        if values is not None:
            return values
    try:
        return decode_frame(dataset, index, allow_gdcm=False)
    except PixelError:
        values = _by_child(dataset, index) if _is_packed(dataset) else None
        if values is None:
            raise
        return values


def _is_packed(dataset: Dataset) -> bool:
    return transfer_syntax(dataset).is_encapsulated


def _takes_long(dataset: Dataset) -> bool:
    syntax: UID = transfer_syntax(dataset)
    samples = int(dataset.Rows) * int(dataset.Columns) * int(dataset.get("SamplesPerPixel") or 1)
    return syntax.is_encapsulated and syntax not in _QUICK and samples > SMALL


def _by_child(dataset: Dataset, index: int) -> Array | None:
    frame = PackedFrame.of(dataset, index)
    try:
        return None if frame is None else DECODERS.decode(frame)
    except OSError:
        return None
