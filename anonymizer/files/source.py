"""Inputs: files, folders, DICOMDIRs and zip archives, each file found exactly once and in a fixed order."""

import os
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from pydicom import dcmread

from anonymizer.errors import SourceError
from anonymizer.files.file_format import UNREADABLE

_BREAKING = frozenset({"Cc", "Zl", "Zp"})  # categories of characters that end or steer a line
_MAX_FILE = 4 * 2**30  # an input is held in memory, twice at times
_MAX_RATIO = 1000
_RATIO_FROM = 50 * 2**20  # smaller members may be packed as tightly as they like
_UNREADABLE = (OSError, KeyError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True, slots=True)
class Source:
    """One input: a file, or a member of a zip archive. `refused` says why it must not even be opened."""

    path: str  # for the report; a member is "archive.zip!/member"
    container: Path
    member: str | None = None
    size: int = 0
    modified_ns: int = 0
    refused: str = ""

    def read(self) -> bytes:
        """Return the input's bytes. Raises SourceError if it cannot be read or is too large to be held in memory."""
        if self.size > _MAX_FILE:
            raise SourceError(
                f"The file has {self.size / 2**30:.1f} GB; one of up to {_MAX_FILE // 2**30} GB can be masked.",
                "Have the archive send this image in several instances, such as one for each group of frames.",
            )
        try:
            if self.member is None:
                return self.container.read_bytes()
            return _open_zip(str(self.container), self.modified_ns).read(self.member)
        except _UNREADABLE as error:
            raise _unreadable() from error

    def read_head(self, size: int) -> bytes:
        """Return the input's first bytes. Raises SourceError if it cannot be read."""
        try:
            if self.member is None:
                with self.container.open("rb") as file:
                    return file.read(size)
            with _open_zip(str(self.container), self.modified_ns).open(self.member) as file:
                return file.read(size)
        except _UNREADABLE as error:
            raise _unreadable() from error


def _unreadable() -> SourceError:
    return SourceError("The file cannot be read.", "Check the permissions and the medium.")


@lru_cache(2)
def _open_zip(path: str, _modified_ns: int) -> zipfile.ZipFile:
    return zipfile.ZipFile(path)


def find_sources(roots: Iterable[Path | str]) -> Iterator[Source]:
    """Every file below the roots, in a fixed order and none twice. Raises SourceError for a missing root."""
    seen: set[tuple[str, str, str]] = set()
    for root in roots:
        path = Path(root)
        if not path.exists():
            raise SourceError(f"{path} does not exist.", "Check the path.")
        for source in _below(path) if path.is_dir() else _file(path, named=True):
            key = (os.path.realpath(source.container), source.member or "", source.refused)
            if key not in seen:
                seen.add(key)
                yield source


def _below(folder: Path) -> Iterator[Source]:
    """Yield every file below a folder, in order. Links to folders are named but not followed: they may loop."""
    waiting = [_entries(folder)]
    while waiting:
        entry = next(waiting[-1], None)
        if entry is None:
            waiting.pop()
        elif isinstance(entry, Source):
            yield entry
        elif entry.is_symlink() and _is_folder(entry):
            reason = "This is a link to a folder; it is not followed. Name the folder itself if it is meant."
            yield Source(shown(entry.path), Path(entry.path), refused=reason)
        elif _is_folder(entry):
            waiting.append(_entries(Path(entry.path)))
        else:
            yield from _file(Path(entry.path), named=False)


def _entries(folder: Path) -> "Iterator[os.DirEntry[str] | Source]":
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        yield Source(shown(folder), folder, refused="The folder cannot be opened.")
        return
    yield from entries


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # opening it as a file will tell why


def shown(path: Path | str) -> str:
    """Return a path as it can stand in any report: what is no text, or would break a line, is written out."""
    text = str(path).encode("utf-8", "backslashreplace").decode("utf-8")
    if text.isprintable():
        return text
    return "".join(ascii(c)[1:-1] if unicodedata.category(c) in _BREAKING else c for c in text)


def _file(path: Path, *, named: bool) -> Iterator[Source]:
    try:
        facts = path.stat()
    except OSError:
        yield Source(shown(path), path, refused="The file cannot be opened.")
        return
    if not path.is_file():
        yield Source(shown(path), path, refused="This is no regular file.")
        return
    if named and path.name.upper() == "DICOMDIR":
        yield from _referenced(path)
    if path.suffix.lower() == ".zip":
        yield from _members(path, facts.st_mtime_ns)
    else:
        yield Source(shown(path), path, None, facts.st_size, facts.st_mtime_ns)


def _referenced(dicomdir: Path) -> Iterator[Source]:
    """Return the files that a DICOMDIR names, as far as they lie in its own folder (PS3.10 8.6)."""
    folder = dicomdir.parent
    inside = os.path.realpath(folder)
    try:
        records = dcmread(dicomdir, force=True).get("DirectoryRecordSequence") or ()
        names = [record.get("ReferencedFileID") for record in records]
    except (*UNREADABLE, OSError):
        return
    for name in names:
        if not name:
            continue
        parts = [name] if isinstance(name, str) else [str(part) for part in name]
        if any("\0" in part for part in parts):  # no file's name holds it
            yield Source(shown(dicomdir), dicomdir, refused="The DICOMDIR names a file that cannot be.")
            continue
        path = folder.joinpath(*parts)
        if os.path.commonpath([inside, os.path.realpath(path)]) != inside:
            yield Source(shown(dicomdir), path, refused="The DICOMDIR names a file outside its folder.")
        elif path.is_file():
            yield from _file(path, named=False)
        else:
            yield Source(shown(path), path, refused="The DICOMDIR names this file, but it is missing.")


def _members(archive: Path, modified_ns: int) -> Iterator[Source]:
    try:
        with zipfile.ZipFile(archive) as file:
            infos = sorted(file.infolist(), key=lambda info: info.filename)
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError):
        yield Source(shown(archive), archive, refused="The archive is damaged.")
        return
    members = [info for info in infos if not info.is_dir()]
    if not members:
        yield Source(shown(archive), archive, refused="The archive is empty.")
    last = {info.filename: info for info in members}  # of two members of one name only the last can be read
    for info in members:
        path = shown(f"{archive}!/{info.filename}")
        refused = (
            _refusal(info) if last[info.filename] is info else "The archive holds another file of this name."
        )
        yield Source(path, archive, info.filename, info.file_size, modified_ns, refused)


def _refusal(info: zipfile.ZipInfo) -> str:
    parts = PurePosixPath(info.filename.replace("\\", "/")).parts
    if ".." in parts or info.filename.startswith(("/", "\\")) or ":" in info.filename:
        return "The archive's member names a place outside the archive."
    if info.flag_bits & 1:
        return "The archive's member is encrypted."
    if info.filename.lower().endswith(".zip"):
        return "An archive inside an archive is not opened; unpack the outer one first."
    ratio = info.file_size / max(1, info.compress_size)
    if info.file_size > _MAX_FILE or (info.file_size > _RATIO_FROM and ratio > _MAX_RATIO):
        return "The archive's member unpacks to too much; it may be made to harm."
    return ""
