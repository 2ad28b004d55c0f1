"""Correcting by hand: masking more pixels of an instance that was masked already, or showing some of them again."""

import os
import secrets
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pydicom.dataset import Dataset

from anonymizer.errors import PixelError, WriteError
from anonymizer.files.durable import sync_folder
from anonymizer.files.file_format import serialise
from anonymizer.pixels.burned_in_text import mask_burned_in_text
from anonymizer.pixels.decoding import matrix_of
from anonymizer.pixels.pixel_store import aligned, grain
from anonymizer.pixels.regions import inside
from anonymizer.pixels.rendering import read_dataset
from anonymizer.pixels.verdicts import BY_READER, KEPT
from anonymizer.report import Point, Region

Place = tuple[int, int, int, int, tuple[Point, ...], int | None]
_SAID_OF_PIXELS = ("DeidentificationMethod", "DeidentificationMethodCodeSequence", "BurnedInAnnotation")


def mask_drawn(file: Path, drawn: Sequence[Region]) -> tuple[Region, ...]:
    """Mask `drawn` regions of the masked instance in `file` and return those that lie in the image.

    The file is replaced whole or not at all; pixels outside the regions keep their values to the bit.
    Raises PixelError where there is nothing to mask, WriteError where the file cannot be replaced.
    """
    dataset = read_dataset(file)
    result = mask_burned_in_text(dataset, find=False, drawn=drawn)
    if not result.changed:
        raise PixelError("What was drawn lies outside the image.", "Draw it again inside the image.")
    _replace(file, dataset)
    return result.regions


def mask_as_said(fresh: Path, present: Path, regions: Sequence[Region]) -> tuple[Region, ...]:
    """Mask `regions` but kept ones in `fresh`, an instance whose pixels were not searched yet.

    What `present`, the same instance as it was masked before, says of its own pixels is said of it too: they were
    searched then. Returns the regions as they are now: masked ones may be widened to whole pieces of the image.
    Raises PixelError, SourceError, WriteError.
    """
    dataset, before = read_dataset(fresh), read_dataset(present)
    for keyword in _SAID_OF_PIXELS:
        if keyword in before:
            dataset[keyword] = before[keyword]
        elif keyword in dataset:
            del dataset[keyword]
    masked = _whole_pieces(dataset, [region for region in regions if region.kind != KEPT])
    mask_burned_in_text(dataset, find=False, drawn=masked)
    _replace(fresh, dataset)
    return (*masked, *(region for region in regions if region.kind == KEPT))


def _whole_pieces(dataset: Dataset, regions: Sequence[Region]) -> list[Region]:
    if not regions:
        return []
    matrix, piece = matrix_of(dataset), grain(dataset)
    return [whole for region in regions if (whole := inside(aligned(region, piece), matrix)) is not None]


def lifted(regions: Sequence[Region], chosen: Sequence[Region]) -> tuple[Region, ...]:
    """Return the regions of an instance once `chosen` ones (by place) are shown again.

    One that a reader drew is gone; one that was found is kept, so that it is not masked again by the next search.
    """
    places = {place(region) for region in chosen}
    there = [(_spared(region, chosen), place(region) in places) for region in regions]
    return tuple(
        replace(region, kind=KEPT, found_by=BY_READER) if shown else region
        for region, shown in there
        if not (shown and region.kind == "drawn")
    )


def _spared(region: Region, chosen: Sequence[Region]) -> Region:
    """Return a region of every frame without the single frames in which it is to be shown."""
    where = place(region)[:-1]
    frames = {each.frame for each in chosen if each.frame is not None and place(each)[:-1] == where}
    if region.frame is not None or not frames:
        return region
    return replace(region, spared=tuple(sorted({*region.spared, *(n for n in frames if n is not None)})))


def place(region: Region) -> Place:
    """Where a region lies; two of one place are the same mask."""
    return region.x, region.y, region.width, region.height, region.points, region.frame


def is_masked(region: Region, there: Region) -> bool:
    """Whether `there` masks a region of the same place already, in its frame at least."""
    if there.kind == KEPT or place(there)[:-1] != place(region)[:-1]:
        return False
    return (there.frame == region.frame and not there.spared) or (
        region.frame is not None and there.is_in(region.frame)
    )


def masked_again(region: Region, drawn: Sequence[Region]) -> Region:
    """Return a region of every frame that is masked again in frames in which it was shown."""
    there = [each for each in drawn if place(each)[:-1] == place(region)[:-1]]
    if region.kind == KEPT or region.frame is not None or not there:
        return region
    if any(each.frame is None for each in there):
        return replace(region, spared=())
    return replace(region, spared=tuple(n for n in region.spared if all(each.frame != n for each in there)))


def is_shown(region: Region, chosen: Sequence[Region]) -> bool:
    """Whether one of the chosen regions is this one, in all of its frames or in one."""
    return any(
        place(each)[:-1] == place(region)[:-1] and region.frame in (None, each.frame) for each in chosen
    )


def _replace(file: Path, dataset: Dataset) -> None:
    temporary = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    try:
        with temporary.open("xb") as stream:
            stream.write(serialise(dataset))
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(file)
        sync_folder(file.parent)
    except OSError as error:
        raise WriteError(
            "The masked instance cannot be replaced.", "Check free space and permissions."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
