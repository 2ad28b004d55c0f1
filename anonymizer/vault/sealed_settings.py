"""Single settings of a vault, each a sealed record under its name."""

import sqlite3
from typing import Any

from anonymizer.vault.sealing import Sealer
from anonymizer.vault.vault_file import plainly


class SealedSettings:
    """A part of the open vault. Names are no secret, contents are."""

    def __init__(self, connection: sqlite3.Connection, sealer: Sealer) -> None:
        self._connection, self._sealer = connection, sealer

    def get(self, name: str) -> dict[str, Any]:
        """Return a setting; empty where it was never set."""
        with plainly():
            row = self._connection.execute("SELECT sealed FROM setting WHERE name = ?", (name,)).fetchone()
        return {} if row is None else self._sealer.open("setting", name.encode("ascii"), row["sealed"])

    def set(self, name: str, content: dict[str, Any]) -> None:
        """Keep a setting, as part of the transaction under way."""
        sealed = self._sealer.seal("setting", name.encode("ascii"), content)
        self._connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, sealed))
