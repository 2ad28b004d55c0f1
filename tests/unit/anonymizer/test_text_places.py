import numpy as np
import pytest

from anonymizer import text_engine, text_finder
from anonymizer.text_places import WIDE, places_of, strokes_of
from tests.unit.anonymizer.pixel_cases import NAME, background, written


def looked_at(image, **framing):
    seen = np.zeros(image.shape[:2], bool)
    for place in places_of(strokes_of(image), **framing):
        seen[place.top : place.bottom, place.left : place.right] = True
    return seen


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
    assert looked_at((image * 1000 + 500).astype(np.int16))[glyphs].mean() > 0.98


def test_coloured_text_that_is_as_bright_as_its_ground_is_not_passed_over():
    stencil = written(np.zeros((240, 320)))
    image = np.stack([255 * (1 - stencil), 255 * (1 - stencil), np.full_like(stencil, 255)], 2)
    assert looked_at(image.astype(np.uint8))[stencil > 0.3].all()


def test_smooth_and_thick_shapes_are_not_looked_at():
    image = background(512, 512)
    image[200:300, 60:200] = 0.9
    assert looked_at((image * 4095).astype(np.uint16)).mean() < 0.05
    assert places_of(strokes_of(np.zeros((64, 64), np.uint8))) == ()
    assert places_of(strokes_of(np.full((300, 300), np.nan, np.float32))) == ()


def test_the_noise_of_a_scanner_is_not_looked_at():
    noisy = background(512, 512) * 2000 + np.random.default_rng(3).normal(1000, 20, (512, 512))
    assert looked_at(noisy.astype(np.int16)).mean() < 0.1


def test_places_hold_all_strokes_and_a_thin_frame_is_not_looked_at_as_a_whole():
    strokes = np.zeros((1024, 1024), bool)
    strokes[100:110, 100:900] = strokes[890:900, 100:900] = True
    strokes[100:900, 100:110] = strokes[100:900, 890:900] = True
    seen = np.zeros(strokes.shape, bool)
    for place in places_of(strokes):
        seen[place.top : place.bottom, place.left : place.right] = True
    assert seen[strokes].all()
    assert not seen[400:600, 400:600].any()


def test_wide_places_hold_more_surroundings():
    image = (written(background(768, 768)) * 4095).astype(np.uint16)
    tight, wide = looked_at(image), looked_at(image, framing=WIDE)
    assert wide[tight].all()
    assert wide.sum() > 2 * tight.sum()


def test_the_detector_sees_only_what_can_hold_text(monkeypatch):
    seen = []
    detect = text_engine.text_probability
    monkeypatch.setattr(text_engine, "text_probability", lambda tile: seen.append(tile.size) or detect(tile))
    image = (written(background(1200, 1200), size=22) * 4095).astype(np.uint16)
    assert len(text_finder.find_text(image)) == 2
    assert sum(seen) < 0.5 * image.size  # three views of all of it are three times the image
