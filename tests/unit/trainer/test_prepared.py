"""Prepared images on disk: decoded once, the same pixels, bounded, never trusted where damaged."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.unit.trainer.conftest import read_png, write_dataset
from trainer import CancelledError, load_dataset
from trainer.images import Images, read_images
from trainer.listing import Item
from trainer.prepared import PreparedImages, make_room
from trainer.preprocessing import Preprocessing

SHAPE = Preprocessing(16, colour=False, channels=1, offset=0, scale=1)


class Reader:
    """Reads images and counts how many."""

    def __init__(self) -> None:
        self.opened = 0

    def __call__(self, path: Path) -> NDArray[np.uint8]:
        self.opened += 1
        return read_png(path)


@pytest.fixture
def items(tmp_path: Path) -> tuple[Item, ...]:
    return load_dataset(write_dataset(tmp_path / "data", patients=4), read_image=read_png).items


def _read(items: tuple[Item, ...], cache: Path | None, reader: Any = read_png) -> Images:
    return read_images(
        items, SHAPE, read_image=reader, on_event=lambda *_: None, cancelled=lambda: False, cache=cache
    )


def test_the_second_reading_opens_no_image_and_gives_the_same(
    items: tuple[Item, ...], tmp_path: Path
) -> None:
    reader = Reader()
    in_memory = _read(items, None)
    first, second = (_read(items, tmp_path / "cache", reader) for _ in range(2))
    assert reader.opened == len(items)
    assert isinstance(second.pixels, np.memmap)
    for found in (first, second):
        assert np.array_equal(found.pixels, in_memory.pixels)
        assert (found.items, found.sha256) == (in_memory.items, in_memory.sha256)
    assert second.mean_and_spread() == pytest.approx((in_memory.pixels.mean(), in_memory.pixels.std()))


def test_unreadable_files_are_remembered_with_their_reason(items: tuple[Item, ...], tmp_path: Path) -> None:
    items[2].path.write_bytes(b"no image")
    first, second = (_read(items, tmp_path / "cache") for _ in range(2))
    assert [entry.name for entry in second.left_out] == [items[2].name]
    assert first.left_out == second.left_out
    assert len(second.pixels) == len(items) - 1


def test_a_changed_file_is_read_again(items: tuple[Item, ...], tmp_path: Path) -> None:
    _read(items, tmp_path / "cache")
    items[0].path.write_bytes(items[1].path.read_bytes() + b"\0")
    reader = Reader()
    found = _read(items, tmp_path / "cache", reader)
    assert reader.opened == len(items)
    assert np.array_equal(found.pixels[0], found.pixels[1])


@pytest.mark.parametrize("ending", [".pixels", ".json"])
def test_damaged_files_of_the_cache_are_made_anew(
    items: tuple[Item, ...], tmp_path: Path, ending: str
) -> None:
    right = _read(items, tmp_path / "cache").pixels.copy()
    for path in (tmp_path / "cache").glob(f"*{ending}"):
        path.write_bytes(path.read_bytes()[:-5])
    assert np.array_equal(_read(items, tmp_path / "cache").pixels, right)


def test_a_cancelled_reading_leaves_nothing_half_done(items: tuple[Item, ...], tmp_path: Path) -> None:
    answers: Iterator[bool] = iter([False, False, True])
    with pytest.raises(CancelledError):
        read_images(
            items,
            SHAPE,
            read_image=read_png,
            on_event=lambda *_: None,
            cancelled=lambda: next(answers),
            cache=tmp_path / "cache",
        )
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_folder_that_cannot_be_written_to_costs_memory_only(
    items: tuple[Item, ...], tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("a file", encoding="utf-8")
    assert len(_read(items, tmp_path / "cache").pixels) == len(items)


def test_the_longest_unused_images_make_room(items: tuple[Item, ...], tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    for number in (4, 5, 6):
        _read(items[:number], cache)
    one = 16 * 16
    _read(items[:4], cache)  # used again: the last to go
    make_room(cache, 0, most=10 * one)
    assert PreparedImages(cache, items[:4], SHAPE).load() is not None
    assert PreparedImages(cache, items[:5], SHAPE).load() is None
    assert len(list(cache.glob("*.pixels"))) == len(list(cache.glob("*.json")))
