"""The DICOMDIR of masked files: made anew from what was written, never from one that came with the originals.

Which files it lists depends on the folder alone, so that two half runs end with the bytes of a whole one
(PS3.10 section 8, PS3.3 annex F). File IDs have at most eight components of eight capitals, digits or "_".
"""

import hashlib
import os
import re
import secrets
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import UID, ExplicitVRLittleEndian, MediaStorageDirectoryStorage

from anonymizer.errors import WriteError
from anonymizer.files.durable import sync_folder
from anonymizer.files.file_format import (
    IMPLEMENTATION_CLASS_UID,
    IMPLEMENTATION_VERSION_NAME,
    UNREADABLE,
    lenient,
)
from anonymizer.identities.pseudonyms import Pseudonyms
from anonymizer.output.media_records import PATIENT, SERIES, STUDY, keywords, record, record_type

FILE_NAME = "DICOMDIR"
FOLDER = "DICOM"
_COMPONENT = re.compile(r"[A-Z0-9_]{1,8}$")
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NEXT, _LOWER = 16, 38  # where in an item its links stand: behind the headers of item and element
_SEQUENCE_HEAD, _ITEM_HEAD = 12, 8
_MOST = 2**32 - 2**20
_UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
Cancelled = Callable[[], bool]


def file_id(parts: tuple[str, str, str, str], pseudonyms: Pseudonyms) -> str:
    """Return where on a medium an instance lies: patient, study, series and instance, named by keyed digests.

    The eight characters of the last part tell two instances of a series apart but once in 10^12.
    """
    named = [
        prefix + _short(pseudonyms.digest(f"file ID\0{part}"), 8 - len(prefix))
        for prefix, part in zip(("PA", "ST", "SE", ""), parts, strict=True)
    ]
    return "/".join([FOLDER, *named])


def _short(digest: str, length: int) -> str:
    number = int(digest, 16)
    letters = []
    for _ in range(length):
        number, index = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[index])
    return "".join(letters)


@dataclass(slots=True)
class _Node:
    """A record as an item's bytes, and what it leads to."""

    body: bytearray
    order: tuple[int, str]
    children: dict[str, "_Node"] = field(default_factory=dict)


def write_media_directory(out: Path, cancelled: Cancelled = lambda: False) -> int | None:
    """Write `out/DICOMDIR` for all masked instances below `out/DICOM`; how many it lists, None if cancelled.

    Raises WriteError where it cannot be written, or where a DICOMDIR stands that is not this program's.
    """
    target = out / FILE_NAME
    if target.exists() and IMPLEMENTATION_CLASS_UID.encode() not in target.read_bytes()[:1024]:
        raise WriteError(
            "The output folder holds a DICOMDIR of another program.", "Choose another output folder."
        )
    root = _Node(bytearray(), (0, ""))
    listed = hashlib.sha256()
    count = 0
    with lenient():
        for path in _files(out / FOLDER):
            if cancelled():
                return None
            dataset = _header(path)
            if dataset is not None:
                _enter(root, dataset, path.relative_to(out).parts)
                listed.update(str(dataset.SOPInstanceUID).encode())
                count += 1
        body = _serialised(root, f"2.25.{int.from_bytes(listed.digest()[:16], 'big')}")
    _replace(target, body)
    return count


def _files(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and _COMPONENT.match(entry.name):
            yield from _files(entry)
        elif _COMPONENT.match(entry.name):
            yield entry


def _header(path: Path) -> FileDataset | None:
    try:
        dataset = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=keywords())
        return dataset if all(dataset.get(uid) for uid in _UIDS) else None
    except (*UNREADABLE, OSError):
        return None


def _enter(root: _Node, dataset: FileDataset, parts: tuple[str, ...]) -> None:
    """Add an instance with the records above it that are not there yet."""
    node = root
    keys = (str(dataset.get("PatientID", "")), str(dataset.StudyInstanceUID), str(dataset.SeriesInstanceUID))
    for kind, key in zip((PATIENT, STUDY, SERIES), keys, strict=True):
        if key not in node.children:
            number = _whole(dataset, "SeriesNumber") if kind == SERIES else 0
            node.children[key] = _Node(_item(record(kind, dataset)), (number, key))
        node = node.children[key]
    leaf = record(record_type(dataset), dataset)
    leaf.ReferencedFileID = list(parts)
    leaf.ReferencedSOPClassUIDInFile = dataset.SOPClassUID
    leaf.ReferencedSOPInstanceUIDInFile = dataset.SOPInstanceUID
    leaf.ReferencedTransferSyntaxUIDInFile = dataset.file_meta.TransferSyntaxUID
    uid = str(dataset.SOPInstanceUID)
    node.children[uid] = _Node(_item(leaf), (_whole(dataset, "InstanceNumber"), uid))


def _whole(dataset: Dataset, keyword: str) -> int:
    try:
        return int(dataset.get(keyword) or 0)
    except (*UNREADABLE, TypeError):
        return 0


def _item(made: Dataset) -> bytearray:
    """Return a record as an item of defined length in explicit VR little endian."""
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, False
    write_dataset(buffer, made)
    body = buffer.getvalue()
    return bytearray(b"\xfe\xff\x00\xe0" + struct.pack("<L", len(body)) + body)


def _serialised(root: _Node, uid: str) -> bytes:
    head = _head(uid, first=0, last=0)
    items: list[bytearray] = []
    first, last, end = _lay_out(root, len(head), items)
    if end > _MOST:
        raise WriteError("There are too many files for one DICOMDIR.", "Mask fewer patients at a time.")
    whole = bytearray(_head(uid, first=first, last=last))
    struct.pack_into("<L", whole, len(whole) - 4, end - len(head))
    return b"".join([bytes(whole), *items])


def _lay_out(node: _Node, place: int, items: list[bytearray]) -> tuple[int, int, int]:
    """Put the records below a node one behind the other; where the first and the last begin, and the end."""
    begins: list[tuple[_Node, int]] = []
    for child in sorted(node.children.values(), key=lambda one: one.order):
        begins.append((child, place))
        items.append(child.body)
        lower, _, place = _lay_out(child, place + len(child.body), items)
        struct.pack_into("<L", child.body, _LOWER, lower)
    for (child, _), (_, following) in pairwise(begins):
        struct.pack_into("<L", child.body, _NEXT, following)
    return (begins[0][1], begins[-1][1], place) if begins else (0, 0, place)


def _head(uid: str, *, first: int, last: int) -> bytes:
    """Return a directory without records: its last four bytes are the length of all records."""
    directory = Dataset()
    directory.FileSetID = "LEADGLASS"
    directory.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity = first
    directory.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity = last
    directory.FileSetConsistencyFlag = 0
    directory.DirectoryRecordSequence = []
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\0\1"
    meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    meta.MediaStorageSOPInstanceUID = UID(uid)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID(IMPLEMENTATION_CLASS_UID)
    meta.ImplementationVersionName = IMPLEMENTATION_VERSION_NAME
    directory.file_meta = meta
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, directory, enforce_file_format=True)
    return buffer.getvalue()


def _replace(target: Path, body: bytes) -> None:
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        try:
            with temporary.open("xb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(target.parent)
    except OSError as error:
        raise WriteError(
            "The output folder cannot be written.", "Check free space and permissions, then run again."
        ) from error
