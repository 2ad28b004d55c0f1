"""Paths that are too long for Windows: told before anything is done, not file by file.

Windows takes paths of 259 characters unless its IT has switched longer ones on (`LongPathsEnabled`); this program's
Python uses those where they are.
"""

import sys
from pathlib import Path

from app.errors import UsageError

_MOST = 259  # MAX_PATH without its last NUL
_KEY, _VALUE = r"SYSTEM\CurrentControlSet\Control\FileSystem", "LongPathsEnabled"

MASKED = 170  # pseudonym, study, series and instance as folders and a file, half-written
PROJECT = 75  # instances/, a UID, half-written
DATASET = 150  # the hidden folder that it is made in, split, class, file


def check(folder: Path, inside: int) -> None:
    """Raise UsageError where paths of `inside` more characters in the folder are too long for this computer."""
    most = limit()
    length = len(str(folder.absolute())) + 1
    if most is not None and length + inside > most:
        raise UsageError(
            f"The folder's path has {length - 1} characters; Windows has room for {most - inside - 1} here.",
            "Choose a folder nearer to the top of the drive, such as D:\\images, or ask your IT to switch long paths on.",
        )


def limit() -> int | None:
    """Return how many characters a path can have, None where that does not matter."""
    if sys.platform == "win32":
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _KEY) as key:
                return None if winreg.QueryValueEx(key, _VALUE)[0] else _MOST
        except OSError:  # never set
            return _MOST
    return None
