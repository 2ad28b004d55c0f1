"""DICOM files as bytes: read leniently but within limits, written strictly (PS3.10).

The file meta information and the preamble are never copied: they are made anew.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pydicom
from pydicom._uid_dict import UID_dictionary
from pydicom.config import IGNORE, settings
from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.hooks import hooks, raw_element_vr
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)
from pydicom.valuerep import VR

from anonymizer.errors import SourceError
from anonymizer.files.file_kinds import describe

IMPLEMENTATION_CLASS_UID = "2.25.118246938837391214506842870346517733909"
IMPLEMENTATION_VERSION_NAME = "LEADGLASS_0_1"
MAX_INFLATED = 512 * 2**20
# what pydicom raises where a value or a structure is not as it should be; OSError where a sequence or a number is none
UNREADABLE = (
    ArithmeticError, OSError, AssertionError, AttributeError, EOFError, IndexError, KeyError, NotImplementedError,
    TypeError, UnicodeError, ValueError, struct.error, zlib.error, pydicom.errors.InvalidDicomError,
    pydicom.errors.BytesLengthException,
)  # fmt: skip
_SIGNS_OF_DICOM = (
    "SOPClassUID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "PatientID",
    "Modality",
    "SOPInstanceUID",
)
_FIRST_GROUPS = (b"\x02\0", b"\x08\0", b"\0\x02", b"\0\x08")
_VRS = frozenset(map(str, VR))
_UTF_8, _LATIN_1 = b"ISO_IR 192", b"ISO_IR 100"
NAMES = (0x00080090, 0x00081050, 0x00081070, 0x00100010)  # of physicians, operators and the patient
_PREAMBLE, _PREFIX = 128, b"DICM"
_ZLIB_HEADER = 2


class NotDicomError(SourceError):
    """A file of another kind."""


@contextmanager
def lenient() -> Iterator[None]:
    """Values that break the rules of their VR, and VRs that are none, neither raise nor warn while this lasts."""
    reading, writing = settings.reading_validation_mode, settings.writing_validation_mode
    find_vr = hooks.raw_element_vr
    settings.reading_validation_mode = settings.writing_validation_mode = IGNORE
    hooks.register_callback("raw_element_vr", _known_vr)
    try:
        yield
    finally:
        settings.reading_validation_mode, settings.writing_validation_mode = reading, writing
        hooks.register_callback("raw_element_vr", find_vr)


def _known_vr(raw: RawDataElement, data: dict[str, Any], **more: Any) -> None:
    """Find an element's VR for pydicom; where the file names none that exists, the dictionary's."""
    raw_element_vr(raw, data, **more)
    if data["VR"] not in _VRS:
        named = dictionary_VR(raw.tag) if dictionary_has_tag(raw.tag) else ""
        data["VR"] = named if named in _VRS else "UN"  # a delimiter has an entry, but no VR


def looks_like_dicom(raw: bytes) -> bool:
    """Whether the first bytes can be those of a DICOM file, with or without file meta information."""
    if raw[_PREAMBLE : _PREAMBLE + 4] == _PREFIX or raw[:4] == _PREFIX:
        return True
    return raw[:2] in _FIRST_GROUPS and len(raw) > 16  # noqa: PLR2004 - two elements at least


def parse(raw: bytes) -> FileDataset:
    """Return the data set in a file's bytes, values still undecoded.

    Raises NotDicomError for other files, SourceError for DICOM files that are damaged beyond reading.
    """
    if not raw:
        raise NotDicomError("The file is empty.")
    raw = mended(raw)
    if not looks_like_dicom(raw):
        raise NotDicomError(describe(raw))
    _check_inflation(raw)
    try:
        dataset = pydicom.dcmread(BytesIO(raw), force=True)
        if _is_misdeclared(dataset):
            dataset = pydicom.dcmread(BytesIO(raw.replace(_UTF_8, _LATIN_1)), force=True)
        known = sum(keyword in dataset for keyword in _SIGNS_OF_DICOM)
    except RecursionError as error:
        raise SourceError("The file nests sequences too deeply.") from error
    except (*UNREADABLE, OSError) as error:
        if raw[_PREAMBLE : _PREAMBLE + 4] != _PREFIX:
            raise NotDicomError(describe(raw)) from error
        raise SourceError("The file is damaged and cannot be read as DICOM.") from error
    if not known and raw[_PREAMBLE : _PREAMBLE + 4] != _PREFIX:
        raise NotDicomError(describe(raw))
    return dataset


def is_misdeclared(charset: bytes, names: Iterable[bytes]) -> bool:
    """Tell whether names are not written in UTF-8 although a file says so: most such writers use Latin-1."""
    if charset.strip(b" \0") != _UTF_8:
        return False
    try:
        for name in names:
            name.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def _is_misdeclared(dataset: Dataset) -> bool:
    found = [dataset.get_item(tag) for tag in NAMES if tag in dataset]
    names = [
        value for value in (getattr(element, "value", None) for element in found) if isinstance(value, bytes)
    ]
    return is_misdeclared(str(dataset.get("SpecificCharacterSet", "")).encode("ascii", "replace"), names)


def mended(raw: bytes) -> bytes:
    """Return a file's bytes as the standard wants them: with a preamble, and deflated without a zlib header."""
    if raw[:4] == _PREFIX:
        raw = bytes(_PREAMBLE) + raw
    packed = _deflated_part(raw)
    if not packed or _inflates(packed, -zlib.MAX_WBITS) or not _inflates(packed, zlib.MAX_WBITS):
        return raw
    return raw[: len(raw) - len(packed)] + packed[_ZLIB_HEADER:]


