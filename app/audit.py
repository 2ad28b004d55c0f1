"""Who did what when in a project, in a file where a changed or removed line shows.

Each line is a JSON object whose `hash` is the SHA-256 of the line before and of its own content, so that a line
that was changed, removed or inserted breaks the chain. No line holds an identity.
"""

import hashlib
import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

START = "0" * 64
_THREADS = threading.Lock()
_FAR = 1 << 30


def append(file: Path, action: str, **facts: object) -> None:
    """Add what was done just now; it is on the disk when this returns."""
    entry: dict[str, object] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "action": action,
        **facts,
    }
    with file.open("a+b") as stream, _alone(stream):
        entry["previous"] = _last_hash(_whole_lines(stream))
        entry["hash"] = _hash(entry)
        stream.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def _alone(stream: IO[bytes]) -> Iterator[None]:
    """Keep other threads and processes from appending: two lines after the same one would break the chain."""
    with _THREADS:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(stream.fileno(), _FAR, os.SEEK_SET)  # a byte that nobody reads
            msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)
            try:
                yield
            finally:
                os.lseek(stream.fileno(), _FAR, os.SEEK_SET)
                msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX)  # let go when the file is closed
            yield


def broken_at(file: Path) -> int | None:
    """The number of the first line (from 1) that does not fit the chain, or None."""
    previous = START
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            entry = json.loads(line)
        except ValueError:
            return number
        if entry.get("previous") != previous or _hash(entry) != entry.get("hash"):
            return number
        previous = entry["hash"]
    return None


def _hash(entry: dict[str, object]) -> str:
    content = {name: value for name, value in entry.items() if name != "hash"}
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _last_hash(content: bytes) -> str:
    lines = content.splitlines()
    return str(json.loads(lines[-1])["hash"]) if lines else START


def _whole_lines(stream: IO[bytes]) -> bytes:
    """What the file holds; a line that a killed process left without its end is cut off: nothing was reported for it."""
    stream.seek(0)
    content = stream.read()
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        stream.truncate(len(whole))
    return whole
