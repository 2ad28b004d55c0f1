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

    def batches(self, epoch: Epoch, rng: np.random.Generator, *, parallel: bool = True) -> Any:
        """A tf.data data set of (images as the network takes them, smoothed labels, weights), in the epoch's order.

        The same epoch and generator state give the same batches, whatever the number of processors. `parallel=False`
        prepares each batch when it is asked for.
        """
        tensorflow = import_tensorflow()
        drawn = tensorflow.data.Dataset.from_generator(
            lambda: self._drawn(epoch, rng), output_signature=self._signature(tensorflow)
        )
        if not parallel:
            return drawn.map(self._prepare)
        return drawn.map(
            self._prepare, num_parallel_calls=tensorflow.data.AUTOTUNE, deterministic=True
        ).prefetch(_AHEAD)

    def steps(self, images: int) -> int:
        """Batches in an epoch of that many images."""
        return -(-images // self.batch_size)

    def _drawn(self, epoch: Epoch, rng: np.random.Generator) -> Iterator[tuple[Any, ...]]:
        for start in range(0, len(epoch.order), self.batch_size):
            part = slice(start, start + self.batch_size)
            chosen = epoch.order[part]
            draws = draw(epoch.changed[part], self.preprocessing.size, rng, mirror=self.mirror)
            yield np.asarray(self.pixels[chosen]), self.labels[chosen], draws

    def _signature(self, tensorflow: Any) -> tuple[Any, ...]:
        def spec(kind: Any, *shape: int) -> Any:
            return tensorflow.TensorSpec((None, *shape), kind)

        draws = {name: spec(tensorflow.float32) for name in ("contrast", "brightness")}
        draws["maps"] = spec(tensorflow.float32, 8)
        return spec(tensorflow.uint8, *self.pixels.shape[1:]), spec(tensorflow.int64), draws

    def _prepare(self, images: Any, labels: Any, draws: Any) -> tuple[Any, Any, Any]:
        tensorflow = import_tensorflow()
        classes, shape = len(self.weights), self.preprocessing
        scaled = (apply(images, draws) - np.float32(shape.offset)) / np.float32(shape.scale)
        if self.pixels.shape[-1] < shape.channels:
            scaled = tensorflow.repeat(scaled, shape.channels, axis=-1)
        low = _SMOOTHING / classes
        targets = tensorflow.one_hot(labels, classes, on_value=1 - _SMOOTHING + low, off_value=low)
        return scaled, targets, tensorflow.gather(tensorflow.constant(self.weights), labels)
