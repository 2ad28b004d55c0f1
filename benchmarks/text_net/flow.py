"""Coloured pictures laid over grey ones: flow in ultrasound, uptake over CT, and the bars that explain the colours.

In its strongest channel flow has hard edges and one value, as letters have, so the net must have seen it.
"""

import cv2  # noqa: TID253 - draws everything here; nothing of the program imports this module
import numpy as np
import numpy.typing as npt

from benchmarks.text_net.backgrounds import Floats, Rng, cloud, scaled, trees

Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

MAPS = (
    cv2.COLORMAP_HOT, cv2.COLORMAP_HOT, cv2.COLORMAP_JET, cv2.COLORMAP_AUTUMN, cv2.COLORMAP_WINTER,
    cv2.COLORMAP_RAINBOW, cv2.COLORMAP_INFERNO,
)  # fmt: skip


def with_flow(rng: Rng, grey: Bytes, spared: Mask) -> Bytes:
    """Return a grey picture (rows, columns) as RGB with colours laid over it, not over what is `spared`."""
    size = grey.shape[0]
    speeds, there = _flow(rng, size)
    colours = _colour(rng)
    picture = np.repeat(grey[..., None], 3, axis=2)
    inside = _box(rng, picture, spared)
    there &= inside & ~spared
    share = float(rng.choice([1.0, 1.0, rng.uniform(0.3, 0.9)]))
    painted = colours[(speeds * 255).astype(np.uint8)]
    picture[there] = (share * painted[there] + (1 - share) * picture[there]).astype(np.uint8)
    if rng.random() < 0.6:
        _bar(rng, picture, colours, spared)
    return picture


def _flow(rng: Rng, size: int) -> tuple[Floats, Mask]:
    """Values from 0 to 1, and where there are any, in pixels of 1 to 5."""
    coarse = size // int(rng.choice([1, 1, 2, 3, 5]))
    kind = rng.random()
    speeds = cloud(rng, coarse, rng.uniform(1.0, 2.6))
    if kind < 0.4:
        vessels = trees(rng, coarse)
        vessels = cv2.GaussianBlur(vessels, (0, 0), rng.uniform(0.5, 3))
        speeds, there = scaled(vessels * (0.5 + speeds)), vessels > rng.uniform(0.1, 0.4)
    elif kind < 0.9:
        there = speeds > np.quantile(speeds, rng.uniform(0.4, 0.97))
    else:
        there = np.ones(speeds.shape, bool)
    if rng.random() < 0.5:  # flicker
        there &= rng.random(speeds.shape) > rng.uniform(0, 0.3)
    way = int(rng.choice([cv2.INTER_NEAREST, cv2.INTER_LINEAR]))
    large = cv2.resize(speeds, (size, size), interpolation=way)
    where = cv2.resize(there.astype(np.float32), (size, size), interpolation=way) > 0.5
    gain = rng.uniform(0.7, 2)
    return np.clip(large * gain, 0, 1).astype(np.float32), where


def _colour(rng: Rng) -> Bytes:
    """Colours of 256 values, as RGB: (256, 3)."""
    ramp = np.arange(256, dtype=np.uint8)
    if rng.random() < 0.3:  # towards red, away blue
        away = np.clip(np.abs(ramp.astype(np.int16) - 128) * 2, 0, 255).astype(np.uint8)
        none = np.zeros(256, np.uint8)
        return np.stack([np.where(ramp >= 128, away, 0), none, np.where(ramp < 128, away, 0)], 1).astype(
            np.uint8
        )
    painted = cv2.applyColorMap(ramp[:, None], int(rng.choice(MAPS)))[:, 0, ::-1]
    return np.ascontiguousarray(painted if rng.random() < 0.8 else painted[::-1], dtype=np.uint8)


def _box(rng: Rng, picture: Bytes, spared: Mask) -> Mask:
    """Where colours may be: everywhere or inside a box, which may have an outline."""
    size = picture.shape[0]
    inside = np.ones((size, size), np.uint8)
    if rng.random() < 0.3:
        return inside > 0
    left, top = (int(v) for v in rng.integers(0, size // 2, 2))
    wide, tall = (int(v) for v in rng.integers(60, size, 2))
    slant = int(rng.choice([0, 0, rng.integers(-60, 60)]))
    corners = np.array(
        [[left, top], [left + wide, top], [left + wide + slant, top + tall], [left + slant, top + tall]]
    )
    inside = cv2.fillPoly(np.zeros((size, size), np.uint8), [corners.astype(np.int32)], 1)
    if rng.random() < 0.7:
        line = cv2.polylines(np.zeros((size, size), np.uint8), [corners.astype(np.int32)], True, 1)  # noqa: FBT003
        ink = ((255, 255, 255), (255, 255, 0), (0, 255, 0), (0, 200, 255))[int(rng.integers(4))]
        picture[(line > 0) & ~spared] = ink
    return inside > 0


def _bar(rng: Rng, picture: Bytes, colours: Bytes, spared: Mask) -> None:
    """The bar that says which colour stands for which value."""
    size = picture.shape[0]
    wide, tall = int(rng.integers(6, 26)), int(rng.integers(30, 220))
    left = int(rng.choice([0, rng.integers(0, size - wide), size - wide - rng.integers(0, 12)]))
    top = int(rng.integers(0, size - tall))
    steps = np.linspace(255, 0, tall).astype(np.uint8)
    bar = np.repeat(colours[steps][:, None], wide, axis=1)
    free = ~spared[top : top + tall, left : left + wide]
    picture[top : top + tall, left : left + wide][free] = bar[free]
