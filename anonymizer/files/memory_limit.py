"""What memory a worker process may take, so that one hostile file cannot take all there is."""

import sys


def limit_memory(limit: int) -> None:
    """Let this process take no more than so many bytes of address space, where the system can; 0: no limit."""
    if sys.platform == "win32" or not limit:
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
