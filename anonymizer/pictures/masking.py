"""One picture from start to finish: metadata removed, pixels proven the same, burned-in text filled."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from anonymizer.errors import PixelError
from anonymizer.files.file_kinds import SUFFIXES, PictureKind
from anonymizer.files.source import Source
from anonymizer.identities.pseudonyms import Pseudonyms
from anonymizer.output.writing import write_new
from anonymizer.pictures.burned_in import STILL_LEGIBLE, fill_text
from anonymizer.pictures.jpeg import strip_jpeg
from anonymizer.pictures.parts import Stripped, opened, orientation
from anonymizer.pictures.png import strip_png
from anonymizer.pictures.tiff import strip_tiff
from anonymizer.report import Change, FileRecord, Outcome, Region

FOLDER = "pictures"
NOT_EXAMINED = "Pixels were not examined for burned-in text."
_STRIP: dict[PictureKind, Callable[[bytes], Stripped]] = {
    PictureKind.PNG: strip_png,
    PictureKind.JPEG: strip_jpeg,
    PictureKind.TIFF: strip_tiff,
}


@dataclass(frozen=True, slots=True)
class PictureRun:
    """Where pictures go and how they are masked."""

    out: Path
    pseudonyms: Pseudonyms
    find_text: bool


def mask_picture(source: Source, raw: bytes, kind: PictureKind, run: PictureRun) -> FileRecord:
    """Mask a picture and write it below `out/pictures`, under a name that tells nothing.

    Its name is a keyed digest of its content, its folder's one of the name of the folder that it lay in.
    Raises SourceError or PixelError where it cannot be cleared with certainty, WriteError, TextFinderError.
    """
    stripped = _STRIP[kind](raw)
    _prove_same(raw, stripped, kind)
    body, review = stripped.body, list(stripped.review)
    regions: tuple[Region, ...] = ()
    if run.find_text:
        filled = fill_text(stripped.body, kind)
        regions = filled.regions
        review += [STILL_LEGIBLE] if filled.legible else []
        if filled.body:
            kind, body = filled.kind, _STRIP[filled.kind](filled.body).body
    else:
        review.append(NOT_EXAMINED)
    where = _where(source, raw, run.pseudonyms) + SUFFIXES[kind]
    if not write_new(run.out / where, body):
        raise PixelError(
            "The output folder holds this picture masked with other settings.",
            "Choose another, empty output folder, or mask with the settings of before.",
        )
    changes = tuple(Change(part, part.capitalize(), "X", "file", "It is no part of the picture.")
                    for part in stripped.removed)  # fmt: skip
    return FileRecord(
        source.path, Outcome.MASKED, new_path=where, review=tuple(review), changes=changes, regions=regions
    )


def _where(source: Source, raw: bytes, pseudonyms: Pseudonyms) -> str:
    path = PurePosixPath(source.member.replace("\\", "/")) if source.member else source.container
    folder = path.parent.name or source.container.stem
    content = hashlib.sha256(raw).hexdigest()
    group = pseudonyms.digest(f"picture folder\0{folder}")[:16]
    name = pseudonyms.digest(f"picture\0{content}")
    return f"{FOLDER}/{group}/{name}"


def _prove_same(raw: bytes, stripped: Stripped, kind: PictureKind) -> None:
    """Decode both and compare every pixel: it also proves that the picture can be decoded at all."""
    with opened(raw) as before, opened(stripped.body) as after:
        count = 1 if kind is PictureKind.JPEG else getattr(after, "n_frames", 1)
        for index in range(count):
            before.seek(stripped.pages[index] if stripped.pages else index)
            after.seek(index)
            turned = orientation(before) == orientation(
                after
            )  # asked first: Pillow turns TIFF when it decodes
            same = before.mode == after.mode and np.array_equal(np.asarray(before), np.asarray(after))
            if not (same and turned and before.getpalette() == after.getpalette()):
                raise PixelError(
                    "The picture cannot be taken apart without changing it.", "Save it anew as PNG."
                )
