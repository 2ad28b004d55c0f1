"""The sealed start: the program in a network namespace of its own, in which there is no network.

Nothing in the program opens a connection; sealed, nothing can, whatever it does. Linux only.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import NoReturn

from app.errors import AppError
from app.program import command

_WAYS = (
    ("bwrap", "--dev-bind", "/", "/", "--unshare-net", "--die-with-parent", "--"),
    ("unshare", "--map-current-user", "--net", "--"),
    ("unshare", "--net", "--"),  # what root may do where user namespaces are forbidden
)
_MARK = "LEADGLASS_SEALED"


def prefix() -> tuple[str, ...]:
    """What stands before a command line that is to run without any network.

    Raises AppError where this system offers no way.
    """
    for way in _WAYS if sys.platform == "linux" else ():
        if shutil.which(way[0]) and _works(way):
            return way
    raise AppError(
        "This system offers no way to cut the network off from a single program.",
        "On Linux install bubblewrap; elsewhere block the program in the system's firewall.",
    )


def is_sealed() -> bool:
    """Whether this process was started sealed."""
    return os.environ.get(_MARK) == "1"


def start(arguments: Sequence[str]) -> NoReturn:
    """Go on as the same program, sealed. Raises AppError where that cannot be."""
    line = [*prefix(), *command(*arguments)]
    sys.stdout.flush()
    sys.stderr.flush()
    os.execvpe(line[0], line, os.environ | {_MARK: "1"})  # noqa: S606 - this program itself, nothing else is run


def _works(way: Sequence[str]) -> bool:
    return subprocess.run([*way, "true"], capture_output=True, check=False).returncode == 0
