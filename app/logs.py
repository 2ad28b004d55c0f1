"""What the program did and how it ended, for whoever helps when something went wrong.

Lines of JSON in the user's configuration folder: commands, seconds, exit codes, kinds of errors and the places in
the program's own code. No text of an error, no path, no name and no value ever goes in, as any of them can tell of a
patient; so nothing has to be scrubbed out of it later.
"""

import json
import os
import traceback
from collections import deque
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from app.settings import config_folder

_LARGEST = 256 * 1024  # bytes; then the file becomes the older one of two
_ROOT = Path(__file__).parent.parent


def log_file() -> Path:
    """Where the lines go; the older half stands beside it with `.1` behind its name."""
    return config_folder() / "leadglass.log"


def note(event: str, **facts: str | float | list[str]) -> None:
    """Add a line. Work never fails because this cannot be written."""
    line = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "process": os.getpid(),
        "event": event,
        **facts,
    }
    with suppress(OSError):
        file = log_file()
        if file.exists() and file.stat().st_size > _LARGEST:
            file.replace(file.with_name(file.name + ".1"))
        with file.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(json.dumps(line) + "\n")


def places(trace: TracebackType | None) -> list[str]:
    """Where in the program an error came from, outermost first: module and line, of other packages the file alone."""
    return [f"{_module(frame.filename)}:{frame.lineno}" for frame in traceback.extract_tb(trace)]


def newest(count: int) -> list[str]:
    """The last lines that were noted, oldest first."""
    lines: deque[str] = deque(maxlen=count)
    file = log_file()
    for each in (file.with_name(file.name + ".1"), file):
        with suppress(OSError):
            lines.extend(each.read_text(encoding="utf-8", errors="replace").splitlines())
    return list(lines)


def _module(filename: str) -> str:
    path = Path(filename)
    return path.relative_to(_ROOT).as_posix() if path.is_relative_to(_ROOT) else path.name
