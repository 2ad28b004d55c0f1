"""The catalogue's log, written back into its file beside whoever labels, not while a label is being kept.

What is in the log is on the disk and is read from there: writing it back moves it to its place and lets the log begin
anew. SQLite would do so within the change that makes the log too long, and that one would take ten times its time.
"""

import logging
import threading
from collections.abc import Callable

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from labeller.encryption import errors

SECONDS = 10.0  # after the first change that was not written back
MOST_PAGES = 16_384  # of 4 KiB: a log that grows beyond in that time is written back within the change

log = logging.getLogger(__name__)


class WriteBack:
    """Writes the log of one open catalogue back some time after it was changed."""

    def __init__(self, engine: Engine, there: Callable[[], bool]) -> None:
        self._engine, self._there = engine, there  # whether the file is still the one that was opened
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._waiting: threading.Thread | None = None

    def changed(self) -> None:
        """Take note of a change; returns at once."""
        with self._lock:
            if self._waiting is None:
                self._stopped.clear()
                self._waiting = threading.Thread(target=self._write_back, name="catalogue log", daemon=True)
                self._waiting.start()

    def stop(self) -> None:
        """Write nothing back any more, and wait where that is under way; SQLite does so itself at closing."""
        with self._lock:
            waiting, self._waiting = self._waiting, None
            self._stopped.set()
        if waiting is not None:
            waiting.join()

    def _write_back(self) -> None:
        if self._stopped.wait(SECONDS):
            return
        try:
            if self._there():  # else the next change says so
                self._checkpoint()
        except errors(SQLAlchemyError) as error:
            # Nothing is lost: it stays in the log, and is tried again after the next change.
            log.warning("The catalogue's log was not written back: %s", type(error).__name__)
        with self._lock:
            if not self._stopped.is_set():
                self._waiting = None

    def _checkpoint(self) -> None:
        """Write back as far as nobody reads from the log, without keeping anybody from writing."""
        connection = self._engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")
        finally:
            connection.close()
