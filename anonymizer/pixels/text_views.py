"""Views of an image in which text stands out, made for the detector and not for the eye."""

from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Bytes = npt.NDArray[np.uint8]

NEAR, WIDE = (
    31,
    61,
)  # pixels: the surroundings that a value is compared with, and that their spread is taken from
SAMPLES = 60_000  # pixels that suffice for percentiles
LEAST_SPREAD = 0.005  # of the range of values: less is noise
LEAST_STEPS = 2  # grey steps of 8 bits: a spread of less is what lossy compression leaves of one colour
MOST_SPREAD, OVER_NOISE = 0.03, 4  # of the range, and of the usual deviation: more counts no further
LEAST_INK, MOST_INK = 0.002, 0.2  # share of the pixels that ink of one value has
MOST_BELOW = 0.7  # share of the pixels that lie far below ink
FAR = 3  # times the range of the others: how far ink lies above them
ONE_COLOUR = 0.95  # share of the pixels that hold one value on a screen of one colour
COLOURED, FEW = 40, 20  # difference of channels, number of pixels: JPEG leaves traces of colour in grey
MOST_COLOURED = 0.05  # share of the pixels that coloured ink has, flow has more
STROKE = 15  # pixels: side of what is wider than strokes


def grey_of(image: Array) -> Array:
    """Return (rows, columns): of colours the strongest channel, so that text of any colour is bright."""
    return _over_channels(np.maximum, image) if image.ndim == 3 else image  # noqa: PLR2004 - colour


def _over_channels(of_two: np.ufunc, image: Array) -> Array:
    """Return the greatest or least value of each pixel, thirty times as fast as over an axis of three."""
    return np.asarray(reduce(of_two, np.moveaxis(image, 2, 0)))


def is_coloured(image: Array) -> bool:
    """Whether an image holds colours and not just grey in three channels."""
    if image.ndim != 3:  # noqa: PLR2004 - colour
        return False
    return bool(np.count_nonzero(_colour(image) > COLOURED) > FEW)


def _colour(image: Array) -> Array:
    """Return by how much the strongest channel is above the weakest."""
    return np.asarray(_over_channels(np.maximum, image) - _over_channels(np.minimum, image))


def weakest_of(image: Array) -> Array:
    """Return (rows, columns) of the weakest channel, in which coloured ink is dark on white and stands out on black."""
    return _over_channels(np.minimum, image)


def colour_of(image: Array) -> Array | None:
    """Return (rows, columns) in which coloured ink shows that is no brighter than its ground; None amid flow.

    By how much the strongest channel is above the weakest, less what is wider than strokes: grey speckle is nothing
    there. Flow, and a ground that has a colour itself, would be taken for text.
    """
    import cv2

    colour = _colour(image)
    if float((colour > COLOURED).mean()) > MOST_COLOURED:
        return None
    return np.asarray(cv2.morphologyEx(colour, cv2.MORPH_TOPHAT, np.ones((STROKE, STROKE), np.uint8)))


def _finite(grey: Array) -> Array:
    return np.nan_to_num(grey, posinf=0.0, neginf=0.0) if grey.dtype.kind == "f" else grey


def _stretched(grey: Array, low: float, high: float) -> Bytes:
    scaled = grey.astype(np.float32)
    scaled -= np.float32(low)
    scaled *= np.float32(255.0 / max(high - low, 1e-6))
    return np.asarray(np.clip(scaled, 0, 255, out=scaled)).astype(np.uint8)


