"""Keeps the memory of a window flat in which images come and go all day."""

import ctypes
import sys

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # mallopt(3)
LARGE = 64 * 1024
HEAPS = 2


def give_back_large_blocks() -> None:
    """Let blocks of 64 KiB and more go back to the system as soon as they are freed, where that has to be asked for.

    The C library of Linux raises this size to that of the largest block that was freed, and gives each new thread a heap
    of its own. Images then share heaps with small things and leave holes there, which grow with every image. Two heaps
    are enough for the few threads here. Other systems need not be asked.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # not every C library has it
        if mallopt is not None:
            mallopt(M_MMAP_THRESHOLD, LARGE)
            mallopt(M_ARENA_MAX, HEAPS)
