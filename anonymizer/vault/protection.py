"""How a vault is locked: by a passphrase, by the operating system's own store, or by a key file."""

import base64
import binascii
import os
import secrets
import threading
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol

from anonymizer.errors import VaultError, VaultLockedError
from anonymizer.files.durable import sync_folder

KEY_BYTES = 32
SERVICE = "Leadglass"
_MOST_MEMORY_KIB = 1 << 20  # a forged vault must not ask for all memory
_MOST_ITERATIONS = 64
_MOST_LANES = 64
_ONE_AT_A_TIME = (
    threading.Lock()
)  # OpenSSL's Argon2 fails or hangs where two threads share its pool of threads


class Protection(Protocol):
    """What a vault is locked with. `parameters` stand in the vault in clear and hold no secret."""

    kind: ClassVar[str]

    def new_key(self) -> tuple[bytes, dict[str, str | int]]:
        """Return the key (32 bytes) for a new vault, and the parameters to find it again."""

    def key(self, parameters: Mapping[str, str | int]) -> bytes:
        """Return the key of an existing vault. Raises VaultLockedError if it cannot be had."""

    def discard(self) -> None:
        """Destroy what was kept for a vault that is locked otherwise now. Raises VaultLockedError."""


@dataclass(frozen=True, slots=True)
class Passphrase:
    """A passphrase, made a key by Argon2id (RFC 9106) with 64 MiB of memory."""

    text: str = field(repr=False)
    kind: ClassVar[str] = "passphrase"

    def new_key(self) -> tuple[bytes, dict[str, str | int]]:
        """Return a key from a fresh salt. Raises VaultLockedError for an empty passphrase."""
        if not self.text:
            raise VaultLockedError("The passphrase is empty.", "Choose one of several words.")
        parameters: dict[str, str | int] = {
            "salt": secrets.token_hex(16),
            "iterations": 3,
            "lanes": 4,
            "memory_kib": 64 * 1024,
        }
        return self.key(parameters), parameters

    def key(self, parameters: Mapping[str, str | int]) -> bytes:
        """Return the key that passphrase and salt make; whether it is the right one shows on unlocking."""
        from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

        iterations = _within(parameters, "iterations", _MOST_ITERATIONS)
        lanes = _within(parameters, "lanes", _MOST_LANES)
        memory = _within(parameters, "memory_kib", _MOST_MEMORY_KIB)
        try:
            salt = bytes.fromhex(str(parameters["salt"]))
            derive = Argon2id(
                salt=salt, length=KEY_BYTES, iterations=iterations, lanes=lanes, memory_cost=memory
            )
        except (KeyError, ValueError) as error:
            raise _damaged() from error
        # One text can be typed as different code points on different systems.
        text = unicodedata.normalize("NFC", self.text).encode("utf-8", "surrogatepass")
        with _ONE_AT_A_TIME:
            return derive.derive(text)

    def discard(self) -> None:
        """Do nothing: a passphrase is kept nowhere."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """A random key in the operating system's store for secrets, under a name such as the project's id."""

    name: str
    kind: ClassVar[str] = "keyring"

    def new_key(self) -> tuple[bytes, dict[str, str | int]]:
        """Return the key under this name, making one if there is none yet."""
        known = self._stored()
        if known is None:
            self._store(secrets.token_bytes(KEY_BYTES))
            known = self._stored()
        if known is None:
            raise _no_keyring()
        return known, {}

    def key(self, parameters: Mapping[str, str | int]) -> bytes:  # noqa: ARG002 - the interface of all three
        """Return the stored key."""
        known = self._stored()
        if known is None:
            raise VaultLockedError(
                "The keyring of this user does not hold the vault's key.",
                "Log in as the user who made the project, on the same computer.",
            )
        return known

    def discard(self) -> None:
        """Delete the key from the keyring."""
        import keyring
        from keyring.errors import KeyringError, PasswordDeleteError

        try:
            keyring.delete_password(SERVICE, self.name)
        except PasswordDeleteError:
            return  # there was none
        except KeyringError as error:
            raise _no_keyring() from error

    def _stored(self) -> bytes | None:
        import keyring
        from keyring.errors import KeyringError

        try:
            text = keyring.get_password(SERVICE, self.name)
        except KeyringError as error:
            raise _no_keyring() from error
        if text is None:
            return None
        try:
            key = base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise VaultLockedError("The keyring's entry for this vault is damaged.") from error
        if len(key) != KEY_BYTES:
            raise VaultLockedError("The keyring's entry for this vault is damaged.")
        return key

    def _store(self, key: bytes) -> None:
        import keyring
        from keyring.errors import KeyringError

        try:
            keyring.set_password(SERVICE, self.name, base64.b64encode(key).decode("ascii"))
        except KeyringError as error:
            raise _no_keyring() from error


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A file of 32 random bytes that only its owner may read, for computers without a keyring."""

    path: Path
    kind: ClassVar[str] = "key file"

    def new_key(self) -> tuple[bytes, dict[str, str | int]]:
        """Return the file's key, making the file if there is none yet."""
        if not self.path.exists():
            self._make()
        return self.key({}), {}

    def key(self, parameters: Mapping[str, str | int]) -> bytes:  # noqa: ARG002 - the interface of all three
        """Return the file's key. Raises VaultLockedError if it is missing or no such file."""
        try:
            key = self.path.read_bytes()
        except OSError as error:
            raise VaultLockedError(
                "The key file of this vault is missing or cannot be read.",
                "Put the key file back where it was, or log in as the user who made the project.",
            ) from error
        if len(key) != KEY_BYTES:
            raise VaultLockedError("The key file of this vault is damaged.", "Put a copy of it back.")
        return key

    def discard(self) -> None:
        """Delete the file."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise VaultLockedError(
                "The key file that is not needed any more cannot be deleted.", "Delete it by hand."
            ) from error

    def _make(self) -> None:
        temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}.tmp")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(
                temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600
            )
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.path)
        except OSError as error:
            raise VaultLockedError(
                "The key file of the vault cannot be written.", "Check that you may write there."
            ) from error
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(self.path.parent)


def _within(parameters: Mapping[str, str | int], name: str, most: int) -> int:
    value = parameters.get(name)
    if not isinstance(value, int) or not 1 <= value <= most:
        raise _damaged()
    return value


def _damaged() -> VaultError:
    return VaultError("The vault is damaged.", "Restore the project's folder from a backup.")


def _no_keyring() -> VaultLockedError:
    return VaultLockedError(
        "This computer offers no keyring that can be used.",
        "Protect the vault with a passphrase or a key file instead.",
    )
