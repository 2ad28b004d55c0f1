"""What hides in a picture that is no DICOM, told by what a decoder reports and not by how it was taken apart."""

import io
import warnings
from collections.abc import Iterator
from typing import Any

from PIL import Image, ImageCms

from anonymizer.files.file_kinds import PictureKind, picture_kind

_ORIENTATION = 0x0112
_TOLD = frozenset(  # by Pillow, of how a picture is coded and shown
    {"dpi", "jfif", "jfif_version", "jfif_unit", "jfif_density", "adobe", "adobe_transform", "icc_profile", "exif",
     "gamma", "srgb", "chromaticity", "transparency", "compression", "interlace", "progressive", "progression",
     "background", "aspect", "resolution", "cicp"}
)  # fmt: skip
_FIELDS = frozenset(
    {254, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284, 290, 291,
     292, 293, 296, 297, 301, 317, 318, 319, 320, 321, 322, 323, 324, 325, 332, 334, 338, 339, 340, 341, 347, 529,
     530, 531, 532, 34675}
)  # fmt: skip
_APPS = {"APP0": b"JFIF\0", "APP1": b"Exif\0", "APP2": b"ICC_PROFILE\0", "APP14": b"Adobe"}
_LONGEST = {"APP0": 14, "APP1": 40, "APP14": 12}
_ENDS = {PictureKind.JPEG: b"\xff\xd9", PictureKind.PNG: b"IEND\xaeB`\x82"}
_PLAIN = "ICC"


def hidden_in_picture(raw: bytes) -> Iterator[str]:
    """Say in a sentence each what a PNG, JPEG or TIFF file holds beside its pixels. Raises OSError if damaged."""
    kind = picture_kind(raw)
    if kind is None:
        return
    if not raw.endswith(_ENDS.get(kind, b"")):
        yield "Bytes stand behind the end of the picture."
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(raw), formats=tuple(PictureKind)) as image:
            for page in range(1 if kind is PictureKind.JPEG else getattr(image, "n_frames", 1)):
                image.seek(page)
                yield from _in_page(image, kind)


def _in_page(image: Any, kind: PictureKind) -> Iterator[str]:
    if kind is PictureKind.TIFF:
        if not _FIELDS.issuperset(image.tag_v2):
            yield "A field of the TIFF file is none that its pixels need."
    else:
        image.load()
        if set(image.getexif()) - {_ORIENTATION}:
            yield "EXIF data stand in the picture."
        if set(image.info) - _TOLD or getattr(image, "text", None):
            yield "A text stands in the picture, beside its pixels."
    if any(not _is_needed(name, content) for name, content in getattr(image, "applist", ())):
        yield "A segment of the JPEG file is none that its pixels need."
    profile = image.info.get("icc_profile")
    if profile and _words_of(profile) - {_PLAIN}:
        yield "The colour profile carries words."


def _is_needed(name: str, content: bytes) -> bool:
    sign = _APPS.get(name)
    return sign is not None and content.startswith(sign) and len(content) <= _LONGEST.get(name, len(content))


def _words_of(profile: bytes) -> set[str]:
    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile
    except (OSError, ImageCms.PyCMSError):
        return {"unreadable"}
    told = (opened.profile_description, opened.copyright, opened.manufacturer, opened.model, opened.target,
            opened.screening_description, opened.viewing_condition)  # fmt: skip
    return {text.strip() for text in told if text and text.strip()}
