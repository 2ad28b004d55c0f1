"""Pseudonyms as functions of the key and the original value: the same always, everywhere, without a database.

Everything is HMAC-SHA-256 (RFC 2104) with a label per purpose, so that no two purposes share a value.
"""

import base64
import hmac
import re
import unicodedata
from functools import lru_cache

from pydicom._uid_dict import UID_dictionary

from anonymizer.identities.key import SecretKey

_CACHED = 20_000
_FEWEST_WEEKS, _WEEKS = 53, 520  # one to eleven years back: never into the future
_MOST_MINUTES = 24 * 60 - 1
_ATTEMPTS = 32
_DAY = re.compile(
    r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    r"|(?:(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])|(?:0[1-9]|1[0-2])(?:[12]\d|3[01]))(?:19|20)\d\d"
)
_STANDARD_ROOT = "1.2.840.10008."


class Pseudonyms:
    """New identifiers for old ones, under one key."""

    def __init__(self, key: SecretKey) -> None:
        self._secret = key.secret
        self.uid = lru_cache(_CACHED)(self._uid)
        self.patient_id = lru_cache(_CACHED)(self._patient_id)

    def _mac(self, purpose: str, text: str) -> bytes:
        message = f"{purpose}\0{text}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._secret, message, "sha256")

    def _patient_id(self, original: str) -> str:
        """Return the pseudonym of a patient: "LG" and sixteen letters and digits.

        They carry 80 bits, so that no two patients share one.

        Padding around the original does not count; nothing else about it is ignored.
        """
        letters = base64.b32encode(self._mac("patient", strip_padding(original))[:10]).decode("ascii")
        return "LG" + letters

    def _uid(self, original: str) -> str:
        """Return a UID below 2.25 (PS3.5 B.2), from a UUID of version 8; registered UIDs stay as they are."""
        original = strip_padding(original)
        if is_registered_uid(original):
            return original
        uid = ""
        for attempt in range(_ATTEMPTS):  # one in forty spells a day, which could be somebody's date of birth
            number = bytearray(self._mac("uid", f"{original}\0{attempt}" if attempt else original)[:16])
            number[6] = number[6] & 0x0F | 0x80
            number[8] = number[8] & 0x3F | 0x80
            uid = f"2.25.{int.from_bytes(number, 'big')}"
            if not _DAY.search(uid):
                break
        return uid

    def day_shift(self, patient: str) -> int:
        """By how many days the dates of this patient (original ID) move: negative, whole weeks."""
        number = int.from_bytes(self._mac("dates", strip_padding(patient))[:8], "big")
        return -7 * (_FEWEST_WEEKS + number % _WEEKS)

    def minute_shift(self, patient: str) -> int:
        """By how many minutes the times of day of this patient move where asked: negative, less than a day."""
        number = int.from_bytes(self._mac("times", strip_padding(patient))[:8], "big")
        return -1 - number % _MOST_MINUTES

    def digest(self, text: str) -> str:
        """Return a blind index of 32 hexadecimal digits: it finds the same text again without telling it."""
        return self._mac("digest", text)[:16].hex()


def strip_padding(value: str) -> str:
    """Return a value without the padding that files put around it, in Unicode normal form C."""
    return unicodedata.normalize("NFC", value).strip(" \0\t\r\n")


def is_registered_uid(uid: str) -> bool:
    """Whether the DICOM registry (PS3.6 Annex A) knows this UID, so that it names no instance."""
    return uid.startswith(_STANDARD_ROOT) and uid in UID_dictionary
