"""Filling regions of a frame's values, and which of them a viewer shows dark."""

from collections.abc import Iterable
from typing import Any

from pydicom.dataset import Dataset

from anonymizer.pixels.decoding import Array
from anonymizer.pixels.greyscale import functional_group, lookup_table, rescale
from anonymizer.pixels.shapes import covered
from anonymizer.report import Region


def photometric(dataset: Dataset) -> str:
    """Return the Photometric Interpretation, in capitals."""
    return str(dataset.get("PhotometricInterpretation") or "MONOCHROME2").strip().upper()


def fill(values: Array, regions: Iterable[Region], black: Any) -> None:
    """Set all regions of one frame to black: (rows, columns) or (rows, columns, samples), in place."""
    for r in regions:
        part = values[r.y : r.y + r.height, r.x : r.x + r.width]
        if r.points:
            part[covered(r, part.shape[:2])] = black
        else:
            part[...] = black


def of_frame(regions: Iterable[Region], index: int) -> list[Region]:
    """Return the regions that hold in a frame."""
    return [r for r in regions if r.is_in(index)]


def high_is_dark(dataset: Dataset) -> bool:
    """Whether a viewer shows the highest value of a grey image darkest, after all that PS3.3 C.11 does to values."""
    shape = str(dataset.get("PresentationLUTShape") or "").upper()
    turns = [
        photometric(dataset) == "MONOCHROME1" or shape == "INVERSE",
        _falls(dataset, "ModalityLUTSequence") or rescale(dataset, 0)[0] < 0,
        _falls(functional_group(dataset, 0, "FrameVOILUTSequence"), "VOILUTSequence"),
    ]
    return sum(turns) % 2 == 1


def _falls(dataset: Dataset, keyword: str) -> bool:
    """Whether a table gives lower values for higher ones; a damaged one counts as none."""
    try:
        table, _, _ = lookup_table(dataset[keyword].value[0])
        return bool(table[0] > table[-1])
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return False
