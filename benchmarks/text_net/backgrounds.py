"""Radiology-like pictures without text, made from random numbers: organs, bones, branching echoes, and screens.

Each maker returns (size, size) float32 from about 0 to 1. None of them is taken from a patient.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import cv2  # noqa: TID253 - draws everything here; nothing of the program imports this module
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Rng = np.random.Generator

SHARP = 0.4  # pixels: a blur under this is none


def scaled(picture: npt.NDArray[Any]) -> Floats:
    """The picture with its values from 0 to 1."""
    low, high = float(picture.min()), float(picture.max())
    return np.asarray((picture - low) / max(high - low, 1e-6), np.float32)


def cloud(rng: Rng, size: int, steepness: float) -> Floats:
    """Noise whose amplitude falls with frequency, 0 white to 3 smooth."""
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)) + 1 / size
    wave = rng.normal(size=frequency.shape) + 1j * rng.normal(size=frequency.shape)
    return scaled(np.fft.irfft2(wave / frequency**steepness, s=(size, size)))


def tissue(rng: Rng, size: int) -> Floats:
    return cloud(rng, size, rng.uniform(0.8, 2.6))


def slice_(rng: Rng, size: int) -> Floats:
    """Ellipses within ellipses: a cross-section of a body with organs, bones and gas."""
    picture = np.zeros((size, size), np.float32)
    centre = rng.uniform(0.2, 0.8, 2) * size
    axes = rng.uniform(0.25, 0.7, 2) * size
    _ellipse(rng, picture, (centre, axes), rng.uniform(0.3, 0.6))
    for _ in range(rng.integers(4, 30)):
        where = centre + rng.uniform(-0.7, 0.7, 2) * axes
        _ellipse(
            rng, picture, (where, rng.uniform(0.01, 0.25, 2) * size), rng.choice([0, 0.3, 0.5, 0.7, 1.0])
        )
    picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 2))
    grain = cloud(rng, size, rng.uniform(0, 1)) - 0.5
    return np.asarray(picture + rng.uniform(0, 0.25) * grain, np.float32)


def _ellipse(
    rng: Rng, picture: Floats, place: tuple[npt.NDArray[Any], npt.NDArray[Any]], value: float
) -> None:
    centre, axes = place
    at, size = (int(centre[0]), int(centre[1])), (max(1, int(axes[0])), max(1, int(axes[1])))
    thick = -1 if rng.random() < 0.75 else int(rng.integers(1, 6))
    cv2.ellipse(picture, at, size, float(rng.uniform(0, 180)), 0, 360, float(value), thick, cv2.LINE_AA)


def bones(rng: Rng, size: int) -> Floats:
    """Ribs and long bones over soft shadows, with trabeculae inside: a projection radiograph."""
    picture = cloud(rng, size, rng.uniform(1.8, 2.8))
    angle, gap = rng.uniform(-0.6, 0.6), rng.uniform(25, 120)
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    bend = rng.uniform(-0.004, 0.004) * (x - size / 2) ** 2
    wave = ((y + x * np.tan(angle) + bend) / gap) % 1.0
    width = rng.uniform(0.2, 0.6)
    rib = np.clip((width - np.abs(wave - 0.5) * 2) * rng.uniform(3, 20), 0, 1)
    cortex = np.exp(-(((np.abs(wave - 0.5) * 2 - width) * gap / rng.uniform(1, 5)) ** 2))
    picture = picture + rng.uniform(0.1, 0.8) * rib + rng.uniform(0, 0.6) * cortex
    if rng.random() < 0.6:
        picture += rng.uniform(0.02, 0.3) * rib * trabeculae(rng, size)
    return scaled(picture + rng.uniform(0, 0.05) * rng.normal(size=(size, size)))


def trabeculae(rng: Rng, size: int) -> Floats:
    """A net of fine strokes, as in spongy bone or lung."""
    kernel = rng.uniform(0.8, 3), rng.uniform(0.8, 3)
    noise = rng.normal(size=(size, size)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), kernel[0], sigmaY=kernel[1])
    ridge = np.exp(-((smooth / smooth.std() / rng.uniform(0.2, 1)) ** 2))
    return np.asarray(ridge * cloud(rng, size, 1.5), np.float32)


def vessels(rng: Rng, size: int) -> Floats:
    """Winding strokes of all widths on a smooth ground: vessels, hair, catheters, skin folds, fractures."""
    picture = cloud(rng, size, 2.2) * rng.uniform(0.2, 1)
    for _ in range(rng.integers(3, 40)):
        points = np.cumsum(rng.normal(0, rng.uniform(3, 14), (rng.integers(5, 60), 2)), 0)
        points = (points + rng.uniform(0, size, 2)).astype(np.int32)
        value = float(rng.uniform(0.2, 1.2))
        cv2.polylines(
            picture, [points], bool(rng.random() < 0.1), value, int(rng.integers(1, 7)), cv2.LINE_AA
        )
    return cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 1.5))


def speckle(rng: Rng, size: int) -> Floats:
    """Ultrasound: grainy echoes, in a fan or a rectangle on black."""
    noise = rng.rayleigh(0.2, (size, size)).astype(np.float32)
    blur = rng.uniform(0, 2)
    if blur > SHARP:
        noise = cv2.GaussianBlur(noise, (0, 0), blur * rng.uniform(1, 2), sigmaY=blur)
    echoes = scaled(noise) * (0.2 + (cloud(rng, size, 2) if rng.random() < 0.8 else 0.8))
    if rng.random() < 0.4:  # the loudest echoes all have the greatest value
        echoes = np.minimum(echoes, float(np.percentile(echoes, rng.uniform(70, 99.5))))
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    kind = rng.random()
    if kind < 0.5:
        origin = rng.uniform(-0.5, 1.5) * size, rng.uniform(-0.6, 0.2) * size
        angle = np.abs(np.arctan2(x - origin[0], y - origin[1]))
        far = np.hypot(x - origin[0], y - origin[1])
        echoes = echoes * (angle < rng.uniform(0.4, 1)) * (far < rng.uniform(0.6, 1.6) * size)
    elif kind < 0.7:
        left, top = rng.uniform(0, 0.4, 2) * size
        echoes = echoes * (x > left) * (y > top)
    return np.asarray(
        echoes * rng.uniform(0.5, 1.2) / max(float(np.percentile(echoes, 99)), 1e-3), np.float32
    )


def branches(rng: Rng, size: int) -> Floats:
    """Trees of bright walls in echoes or lung: bronchi, vessels, ducts, with short bright arcs between them."""
    picture = speckle(rng, size) if rng.random() < 0.6 else tissue(rng, size)
    ridges = trees(rng, size)
    for _ in range(rng.integers(0, 12)):
        at = tuple(int(v) for v in rng.uniform(0, size, 2))
        axes = tuple(int(v) for v in rng.uniform(4, 60, 2))
        turn, start = (float(v) for v in rng.uniform(0, 360, 2))
        end, value = start + float(rng.uniform(15, 140)), float(rng.uniform(0.3, 1.2))
        cv2.ellipse(ridges, at, axes, turn, start, end, value, int(rng.integers(1, 5)), cv2.LINE_AA)
    if rng.random() < 0.4:  # walls alone, the inside is dark
        thin = cv2.erode(ridges, np.ones((3, 3), np.float32))
        picture, ridges = picture * (thin < 0.05), ridges * (thin < 0.05)
    ridges = cv2.GaussianBlur(ridges, (0, 0), rng.uniform(0.4, 2))
    grain = 1 + rng.uniform(0, 0.8) * (cloud(rng, size, rng.uniform(0.2, 1.2)) - 0.5)
    return np.asarray(np.maximum(picture, ridges * grain), np.float32)


def trees(rng: Rng, size: int) -> Floats:
    """Branching strokes alone, on nothing."""
    ridges = np.zeros((size, size), np.float32)
    for _ in range(rng.integers(1, 7)):
        at, angle = rng.uniform(0, size, 2), float(rng.uniform(0, 2 * np.pi))
        _branch(rng, ridges, (at, angle, float(rng.uniform(1.5, 9)), float(rng.uniform(0.3, 1.1))))
    return ridges


def _branch(rng: Rng, ridges: Floats, how: tuple[npt.NDArray[Any], float, float, float]) -> None:
    """Draw a winding stroke and the thinner ones that leave it; `how` is place, direction, width, value."""
    at, angle, width, value = how
    for _ in range(int(rng.integers(4, 16))):
        angle += float(rng.normal(0, 0.25))
        end = at + rng.uniform(4, 14) * np.array([np.cos(angle), np.sin(angle)])
        start, stop = (int(at[0]), int(at[1])), (int(end[0]), int(end[1]))
        cv2.line(ridges, start, stop, value, max(1, round(width)), cv2.LINE_AA)
        at = end
        if width > 1 and rng.random() < 0.25:
            fork = angle + float(rng.choice([-1, 1]) * rng.uniform(0.4, 1.2))
            _branch(rng, ridges, (at, fork, width * float(rng.uniform(0.5, 0.8)), value))


def projection(rng: Rng, size: int) -> Floats:
    """The greatest or least value that each pixel of a moving or flickering picture ever has."""
    if rng.random() < 0.5:  # the same echoes, moved
        echoes = np.clip(speckle(rng, size), 0, rng.uniform(0.5, 1.2))
        step = rng.integers(-6, 7, 2)
        frames = [np.roll(echoes, tuple(step * number), (0, 1)) for number in range(rng.integers(4, 40))]
    else:  # the same shapes, new grain
        shape = rng.choice(np.array([speckle, slice_, branches], object))(rng, size)
        grain = float(rng.uniform(0.02, 0.15))
        frames = [shape + grain * rng.normal(size=shape.shape) for _ in range(rng.integers(4, 16))]
    return np.asarray(np.max(frames, axis=0) if rng.random() < 0.5 else np.min(frames, axis=0), np.float32)


def gratings(rng: Rng, size: int) -> Floats:
    """Fine lines of a grid or of scanning over a picture, broken where its value changes."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    angle = float(rng.choice([0, np.pi / 2, rng.uniform(0, np.pi)]))
    wave = np.sin((x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / rng.uniform(2.1, 14))
    base = cloud(rng, size, rng.uniform(1.5, 2.8))
    return np.asarray(base + rng.uniform(0.02, 0.3) * wave * cloud(rng, size, 2), np.float32)


def enlarged(rng: Rng, maker: Callable[[Rng, int], Floats], size: int) -> Floats:
    """A picture of fewer pixels, enlarged: blocks, ramps and ringing instead of detail."""
    few = max(32, round(size / rng.uniform(1.4, 6)))
    way = int(rng.choice([cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
    return cv2.resize(maker(rng, few), (size, size), interpolation=way)


def flat(rng: Rng, size: int) -> Floats:
    """A screen: one value, or windows of several values with frames."""
    picture = np.full((size, size), rng.choice([0, 0, 0.02, 0.1, 0.5, 0.9, 1]), np.float32)
    for _ in range(int(rng.choice([0, 0, 2, 8]))):
        a, b = np.sort(rng.integers(0, size, (2, 2)), axis=0)
        corner, end = (int(a[0]), int(a[1])), (int(b[0]), int(b[1]))
        cv2.rectangle(picture, corner, end, float(rng.random()), int(rng.choice([-1, 1, 2])))
    return picture


def ramp(rng: Rng, size: int) -> Floats:
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    slope = rng.uniform(-1, 1, 2)
    return np.asarray(scaled(slope[0] * x + slope[1] * y) + rng.normal(0, 0.03, (size, size)), np.float32)


def noise(rng: Rng, size: int) -> Floats:
    return rng.normal(rng.uniform(0.2, 0.6), rng.uniform(0.03, 0.2), (size, size)).astype(np.float32)


def breast(rng: Rng, size: int) -> Floats:
    """A bright half-disc of threads on black."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    edge = 1.1 - np.hypot((x - rng.choice([0.0, 1.0])) * rng.uniform(0.7, 1.6), y - rng.uniform(0.2, 0.8))
    threads = 0.6 * cloud(rng, size, 1.4) + 0.4 * trabeculae(rng, size)
    return np.asarray(np.clip(edge * 3, 0, 1) * (0.4 + threads) * rng.uniform(0.6, 1), np.float32)


def hot_spots(rng: Rng, size: int) -> Floats:
    """Nuclear medicine: counts in coarse pixels."""
    coarse = max(16, size // int(rng.integers(1, 7)))
    rate = cloud(rng, coarse, 2.5) ** rng.uniform(2, 8) * rng.uniform(3, 60)
    return scaled(cv2.resize(rng.poisson(rate).astype(np.float32), (size, size)))


@lru_cache(maxsize=1)
def _photographs() -> list[Floats]:
    from sklearn.datasets import load_sample_images

    return [scaled(picture.mean(axis=2)) for picture in load_sample_images().images]


def photograph(rng: Rng, size: int) -> Floats:
    """A piece of one of the two photographs that scikit-learn carries, enlarged."""
    picture = _photographs()[int(rng.integers(2))]
    side = int(rng.integers(size // 4, min(picture.shape) - 1))
    top, left = (int(rng.integers(0, n - side)) for n in picture.shape)
    return cv2.resize(
        picture[top : top + side, left : left + side], (size, size), interpolation=cv2.INTER_AREA
    )


def collimated(rng: Rng, picture: Floats) -> Floats:
    """The picture with everything outside a turned rectangle or a circle at one value."""
    size = picture.shape[0]
    inside = np.zeros(picture.shape, np.uint8)
    centre = tuple(float(v) for v in rng.uniform(0.2, 0.8, 2) * size)
    if rng.random() < 0.7:
        sides = tuple(float(v) for v in rng.uniform(0.4, 1.4, 2) * size)
        corners = cv2.boxPoints((centre, sides, float(rng.choice([0, rng.uniform(-20, 20)]))))
        cv2.fillPoly(inside, [corners.astype(np.int32)], 1)
    else:
        cv2.circle(inside, (int(centre[0]), int(centre[1])), int(rng.uniform(0.2, 0.8) * size), 1, -1)
    outside = float(rng.choice([0, 0, 0.05, 1.0]))
    return np.where(
        inside > 0, picture, outside + rng.choice([0, 0.01]) * rng.normal(size=picture.shape)
    ).astype(np.float32)


MAKERS: tuple[tuple[Callable[[Rng, int], Floats], float], ...] = (
    (tissue, 2), (slice_, 3), (bones, 3), (trabeculae, 1), (vessels, 1.5), (speckle, 3), (branches, 2.5), (projection, 3),
    (gratings, 1),
    (flat, 2), (ramp, 1), (noise, 1.5), (breast, 1), (hot_spots, 1), (photograph, 1.5),
)  # fmt: skip


def echoes(rng: Rng, size: int) -> Floats:
    """Ultrasound of a kind drawn by lot."""
    maker = (speckle, branches, projection)[int(rng.integers(3))]
    return enlarged(rng, maker, size) if rng.random() < 0.3 else maker(rng, size)


def grainy(rng: Rng, picture: Floats) -> Floats:
    """The picture with noise over it: of single pixels or of blots as large as the strokes of small letters."""
    grain = rng.normal(size=picture.shape).astype(np.float32)
    blur = rng.uniform(0, 1.8)
    if blur > SHARP:
        grain = cv2.GaussianBlur(grain, (0, 0), blur * rng.uniform(0.7, 1.4), sigmaY=blur)
    grain *= rng.uniform(0.02, 0.15) / max(float(grain.std()), 1e-6)
    return np.asarray(picture + grain * (0.3 + picture if rng.random() < 0.5 else 1), np.float32)


def background(rng: Rng, size: int) -> Floats:
    """A picture of a kind drawn by lot."""
    weights = np.array([weight for _, weight in MAKERS])
    maker = MAKERS[int(rng.choice(len(MAKERS), p=weights / weights.sum()))][0]
    picture = enlarged(rng, maker, size) if rng.random() < 0.3 else maker(rng, size)
    return collimated(rng, picture) if rng.random() < 0.25 else picture
