"""Reading the pixels of many images, in parallel, naming those that cannot be read."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
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
from trainer.prepared import PreparedImages, Told
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

    def mean_and_spread(self) -> tuple[float, float]:
        """Of all grey values, from how often each occurs: a few images at a time are in memory."""
        counts = np.zeros(256)
        for start in range(0, len(self.pixels), _AT_ONCE):
            counts += np.bincount(self.pixels[start : start + _AT_ONCE].ravel(), minlength=256)
        values = np.arange(256)
        mean = float((counts * values).sum() / counts.sum())
        return mean, float(np.sqrt((counts * (values - mean) ** 2).sum() / counts.sum()))


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
    cache: Path | None = None,
) -> Images:
    """Read and prepare all; unreadable ones are left out by name, over a fifth of them is an error.

    With a folder `cache` the pixels lie on disk and are mapped into memory, and files that were prepared in this
    shape before are not opened again. Without one, or on a full disk, all pixels are held in memory.
    """
    kept = None if cache is None else PreparedImages(cache, items, preprocessing)
    found = None if kept is None else kept.load()

    def decoded() -> Iterator[tuple[Told, NDArray[np.uint8] | None]]:
        on_event("stage", {"title": "Reading images", "total": len(items)})
        return _decoded(items, preprocessing, read_image, on_event=on_event, cancelled=cancelled)

    if found is None and kept is not None and kept.room():
        with kept.writing() as writer:
            for told, image in decoded():
                writer.add(told, image)
        found = kept.load()
    if found is None:
        found = _in_memory(decoded(), preprocessing)
    return _images(items, *found)


def _decoded(
    items: Sequence[Item],
    preprocessing: Preprocessing,
    read_image: ReadImage,
    *,
    on_event: OnEvent,
    cancelled: Callable[[], bool],
) -> Iterator[tuple[Told, NDArray[np.uint8] | None]]:
    def one(item: Item) -> tuple[Told, NDArray[np.uint8] | None]:
        image, reason = read_or_reason(item.path, read_image)
        if image is None:
            return Told(reason=reason), None
        size = f"{image.shape[1]} × {image.shape[0]}"
        content = hashlib.sha256(item.path.read_bytes()).hexdigest()
        return Told(content, size), preprocessing.prepare(image)

    for done, (_, result) in enumerate(ordered_map(one, items), start=1):
        if cancelled():
            raise CancelledError("Cancelled while reading images.")
        yield result
        if done % _AT_ONCE == 0 or done == len(items):
            on_event("step", {"done": done, "total": len(items), "message": ""})


def _in_memory(
    decoded: Iterable[tuple[Told, NDArray[np.uint8] | None]], preprocessing: Preprocessing
) -> tuple[list[Told], NDArray[np.uint8]]:
    pairs = list(decoded)
    shape = (0, preprocessing.size, preprocessing.size, 3 if preprocessing.colour else 1)
    pixels = [image for _, image in pairs if image is not None]
    return [told for told, _ in pairs], np.stack(pixels) if pixels else np.empty(shape, np.uint8)


def _images(items: Sequence[Item], told: Sequence[Told], pixels: NDArray[np.uint8]) -> Images:
    pairs = list(zip(items, told, strict=True))
    left_out = tuple(
        LeftOut(item.name, f"{item.name}: {found.reason}") for item, found in pairs if found.reason
    )
    if len(left_out) > max(_FEW, _LARGEST_UNREADABLE * len(items)):
        raise DataSetError(
            f"{len(left_out)} of {len(items)} images cannot be read; the first: {left_out[0].reason}",
            "Check the data set folder.",
        )
    readable = [(item, found) for item, found in pairs if not found.reason]
    described = tuple(
        replace(item, facts={**item.facts, "picture_size": found.picture_size}) for item, found in readable
    )
    return Images(described, pixels, {item.path: found.sha256 for item, found in readable}, left_out)


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
