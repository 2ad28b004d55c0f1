"""Draw the sample's images: radiographs, slices and ultrasound of bodies that never were.

All pictures are float arrays from 0 (black) to 1 (white) except ultrasound, which is RGB uint8. They follow
the random generator that is handed in, so the same seed draws the same pictures.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Floats = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]
Generator = np.random.Generator

SKIN, HALF_OPENING = 0.08, 0.72  # of the sector: its nearest depth, its half angle in radians
VESSEL_RIM = 0.4


def _grid(rows: int, columns: int) -> tuple[Floats, Floats]:
    y, x = np.mgrid[0:rows, 0:columns]
    return (y / rows * 2 - 1).astype(np.float64), (x / columns * 2 - 1).astype(np.float64)


def _ellipse(grid: tuple[Floats, Floats], centre: tuple[float, float], radii: tuple[float, float]) -> Floats:
    """Return 1 inside an ellipse, 0 outside, with a soft rim."""
    (y, x), (cy, cx), (ry, rx) = grid, centre, radii
    distance = np.sqrt(((y - cy) / ry) ** 2 + ((x - cx) / rx) ** 2)
    return np.asarray(1 / (1 + np.exp(np.clip((distance - 1) * 24, -50, 50))))


def _smooth(values: Floats, radius: float) -> Floats:
    low, high = float(values.min()), float(values.max())
    span = max(high - low, 1e-9)
    image = Image.fromarray((((values - low) / span) * 255).astype(np.uint8))
    blurred = np.asarray(image.filter(ImageFilter.GaussianBlur(radius)), np.float64)
    return blurred / 255 * span + low


def _texture(rng: Generator, shape: tuple[int, int], radius: float) -> Floats:
    noise = _smooth(rng.standard_normal(shape), radius)
    return np.asarray((noise - noise.mean()) / (noise.std() + 1e-9))


def radiograph(rng: Generator, rows: int, columns: int) -> Floats:
    """Return a chest from the front: lungs, ribs, spine, heart, diaphragm and quantum noise."""
    grid = _grid(rows, columns)
    y, x = grid
    lean = rng.uniform(-0.03, 0.03)
    body = 0.58 * _ellipse(grid, (0.25, lean), (1.25, 0.95)) + 0.2 * _ellipse(
        grid, (-0.95, lean), (0.35, 0.3)
    )
    lungs = sum(
        _ellipse(grid, (-0.05 + 0.03 * side, side * 0.42 + lean), (0.62, 0.3 + rng.uniform(-0.02, 0.02)))
        for side in (-1, 1)
    )
    picture = body - 0.4 * np.clip(lungs, 0, 1)
    for number in range(8):
        arc = -0.62 + number * 0.165 + 0.33 * np.abs(x - lean) ** 1.6 + rng.uniform(-0.01, 0.01)
        rib = np.exp(-(((y - arc) / 0.026) ** 2)) * _ellipse(grid, (0, lean), (0.85, 0.78))
        picture += 0.09 * rib * np.clip(np.abs(x - lean) * 6, 0, 1)
    spine = np.exp(-(((x - lean) / 0.09) ** 2)) * (0.8 + 0.2 * np.sin(y * 32))
    picture += 0.24 * spine * _ellipse(grid, (0, 0), (1.2, 0.9))
    picture += 0.26 * _ellipse(grid, (0.22, 0.14 + lean), (0.34, rng.uniform(0.24, 0.34)))
    picture += 0.25 * _ellipse(grid, (0.95, -0.35), (0.5, 0.55)) + 0.2 * _ellipse(
        grid, (1.0, 0.4), (0.5, 0.5)
    )
    picture += 0.012 * _texture(rng, (rows, columns), 3)
    return np.clip(_smooth(picture, 0.8) + rng.normal(0, 0.006, picture.shape), 0, 1)


def ct_slice(rng: Generator, rows: int, columns: int) -> Floats:
    """Return an axial slice of an abdomen in Hounsfield units."""
    grid = _grid(rows, columns)
    body = _ellipse(grid, (0.02, 0), (0.66, 0.86))
    inner = _ellipse(grid, (0.02, 0), (0.58, 0.77))
    picture = -1000 + 900 * body + 140 * inner
    organs: Sequence[tuple[tuple[float, float], tuple[float, float], float]] = (
        ((-0.05, -0.38), (0.4, 0.34), 60),  # liver
        ((0.0, 0.5), (0.22, 0.17), 70),  # spleen
        ((0.25, -0.3), (0.15, 0.11), 130),  # kidneys
        ((0.25, 0.3), (0.15, 0.11), 130),
        ((0.12, 0.05), (0.07, 0.06), 150),  # aorta
        ((-0.2, 0.2), (0.14, 0.2), -30),  # stomach
    )
    for centre, radii, value in organs:
        shift = (centre[0] + rng.uniform(-0.03, 0.03), centre[1] + rng.uniform(-0.03, 0.03))
        picture += value * _ellipse(grid, shift, radii)
    picture += 520 * _ellipse(grid, (0.36, 0), (0.12, 0.13)) - 380 * _ellipse(grid, (0.5, 0), (0.05, 0.06))
    return np.asarray(picture + rng.normal(0, 9, picture.shape))


def mr_slice(rng: Generator, rows: int, columns: int) -> Floats:
    """Return an axial slice of a head, T2-weighted."""
    grid = _grid(rows, columns)
    y, x = grid
    picture = 0.5 * _ellipse(grid, (0, 0), (0.88, 0.72)) - 0.42 * _ellipse(grid, (0, 0), (0.82, 0.66))
    brain = _ellipse(grid, (0, 0), (0.76, 0.6))
    folds = 0.06 * np.sin(14 * np.hypot(y, x) + 5 * np.sin(5 * np.arctan2(y, x) + rng.uniform(0, 6)))
    picture += brain * (0.34 + folds + 0.03 * _texture(rng, (rows, columns), 2))
    for side in (-1, 1):
        picture += 0.5 * _ellipse(grid, (-0.05, side * 0.11), (rng.uniform(0.2, 0.3), 0.06))
    picture -= 0.2 * np.exp(-((x / 0.012) ** 2)) * brain
    return np.clip(picture + rng.normal(0, 0.012, picture.shape), 0, 1)


def ultrasound(rng: Generator, rows: int, columns: int, *, phase: float = 0.0, flow: bool = False) -> Bytes:
    """Return a sector of speckle with a vessel and a cyst, RGB; `phase` moves it, `flow` colours the vessel."""
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float64)
    apex_y, apex_x, depth = rows * 0.13, columns * 0.5, rows * 0.8
    radius, angle = np.hypot(y - apex_y, x - apex_x) / depth, np.arctan2(x - apex_x, y - apex_y)
    sector = (radius > SKIN) & (radius < 1) & (np.abs(angle) < HALF_OPENING)
    speckle = np.abs(_texture(rng, (rows, columns), 1.2) + 1j * _texture(rng, (rows, columns), 1.2))
    tissue = 70 * speckle * (1.1 - 0.5 * radius) * (1 + 0.25 * np.sin(9 * radius + 2 * angle + phase))
    vessel = np.exp(-(((radius - 0.5 - 0.04 * np.sin(phase)) / 0.06) ** 2) * (1 + 20 * (angle - 0.1) ** 2))
    cyst = ((radius - 0.7) / 0.1) ** 2 + ((angle + 0.3) / 0.13) ** 2 < 1
    tissue *= np.where(cyst, 0.06, 1.0) * (1 - 0.85 * vessel)
    picture = np.repeat(np.clip(np.where(sector, tissue, 0), 0, 235)[..., None], 3, axis=2)
    if flow:
        colour = (vessel > VESSEL_RIM) & sector
        picture[colour] = np.stack([180 + 60 * np.sin(angle * 4), 40 + 0 * angle, 60 + 0 * angle], 2)[colour]
    return picture.astype(np.uint8)


def write(
    picture: npt.NDArray[Any], lines: Sequence[str], *, at: tuple[int, int], size: int, ink: float
) -> None:
    """Burn lines of text into a picture, in place: `at` is (x, y), `size` the height of a line's type."""
    font = ImageFont.load_default(size)
    stencil = Image.new("L", (picture.shape[1], picture.shape[0]))
    draw = ImageDraw.Draw(stencil)
    for number, line in enumerate(lines):
        draw.text((at[0], at[1] + number * round(size * 1.35)), line, fill=255, font=font)
    weight = np.asarray(stencil, np.float64) / 255
    weight = weight[..., None] if picture.ndim == 3 else weight  # noqa: PLR2004 - colour
    picture[...] = (picture * (1 - weight) + ink * weight).astype(picture.dtype)


def text_width(line: str, size: int) -> int:
    """Return how many pixels a line takes."""
    return round(ImageFont.load_default(size).getlength(line))
