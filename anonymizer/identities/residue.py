"""The last check before writing: no harvested identity may stand in the bytes, in any usual encoding."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pydicom.charset import default_encoding
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_data_element
from pydicom.tag import BaseTag

from anonymizer.files.file_format import UNREADABLE
from anonymizer.identities.harvest import Harvest
from anonymizer.report import Change

_PIXELS, _DOCUMENT = BaseTag(0x7FE00010), BaseTag(0x00420011)
_NEVER_REMOVED = frozenset(
    {0x00020010, 0x00080005, 0x00080016, 0x00080018, 0x0020000D, 0x0020000E, 0x00100010, 0x00100020,
     0x00120062, 0x00120063, 0x00120064, 0x00280004, 0x00280303, 0x7FE00010}
)  # fmt: skip
LONG_IN_NOISE = 7  # shorter texts occur in noise
_SHORTEST_UID = 12
_UIDS = re.compile(rb"[0-9.]{%d,}" % _SHORTEST_UID)
_CHUNK, _OVERLAP = 2**16, 512  # bytes: pixel data are searched in pieces that fit a processor's cache
_ESCAPE = 0x1B  # the lowest byte that texts are written with
_FIRST_WIDE, _LAST_WIDE = ord("0"), ord("z")  # as UTF-16: any others are values of air and lungs too often
_WIDE_RUN = re.compile(rb"[0-z]{%d,}" % LONG_IN_NOISE)
_RUN = re.compile(rb".?[\x1b-\xff]{%d,}.?" % LONG_IN_NOISE, re.DOTALL)


@dataclass(frozen=True, slots=True)
class Search:
    """What must not stand in the bytes of one instance: its patient's identities and the UIDs it had."""

    harvest: Harvest = field(repr=False)
    uids: frozenset[str] = field(default=frozenset(), repr=False)

    def finds(self, raw: bytes, **bounds: int) -> bool:
        """Whether bytes hold one of them."""
        return next(self.harvest.found_in_bytes(raw, **bounds), None) is not None or self.finds_uid(raw)

    def finds_uid(self, raw: bytes) -> bool:
        """Whether bytes hold one of the UIDs, not as the beginning or end of another one."""
        if not any(uid.encode("ascii", "ignore") in raw for uid in self.uids):
            return False
        return any(run.group().decode("ascii") in self.uids for run in _UIDS.finditer(raw))

    def finds_in_noise(self, noise: memoryview) -> bool:
        """Whether pixels or coordinates hold one that is long: noise spells short ones."""
        return any(self.finds(text, shortest=LONG_IN_NOISE) for text in _texts(noise))


def _texts(pixels: memoryview) -> Iterator[bytes]:
    """Yield the parts of pixel data in which a text can stand: those with a run of printable bytes, or of UTF-16."""
    largest = _largest(pixels)
    for start in range(0, len(pixels), _CHUNK):
        part = pixels[start : start + _CHUNK + _OVERLAP]
        if largest >= _ESCAPE << 8 and _has_run(np.frombuffer(part, np.uint8) >= _ESCAPE):
            yield b"\0".join(run.group() for run in _RUN.finditer(part))
        values = np.frombuffer(part[: len(part) & ~1], "<u2")
        for wide in (values, values.byteswap()) if largest >= _FIRST_WIDE << 8 else (values,):
            if _may_have_run(wide) and _has_run(letters := _letters(wide)):
                yield b"\0".join(_WIDE_RUN.findall(np.where(letters, wide, 0).astype(np.uint8).tobytes()))


def _largest(pixels: memoryview) -> int:
    """Return the largest of the numbers of 16 bits; in images of up to 12 bits no two bytes in a row are of a text."""
    values = np.frombuffer(pixels, "<u2", len(pixels) // 2)
    return int(values.max(initial=0))


def _letters(wide: NDArray[np.uint16]) -> NDArray[np.bool_]:
    return (wide - np.uint16(_FIRST_WIDE)) <= _LAST_WIDE - _FIRST_WIDE  # lower values wrap around


def _may_have_run(wide: NDArray[np.uint16]) -> bool:
    """Whether two letters stand at a distance of three: so they do in every run of seven."""
    third = _letters(wide[::3])
    return bool((third[:-1] & third[1:]).any())


def _has_run(one: NDArray[np.bool_]) -> bool:
    """Whether seven in a row can be of a text: the search for that has to be much faster than any other."""
    two = one[:-1] & one[1:]
    four = two[:-2] & two[2:]
    return bool((four[:-3] & four[3:]).any())


def residue(raw: bytes, dataset: Dataset, search: Search) -> bool:
    """Tell whether written bytes hold an identity; in pixels and coordinates long ones only."""
    noise = [(start, start + size) for start, size in _noise(raw, dataset)]
    begin = 0
    for start, end in sorted(noise):
        if search.finds(raw[begin:start]) or search.finds_in_noise(memoryview(raw)[start:end]):
            return True
        begin = end
    return search.finds(raw[begin:])


def _noise(raw: bytes, dataset: Dataset) -> Iterator[tuple[int, int]]:
    """Yield where pixels and the coordinates of meshes begin, and how long they are."""
    for tag in (_PIXELS, _DOCUMENT):
        element = dataset.get_item(tag) if tag in dataset else None
        value = element.value if element is not None else None
        if not isinstance(value, bytes) or not value or (tag == _DOCUMENT and not _is_binary_mesh(dataset)):
            continue
        start = raw.rfind(value)
        if start >= 0:
            yield start, len(value)


def _is_binary_mesh(dataset: Dataset) -> bool:
    return str(dataset.get("MIMETypeOfEncapsulatedDocument", "")) == "model/stl"


def remove_holders(dataset: Dataset, search: Search, *, unwritable: bool = False) -> list[Change]:
    """Remove every element, at any depth, that holds an identity or, on request, that cannot be written."""
    return _remove(dataset, search, "", unwritable=unwritable)


def _remove(dataset: Dataset, search: Search, prefix: str, *, unwritable: bool) -> list[Change]:
    changes = []
    for tag in list(dataset.keys()):
        if int(tag) in _NEVER_REMOVED:
            continue
        path = f"{prefix}({tag.group:04X},{tag.element:04X})"
        try:
            element = dataset[tag]
            if element.VR == "SQ":
                for index, item in enumerate(element.value or ()):
                    changes += _remove(item, search, f"{path}[{index}]/", unwritable=unwritable)
            written = written_bytes(element)
        except (*UNREADABLE, OSError):  # pydicom raises OSError for a number that is none
            if not unwritable:
                continue
            changes.append(_drop(dataset, tag, path, "The value cannot be written."))
            continue
        if search.finds(written):
            changes.append(_drop(dataset, tag, path, "It still held an identity."))
    return changes


def written_bytes(element: DataElement) -> bytes:
    """Return an element as it is written in both byte orders, one behind the other."""
    return _written(element, little_endian=True) + _written(element, little_endian=False)


def _written(element: DataElement, *, little_endian: bool) -> bytes:
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = little_endian, False
    write_data_element(buffer, element, [default_encoding, "utf8"] if element.VR == "SQ" else ["utf8"])
    return bytes(buffer.getvalue())


def _drop(dataset: Dataset, tag: BaseTag, path: str, reason: str) -> Change:
    del dataset[tag]
    return Change(path, "Private attribute" if tag.is_private else "Attribute", "X", "harvest", reason)
