"""The order in which inputs with one SOP Instance UID are worked on, so that no result depends on timing."""

import hashlib
import re
import secrets
import zlib
from collections.abc import Iterable, Iterator

from anonymizer.errors import SourceError
from anonymizer.files.source import Source

_HEAD = 4096  # bytes: the UID stands in front
_UID = re.compile(
    rb"(?:\x08\0\x18\0(?:UI..|....)|\0\x08\0\x18(?:UI..|....))([0-9.]{3,64})", re.DOTALL
)  # implicit and explicit VR, little and big endian
_META_LENGTH = slice(140, 144)
_KEY = secrets.token_bytes(32)  # for this process alone


class Turns:
    """Lets the first input of each SOP Instance UID through and keeps the others for later."""

    def __init__(self) -> None:
        self.later: list[Source] = []
        self._seen: set[int] = set()  # eight bytes for each UID, so that a hundred thousand cost little

    def first(self, sources: Iterable[Source]) -> Iterator[Source]:
        """Yield the first input of each UID, and all that show none; the others wait in `later`."""
        for source in sources:
            uid = "" if source.refused else sop_uid_of(source)
            if not uid:
                yield source
                continue
            digest = int.from_bytes(hashlib.blake2b(uid.encode(), digest_size=8, key=_KEY).digest(), "big")
            if digest in self._seen:
                self.later.append(source)
            else:
                self._seen.add(digest)
                yield source

    def again(self) -> Iterator[Source]:
        """Yield the inputs that waited, again only one of each UID."""
        waiting, self.later = self.later, []
        self._seen.clear()
        return self.first(waiting)


def sop_uid_of(source: Source) -> str:
    """Return the SOP Instance UID that stands in a file's first bytes; "" if none is seen there."""
    try:
        head = source.read_head(_HEAD)
    except SourceError:
        return ""  # whoever masks the file will say so
    match = _UID.search(head) or _UID.search(_inflated(head))
    return match.group(1).decode("ascii") if match else ""


def _inflated(head: bytes) -> bytes:
    """Return the beginning of a deflated data set, b"" if there is none."""
    start = 144 + int.from_bytes(head[_META_LENGTH], "little")
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(head[start:], _HEAD)
    except zlib.error:
        return b""
