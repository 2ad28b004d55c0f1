"""Writing files so that neither a crash nor a power cut leaves half of one."""

import os
import time
from contextlib import suppress
from pathlib import Path

_LEFT_BEHIND_S = 600  # no program writes a single file for so long without touching it


def write_text(path: Path, text: str, *, private: bool = False) -> None:
    """Put `text` (UTF-8) in place of what `path` held; raises OSError and leaves the old file otherwise.

    `private`: nobody but its owner may read it, from the first byte on.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        if private:
            temporary.touch(mode=0o600)
        with temporary.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def sweep(folder: Path) -> None:
    """Delete what killed programs left half-written in a folder: temporary files of ten minutes and older."""
    for left in (*folder.glob(".*.tmp"), *folder.glob(".*.part")):
        with suppress(OSError):  # gone meanwhile, or not ours to delete
            if time.time() - left.stat().st_mtime > _LEFT_BEHIND_S:
                left.unlink()


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` durable. Windows has no such call and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
