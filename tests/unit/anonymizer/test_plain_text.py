"""Text that anybody sees at once: every ink on every ground, however it is stored, in images of both sizes.

What is tuned for hard text must not lose plain text, which no corpus of hard text has in all its forms.
"""

import cv2  # noqa: TID253 - draws the pictures; a test loads it anyway
import numpy as np
import pytest

from anonymizer.pixels import text_finder
from tests.unit.anonymizer.pixel_cases import NAME, NUMBER, written

INKS = {
    "white": (255, 255, 255), "yellow": (255, 240, 40), "green": (40, 255, 60), "cyan": (60, 230, 255),
    "orange": (255, 160, 30), "light blue": (140, 170, 255), "blue": (40, 60, 255), "red": (255, 40, 40),
    "magenta": (255, 60, 255), "grey": (150, 150, 150), "dark grey": (70, 70, 70), "black": (0, 0, 0),
}  # fmt: skip
GROUNDS = {"black": (0, 0), "dark": (35, 2), "middle": (128, 8), "light": (215, 3), "white": (255, 0)}
PLAIN = 75  # of 255: so far from its ground, and farther than any grain, ink is seen at once
WIDE = 0.25  # of an image of which the lines have a twentieth, or less: what is masked beyond that is no text
ENLARGED, AS_IT_IS = (
    (300, 420),
    (420, 760),
)  # rows and columns of an image that is searched enlarged too, and of none
LINES = (((NAME,), {"at": (12, 10), "size": 18}), ((NUMBER,), {"at": (150, 120), "size": 12}))


def picture(shape, ground, ink):
    level, grain = GROUNDS[ground]
    values = np.random.default_rng(3).normal(level, grain, (*shape, 1)).clip(0, 255)
    stencil = np.zeros(shape)
    for lines, where in LINES:
        stencil = np.maximum(stencil, written(np.zeros(shape), lines, **where))
    weight = stencil[..., None]
    return values * (1 - weight) + np.array(INKS[ink]) * weight, stencil > 0.3


def in_colour(image):
    return image.round().astype(np.uint8)


def compressed(image):
    _, coded = cv2.imencode(".jpg", in_colour(image)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 75])
    return np.ascontiguousarray(cv2.imdecode(coded, cv2.IMREAD_COLOR)[..., ::-1])


def in_grey(image):
    return in_colour(image.mean(axis=2))


def compressed_grey(image):
    _, coded = cv2.imencode(".jpg", in_grey(image), [cv2.IMWRITE_JPEG_QUALITY, 75])
    return cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE)


def twelve_bits(image):
    return (image.mean(axis=2) * 16).round().astype(np.uint16)


def is_plain(ground, ink, shown):
    away = np.array(INKS[ink]) - GROUNDS[ground][0]
    return np.abs(away).max() >= PLAIN if shown in (in_colour, compressed) else abs(away.mean()) >= PLAIN


@pytest.mark.parametrize("shape", [ENLARGED, AS_IT_IS], ids=["small", "larger"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("shown", [in_colour, compressed, in_grey, compressed_grey, twelve_bits])
def test_plain_text_is_found_in_every_ink(shape, ground, shown):
    missed, wide = {}, {}
    for ink in INKS:
        if not is_plain(ground, ink, shown):
            continue
        made, glyphs = picture(shape, ground, ink)
        mask = np.zeros(shape, bool)
        for box in text_finder.find_text(shown(made)):
            mask[box.y : box.y + box.height, box.x : box.x + box.width] = True
        if mask[glyphs].mean() < 0.9:
            missed[ink] = round(float(mask[glyphs].mean()), 2)
        if mask.mean() > WIDE:
            wide[ink] = round(float(mask.mean()), 2)
    assert (missed, wide) == ({}, {})
