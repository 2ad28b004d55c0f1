"""Who did what when in a project, in a file where a changed or removed line shows.

Each line is a JSON object whose `hash` is the SHA-256 of the line before and of its own content, so that a line
that was changed, removed or inserted breaks the chain. No line holds an identity.
"""

import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path

START = "0" * 64


def append(file: Path, action: str, **facts: object) -> None:
    """Add what was done just now; it is on the disk when this returns."""
    entry: dict[str, object] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "action": action,
        **facts,
    }
    with file.open("a+b") as stream:
        _drop_unfinished_line(stream.fileno(), file)
        entry["previous"] = _last_hash(file)
        entry["hash"] = _hash(entry)
        stream.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())


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


def _last_hash(file: Path) -> str:
    lines = file.read_bytes().splitlines()
    return str(json.loads(lines[-1])["hash"]) if lines else START


def _drop_unfinished_line(descriptor: int, file: Path) -> None:
    """A process killed while it wrote leaves a line without its end; nothing was reported for it."""
    content = file.read_bytes()
    if content and not content.endswith(b"\n"):
        os.ftruncate(descriptor, content.rfind(b"\n") + 1)
