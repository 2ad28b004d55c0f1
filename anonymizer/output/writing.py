"""Writing masked instances: whole or not at all, and never over another file."""

import os
import secrets
from pathlib import Path

from pydicom import dcmread

from anonymizer.errors import WriteError
from anonymizer.files.durable import sync_folder
from anonymizer.files.file_format import UNREADABLE
from anonymizer.headers.marks import settings_mark

_CHUNK = 2**20  # bytes


def write_new(path: Path, *parts: bytes | memoryview) -> bool:
    """Write a file whole or not at all. False if another content stands there: nothing is overwritten."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            return _holds(path, parts)
        try:
            with temporary.open("xb") as file:
                for part in parts:
                    file.write(part)
                file.flush()
                os.fsync(file.fileno())
            fresh = _claim(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(path.parent)
        return fresh or _holds(path, parts)
    except OSError as error:
        raise WriteError(
            "The output folder cannot be written.", "Check free space and permissions, then run again."
        ) from error


def remove_unfinished(out: Path) -> None:
    """Remove what a run that was killed has left half-written below its output folder."""
    for path in out.rglob(".*.part"):
        path.unlink(missing_ok=True)


def _holds(path: Path, parts: tuple[bytes | memoryview, ...]) -> bool:
    """Whether a file holds these bytes and nothing else, compared piece by piece."""
    if path.stat().st_size != sum(map(len, parts)):
        return False
    with path.open("rb") as file:
        for part in parts:
            for start in range(0, len(part), _CHUNK):
                piece = part[start : start + _CHUNK]
                if file.read(len(piece)) != piece:
                    return False
    return True


def _claim(temporary: Path, path: Path) -> bool:
    """Give the file its name unless the name is taken: atomic, so that two workers cannot both succeed."""
    try:
        if os.name == "nt":
            temporary.rename(path)
        else:
            os.link(temporary, path)
    except FileExistsError:
        return False
    except (OSError, NotImplementedError):  # a file system without hard links
        if path.exists():
            return False
        temporary.replace(path)
    return True


def masked_with_other_settings(path: Path, settings: str) -> bool:
    """Whether the file that stands at a path was written by this program with other settings than these."""
    try:
        found = settings_mark(dcmread(path, stop_before_pixels=True))
    except (*UNREADABLE, OSError):
        return False
    return bool(found) and found != settings
