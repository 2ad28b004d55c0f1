"""Slight changes that leave a radiograph a radiograph: rotation, shift, zoom, contrast, brightness.

Nothing is turned upside down. Mirroring left and right would put the heart on the wrong side: it is done only where a
recipe says that the side does not matter.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROTATION = 10.0  # degrees, either way
SHIFT = 0.08  # of the side
ZOOM = 0.10
CONTRAST = 0.25
BRIGHTNESS = 0.12  # of the grey range

Draws = dict[str, NDArray[np.float32]]


def draw(changed: NDArray[np.bool_], size: int, rng: np.random.Generator, *, mirror: bool = False) -> Draws:
    """What is to happen to each image of a batch; where `changed` is false, nothing.

    Every image takes its share of the random numbers, so that the others are the same whether one is changed or not.
    """
    number = len(changed)
    on = changed.astype(np.float64)
    angle = np.deg2rad(_between(rng, ROTATION, number)) * on
    zoom = 1 + _between(rng, ZOOM, number) * on
    shifts = [_between(rng, SHIFT, number) * size * on for _ in range(2)]
    contrast, brightness = (_between(rng, limit, number) * on for limit in (CONTRAST, BRIGHTNESS))
    side = np.where((rng.random(number) < 1 / 2) & changed, -1.0, 1.0) if mirror else np.ones(number)
    maps = _maps(size, angle, zoom, shifts=(shifts[0], shifts[1]), side=side)
    return {
        "maps": maps.astype(np.float32),
        "contrast": (contrast + 1).astype(np.float32),
        "brightness": (brightness * 255).astype(np.float32),
    }


def apply(images: Any, draws: Mapping[str, Any]) -> Any:
    """A tensor `(n, size, size, channels)` of grey values with those changes: float32, whole numbers, 0 to 255."""
    from trainer.device import import_tensorflow

    tensorflow = import_tensorflow()
    values = tensorflow.cast(images, tensorflow.float32)
    size = tensorflow.shape(values)[1]
    moved = tensorflow.raw_ops.ImageProjectiveTransformV3(
        images=values,
        transforms=draws["maps"],
        output_shape=tensorflow.stack([size, size]),
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
        fill_value=0.0,
    )
    mean = tensorflow.reduce_mean(moved, axis=(1, 2, 3), keepdims=True)
    contrast, brightness = (
        tensorflow.reshape(draws[name], (-1, 1, 1, 1)) for name in ("contrast", "brightness")
    )
    return tensorflow.floor(tensorflow.clip_by_value((moved - mean) * contrast + mean + brightness, 0, 255))


def augment(batch: NDArray[np.uint8], rng: np.random.Generator, *, mirror: bool = False) -> NDArray[np.uint8]:
    """A changed copy of `(n, size, size, channels)`; the same generator state gives the same copy."""
    draws = draw(np.ones(len(batch), np.bool_), batch.shape[1], rng, mirror=mirror)
    return np.asarray(apply(batch, draws), np.uint8)


def _maps(
    size: int,
    angle: NDArray[np.float64],
    zoom: NDArray[np.float64],
    *,
    shifts: tuple[NDArray[np.float64], NDArray[np.float64]],
    side: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Eight numbers an image: the projective map from output to input pixels, about the centre.

    `side` is -1 where left and right are exchanged.
    """
    cos, sin = np.cos(angle) * zoom, np.sin(angle) * zoom
    centre = (size - 1) / 2
    offset_x = centre - side * cos * centre + sin * centre + shifts[0]
    offset_y = centre - side * sin * centre - cos * centre + shifts[1]
    nought = np.zeros(len(angle))
    return np.stack([side * cos, -sin, offset_x, side * sin, cos, offset_y, nought, nought], axis=1)


def _between(rng: np.random.Generator, limit: float, number: int) -> NDArray[np.float64]:
    return rng.uniform(-limit, limit, number)
