"""A file that one program at a time holds. The operating system lets go of it when its program ends, however."""

import errno
import os
import sys
from typing import IO, Any

_BEYOND = 2**20
"""The byte that is held on Windows: far behind the text, which others may read."""
_HELD = (errno.EACCES, errno.EAGAIN, errno.EDEADLK, errno.EWOULDBLOCK)


def hold(file: IO[Any]) -> bool:
    """Hold an open file until it is closed. False where another program, or another opening of it, holds it.

    A network folder that knows no locks guards nothing, and does not keep anybody from working.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(_BEYOND)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD:
            return False
    file.seek(0, os.SEEK_END)
    return True
