"""EfficientNet-Lite0: a mobile network without squeeze-and-excitation, with ReLU6 throughout.

Grey values are fed as (x − 127) / 128, three channels. The carried weights were learned on ImageNet; where they
come from and under which licence stands beside them in resources/weights.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resources import find
from trainer.architectures.head import in_head
from trainer.architectures.stored_weights import read_checked
from trainer.parameters import Values

# repeats, kernel, first stride, expansion, output channels
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
STEM_CHANNELS, HEAD_CHANNELS = 32, 1280
EPSILON = 1e-3
_SMALLEST, _LARGEST, _STEP = 96, 224, 32


def input_size(longer_side: int) -> int:
    """224, or less for images so small that enlarging them would only cost time."""
    wanted = -(-longer_side * 4 // _STEP) * _STEP
    return max(_SMALLEST, min(_LARGEST, wanted))


def features(image: Any, _parameters: Values) -> Any:
    """The part of the network that carries weights: image to `(rows, columns, 1280)` named "features"."""
    from keras import layers

    x = _convolution(image, STEM_CHANNELS, 3, strides=2, name="stem")
    block = 0
    for repeats, kernel, stride, expansion, channels in STAGES:
        for repeat in range(repeats):
            strides = stride if repeat == 0 else 1
            x = _block(x, channels, kernel, strides=strides, expansion=expansion, name=f"block{block}")
            block += 1
    x = _convolution(x, HEAD_CHANNELS, 1, strides=1, name="head", activate=False)
    return layers.ReLU(6.0, name="features")(x)


def load_imagenet(model: Any) -> None:
    """Load the carried ImageNet weights below the head; their checksum is verified first."""
    assign(model, read_checked(find("weights", "efficientnet_lite0.npz")))


def assign(model: Any, arrays: Mapping[str, NDArray[np.float32]]) -> None:
    """Give each layer its arrays, named `<layer>/<n>` in Keras' order of a layer's weights."""
    for layer in model.layers:
        if layer.weights and not in_head(layer.name):
            layer.set_weights([arrays[f"{layer.name}/{n}"] for n in range(len(layer.weights))])


def _block(x: Any, channels: int, kernel: int, *, strides: int, expansion: int, name: str) -> Any:
    """Inverted residual: widen, filter each channel by itself, narrow; add the input where shapes agree."""
    from keras import layers

    entry = x
    if expansion > 1:
        x = _convolution(x, x.shape[-1] * expansion, 1, strides=1, name=f"{name}_expand")
    x = layers.DepthwiseConv2D(kernel, strides, padding="same", use_bias=False, name=f"{name}_depthwise")(x)
    x = _normalise(x, f"{name}_depthwise")
    x = layers.ReLU(6.0, name=f"{name}_depthwise_relu")(x)
    x = _convolution(x, channels, 1, strides=1, name=f"{name}_project", activate=False)
    if strides == 1 and entry.shape[-1] == channels:
        x = layers.Add(name=f"{name}_add")([x, entry])
    return x


def _convolution(
    x: Any, channels: int, kernel: int, *, strides: int, name: str, activate: bool = True
) -> Any:
    from keras import layers

    x = layers.Conv2D(channels, kernel, strides, padding="same", use_bias=False, name=name)(x)
    x = _normalise(x, name)
    return layers.ReLU(6.0, name=f"{name}_relu")(x) if activate else x


def _normalise(x: Any, name: str) -> Any:
    from keras import layers

    return layers.BatchNormalization(momentum=0.99, epsilon=EPSILON, name=f"{name}_norm")(x)