def _inflates(packed: bytes, bits: int) -> bool:
    try:
        return bool(zlib.decompressobj(bits).decompress(packed, 64))
    except zlib.error:
        return False


def _deflated_part(raw: bytes) -> bytes:
    """Return the compressed part of a file in the deflated transfer syntax, else b""."""
    head = raw[:2048]
    if DeflatedExplicitVRLittleEndian.encode() not in head or head[132:136] != b"\x02\0\0\0":
        return b""
    return raw[144 + struct.unpack("<L", raw[140:144])[0] :]


def _check_inflation(raw: bytes) -> None:
    packed = _deflated_part(raw)
    if not packed:
        return
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    size, rest = 0, packed
    try:
        while rest:
            size += len(unpacker.decompress(rest, 2**20))
            rest = unpacker.unconsumed_tail
            if size > MAX_INFLATED:
                raise SourceError("The file unpacks to more than 512 MB; it may be made to harm.")
    except zlib.error as error:
        raise SourceError("The compressed part of the file is damaged.") from error


def transfer_syntax(dataset: Dataset) -> UID:
    """Return the transfer syntax that the file names, or the one that it was found to be written in.

    Raises SourceError where it names one that nobody registered: how its values are to be read is unknown.
    """
    named = dataset.file_meta.get("TransferSyntaxUID") if hasattr(dataset, "file_meta") else None
    if named:
        if UID_dictionary.get(str(named), ("", ""))[1] != "Transfer Syntax":
            raise SourceError("The file is written in a transfer syntax that this program does not know.")
        return UID(str(named))  # in a damaged file it can be of any kind
    implicit, little = dataset.original_encoding
    if implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRLittleEndian if little else ExplicitVRBigEndian


def renew_meta(dataset: FileDataset, syntax: UID) -> None:
    """Give the data set new file meta information (PS3.10 7.1) and an empty preamble."""
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\0\1"
    meta.MediaStorageSOPClassUID = UID(str(dataset.SOPClassUID))
    meta.MediaStorageSOPInstanceUID = UID(str(dataset.SOPInstanceUID))
    meta.TransferSyntaxUID = syntax
    meta.ImplementationClassUID = UID(IMPLEMENTATION_CLASS_UID)
    meta.ImplementationVersionName = IMPLEMENTATION_VERSION_NAME
    dataset.file_meta = meta
    dataset.preamble = bytes(_PREAMBLE)


def beginning(sop_class: str, sop_uid: str, syntax: str) -> bytes:
    """Return what a file begins with: an empty preamble and the meta information that `renew_meta` makes."""
    meta = struct.pack("<HH2s2xL2s", 2, 1, b"OB", 2, b"\0\1") + b"".join(
        struct.pack("<HH2sH", 2, element, vr, len(value)) + value
        for element, vr, value in (
            (0x02, b"UI", _even(sop_class)),
            (0x03, b"UI", _even(sop_uid)),
            (0x10, b"UI", _even(syntax)),
            (0x12, b"UI", _even(IMPLEMENTATION_CLASS_UID)),
            (0x13, b"SH", _even(IMPLEMENTATION_VERSION_NAME, b" ")),
        )
    )
    return bytes(_PREAMBLE) + _PREFIX + struct.pack("<HH2sHL", 2, 0, b"UL", 4, len(meta)) + meta


def _even(text: str, padding: bytes = b"\0") -> bytes:
    raw = text.encode("ascii")
    return raw + padding * (len(raw) % 2)


def serialise(dataset: Dataset) -> bytes:
    """Return the data set as a file's bytes. Raises one of UNREADABLE where a value cannot be written."""
    buffer = BytesIO()
    try:
        pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
    except OSError as error:  # pydicom's word for a number that is none
        raise ValueError("A value cannot be written.") from error
    return buffer.getvalue()


def searchable(raw: bytes) -> bytes:
    """Return a written file's bytes with nothing compressed in the way of a search in its header."""
    packed = _deflated_part(raw)
    return raw if not packed else raw[: len(raw) - len(packed)] + zlib.decompressobj(-15).decompress(packed)
