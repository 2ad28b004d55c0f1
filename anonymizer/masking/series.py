"""Which series of slices a file belongs to, and a search of those of its slices that stand for the others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from anonymizer.errors import AnonymizerError
from anonymizer.files.file_format import UNREADABLE, lenient, parse
from anonymizer.files.slices import IrregularError
from anonymizer.files.source import Source
from anonymizer.files.stretches import Stretches
from anonymizer.masking.regular_file import SOP_CLASS, SOP_INSTANCE, RegularFile, open_header
from anonymizer.profiles.pixel_policy import PixelPolicy

if TYPE_CHECKING:
    from anonymizer.pixels.series_plan import Sample, SeriesPlan

Plans = Mapping[bytes, "SeriesPlan"]  # by the key of the series
NO_PLANS: Plans = MappingProxyType({})
SLICES = frozenset({"1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.128"})
"""CT, MR and PET Image Storage: objects whose slices carry text, if any, in the same places."""
_SERIES, _NUMBER, _FRAMES = 0x0020000E, 0x00200013, 0x00280008
_SAME = (
    SOP_CLASS, _SERIES, 0x00080008, 0x00080060, 0x00080070, 0x00081090, 0x00280002, 0x00280004, 0x00280010,
    0x00280011, 0x00280100, 0x00280101, 0x00280103,
)  # fmt: skip
"""What slices of one kind agree in: image type, modality, device, matrix and how pixels are stored."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file that belongs to a series of slices."""

    key: bytes = field(repr=False)  # equal for slices of one kind; for this process and its workers alone
    number: int  # the instance number
    sop: str = field(repr=False)
    source: Source = field(repr=False)


def series_of(raw: bytes) -> bytes:
    """Return the key of the series of slices that a file, or its beginning, belongs to; b"" for any other image."""
    try:
        return _key(open_header(raw, Stretches()))
    except IrregularError:
        return b""


def member_of(raw: bytes, source: Source) -> Member | None:
    """Return a file as a member of its series; None where it is searched whatever the others show."""
    try:
        file = open_header(raw, Stretches())
        key = _key(file)
        sop = file.uid(SOP_INSTANCE)
    except IrregularError:
        return None
    return Member(key, _number(file), sop, source) if key else None


def _key(file: RegularFile) -> bytes:
    if (
        file.uid(SOP_CLASS) not in SLICES
        or not file.bytes_of(_SERIES)
        or _value(file, _FRAMES) not in (b"", b"1")
    ):
        return b""
    return b"".join(file.bytes_of(tag) for tag in _SAME)


def _value(file: RegularFile, tag: int) -> bytes:
    return file.short_value(tag).strip(b" \0")


def _number(file: RegularFile) -> int:
    text = _value(file, _NUMBER)
    return int(text) if text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 - digits of an IS value


def is_searched_by_series(policy: PixelPolicy, *, find_text: bool) -> bool:
    """Whether samples of series are searched under these settings."""
    return find_text and policy.series


def searched(source: Source) -> "Sample | None":
    """Search a slice; None where it cannot be, so that each of its series is searched. Raises TextFinderError."""
    from anonymizer.pixels.rendering import DicomImage
    from anonymizer.pixels.series_plan import sample_of

    try:
        with lenient():
            image = DicomImage(parse(source.read()), allow_gdcm=True)
            return None if image.is_colour else sample_of(image.stored(0))
    except (AnonymizerError, RecursionError, *UNREADABLE):
        return None  # whoever masks the slice will say what is wrong with it
