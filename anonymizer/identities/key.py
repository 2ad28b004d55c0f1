"""The secret that turns identities into pseudonyms: whoever has it can tell which patient is which."""

import base64
import binascii
import hashlib
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from anonymizer.errors import KeyFileError

_BYTES = 32
_HEADER = "leadglass-key-1"


@dataclass(frozen=True, slots=True)
class SecretKey:
    """A random secret of 32 bytes, from which every pseudonym, UID and date shift is derived."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != _BYTES:
            raise KeyFileError(
                "The secret key does not have the right length.",
                "Use a key file that this program wrote.",
            )

    @classmethod
    def generate(cls) -> "SecretKey":
        """Return a new key from the operating system's random source."""
        return cls(secrets.token_bytes(_BYTES))

    @classmethod
    def load(cls, path: Path) -> "SecretKey":
        """Read a key file. Raises KeyFileError if it is missing or damaged."""
        try:
            lines = Path(path).read_text(encoding="ascii").split()
            header, body, check = lines
            secret = base64.b64decode(body, validate=True)
        except OSError as error:
            raise KeyFileError(
                f"The key file {path} cannot be read.", "Check the path and the permissions."
            ) from error
        except (ValueError, binascii.Error) as error:
            raise _damaged(path) from error
        if header != _HEADER or check != _checksum(secret) or len(secret) != _BYTES:
            raise _damaged(path)
        return cls(secret)

    def save(self, path: Path) -> None:
        """Write the key, readable by the owner only. Never overwrites: raises KeyFileError."""
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        body = base64.b64encode(self.secret).decode("ascii")
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise KeyFileError(
                f"The key file {path} exists already.", "A key is never overwritten: choose another name."
            ) from error
        except OSError as error:
            raise KeyFileError(f"The key file {path} cannot be written.", "Check the folder.") from error
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{_HEADER}\n{body}\n{_checksum(self.secret)}\n")
            file.flush()
            os.fsync(file.fileno())

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that name the key without revealing it."""
        return hashlib.sha256(b"leadglass key fingerprint\0" + self.secret).hexdigest()[:16]


def _checksum(secret: bytes) -> str:
    return hashlib.sha256(b"leadglass key checksum\0" + secret).hexdigest()[:8]


def _damaged(path: Path) -> KeyFileError:
    return KeyFileError(f"The key file {path} is damaged or is no key file.", "Use a copy of the key.")
