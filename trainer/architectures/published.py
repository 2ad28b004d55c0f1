"""Well-known networks as Keras builds them, never with weights of its own: nothing is downloaded.

Images come in as 0 to 255 in three channels. What each network's authors did to them before is its first layers, so
that weights from elsewhere meet the values that they were learned on.
"""

from collections.abc import Callable
from typing import Any

from trainer.parameters import Values

_MEAN, _SPREAD = (
    (0.485, 0.456, 0.406),
    (0.229, 0.224, 0.225),
)  # of ImageNet's photographs, 0 to 1, red green blue
_MEAN_BLUE_FIRST = (103.939, 116.779, 123.68)
_WHITE = 255.0


def published(name: str, scaling: Callable[[Any], Any]) -> Callable[[Any, Values], Any]:
    """The network of that name in `keras.applications` without its head, after that scaling."""

    def features(image: Any, _parameters: Values) -> Any:
        import keras

        build = getattr(keras.applications, name)
        whole = build(weights=None, include_top=False, input_tensor=scaling(image))
        return keras.layers.Activation("linear", name="features")(whole.output)

    return features


def symmetric(image: Any) -> Any:
    """To −1 … 1."""
    from keras import layers

    return layers.Rescaling(2 / _WHITE, -1.0)(image)


def standardised(image: Any) -> Any:
    """To mean 0 and spread 1 of ImageNet's photographs, each colour by itself."""
    from keras import layers

    scale = [1 / (_WHITE * spread) for spread in _SPREAD]
    return layers.Rescaling(scale, [-mean / spread for mean, spread in zip(_MEAN, _SPREAD, strict=True)])(
        image
    )


def standardised_times_255(image: Any) -> Any:
    """Standardised for EfficientNet, whose own first layers divide by 255 and would then standardise."""
    from keras import layers

    offset = [-mean * _WHITE / spread for mean, spread in zip(_MEAN, _SPREAD, strict=True)]
    return layers.Rescaling([1 / spread for spread in _SPREAD], offset)(image)


def centred_blue_first(image: Any) -> Any:
    """Blue, green, red, each less ImageNet's mean."""
    import keras

    reversed_colours = keras.ops.flip(image, axis=-1)
    return keras.layers.Rescaling([1.0, 1.0, 1.0], [-mean for mean in _MEAN_BLUE_FIRST])(reversed_colours)


def side(lowest: int, native: int, step: int = 32) -> Callable[[int], int]:
    """From the images' longer side to that of the square: as it is, within bounds, in steps that halve evenly."""
    return lambda longer: max(lowest, min(native, -(-longer // step) * step))
