"""Adding lines to a trail, one program and thread at a time."""

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from app.account import account
from app.audit.events import event_of
from app.audit.lines import START, Head, count_lines, hash_of, last_line
from app.audit.seal import TrailKey, key_for

_THREADS = threading.Lock()
_FAR = 1 << 30


def append(file: Path, action: str, **facts: object) -> None:
    """Add what was done just now; it is on the disk when this returns."""
    entry: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "action": action,
        "event": event_of(action).code,
        "account": account(),
        **facts,
    }
    with file.open("a+b") as stream, _alone(stream):
        last, number = _end(stream)
        key = key_for(file, last, number)
        entry["line"] = number if key is None else key.line
        entry["previous"] = START if last is None else last["hash"]
        entry["hash"] = hash_of(entry)
        if key is not None:
            entry["mac"] = key.mac(entry["hash"])
        stream.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
        if key is not None:
            key.at(key.line + 1).put_beside(file)


def begin_seal(
    file: Path, new_key: Callable[[int], bytes], confirm: Callable[[], None] = lambda: None
) -> None:
    """Seal the trail from its next line on, unless it is sealed.

    `new_key` makes the key of that line and keeps it in the vault; `confirm` tells the vault that it lies beside the
    trail now. That the sealing began is a line of its own.
    """
    with file.open("a+b") as stream, _alone(stream):
        last, number = _end(stream)
        if key_for(file, last, number) is not None:
            return
        TrailKey(number, new_key(number)).put_beside(file)
        confirm()
    append(file, "audit trail sealed")


def head(file: Path) -> Head:
    """The trail's last line, to be kept elsewhere."""
    if not file.exists():
        return Head(0, START)
    with file.open("a+b") as stream, _alone(stream):
        last, number = _end(stream)
    return Head(number - 1, START if last is None else str(last["hash"]))


def _end(stream: IO[bytes]) -> tuple[dict[str, Any] | None, int]:
    """The last line, and the number of the next."""
    last = last_line(stream)
    if last is None:
        return None, 1
    return last, 1 + int(last["line"] if "line" in last else count_lines(stream))


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
