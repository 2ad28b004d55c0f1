"""Slight changes that leave a radiograph a radiograph: rotation, shift, zoom, contrast, brightness; no mirroring.

Mirroring would put the heart on the wrong side, so it is not among them.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

ROTATION = 10.0  # degrees, either way
SHIFT = 0.08  # of the side
ZOOM = 0.10
CONTRAST = 0.25
BRIGHTNESS = 0.12  # of the grey range


def augment(batch: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A changed copy of `(n, size, size, channels)`; the same generator state gives the same copy."""
    from trainer.device import import_tensorflow

    tensorflow = import_tensorflow()
    number, size = batch.shape[0], batch.shape[1]
    moved: Any = tensorflow.raw_ops.ImageProjectiveTransformV3(
        images=batch.astype(np.float32),
        transforms=_transforms(number, size, rng),
        output_shape=(size, size),
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
        fill_value=0.0,
    )
    values = np.asarray(moved)
    contrast = _between(rng, CONTRAST, number) + 1
    brightness = _between(rng, BRIGHTNESS, number) * 255
    mean = values.mean(axis=(1, 2, 3), keepdims=True)
    shape = (number, 1, 1, 1)
    changed = (values - mean) * contrast.reshape(shape) + mean + brightness.reshape(shape)
    return np.asarray(np.clip(changed, 0, 255), np.uint8)


def _transforms(number: int, size: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Eight numbers an image: the projective map from output to input pixels, about the centre."""
    angle = np.deg2rad(_between(rng, ROTATION, number))
    zoom = 1 + _between(rng, ZOOM, number)
    cos, sin = np.cos(angle) * zoom, np.sin(angle) * zoom
    centre = (size - 1) / 2
    shift_x, shift_y = _between(rng, SHIFT, number) * size, _between(rng, SHIFT, number) * size
    offset_x = centre - cos * centre + sin * centre + shift_x
    offset_y = centre - sin * centre - cos * centre + shift_y
    nought = np.zeros(number)
    return np.stack([cos, -sin, offset_x, sin, cos, offset_y, nought, nought], axis=1).astype(np.float32)


def _between(rng: np.random.Generator, limit: float, number: int) -> NDArray[np.float64]:
    return rng.uniform(-limit, limit, number)
