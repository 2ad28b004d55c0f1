"""A worker process of a masking job: native decoders meet hostile files here, under limits.

Started by `spawn` on every system, so that it shares nothing with its parent but a pipe.
"""

import sys
from multiprocessing.connection import Connection
from pathlib import Path

from anonymizer.deidentify import Layout, Settings, deidentify
from anonymizer.errors import WriteError
from anonymizer.report import FileRecord, Outcome
from anonymizer.source import Source

Reply = FileRecord | WriteError


def serve(pipe: Connection, out: Path, settings: Settings, layout: Layout, memory: int) -> None:
    """Mask one source after the other until the parent closes the pipe."""
    _silence()
    _limit_memory(memory)
    while True:
        try:
            source = pipe.recv()
        except (EOFError, OSError, KeyboardInterrupt):
            return
        pipe.send(_one(source, out, settings, layout))


def _one(source: Source, out: Path, settings: Settings, layout: Layout) -> Reply:
    try:
        return deidentify(source, out, settings, layout)
    except WriteError as error:
        return WriteError(str(error), error.remedy)
    except MemoryError:
        return FileRecord(source.path, Outcome.QUARANTINED, "The file needs more memory than is allowed.")
    except BaseException as error:  # noqa: BLE001 - decoders written in Rust panic with a BaseException
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        reason = f"The file could not be masked because of an error in the program ({type(error).__name__})."
        return FileRecord(source.path, Outcome.FAILED, reason)


def _silence() -> None:
    """pydicom's warnings quote values, so they could carry identities into logs."""
    import logging
    import warnings

    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)


def _limit_memory(limit: int) -> None:
    if sys.platform == "win32" or not limit:
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
