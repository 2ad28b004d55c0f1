"""Wrong passphrases slow the next attempt down: a person at the keyboard must not try them by the hundred.

Who has a copy of the file can try without asking this program; against that stands what each guess costs
(`protection.Passphrase`).
"""

import sqlite3
import time

from anonymizer.errors import VaultLockedError

FREE = 3  # wrong ones that cost nothing but the time that each takes
LONGEST_S = 300.0


class Attempts:
    """How often in a row the vault was not opened; stands in the vault in clear."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def check(self) -> None:
        """Raise VaultLockedError while it is too early for the next attempt."""
        count, last = self._read()
        if count < FREE:
            return
        pause = min(2.0 ** (count - FREE + 1), LONGEST_S)
        # A clock that was set back must not lock anybody out for longer than the pause.
        left = min(last + pause - time.time(), pause)
        if left > 0:
            raise VaultLockedError(
                f"There were {count} wrong attempts to open this vault.",
                f"Try again in {int(left) + 1} seconds.",
            )

    def failed(self) -> None:
        """Count a wrong one; durable on return."""
        count, _last = self._read()
        self._connection.execute("DELETE FROM attempt")
        self._connection.execute("INSERT INTO attempt VALUES (?, ?)", (count + 1, time.time()))

    def succeeded(self) -> None:
        """Forget the wrong ones."""
        if self._read()[0]:
            self._connection.execute("DELETE FROM attempt")

    def _read(self) -> tuple[int, float]:
        row = self._connection.execute("SELECT count, at FROM attempt").fetchone()
        return (0, 0.0) if row is None else (int(row["count"]), float(row["at"]))
