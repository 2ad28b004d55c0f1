"""Keys in memory: kept out of the swap file where the system allows it.

Only the object that is given is kept there. Copies that cryptographic libraries make for their own use are theirs.
"""

import ctypes
import sys


def keep_in_memory(secret: bytes) -> bool:
    """Ask the system never to write these bytes to the swap file; whether it agreed.

    It stays so until the process ends. A limit on locked memory (`ulimit -l`) may stand against it.
    """
    address = id(secret) + bytes.__basicsize__ - 1
    if sys.platform == "win32":
        return bool(
            ctypes.windll.kernel32.VirtualLock(ctypes.c_void_p(address), ctypes.c_size_t(len(secret)))
        )
    try:
        lock = ctypes.CDLL(None).mlock
    except (OSError, AttributeError):
        return False
    return bool(lock(ctypes.c_void_p(address), ctypes.c_size_t(len(secret))) == 0)
