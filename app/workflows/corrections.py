"""Correcting by hand what the search for burned-in text missed."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, replace

from anonymizer import Region, mask_drawn
from app.progress import Progress
from app.project import Project


def parse_region(text: str) -> Region:
    """The region that `x,y,width,height` or `x,y,width,height,frame` means, for argparse."""
    try:
        parts = [int(part) for part in text.split(",")]
        x, y, width, height = parts[:4]
    except ValueError as error:
        raise argparse.ArgumentTypeError("four or five whole numbers, such as 10,10,200,40") from error
    if len(parts) > 5 or min(parts) < 0 or not width or not height:  # noqa: PLR2004 - the fifth is the frame
        raise argparse.ArgumentTypeError("four or five numbers, none negative, such as 10,10,200,40")
    frame = parts[4] if len(parts) == 5 else None  # noqa: PLR2004 - the fifth is the frame
    return Region(x, y, width, height, frame, kind="drawn", found_by="reader")


def mask_regions(project: Project, sop: str, regions: Sequence[Region], progress: Progress) -> None:
    """Mask `regions` of an instance in the project and note them in the catalogue."""
    progress.stage("Masking", len(regions))
    with project.catalogue() as catalogue:
        row = catalogue.instance(sop)
        drawn = mask_drawn(project.instances / row.file, [replace(r, kind="drawn") for r in regions])
        masking = catalogue.masking(sop)
        before = masking.get("regions")
        known = list(before) if isinstance(before, (list, tuple)) else []
        catalogue.set_masking(sop, {**masking, "regions": [*known, *map(asdict, drawn)]})
    project.record("masked by hand", sop=sop, regions=len(drawn))
    progress.step(len(regions))
