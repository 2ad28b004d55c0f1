"""What the program asks of the system for itself: a crash must not write memory, which holds identities, to the disk.

Core dumps are off and the process is not to be read by others (Linux: RLIMIT_CORE, PR_SET_DUMPABLE; child processes
inherit the first); Windows is asked to leave the heap out of its error reports. LEADGLASS_DEBUG=1 leaves all as it is.
"""

import ctypes
import os
import sys

_PR_SET_DUMPABLE = 4  # <sys/prctl.h>
_NO_HEAP = 1  # WER_FAULT_REPORTING_FLAG_NOHEAP
_NO_BOXES = 0x0001 | 0x0002  # SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX


def harden() -> None:
    """Ask for all this, where the system knows of it."""
    if os.environ.get("LEADGLASS_DEBUG"):
        return
    if sys.platform == "win32":
        ctypes.windll.kernel32.SetErrorMode(_NO_BOXES)
        ctypes.windll.kernel32.WerSetFlags(_NO_HEAP)
        return
    import resource

    _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
