"""No network at all: the image's own pixels, shrunk and laid out in one row, for classical methods."""

from typing import Any

from trainer.parameters import Values

_SIDE = 32


def input_size(longer_side: int) -> int:
    """The images' own size up to 32: more pixels than patients teach a classical method nothing."""
    return max(8, min(_SIDE, longer_side))


def features(image: Any, _parameters: Values) -> Any:
    """The pixels themselves."""
    from keras import layers

    return layers.Activation("linear", name="features")(image)


def top(found: Any, _parameters: Values) -> Any:
    """All pixels in one row."""
    from keras import layers

    return layers.Flatten(name="embedding")(found)
