"""The lines of the trail's file: how they are hashed, found from the end, and cut where one is unfinished."""

import hashlib
import json
import os
from dataclasses import dataclass
from typing import IO, Any

START = "0" * 64
_BLOCK = 1 << 16
_SEALS = ("hash", "mac")


@dataclass(frozen=True, slots=True)
class Head:
    """The last line of a trail at some time: its number from 1 (0: there is none yet) and its hash."""

    line: int
    hash: str


def hash_of(entry: dict[str, Any]) -> str:
    """The SHA-256 of a line's content, which includes the hash of the line before."""
    content = {name: value for name, value in entry.items() if name not in _SEALS}
    return hashlib.sha256(
        json.dumps(content, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
    ).hexdigest()


def last_line(stream: IO[bytes]) -> dict[str, Any] | None:
    """The last whole line, read from the end; what a killed process left behind it is cut off.

    Nothing was reported done for an unfinished line. Takes as long for a million lines as for one.
    """
    end = stream.seek(0, os.SEEK_END)
    whole = _line_end(stream, end)
    if whole != end:
        stream.truncate(whole)
    if not whole:
        return None
    begin = _line_end(stream, whole - 1)
    stream.seek(begin)
    return _entry(stream.read(whole - begin))


def _entry(raw: bytes) -> dict[str, Any]:
    """A line's content; one without number and seal for a damaged line, which shows but must not stop the work."""
    try:
        entry = json.loads(raw)
        if isinstance(entry, dict) and isinstance(entry.get("hash"), str):
            return entry if isinstance(entry.get("line", 1), int) else {"hash": entry["hash"]}
    except (ValueError, RecursionError):
        pass
    return {"hash": hashlib.sha256(raw).hexdigest()}


def count_lines(stream: IO[bytes]) -> int:
    """How many lines there are: for a trail of a version that did not number them."""
    stream.seek(0)
    return sum(block.count(b"\n") for block in iter(lambda: stream.read(_BLOCK), b""))


def _line_end(stream: IO[bytes], before: int) -> int:
    """Where the last line that ends at `before` or earlier ends; 0 if none does."""
    while before > 0:
        size = min(_BLOCK, before)
        stream.seek(before - size)
        found = stream.read(size).rfind(b"\n")
        if found >= 0:
            return before - size + found + 1
        before -= size
    return 0
