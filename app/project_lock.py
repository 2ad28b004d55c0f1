"""One window at a time writes into a project; a second one is told who does and may look.

The operating system holds the lock, so it ends with its program, however that ends. SQLite guards the files
themselves: what the command line does beside a window is safe without this lock.
"""

import json
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Self

from anonymizer import hold
from app.account import account
from app.errors import ProjectError


@dataclass(frozen=True, slots=True)
class Holder:
    """Who works in a project: the account, the computer, since when (ISO 8601, UTC; "" where unknown)."""

    who: str
    where: str
    since: str

    def release(self) -> None:
        """It is theirs: nothing to let go of."""

    def __str__(self) -> str:
        if not self.since:
            return f"{self.who} on {self.where}"
        since, now = datetime.fromisoformat(self.since).astimezone(), datetime.now(UTC).astimezone()
        when = f"{since:%H:%M}" if since.date() == now.date() else f"{since:%H:%M on %Y-%m-%d}"
        return f"{self.who} on {self.where} (since {when})"


class ProjectLock:
    """Held from `take` to `release`."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    @classmethod
    def take(cls, path: Path) -> Self | Holder:
        """Take the lock, or return who holds it. Raises ProjectError where the folder cannot be written."""
        try:
            file = path.open("a+b")
        except OSError as error:
            raise ProjectError(
                f"{path.parent} may not be written: {error.strerror}.",
                "Ask for the right to write there, or copy the project to another place.",
            ) from error
        if not hold(file):
            file.close()
            return _holder(path)
        mine = Holder(account(), platform.node(), datetime.now(UTC).isoformat(timespec="seconds"))
        file.truncate(0)
        file.write(json.dumps(asdict(mine)).encode())
        file.flush()
        return cls(file)

    def release(self) -> None:
        """Let others write."""
        self._file.close()


def _holder(path: Path) -> Holder:
    try:
        return Holder(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):  # it is being written at this moment
        return Holder("somebody", "another computer", since="")
