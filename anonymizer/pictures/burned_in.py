"""Text burned into pictures: found as in DICOM images, filled with black, stored without loss."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from anonymizer.errors import PixelError
from anonymizer.files.file_kinds import PictureKind
from anonymizer.pictures.parts import opened
from anonymizer.report import Region

Array = npt.NDArray[Any]
Finder = Callable[[Array], list[Region]]

ROUNDS = 2
STILL_LEGIBLE = "Text may still be legible in the picture."
_GREY = frozenset({"1", "L", "LA", "I", "F", "I;16", "I;16B", "I;16L"})
_DEEP = frozenset({"I", "F", "I;16", "I;16B", "I;16L"})
_PNG_MODES = frozenset({"1", "L", "LA", "P", "RGB", "RGBA", "I;16"})


@dataclass(frozen=True, slots=True)
class Filled:
    """A picture in which text was filled: how it is stored now, where the text was and whether some is left."""

    kind: PictureKind
    body: bytes  # empty where there was no text: the picture stays as it is
    regions: tuple[Region, ...] = ()
    legible: bool = False


def fill_text(raw: bytes, kind: PictureKind) -> Filled:
    """Find text in every page of a picture and fill it; the picture is then stored upright and without loss.

    Raises PixelError where it cannot be decoded, or not be stored again without loss, TextFinderError.
    """
    pages: list[Image.Image] = []
    regions: list[Region] = []
    legible = False
    with opened(raw) as image:
        count = 1 if kind is PictureKind.JPEG else getattr(image, "n_frames", 1)
        exact = _is_exact(image)
        profile = image.info.get("icc_profile")
        for index in range(count):
            image.seek(index)
            page = ImageOps.exif_transpose(image)
            boxes, left = _cleared(page, None if count == 1 else index)
            regions += boxes
            legible |= left
            pages.append(_blackened(page, boxes))
    if not regions:
        return Filled(kind, b"", (), legible)
    if not exact:
        raise PixelError(
            "Text is burned into a picture with more than 8 bits for each colour, which cannot be filled without loss."
        )
    return _stored(pages, profile, kind, tuple(regions), legible=legible)


def _is_exact(image: Image.Image) -> bool:
    """Whether Pillow holds all bits of the picture: of deep colours it keeps eight."""
    bits = getattr(image, "tag_v2", {}).get(258, ())
    if isinstance(bits, tuple) and len(bits) > 1:
        return int(max(bits)) <= 8  # noqa: PLR2004 - bits
    stored = str([tile[3] for tile in getattr(image, "tile", ())])
    return not (image.mode not in _DEEP and ";16" in stored)


def _cleared(page: Image.Image, frame: int | None) -> tuple[list[Region], bool]:
    """Return the text of a page, and whether some is legible even when that is filled."""
    from anonymizer.pixels import text_finder

    seen = views(page)
    found = [box for view in seen for box in text_finder.find_text(view)]
    for _ in range(ROUNDS):
        left = [box for view in seen for box in text_finder.find_residue(_filled(view, found))]
        if not left:
            break
        found += left
    else:
        left = [box for view in seen for box in text_finder.find_residue(_filled(view, found))]
    regions = [Region(b.x, b.y, b.width, b.height, frame, score=round(b.score, 3)) for b in found]
    return regions, bool(left)


def views(page: Image.Image) -> list[Array]:
    """Return the page as the finder takes it, and what may hide in its transparency."""
    if page.mode in _GREY:
        seen = [np.asarray(page.convert("L") if page.mode in ("1", "LA") else page)]
    else:
        seen = [np.asarray(page.convert("RGBA").convert("RGB"))]
    if page.mode in ("LA", "RGBA", "PA"):
        alpha = np.asarray(page.getchannel("A"))
        seen += [alpha] if alpha.size and alpha.min() != alpha.max() else []
    return seen


def _filled(view: Array, boxes: list[Any]) -> Array:
    filled = view.copy()
    for box in boxes:
        filled[box.y : box.y + box.height, box.x : box.x + box.width] = view.min()
    return filled


def _blackened(page: Image.Image, boxes: list[Region]) -> Image.Image:
    if not boxes:
        return page.copy()
    done = page.convert("RGB") if page.mode in ("CMYK", "YCbCr", "LAB", "HSV") else page.copy()
    black = _black(done)
    if done.mode in _DEEP:
        values = np.array(done)
        for r in boxes:
            values[r.y : r.y + r.height, r.x : r.x + r.width] = values.min()
        return Image.fromarray(values, done.mode) if done.mode == "F" else _deep(values, done.mode)
    for r in boxes:
        done.paste(black, (r.x, r.y, r.x + r.width, r.y + r.height))
    return done


def _deep(values: Array, mode: str) -> Image.Image:
    return Image.frombytes(mode, values.shape[::-1], values.tobytes())


def _black(page: Image.Image) -> Any:
    if page.mode == "P":
        colours = np.asarray(page.getpalette("RGB") or [0, 0, 0]).reshape(-1, 3)
        return int(colours.sum(axis=1).argmin())
    return {"RGB": (0, 0, 0), "RGBA": (0, 0, 0, 255), "LA": (0, 255)}.get(page.mode, 0)


def _stored(
    pages: list[Image.Image],
    profile: bytes | None,
    kind: PictureKind,
    regions: tuple[Region, ...],
    *,
    legible: bool,
) -> Filled:
    """Store pages without loss, and prove it by reading them again."""
    to_png = kind is not PictureKind.TIFF and pages[0].mode in _PNG_MODES
    buffer = io.BytesIO()
    for page in pages:
        page.info.clear()
    options: dict[str, Any] = {"icc_profile": profile} if profile and pages[0].mode != "CMYK" else {}
    if to_png:
        pages[0].save(buffer, "PNG", **options)
    else:
        options["compression"] = "tiff_adobe_deflate"
        pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:], **options)
    body = buffer.getvalue()
    with opened(body) as again:
        for index, page in enumerate(pages):
            again.seek(index)
            if not np.array_equal(np.asarray(again), np.asarray(page)):
                raise PixelError("The picture cannot be stored without loss after its text was filled.")
    return Filled(PictureKind.PNG if to_png else PictureKind.TIFF, body, regions, legible)
