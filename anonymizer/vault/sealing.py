"""Encryption of the vault's contents: what is sealed here stands nowhere in clear."""

import hashlib
import hmac
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from anonymizer.errors import VaultError

_NONCE_BYTES = 12


class Sealer:
    """Seals records under a data key (32 bytes), and makes the blind indexes by which they are found.

    `index_key` is the key of the indexes where it is older than the data key (see `rotation`).
    """

    def __init__(self, data_key: bytes, index_key: bytes = b"") -> None:
        self._cipher = AESGCM(_derive(data_key, b"records"))
        self.index_key = index_key or _derive(data_key, b"index")

    def index(self, kind: str, text: str) -> bytes:
        """Return the blind index of a text: HMAC-SHA-256, 32 bytes; each kind has its own."""
        message = f"{kind}\0{text}".encode("utf-8", "surrogatepass")
        return hmac.new(self.index_key, message, hashlib.sha256).digest()

    def seal(self, table: str, index: bytes, content: dict[str, Any]) -> bytes:
        """Encrypt a record so that it opens only at its own place."""
        return wrap(self._cipher, json.dumps(content).encode("ascii"), table.encode("ascii") + b"\0" + index)

    def open(self, table: str, index: bytes, sealed: bytes) -> dict[str, Any]:
        """Decrypt a record. Raises VaultError if anything of it, or its place, was changed."""
        try:
            plain = unwrap(self._cipher, sealed, table.encode("ascii") + b"\0" + index)
        except InvalidTag as error:
            raise VaultError(
                "An entry of the vault is damaged.", "Restore the project's folder from a backup."
            ) from error
        content: dict[str, Any] = json.loads(plain)
        return content


def wrap(cipher: AESGCM, plain: bytes, place: bytes) -> bytes:
    """Encrypt under a random nonce, which stands in front."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plain, place)


def unwrap(cipher: AESGCM, sealed: bytes, place: bytes) -> bytes:
    """Decrypt what `wrap` made; raises InvalidTag if key, place or content is another."""
    if len(sealed) <= _NONCE_BYTES:
        raise InvalidTag
    return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place)


def _derive(data_key: bytes, purpose: bytes) -> bytes:
    return HKDFExpand(algorithm=SHA256(), length=32, info=b"leadglass vault " + purpose).derive(data_key)
