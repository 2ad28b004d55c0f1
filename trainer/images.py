"""Reading the pixels of many images, in parallel, naming those that cannot be read."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from os import cpu_count
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from trainer.errors import CancelledError, DataSetError
from trainer.listing import Item, LeftOut
from trainer.preprocessing import Preprocessing
from trainer.records import OnEvent, ReadImage

T = TypeVar("T")
R = TypeVar("R")
_LARGEST_UNREADABLE, _FEW = 0.2, 3  # share, and a number that is always forgiven
_AT_ONCE = 64
_PROBED = 24


@dataclass(frozen=True, slots=True)
class Images:
    """Prepared images, in the order of `items`."""

    items: tuple[Item, ...]
    pixels: NDArray[np.uint8]  # (n, size, size, 1 or 3)
    sha256: dict[Path, str]  # of the files
    left_out: tuple[LeftOut, ...]


def probe(items: Sequence[Item], read_image: ReadImage) -> tuple[int, bool]:
    """Median longer side in pixels and whether any is coloured, from a few images spread over the set."""
    sides: list[int] = []
    colour = False
    for item in items[:: max(1, len(items) // _PROBED)]:
        image, _ = read_or_reason(item.path, read_image)
        if image is not None:
            sides.append(max(image.shape[:2]))
            colour = colour or image.ndim > 2  # noqa: PLR2004 - a third axis holds the colours
    if not sides:
        raise DataSetError("None of the images can be read.", "Check the data set folder.")
    return int(np.median(sides)), colour


def read_images(
    items: Sequence[Item],
    preprocessing: Preprocessing,
    *,
    read_image: ReadImage,
    on_event: OnEvent,
    cancelled: Callable[[], bool],
) -> Images:
    """Read and prepare all; unreadable ones are left out by name, over a fifth of them is an error."""
    on_event("stage", {"title": "Reading images", "total": len(items)})

    def one(item: Item) -> tuple[Item, NDArray[np.uint8] | None, str]:
        image, reason = read_or_reason(item.path, read_image)
        if image is None:
            return item, None, reason
        size = f"{image.shape[1]} × {image.shape[0]}"
        described = replace(item, facts={**item.facts, "picture_size": size})
        return described, preprocessing.prepare(image), hashlib.sha256(item.path.read_bytes()).hexdigest()

    kept: list[Item] = []
    pixels: list[NDArray[np.uint8]] = []
    sha256: dict[Path, str] = {}
    left_out: list[LeftOut] = []
    for done, (_, (item, image, told)) in enumerate(ordered_map(one, items), start=1):
        if cancelled():
            raise CancelledError("Cancelled while reading images.")
        if image is None:
            left_out.append(LeftOut(item.name, f"{item.name}: {told}"))
        else:
            kept.append(item)
            pixels.append(image)
            sha256[item.path] = told
        if done % _AT_ONCE == 0 or done == len(items):
            on_event("step", {"done": done, "total": len(items), "message": ""})
    if len(left_out) > max(_FEW, _LARGEST_UNREADABLE * len(items)):
        raise DataSetError(
            f"{len(left_out)} of {len(items)} images cannot be read; the first: {left_out[0].reason}",
            "Check the data set folder.",
        )
    return Images(tuple(kept), np.stack(pixels), sha256, tuple(left_out))


def read_or_reason(path: Path, read_image: ReadImage) -> tuple[NDArray[np.uint8] | None, str]:
    """The image, or None and why, in the reader's own words."""
    try:
        image = read_image(path)
    except Exception as error:  # noqa: BLE001 - the reader's contract: any exception, its text fit for a user
        return None, str(error) or type(error).__name__
    sound = image.dtype == np.uint8 and image.size > 0 and (image.ndim == 2 or image.shape[2:] == (3,))  # noqa: PLR2004 - rows and columns
    return (image, "") if sound else (None, "The image is neither grey nor RGB.")


def ordered_map(work: Callable[[T], R], items: Sequence[T]) -> Iterator[tuple[T, R]]:
    """Run `work` in threads, yield in order, never more than a few results ahead of the caller."""
    with ThreadPoolExecutor(max_workers=cpu_count() or 1) as pool:
        rest = iter(items)
        waiting = [(item, pool.submit(work, item)) for item in islice(rest, _AT_ONCE)]
        while waiting:
            item, future = waiting.pop(0)
            yield item, future.result()
            waiting += [(following, pool.submit(work, following)) for following in islice(rest, 1)]
