"""The last check before writing: no harvested identity may stand in the bytes, in any usual encoding."""

from pydicom.charset import default_encoding
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_data_element
from pydicom.tag import BaseTag

from anonymizer.file_format import UNREADABLE
from anonymizer.harvest import Harvest
from anonymizer.report import Change

_PIXELS, _DOCUMENT = BaseTag(0x7FE00010), BaseTag(0x00420011)
_NEVER_REMOVED = frozenset(
    {0x00020010, 0x00080005, 0x00080016, 0x00080018, 0x0020000D, 0x0020000E, 0x00100010, 0x00100020,
     0x00120062, 0x00120063, 0x00120064, 0x00280303, 0x7FE00010}
)  # fmt: skip
LONG_IN_NOISE = 7  # shorter texts occur in noise


def residue(raw: bytes, dataset: Dataset, harvest: Harvest) -> bool:
    """Tell whether written bytes hold an identity; in pixels and coordinates long ones only."""
    header, pixels = _split(raw, dataset)
    if next(harvest.found_in_bytes(header), None):
        return True
    return next(harvest.found_in_bytes(pixels, shortest=LONG_IN_NOISE), None) is not None


def _split(raw: bytes, dataset: Dataset) -> tuple[bytes, bytes]:
    """Return the bytes without pixels and coordinates of meshes, and those."""
    noise = []
    for tag in (_PIXELS, _DOCUMENT):
        element = dataset.get_item(tag) if tag in dataset else None
        value = element.value if element is not None else None
        if not isinstance(value, bytes) or not value or (tag == _DOCUMENT and not _is_binary_mesh(dataset)):
            continue
        start = raw.rfind(value)
        if start >= 0:
            raw = raw[:start] + b"\0" + raw[start + len(value) :]
            noise.append(value)
    return raw, b"\0".join(noise)


def _is_binary_mesh(dataset: Dataset) -> bool:
    return str(dataset.get("MIMETypeOfEncapsulatedDocument", "")) == "model/stl"


def remove_holders(dataset: Dataset, harvest: Harvest, *, unwritable: bool = False) -> list[Change]:
    """Remove every element, at any depth, that holds an identity or, on request, that cannot be written."""
    return _remove(dataset, harvest, "", unwritable=unwritable)


def _remove(dataset: Dataset, harvest: Harvest, prefix: str, *, unwritable: bool) -> list[Change]:
    changes = []
    for tag in list(dataset.keys()):
        if int(tag) in _NEVER_REMOVED:
            continue
        path = f"{prefix}({tag.group:04X},{tag.element:04X})"
        try:
            element = dataset[tag]
            if element.VR == "SQ":
                for index, item in enumerate(element.value or ()):
                    changes += _remove(item, harvest, f"{path}[{index}]/", unwritable=unwritable)
            written = _written(element)
        except (*UNREADABLE, OSError):  # pydicom raises OSError for a number that is none
            if not unwritable:
                continue
            changes.append(_drop(dataset, tag, path, "The value cannot be written."))
            continue
        if next(harvest.found_in_bytes(written), None):
            changes.append(_drop(dataset, tag, path, "It still held an identity."))
    return changes


def _written(element: DataElement) -> bytes:
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, False
    write_data_element(buffer, element, [default_encoding, "utf8"] if element.VR == "SQ" else ["utf8"])
    return bytes(buffer.getvalue())


def _drop(dataset: Dataset, tag: BaseTag, path: str, reason: str) -> Change:
    del dataset[tag]
    return Change(path, "Private attribute" if tag.is_private else "Attribute", "X", "harvest", reason)
