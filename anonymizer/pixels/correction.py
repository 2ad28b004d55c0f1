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
from anonymizer.pixels.rendering import read_dataset
from anonymizer.report import Region

KEPT = "kept"
"""The kind of a region that was found and that a reader said is no text: it is not masked."""
_SAID_OF_PIXELS = ("DeidentificationMethod", "DeidentificationMethodCodeSequence", "BurnedInAnnotation")


def mask_drawn(file: Path, drawn: Sequence[Region]) -> tuple[Region, ...]:
    """Mask `drawn` regions of the masked instance in `file` and return those that lie in the image.

    The file is replaced whole or not at all; pixels outside the regions keep their values to the bit.
    Raises PixelError where there is nothing to mask, WriteError where the file cannot be replaced.
    """
    dataset = read_dataset(file)
    result = mask_burned_in_text(dataset, find=False, drawn=drawn)
    if not result.changed:
        raise PixelError("The rectangle lies outside the image.", "Draw it again inside the image.")
    _replace(file, dataset)
    return result.regions


def mask_as_said(fresh: Path, present: Path, regions: Sequence[Region]) -> None:
    """Mask `regions` but kept ones in `fresh`, an instance whose pixels were not searched yet.

    What `present`, the same instance as it was masked before, says of its own pixels is said of it too: they were
    searched then. Raises PixelError, SourceError, WriteError.
    """
    dataset, before = read_dataset(fresh), read_dataset(present)
    for keyword in _SAID_OF_PIXELS:
        if keyword in before:
            dataset[keyword] = before[keyword]
        elif keyword in dataset:
            del dataset[keyword]
    mask_burned_in_text(dataset, find=False, drawn=[r for r in regions if r.kind != KEPT])
    _replace(fresh, dataset)


def lifted(regions: Sequence[Region], chosen: Sequence[Region]) -> tuple[Region, ...]:
    """Return the regions of an instance once `chosen` ones (by place) are shown again.

    One that a reader drew is gone; one that was found is kept, so that it is not masked again by the next search.
    """
    places = {place(region) for region in chosen}
    there = [(region, place(region) in places) for region in regions]
    return tuple(
        replace(region, kind=KEPT, found_by="reader") if shown else region
        for region, shown in there
        if not (shown and region.kind == "drawn")
    )


def place(region: Region) -> tuple[int, int, int, int, int | None]:
    """Where a region lies; two of one place are the same box."""
    return region.x, region.y, region.width, region.height, region.frame


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