def few_of(values: Array) -> Array:
    """Return some of the values, from all columns: an odd step divides no usual width."""
    return values.ravel()[:: (values.size // SAMPLES) | 1]


def is_one_colour(grey: Array) -> bool:
    """Whether nearly all pixels hold one value, as on a screen with text, and some do not."""
    sample = few_of(_finite(grey))
    return float((sample == np.median(sample)).mean()) > ONE_COLOUR and float(grey.min()) < float(grey.max())


def levelled(grey: Array) -> Array:
    """Return the values, or of a screen of one colour their ranks.

    Bright ink makes a range of which faint ink is a thousandth, though the file's window may show it plainly.
    """
    return rank(grey) if is_one_colour(grey) else grey


def percentile(grey: Array, low: float = 0.5, high: float = 99.5) -> Bytes:
    """Return the values between two percentiles stretched to 0–255."""
    grey = _finite(grey)
    sample = few_of(grey)
    bottom, top = (float(v) for v in np.percentile(sample, (low, high)))
    if top <= bottom:
        bottom, top = float(grey.min()), float(grey.max())
    return _stretched(grey, bottom, top)


def rank(grey: Array) -> Bytes:
    """Return each value's rank: every grey step that holds pixels gets its share of contrast.

    The commonest value counts no more than all others together, or a screen of one colour had no ranks.
    """
    grey = _finite(grey)
    if grey.dtype.kind == "f":
        grey = percentile(grey, 0.01, 99.99)
    low = int(grey.min())
    positions = grey.astype(np.int64) - low
    if int(positions.max()) >= 1 << 24:
        return percentile(grey)
    held = np.bincount(positions.ravel())
    commonest = int(held.argmax())
    held[commonest] = min(held[commonest], positions.size - held[commonest])
    counts = np.cumsum(held).astype(np.float64)
    table = (counts - counts[0]) / max(counts[-1] - counts[0], 1.0) * 255.0
    return np.asarray(table.astype(np.uint8)[positions])


def planes(image: Array) -> Bytes:
    """Return the four planes that the text net looks at: (rows, columns, 4).

    Values between percentiles, deviation from the surroundings in the strongest and in the weakest channel (blue
    on white shows in the weakest alone), and how many neighbours hold the very same value: what a machine burns
    in has one value, noise has not. `image` is (rows, columns) of any values, or RGB (rows, columns, 3).
    """
    bright = _finite(grey_of(image))
    away = _standing_out(bright)
    dark = _standing_out(weakest_of(image)) if is_coloured(image) else away
    return np.stack((percentile(bright), away, dark, _sameness(bright)), axis=2)


def _standing_out(grey: Array) -> Bytes:
    """Return how far each value stands from its near surroundings, in units of the spread around them.

    Ink counts neither for the range of values nor much for the spread, or faint text near bright text drowns.
    """
    import cv2

    low, high = _range(grey[::2, ::2])
    # All in place: new memory for each step takes most of the time.
    scaled = np.array(grey, np.float32, order="C")
    scaled -= np.float32(low)
    scaled *= np.float32(1 / max(high - low, 1e-6))
    np.clip(scaled, -1, 2, out=scaled)
    spread = np.asarray(cv2.blur(scaled, (NEAR, NEAR)), np.float32)
    away = np.asarray(cv2.subtract(scaled, spread, dst=scaled), np.float32)
    most = MOST_SPREAD + OVER_NOISE * float(np.median(np.abs(away[::3, ::3])))
    np.clip(away, -most, most, out=spread)
    cv2.blur(cv2.multiply(spread, spread, dst=spread), (WIDE, WIDE), dst=spread)
    np.sqrt(np.maximum(spread, 0, out=spread), out=spread)
    spread += max(LEAST_SPREAD, LEAST_STEPS / (high - low) if grey.dtype == np.uint8 and high > low else 0)
    away *= 50
    np.divide(away, spread, out=away)
    away += 128
    return np.asarray(np.clip(away, 0, 255, out=away)).astype(np.uint8)


def _range(sample: Array) -> tuple[float, float]:
    """Return between which values most pixels lie; one value of its own, far above the others, is ink."""
    few = few_of(sample)
    low, high = (float(v) for v in np.percentile(few, (0.5, 99.5)))
    top = float(sample.max())
    if high <= low:  # a screen of one value: the little that differs must not become one value too
        return float(sample.min()), top
    ink = float((sample == top).mean())
    if ink >= MOST_INK:
        return low, high
    below = few[few < (low + top) / 2]  # without the soft edges of letters
    if below.size < MOST_BELOW * few.size:  # a bright image whose highest value is no ink
        return low, high
    bottom, upper = (float(v) for v in np.percentile(below, (0.5, 98))) if below.size else (low, high)
    # Of small ink most pixels are soft edges; dead pixels are fewer than either.
    far = top if ink > LEAST_INK else high
    return (bottom, upper) if far - upper > FAR * (upper - bottom) > 0 else (low, high)


def _sameness(grey: Array) -> Bytes:
    """Return 32 for each of the eight neighbours that holds the same value, at most 255."""
    count = np.zeros(grey.shape, np.uint8)
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        here = grey[: grey.shape[0] - down, max(0, -right) : grey.shape[1] - max(0, right)]
        there = grey[down:, max(0, right) : grey.shape[1] - max(0, -right)]
        same = (here == there).view(np.uint8)
        count[: grey.shape[0] - down, max(0, -right) : grey.shape[1] - max(0, right)] += same
        count[down:, max(0, right) : grey.shape[1] - max(0, -right)] += same
    return np.asarray(np.minimum(count.astype(np.uint16) * 32, 255)).astype(np.uint8)
