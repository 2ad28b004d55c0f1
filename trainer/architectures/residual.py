"""A small residual network that learns from the given images alone.

Its depth in pooling follows the image: 28-pixel images are not shrunk before the network has seen them, larger
ones are, so that the cost of one image stays nearly the same.
"""

from typing import Any

from trainer.parameters import Values

WIDTHS = (24, 48, 96)
_LARGEST = 128
_SMALLEST = 16
_FULL_RESOLUTION = 40  # up to this side no early shrinking
_HALF_RESOLUTION = 96


def input_size(longer_side: int) -> int:
    """The images' own size up to 128, rounded down to a multiple of four."""
    return max(_SMALLEST, min(_LARGEST, longer_side // 4 * 4))


def features(image: Any, _parameters: Values) -> Any:
    """Image to the last feature map."""
    from keras import layers

    size = image.shape[1]
    x = layers.Conv2D(WIDTHS[0], 3, 1 if size <= _FULL_RESOLUTION else 2, padding="same", use_bias=False)(
        image
    )
    x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
    if size > _HALF_RESOLUTION:
        x = layers.MaxPooling2D(3, 2, padding="same")(x)
    for stage, width in enumerate(WIDTHS):
        x = _block(x, width, strides=1 if stage == 0 else 2)
        x = _block(x, width, strides=1)
    return layers.Activation("linear", name="features")(x)


def _block(x: Any, channels: int, *, strides: int) -> Any:
    """Two convolutions beside a direct way; the direct way is widened where shapes differ."""
    from keras import layers

    entry = x
    if strides != 1 or x.shape[-1] != channels:
        entry = layers.AveragePooling2D(strides, padding="same")(entry) if strides > 1 else entry
        entry = layers.Conv2D(channels, 1, padding="same", use_bias=False)(entry)
        entry = layers.BatchNormalization(momentum=0.9)(entry)
    x = layers.Conv2D(channels, 3, strides, padding="same", use_bias=False)(x)
    x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
    x = layers.Conv2D(channels, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    return layers.ReLU()(layers.Add()([x, entry]))
