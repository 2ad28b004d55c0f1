"""The key under which the next line of a trail is sealed, beside the trail in `audit.seal`.

Each line's key follows from the key of the line before, which is then gone; there is no way back. The first one
stands in the vault. So the program can go on writing while the vault is locked; who takes the file can write further
lines in its name, but can change, remove or cut none that was written before without its showing to who has the vault.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from app.storage import write_text

FILE = "audit.seal"


@dataclass(frozen=True, slots=True)
class TrailKey:
    """The key (32 bytes) of a line, from which those of all later lines follow."""

    line: int
    key: bytes

    def at(self, line: int) -> "TrailKey":
        """The key of a later line."""
        key = self.key
        for _ in range(line - self.line):
            key = hmac.new(key, b"leadglass audit: next line", hashlib.sha256).digest()
        return TrailKey(line, key)

    def mac(self, content: str) -> str:
        """The seal of this line: HMAC-SHA-256 of its hash."""
        return hmac.new(self.key, content.encode(), hashlib.sha256).hexdigest()

    def fits(self, entry: dict[str, Any]) -> bool:
        """Whether a line carries the seal of this key."""
        return hmac.compare_digest(self.mac(str(entry.get("hash"))), str(entry.get("mac")))

    @classmethod
    def beside(cls, trail: Path) -> Self | None:
        """The key of the next line; None where it was lost or damaged."""
        try:
            content = json.loads(_file(trail).read_bytes())
            return cls(int(content["line"]), bytes.fromhex(content["key"]))
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def put_beside(self, trail: Path) -> None:
        """Keep it for the next line; durable on return."""
        write_text(_file(trail), json.dumps({"line": self.line, "key": self.key.hex()}) + "\n")


def key_for(trail: Path, last: dict[str, Any] | None, following: int) -> TrailKey | None:
    """The key of the line after `last`, of number `following`; None where it is not to be had any more.

    A key of a later line tells that the trail was cut, and stays as it is, so that the gap shows. A process that
    was killed between a line and its key left the key of that line itself.
    """
    key = TrailKey.beside(trail)
    if key is None or key.line >= following:
        return key
    if last is None or "mac" not in last or key.line > following - 1:
        return None
    if not key.at(following - 1).fits(last):
        return None
    return key.at(following)


def _file(trail: Path) -> Path:
    return trail.with_name(FILE)
