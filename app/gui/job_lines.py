"""Reads a job's standard output: JSON objects, one a line, in pieces as they arrive."""

import json
from collections.abc import Iterator
from typing import Any

LONGEST = 4 << 20  # bytes; a line that grows beyond it is none of ours


class JobLines:
    """Joins pieces of bytes into lines and lines into events; whatever is no JSON object is passed over.

    Native libraries print to standard output without asking, so a foreign line is no error.
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[dict[str, Any]]:
        """Yield the events that are complete after `data`."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST:
            self._rest = b""
        for line in lines:
            if (event := _event(line)) is not None:
                yield event

    def close(self) -> Iterator[dict[str, Any]]:
        """Yield the event of a last line without a line end, if there is one."""
        yield from self.feed(b"\n")


def _event(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and "event" in value else None
