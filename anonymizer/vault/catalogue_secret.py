"""The key of a project's encrypted catalogue, kept where only who may open the vault can use it.

It is random and has nothing to do with the key of the pseudonyms: who may see labels can compute no pseudonym by it.
"""

import secrets
import sqlite3

from anonymizer.vault.sealed_settings import SealedSettings
from anonymizer.vault.sealing import Sealer
from anonymizer.vault.vault_file import plainly, transaction

_NAME, _BYTES = "catalogue key", 32


class CatalogueSecret:
    """A part of the open vault. Every method may raise VaultError where the file is damaged or locked."""

    def __init__(self, connection: sqlite3.Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._settings = SealedSettings(connection, sealer)

    def get(self) -> bytes | None:
        """Return the key (32 bytes); None where there is none."""
        found = self._settings.get(_NAME).get("key")
        return None if found is None else bytes.fromhex(found)

    def make(self) -> bytes:
        """Return the key, made where there is none; durable on return."""
        with plainly(), transaction(self._connection):
            known = self.get()
            if known is not None:
                return known
            key = secrets.token_bytes(_BYTES)
            self._settings.set(_NAME, {"key": key.hex()})
        return key

    def drop(self) -> None:
        """Forget the key, once nothing is encrypted under it any more."""
        with plainly(), transaction(self._connection):
            self._settings.set(_NAME, {})
