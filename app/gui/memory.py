"""Keeps the memory of a window flat in which images come and go all day, and the search for garbage in it short."""

import ctypes
import gc
import sys

from PySide6.QtCore import QObject, QTimer, SignalInstance

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # mallopt(3)
LARGE = 64 * 1024
HEAPS = 2
SETTLED_MS = 2_000  # after a project was opened its first page is there


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


class Settling(QObject):
    """Leaves what a project needs as long as it is open out of the search for garbage.

    Python goes through all objects there are now and then, 40 ms and more each time, and within whatever made the last
    of them: a key that labels, a step of scrolling. Most of them are the program itself.
    """

    def __init__(self, project_changed: SignalInstance, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._timer.timeout.connect(gc.freeze)
        project_changed.connect(self._begin)

    def _begin(self) -> None:
        if gc.get_freeze_count():
            gc.unfreeze()
            gc.collect()  # what the last project left
        self._timer.start()
