"""Feeding prepared images through a network, batch by batch, for evaluation and prediction."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.device import import_keras, import_tensorflow
from trainer.errors import CancelledError
from trainer.preprocessing import Preprocessing

BATCH = 32


class Forward:
    """A network with its preprocessing, compiled once; gives the output of one of its layers."""

    def __init__(self, model: Any, preprocessing: Preprocessing, layer: str = "probabilities") -> None:
        keras, tensorflow = import_keras(), import_tensorflow()
        part = keras.Model(model.input, model.get_layer(layer).output)
        shape = (None, preprocessing.size, preprocessing.size, preprocessing.channels)
        self._preprocessing = preprocessing
        self._call = tensorflow.function(
            lambda batch: part(batch, training=False),
            input_signature=[tensorflow.TensorSpec(shape, tensorflow.float32)],
            jit_compile=False,
        )

    def __call__(
        self,
        prepared: NDArray[np.uint8],
        *,
        batch_size: int = BATCH,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> NDArray[np.float32]:
        """`(n, size, size, 1 or 3)` uint8 to the layer's output, float32."""
        results = []
        for start in range(0, len(prepared), batch_size):
            if cancelled():
                raise CancelledError("Cancelled.")
            batch = self._preprocessing.scaled(prepared[start : start + batch_size])
            results.append(np.asarray(self._call(batch), np.float32))
        return np.concatenate(results)
