"""Numbers of things in words."""

import pytest

from app.counted import counted


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 images"), (1, "1 image"), (2, "2 images"), (1200, "1,200 images")]
)
def test_one_is_singular(number, words):
    assert counted(number) == words


def test_a_plural_that_is_made_otherwise():
    assert counted(1, "entry", "entries") == "1 entry"
    assert counted(3, "entry", "entries") == "3 entries"
