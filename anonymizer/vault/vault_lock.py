"""The lock row of a vault: the data key, wrapped by the protection, and the project's secret key."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from anonymizer.errors import VaultError, VaultLockedError
from anonymizer.identities.key import SecretKey
from anonymizer.vault.protection import Protection
from anonymizer.vault.sealing import Sealer, unwrap, wrap
from anonymizer.vault.vault_file import damaged

FORMAT = 1


def locked(protection: Protection, data_key: bytes) -> tuple[str, str, bytes]:
    """Wrap the data key anew: kind of the protection, its parameters, the wrapped key."""
    wrapping, parameters = protection.new_key()
    facts = json.dumps(parameters, sort_keys=True)
    return protection.kind, facts, wrap(AESGCM(wrapping), data_key, _place(protection.kind, facts))


def lock_row(connection: sqlite3.Connection) -> Mapping[str, Any]:
    """Return the lock row. Raises VaultError if there is none or of a newer version."""
    row = connection.execute("SELECT * FROM lock").fetchone()
    if row is None:
        raise damaged()
    if row["format"] != FORMAT:
        raise VaultError(
            "This vault was written by a newer version of the program.",
            "Install the newer version to open it.",
        )
    return dict(row)


def unlocked(connection: sqlite3.Connection, protection: Protection) -> tuple[bytes, SecretKey]:
    """Return the data key and the secret key. Raises VaultLockedError if the protection does not fit."""
    row = lock_row(connection)
    if row["protection"] != protection.kind:
        raise VaultLockedError(
            f"This vault is locked by a {row['protection']}, not by a {protection.kind}.",
            f"Open it with its {row['protection']}.",
        )
    try:
        parameters = json.loads(row["parameters"])
    except ValueError as error:
        raise damaged() from error
    place = _place(protection.kind, row["parameters"])
    try:
        data_key = unwrap(AESGCM(protection.key(parameters)), row["data_key"], place)
    except InvalidTag as error:
        raise VaultLockedError(
            f"The {protection.kind} does not open this vault.", f"Try the right {protection.kind}."
        ) from error
    content = Sealer(data_key).open("lock", b"", row["secret_key"])
    return data_key, SecretKey(bytes.fromhex(content["secret"]))


def _place(kind: str, parameters: str) -> bytes:
    return f"leadglass vault {FORMAT}\0{kind}\0{parameters}".encode()
