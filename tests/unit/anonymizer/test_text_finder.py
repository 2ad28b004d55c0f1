import numpy as np
import pytest

from anonymizer.errors import TextFinderError
from anonymizer.pixels import text_engine, text_finder
from tests.unit.anonymizer.pixel_cases import NAME, NUMBER, background, readable, written

INK = written(np.zeros((240, 320))) > 0.3


def coverage(boxes):
    mask = np.zeros(INK.shape, bool)
    for b in boxes:
        mask[b.y : b.y + b.height, b.x : b.x + b.width] = True
    return mask[INK].mean(), mask.mean()


@pytest.mark.parametrize(
    "image",
    [
        (written(background()) * 255).astype(np.uint8),
        (4095 - written(background()) * 4095).astype(np.uint16),
        (written(background()) * 4000 - 2000).astype(np.int16),
        (written(background(), ink=0.75) * 65535).astype(np.uint16),
        np.stack([written(background()) * 255, background() * 255, background() * 255], 2).astype(np.uint8),
    ],
    ids=["8 bits", "inverted 12 bits", "signed", "16 bits, grey ink", "coloured ink"],
)
def test_all_ink_is_found_whatever_the_values(image):
    covered, area = coverage(text_finder.find_text(image))
    assert covered > 0.98
    assert area < 0.3


def test_blue_on_white_is_found():
    stencil = written(np.zeros((240, 320)))
    image = np.stack([255 * (1 - stencil), 255 * (1 - stencil), np.full_like(stencil, 255)], 2)
    assert coverage(text_finder.find_text(image.astype(np.uint8)))[0] > 0.98


def test_faint_text_beside_bright_anatomy_is_found():
    image = written(background(), ink=0.2) + 8 * background() * (background() > 0.3)
    assert coverage(text_finder.find_text((image * 6000).astype(np.uint16)))[0] > 0.95


def test_text_is_read_back():
    lines = text_finder.read_text((written(background()) * 255).astype(np.uint8))
    assert readable(lines, NAME)
    assert readable(lines, NUMBER)


@pytest.mark.parametrize("turns", [1, 3])
def test_upright_text_is_read_whole_one_way_only(monkeypatch, turns):
    """Which way is up shows in a glance; reading takes its time by the width of what is read."""
    widths = []
    read = text_engine._read
    monkeypatch.setattr(
        text_engine, "_read", lambda line, share, least: widths.append(share) or read(line, share, least)
    )
    line = written(background(40, 260), (NAME,), at=(8, 8), size=22)
    image = np.ascontiguousarray(np.rot90(line, turns))
    (box,) = [text_finder.TextBox(0, 0, 40, 260, 1.0)]
    (reading,) = text_finder.read_lines(image, boxes=[box])
    assert readable(reading.text, NAME)
    assert sum(widths) <= 2
    text_finder.read_lines(background(260, 40), boxes=[box])
    assert sum(widths) <= 3


def test_nothing_is_found_where_nothing_is_written():
    image = (background() * 4095).astype(np.uint16)
    assert coverage(text_finder.find_text(image))[1] < 0.005
    assert text_finder.find_text(np.zeros((64, 64), np.uint8)) == ()
    assert text_finder.find_text(np.full((300, 300), np.nan, np.float32)) == ()


def test_text_across_the_tiles_of_a_large_image_is_found():
    large = np.zeros((1400, 1500))
    image = (written(large, (NAME,), at=(640, 700), size=26) * 255).astype(np.uint8)
    ink = image > 100
    mask = np.zeros(image.shape, bool)
    for b in text_finder.find_text(image):
        mask[b.y : b.y + b.height, b.x : b.x + b.width] = True
    assert mask[ink].mean() > 0.98


@pytest.mark.parametrize(("rows", "size"), [(256, 60), (512, 60), (512, 110)])
def test_large_text_is_found(rows, size):
    where = {"at": (rows // 12, rows // 8), "size": size}
    image = (written(background(rows, rows), ("SMITH",), **where) * 255).astype(np.uint8)
    ink = written(np.zeros((rows, rows)), ("SMITH",), **where) > 0.3
    mask = np.zeros(image.shape, bool)
    for b in text_finder.find_text(image):
        mask[b.y : b.y + b.height, b.x : b.x + b.width] = True
    assert mask[ink].mean() > 0.98
    assert mask.mean() < 0.35


def test_a_thick_shape_that_cannot_be_read_is_anatomy():
    image = background(512, 512)
    for left in (60, 130, 200, 270):  # like the vertebrae of a sagittal view
        image[200:260, left : left + 50] = 0.9
    assert coverage_of(image) < 0.01


def coverage_of(image):
    mask = np.zeros(image.shape, bool)
    for b in text_finder.find_text((image * 4095).astype(np.uint16)):
        mask[b.y : b.y + b.height, b.x : b.x + b.width] = True
    return mask.mean()


def test_a_reading_never_shows_its_text():
    box = text_finder.TextBox(1, 2, 3, 4, 0.9)
    assert "SECRET" not in repr(text_finder.Reading(box, "SECRET", 0.9))


def test_a_missing_model_is_told_and_nothing_is_fetched():
    with pytest.raises(TextFinderError, match="missing"):
        text_engine.model_path("no such model.onnx")
