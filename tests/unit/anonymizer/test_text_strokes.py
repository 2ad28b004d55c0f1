import numpy as np
import pytest

from anonymizer.pixels.text_strokes import strokes_of
from tests.unit.anonymizer.pixel_cases import NAME, background, written


@pytest.mark.parametrize("turned", [False, True], ids=["level", "upright"])
@pytest.mark.parametrize("size", [9, 12, 20, 36])
@pytest.mark.parametrize(("ink", "noise"), [(1.0, 0.05), (0.45, 0.0), (0.27, 0.005), (0.0, 0.02)])
def test_no_text_is_passed_over_whatever_its_size_and_contrast(ink, noise, size, turned):
    rng = np.random.default_rng(size)
    picture = background(512, 512) + rng.normal(0, noise, (512, 512))
    where = {"at": (20, 30), "size": size}
    image = written(picture, (NAME[:12],), ink=ink, **where)
    glyphs = written(np.zeros((512, 512)), (NAME[:12],), **where) > 0.3
    if turned:
        image, glyphs = np.rot90(image), np.rot90(glyphs)
    assert strokes_of((image * 1000 + 500).astype(np.int16))[glyphs].mean() > 0.98


def test_coloured_text_that_is_as_bright_as_its_ground_is_not_passed_over():
    stencil = written(np.zeros((240, 320)))
    image = np.stack([255 * (1 - stencil), 255 * (1 - stencil), np.full_like(stencil, 255)], 2)
    assert strokes_of(image.astype(np.uint8))[stencil > 0.3].all()


def test_smooth_and_thick_shapes_are_not_strokes_of():
    image = background(512, 512)
    image[200:300, 60:200] = 0.9
    assert strokes_of((image * 4095).astype(np.uint16)).mean() < 0.05
    assert not strokes_of(np.zeros((64, 64), np.uint8)).any()
    assert not strokes_of(np.full((300, 300), np.nan, np.float32)).any()


def test_the_noise_of_a_scanner_is_not_strokes_of():
    noisy = background(512, 512) * 2000 + np.random.default_rng(3).normal(1000, 20, (512, 512))
    assert strokes_of(noisy.astype(np.int16)).mean() < 0.1
