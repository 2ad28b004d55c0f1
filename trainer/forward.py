"""Feeding prepared images through a network, batch by batch, for evaluation and prediction."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.device import import_keras, import_tensorflow
from trainer.errors import CancelledError
from trainer.preprocessing import Preprocessing

BATCH = 32


class Forward:
    """A network with its preprocessing, compiled once; gives the output of one or several of its layers.

    `frozen` takes the weights as they are now for constants: a third less work for each image, two seconds once, and
    numbers that differ in the fifth digit.
    """

    def __init__(self, model: Any, preprocessing: Preprocessing, *layers: str, frozen: bool = False) -> None:
        keras, tensorflow = import_keras(), import_tensorflow()
        self._layers = layers or ("probabilities",)
        # A dictionary, because a list of one output comes back without the list.
        part = keras.Model(model.input, {name: model.get_layer(name).output for name in self._layers})
        shape = (None, preprocessing.size, preprocessing.size, preprocessing.channels)
        self._preprocessing = preprocessing
        self._part = part
        self._call = tensorflow.function(
            lambda batch: part(batch, training=False),
            input_signature=[tensorflow.TensorSpec(shape, tensorflow.float32)],
            autograph=False,
            jit_compile=False,
        )
        if frozen:
            self._call = _frozen(self._call, self._layers)

    def weights(self) -> list[NDArray[np.float32]]:
        """The arrays that the outputs depend on, in a fixed order."""
        return list(self._part.get_weights())

    def __call__(
        self,
        prepared: NDArray[np.uint8],
        *,
        batch_size: int = BATCH,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> NDArray[np.float32]:
        """`(n, size, size, 1 or 3)` uint8 to the first layer's output, float32."""
        return self.several(prepared, batch_size=batch_size, cancelled=cancelled)[0]

    def several(
        self,
        prepared: NDArray[np.uint8],
        *,
        batch_size: int = BATCH,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> list[NDArray[np.float32]]:
        """The outputs of all layers."""
        results: list[list[NDArray[np.float32]]] = []
        for start in range(0, len(prepared), batch_size):
            if cancelled():
                raise CancelledError("Cancelled.")
            batch = self._preprocessing.scaled(prepared[start : start + batch_size])
            outputs = self._call(batch)
            results.append([np.asarray(outputs[name], np.float32) for name in self._layers])
        return [np.concatenate(outputs) for outputs in zip(*results, strict=True)]


def _frozen(call: Any, names: Sequence[str]) -> Callable[[NDArray[np.float32]], dict[str, Any]]:
    """The same function with constants for variables, which lets TensorFlow fuse normalization into convolutions."""
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    constant = convert_variables_to_constants_v2(call.get_concrete_function())
    tensorflow = import_tensorflow()
    # A frozen function gives a plain list, in the order of the dictionary's sorted keys.
    return lambda batch: dict(zip(sorted(names), constant(tensorflow.constant(batch)), strict=True))


def has_layer(model: Any, name: str) -> bool:
    """Whether the network has a layer of that name."""
    return any(layer.name == name for layer in model.layers)
