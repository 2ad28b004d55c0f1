"""What lies under the masks, cut out of the originals: each distinct picture once, the least sure first."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from anonymizer import KEPT, AnonymizerError, Region
from app.gui.originals import open_original

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A masked instance, the path of its original, and its boxes."""

    sop: str
    original: str = field(repr=False)
    regions: tuple[Region, ...] = ()


@dataclass(frozen=True, slots=True)
class Crop:
    """The pixels of the original under one box; they may show an identity."""

    sop: str
    number: int  # of the box in the instance's record
    region: Region
    pixels: Bytes = field(repr=False)

    @property
    def key(self) -> tuple[tuple[int, ...], bytes]:
        """Equal for crops that look the same."""
        return self.pixels.shape, self.pixels.tobytes()


@dataclass(frozen=True, slots=True)
class Piece:
    """The crops of some instances, and of how many the original could not be read."""

    crops: tuple[Crop, ...]
    unread: int


def cut_out(wanted: Sequence[Wanted]) -> Piece:
    """Cut the boxes out of the originals; of a box on every frame the middle frame is shown."""
    crops: list[Crop] = []
    unread = 0
    for each in wanted:
        try:
            crops += _crops(each)
        except AnonymizerError:
            unread += 1  # it is gone or cannot be decoded here: the sheet says how many
    return Piece(tuple(crops), unread)


def _crops(wanted: Wanted) -> list[Crop]:
    image = open_original(wanted.original)
    frames: dict[int, Bytes] = {}
    found = []
    for number, region in enumerate(wanted.regions):
        if region.kind == KEPT:
            continue
        frame = image.frames // 2 if region.frame is None else region.frame
        if frame not in frames:
            frames[frame] = image.render(frame)
        part = frames[frame][region.y : region.y + region.height, region.x : region.x + region.width]
        found.append(Crop(wanted.sop, number, region, np.ascontiguousarray(part)))
    return found
