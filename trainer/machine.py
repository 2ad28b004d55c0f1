"""What a training takes of this computer, asked of the operating system."""

import sys
from pathlib import Path


def memory_in_use() -> int | None:
    """Bytes of memory that this process holds now, or None where the system does not tell."""
    if sys.platform == "win32":
        return _working_set()
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return _largest_so_far()
    import os

    return pages * os.sysconf("SC_PAGE_SIZE")


def _largest_so_far() -> int | None:
    """On macOS only the peak is known without further libraries."""
    if sys.platform == "win32":
        return None
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _working_set() -> int | None:
    if sys.platform != "win32":
        return None
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
    handle = ctypes.windll.kernel32.GetCurrentProcess()
    query = ctypes.windll.psapi.GetProcessMemoryInfo
    query.argtypes = (wintypes.HANDLE, ctypes.c_void_p, wintypes.DWORD)
    return int(found.WorkingSetSize) if query(handle, ctypes.byref(found), found.cb) else None
