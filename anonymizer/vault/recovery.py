"""The recovery sheet: a second way into a vault whose passphrase or key file was lost, on paper in a safe."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from anonymizer.errors import VaultLockedError

_SECRET_BYTES, _KEY_BYTES = 20, 32  # 160 bits: nobody tries them out, so no slow function is needed
_SIGNS, _CHECK, _GROUP = 32, 4, 4
_MISREAD = str.maketrans("018", "OIB")  # base32 knows neither


@dataclass(frozen=True, slots=True)
class RecoveryCode:
    """The code on a sheet: 32 letters and digits, and 4 that tell a slip of the pen, in groups of four."""

    text: str = field(repr=False)
    kind: ClassVar[str] = "recovery sheet"

    @classmethod
    def generate(cls) -> Self:
        """Return a new code."""
        signs = base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")
        signs += _check(signs)
        return cls("-".join(signs[at : at + _GROUP] for at in range(0, len(signs), _GROUP)))

    def new_key(self) -> tuple[bytes, dict[str, str | int]]:
        """Return a key from a fresh salt."""
        parameters: dict[str, str | int] = {"salt": secrets.token_hex(16)}
        return self.key(parameters), parameters

    def key(self, parameters: Mapping[str, str | int]) -> bytes:
        """Return the key that code and salt make. Raises VaultLockedError for a code with a slip in it."""
        signs = "".join(self.text.upper().translate(_MISREAD).split()).replace("-", "")
        if len(signs) != _SIGNS + _CHECK or not hmac.compare_digest(
            _check(signs[:_SIGNS]).encode(), signs[_SIGNS:].encode("utf-8", "replace")
        ):
            raise VaultLockedError(
                "This is no recovery code: a sign is wrong or missing.",
                "Compare it with the sheet, group by group.",
            )
        salt = bytes.fromhex(str(parameters["salt"]))
        derive = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=salt, info=b"leadglass vault recovery")
        return derive.derive(signs[:_SIGNS].encode("ascii"))

    def discard(self) -> None:
        """Do nothing: the sheet is somebody's paper."""


def _check(signs: str) -> str:
    digest = hashlib.sha256(b"leadglass recovery sheet\0" + signs.encode("utf-8", "replace")).digest()
    return base64.b32encode(digest).decode("ascii")[:_CHECK]
