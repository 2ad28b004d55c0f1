"""What a training takes of this computer: memory, asked of the operating system, and cores."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def one_thread() -> Iterator[None]:
    """Linear algebra on one core while it holds, for solvers that take many small steps.

    On several cores these wait for each other most of the time (measured: six times the work), and the last digits
    depend on how many cores there are.
    """
    from threadpoolctl import threadpool_limits  # what scikit-learn itself sets its threads with

    with threadpool_limits(1, user_api="blas"):
        yield


if sys.platform == "win32":

    def memory_in_use() -> int | None:
        """Bytes of memory that this process holds now, or None where the system does not tell."""
        import ctypes
        from ctypes import wintypes

        class Counters(ctypes.Structure):
            _fields_ = (
                ("cb", wintypes.DWORD),
                ("PageFaultCount", wintypes.DWORD),
                *((name, ctypes.c_size_t) for name in ("PeakWorkingSetSize", "WorkingSetSize")),
                *((f"other{number}", ctypes.c_size_t) for number in range(6)),
            )

        found = Counters()
        found.cb = ctypes.sizeof(found)
        query = ctypes.windll.psapi.GetProcessMemoryInfo
        query.argtypes = (wintypes.HANDLE, ctypes.c_void_p, wintypes.DWORD)
        known = query(wintypes.HANDLE(-1), ctypes.byref(found), found.cb)  # -1: this process
        return int(found.WorkingSetSize) if known else None

else:

    def memory_in_use() -> int | None:
        """Bytes of memory that this process holds now, or None where the system does not tell."""
        import os

        try:
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        except (OSError, ValueError, IndexError):
            return None
        return pages * os.sysconf("SC_PAGE_SIZE")
