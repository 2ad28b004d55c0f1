"""What a training step is fed with: a tf.data pipeline that prepares the next batches while the network learns."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.augmentation import apply, draw
from trainer.balancing import Epoch
from trainer.device import import_tensorflow
from trainer.preprocessing import Preprocessing

_SMOOTHING = 0.05  # of the labels, so that the network does not become overconfident
_AHEAD = 4  # batches that wait for the network


@dataclass(frozen=True, slots=True)
class Feed:
    """Prepared images with what is to be learned of them."""

    pixels: NDArray[np.uint8]  # in memory or mapped from disk
    labels: NDArray[np.int64]
    weights: NDArray[np.float32]  # of each class
    preprocessing: Preprocessing
    batch_size: int
    mirror: bool = False

    def stream(self, *, parallel: bool = True) -> "Stream":
        """The pipeline, built once for all epochs. `parallel=False` prepares each batch when it is asked for."""
        return Stream(self, parallel=parallel)

    def batches(self, epoch: Epoch, rng: np.random.Generator, *, parallel: bool = True) -> Any:
        """The batches of a single epoch; see `Stream.epoch`."""
        return self.stream(parallel=parallel).epoch(epoch, rng)

    def steps(self, images: int) -> int:
        """Batches in an epoch of that many images."""
        return -(-images // self.batch_size)

    def drawn(self, epoch: Epoch, rng: np.random.Generator) -> Iterator[tuple[Any, ...]]:
        """Batches as they are stored, with what is to happen to them."""
        for start in range(0, len(epoch.order), self.batch_size):
            part = slice(start, start + self.batch_size)
            chosen = epoch.order[part]
            draws = draw(epoch.changed[part], self.preprocessing.size, rng, mirror=self.mirror)
            yield np.asarray(self.pixels[chosen]), self.labels[chosen], draws

    def signature(self, tensorflow: Any) -> tuple[Any, ...]:
        """Shapes and types of what `drawn` gives."""

        def spec(kind: Any, *shape: int) -> Any:
            return tensorflow.TensorSpec((None, *shape), kind)

        draws = {name: spec(tensorflow.float32) for name in ("contrast", "brightness")}
        draws["maps"] = spec(tensorflow.float32, 8)
        return spec(tensorflow.uint8, *self.pixels.shape[1:]), spec(tensorflow.int64), draws

    def prepare(self, images: Any, labels: Any, draws: Any) -> tuple[Any, Any, Any]:
        """Tensors of a batch as the network takes them, with targets and weights."""
        tensorflow = import_tensorflow()
        classes, shape = len(self.weights), self.preprocessing
        scaled = (apply(images, draws) - np.float32(shape.offset)) / np.float32(shape.scale)
        if self.pixels.shape[-1] < shape.channels:
            scaled = tensorflow.repeat(scaled, shape.channels, axis=-1)
        low = _SMOOTHING / classes
        targets = tensorflow.one_hot(labels, classes, on_value=1 - _SMOOTHING + low, off_value=low)
        return scaled, targets, tensorflow.gather(tensorflow.constant(self.weights), labels)


class Stream:
    """A feed's pipeline. Building it takes longer than a small epoch, so it is built once."""

    def __init__(self, feed: Feed, *, parallel: bool) -> None:
        tensorflow = import_tensorflow()
        self._now: tuple[Epoch, np.random.Generator] | None = None
        self._feed = feed
        drawn = tensorflow.data.Dataset.from_generator(
            self._drawn, output_signature=feed.signature(tensorflow)
        )
        # Converted code would be written to the system's temporary folder, and a killed training leaves it there.
        prepare = tensorflow.autograph.experimental.do_not_convert(feed.prepare)
        if parallel:
            many = tensorflow.data.AUTOTUNE
            prepared = drawn.map(prepare, num_parallel_calls=many, deterministic=True)
            self._batches = prepared.prefetch(_AHEAD)
        else:
            self._batches = drawn.map(prepare)

    def epoch(self, epoch: Epoch, rng: np.random.Generator) -> Any:
        """Tensors (images as the network takes them, smoothed labels, weights), in the epoch's order.

        The same epoch and generator state give the same batches, whatever the number of processors. One epoch is
        gone through before the next is asked for.
        """
        self._now = (epoch, rng)
        return self._batches

    def _drawn(self) -> Iterator[tuple[Any, ...]]:
        assert self._now is not None
        yield from self._feed.drawn(*self._now)
