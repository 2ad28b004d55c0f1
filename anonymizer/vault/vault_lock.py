"""The lock row of a vault: the data key, wrapped by the protection, and the project's secret key."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from anonymizer.errors import VaultError, VaultLockedError, VaultRefusedError
from anonymizer.identities.key import SecretKey
from anonymizer.vault.attempts import Attempts
from anonymizer.vault.memory import keep_in_memory
from anonymizer.vault.protection import Protection
from anonymizer.vault.recovery import RecoveryCode
from anonymizer.vault.sealed_settings import SealedSettings
from anonymizer.vault.sealing import Sealer, unwrap, wrap
from anonymizer.vault.vault_file import VaultConnection, damaged, transaction

FORMAT = 1
INDEX_KEY = "index key"  # the setting that holds it once the data key was renewed


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


def unlocked(connection: VaultConnection, protection: Protection) -> tuple[bytes, Sealer, SecretKey]:
    """Return the data key, what seals by it, and the secret key.

    Raises VaultLockedError if the protection is another, or it is too early after wrong attempts;
    VaultRefusedError if it does not fit.
    """
    row = lock_row(connection)
    way = row if protection.kind != RecoveryCode.kind else _recovery_row(connection)
    if way["protection"] != protection.kind:
        raise VaultLockedError(
            f"This vault is locked by a {way['protection']}, not by a {protection.kind}.",
            f"Open it with its {way['protection']}.",
        )
    attempts = Attempts(connection)
    attempts.check()
    try:
        parameters = json.loads(way["parameters"])
    except ValueError as error:
        raise damaged() from error
    place = _place(protection.kind, way["parameters"])
    try:
        data_key = unwrap(AESGCM(protection.key(parameters)), way["data_key"], place)
    except InvalidTag as error:
        attempts.failed()
        raise VaultRefusedError(
            f"The {protection.kind} does not open this vault.", f"Try the right {protection.kind}."
        ) from error
    attempts.succeeded()
    keep_in_memory(data_key)
    sealer = _sealer(connection, data_key)
    if "secret_key" not in row:  # a damaged file may have lost a column
        raise damaged()
    content = sealer.open("lock", b"", row["secret_key"])
    return data_key, sealer, SecretKey(bytes.fromhex(content["secret"]))


def add_recovery(connection: sqlite3.Connection, data_key: bytes) -> RecoveryCode:
    """Let a new code open the vault beside its protection, in place of an earlier one."""
    code = RecoveryCode.generate()
    with transaction(connection):
        connection.execute("DELETE FROM recovery")
        connection.execute("INSERT INTO recovery VALUES (?, ?, ?)", locked(code, data_key))
    return code


def has_recovery(connection: sqlite3.Connection) -> bool:
    """Whether there is a recovery sheet that opens the vault."""
    return connection.execute("SELECT 1 FROM recovery").fetchone() is not None


def _recovery_row(connection: sqlite3.Connection) -> Mapping[str, Any]:
    row = connection.execute("SELECT * FROM recovery").fetchone()
    if row is None:
        raise VaultLockedError(
            "No recovery sheet opens this vault: none was written, or its key was renewed since.",
            "Open it with its passphrase or key.",
        )
    return dict(row)


def _sealer(connection: sqlite3.Connection, data_key: bytes) -> Sealer:
    older = SealedSettings(connection, Sealer(data_key)).get(INDEX_KEY)
    return Sealer(data_key, bytes.fromhex(older["key"])) if older else Sealer(data_key)


def _place(kind: str, parameters: str) -> bytes:
    return f"leadglass vault {FORMAT}\0{kind}\0{parameters}".encode()
