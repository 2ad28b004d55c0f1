"""Pixels of an image where burned-in text can stand: a cheap test for what deserves a look.

Glyphs are made of strokes: thin, brighter or darker than both their sides, and many of them close together.
What is thick or smooth (organs, their borders, air, even noise) has none. The test must never pass over text: it
also lets vessels, trabeculae and fine noise through.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

STROKE = 7  # pixels: what is thinner is a stroke
CELL = 32  # pixels: side of the squares whose noise is measured
NOISE_SHARE = 40  # percentile: most of a square is no stroke, even inside a paragraph
OVER_NOISE = 2.5  # least height of a stroke, in units of the noise around it
OVER_RANGE = 0.004  # what its height must have beyond that, in units of the range of values
STRONG = 0.6  # of the range of values: a stroke whatever the noise
WINDOW, DENSITY = 13, 0.1  # pixels, least share of strokes in it
HALO = WINDOW // 2  # pixels by which the window widens strokes
REDUCTIONS = (2,)  # thick strokes of large text are thin in a reduced image
LARGE = 1100  # pixels: longest side from which reduced images are looked at


def strokes_of(image: Array) -> Mask:
    """Return the pixels around which text can stand, of (rows, columns) of any values or (..., channels)."""
    import cv2

    values = _scaled(image)
    rows, columns = values.shape[:2]
    found = _dense_strokes(values)
    for step in REDUCTIONS if max(rows, columns) > LARGE else ():
        small = cv2.resize(values, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA)
        large = _dense_strokes(np.asarray(small, np.float32)).astype(np.uint8)
        found |= cv2.resize(large, (columns, rows), interpolation=cv2.INTER_NEAREST).astype(bool)
    return found


def _scaled(image: Array) -> Floats:
    """Return the values with most of their range at 0 to 1; ink far beyond it must not drown the rest."""
    values = np.nan_to_num(image, posinf=0.0, neginf=0.0) if image.dtype.kind == "f" else image
    values = values.astype(np.float32)
    sample = values[::2, ::2]
    low, high = (float(v) for v in np.percentile(sample, (0.5, 99.5)))
    if high <= low:
        low, high = float(values.min()), float(values.max())
    return np.asarray(np.clip((values - low) / max(high - low, 1e-6), -1, 2), np.float32)


def _dense_strokes(values: Floats) -> Mask:
    """Return the pixels around which strokes are dense; `values` are scaled to 0 to 1."""
    import cv2

    height = _stroke_height(values)
    strokes = (height > OVER_NOISE * _noise(height) + OVER_RANGE) | (height > STRONG)
    share = cv2.blur(strokes.astype(np.float32), (WINDOW, WINDOW), borderType=cv2.BORDER_REFLECT)
    return np.asarray(share > DENSITY)


def _stroke_height(values: Floats) -> Floats:
    """Return how far each pixel rises above, or lies below, all that is thicker than a stroke."""
    import cv2

    kernel = np.ones((STROKE, STROKE), np.uint8)
    edge = 2 * STROKE
    padded = cv2.copyMakeBorder(values, edge, edge, edge, edge, cv2.BORDER_REPLICATE)
    bright = cv2.morphologyEx(padded, cv2.MORPH_TOPHAT, kernel)
    dark = cv2.morphologyEx(padded, cv2.MORPH_BLACKHAT, kernel)
    height = np.maximum(bright, dark)[edge:-edge, edge:-edge]
    return np.asarray(height.max(axis=2) if height.ndim == 3 else height, np.float32)  # noqa: PLR2004 - colour


def _noise(height: Floats) -> Floats:
    """Return how high the strokes are that noise makes around each pixel."""
    import cv2

    rows, columns = height.shape
    padded = cv2.copyMakeBorder(height, 0, -rows % CELL, 0, -columns % CELL, cv2.BORDER_REFLECT)
    down, across = padded.shape[0] // CELL, padded.shape[1] // CELL
    cells = padded.reshape(down, CELL, across, CELL)[:, ::2, :, ::2].transpose(0, 2, 1, 3)
    level = np.percentile(cells.reshape(down, across, -1), NOISE_SHARE, axis=2).astype(np.float32)
    level = np.asarray(cv2.medianBlur(level, 3), np.float32)
    whole = cv2.resize(level, (across * CELL, down * CELL), interpolation=cv2.INTER_LINEAR)
    return np.asarray(whole[:rows, :columns], np.float32)
