"""Lines that are found in part go on with their ink: one value in a line, hardly ever held by noise."""

import numpy as np
import pytest

from anonymizer.pixels import text_finder
from anonymizer.pixels.one_ink import left_of
from anonymizer.pixels.text_boxes import TextBox

SIDE, TOP, END = 600, 100, 200
LINE = TextBox(40, TOP - 2, 60, 14, 0.9)  # of letters that go on to END


def letters(values, ink, start=40, end=END):
    """Bars as wide as strokes, of one value, with gaps between letters and words."""
    for x in range(start, end, 5):
        if x % 40 < 30 or x > end - 10:
            values[TOP : TOP + 10, x : x + 2] = ink
    return values


def noisy(deviation=60):
    return np.random.default_rng(3).normal(1000, deviation, (SIDE, SIDE)).round().astype(np.uint16)


def beside(values, line=LINE):
    found = np.zeros((SIDE, SIDE), bool)
    for box in left_of(values, [line]):
        found[box.y : box.y + box.height, box.x : box.x + box.width] = True
    return found


@pytest.mark.parametrize(
    "part", [LINE, TextBox(140, TOP - 2, 60, 14, 0.9), TextBox(40, TOP + 5, 150, 14, 0.9)],
    ids=["its beginning", "its end", "its lower half"],
)  # fmt: skip
def test_the_rest_of_a_line_is_found_by_its_ink(part):
    values = letters(noisy(), 1150)
    found = beside(values, part)
    found[part.y : part.y + part.height, part.x : part.x + part.width] = True
    assert found[TOP : TOP + 10, 40 : END - 3].mean() > 0.95
    assert found.mean() < 0.05


def test_the_rest_of_an_upright_line_is_found():
    values = np.ascontiguousarray(letters(noisy(), 1150).T)
    found = beside(values, TextBox(LINE.y, LINE.x, LINE.height, LINE.width, 0.9))
    assert found[LINE.x + LINE.width : END - 3, TOP : TOP + 10].mean() > 0.95


def test_coloured_ink_is_followed_by_its_colour():
    grey = np.repeat((noisy() // 8).astype(np.uint8)[..., None], 3, axis=2)
    assert beside(letters(grey, (140, 170, 255)))[TOP : TOP + 10, LINE.x + LINE.width : END - 3].mean() > 0.95


@pytest.mark.parametrize("ink", [None, 1150], ids=["no ink", "ink that ends with the line"])
def test_nothing_is_added_where_no_ink_goes_on(ink):
    values = noisy() if ink is None else letters(noisy(), ink, end=LINE.x + LINE.width)
    assert not beside(values).any()


def test_a_value_that_is_everywhere_is_no_ink():
    values = noisy()
    values[np.random.default_rng(4).random(values.shape) < 0.2] = 1150
    assert not beside(letters(values, 1150)).any()


def test_the_faint_end_of_a_line_is_masked(monkeypatch):
    marked = np.zeros((SIDE, SIDE), np.float32)
    marked[TOP : TOP + 10, 40:100] = 0.98
    monkeypatch.setattr(text_finder.text_net, "text_maps", lambda _: (marked, np.zeros_like(marked)))
    found = np.zeros((SIDE, SIDE), bool)
    for box in text_finder.find_text(letters(noisy(), 1150)):
        found[box.y : box.y + box.height, box.x : box.x + box.width] = True
    assert found[TOP : TOP + 10, 40 : END - 8].all()
    assert found.mean() < 0.05
