"""The first keys of a project's audit trail, kept where only who may open the vault can use them."""

import secrets
import sqlite3

from anonymizer.vault.sealed_settings import SealedSettings
from anonymizer.vault.sealing import Sealer
from anonymizer.vault.vault_file import plainly, transaction

_NAME, _BYTES = "audit trail", 32


class TrailKeys:
    """A part of the open vault. Every method may raise VaultError where the file is damaged or locked."""

    def __init__(self, connection: sqlite3.Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._settings = SealedSettings(connection, sealer)

    def begun(self) -> tuple[tuple[int, bytes], ...]:
        """Each time that the sealing of the trail began: the line's number and its key (32 bytes)."""
        return tuple(
            (int(line), bytes.fromhex(key)) for line, key in self._settings.get(_NAME).get("keys", ())
        )

    def begin(self, line: int) -> bytes:
        """Make and keep the key of a line from which sealing begins; durable on return.

        The same line's key is given again to who was killed before `confirm`, else that would look like a seal that
        was lost.
        """
        with plainly(), transaction(self._connection):
            content = self._settings.get(_NAME)
            if content.get("pending") == line:
                return bytes.fromhex(content["keys"][-1][1])
            key = secrets.token_bytes(_BYTES)
            rows = [*content.get("keys", ()), [line, key.hex()]]
            self._settings.set(_NAME, {"keys": rows, "pending": line})
        return key

    def confirm(self) -> None:
        """Note that the last key lies beside the trail."""
        with plainly(), transaction(self._connection):
            self._settings.set(_NAME, {"keys": self._settings.get(_NAME).get("keys", [])})
