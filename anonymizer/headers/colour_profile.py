"""ICC colour profiles: the numbers that colours need stay, words and devices' names go (ISO 15076-1)."""

import struct
from collections.abc import Iterator

_HEADER, _ENTRY = 128, 12
_MOST_TAGS = 200
_NUMBERS = frozenset(
    {b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC", b"kTRC", b"wtpt", b"bkpt", b"chad", b"chrm", b"lumi",
     b"A2B0", b"A2B1", b"A2B2", b"A2B3", b"B2A0", b"B2A1", b"B2A2", b"B2A3", b"D2B0", b"D2B1", b"D2B2", b"D2B3",
     b"B2D0", b"B2D1", b"B2D2", b"B2D3", b"gamt", b"cicp", b"view", b"meas", b"tech"}
)  # fmt: skip
_KINDS = frozenset(
    {b"XYZ ", b"curv", b"para", b"sf32", b"chrm", b"mft1", b"mft2", b"mAB ", b"mBA ", b"mpet", b"cicp", b"view",
     b"meas", b"sig "}
)  # fmt: skip
_DEVICE = slice(48, 64)  # manufacturer, model, attributes
_MADE = slice(24, 36)  # when the profile was made
_CREATOR, _DIGEST, _RESERVED = slice(80, 84), slice(84, 100), slice(100, 128)
_TEXT = b"ICC"


def clean_profile(profile: bytes) -> bytes:
    """Return a profile with the same effect on colours, made anew without words; b"" if it is damaged."""
    entries = [entry for entry in _entries(profile) if _is_number(profile, entry)]
    if not entries:
        return b""
    header = bytearray(profile[:_HEADER])
    for part in (_DEVICE, _CREATOR, _DIGEST, _RESERVED):
        header[part] = bytes(len(header[part]))
    header[_MADE] = struct.pack(">6H", 2000, 1, 1, 0, 0, 0) if any(header[_MADE]) else header[_MADE]
    newest = header[8] >= 4  # noqa: PLR2004 - from version 4 on, texts are of another type
    words = _unicode_text() if newest else _plain_text()
    contents = [(b"desc", words if newest else _description()), (b"cprt", words)]
    contents += [(name, profile[start : start + size]) for name, start, size in entries]
    return _assembled(header, contents)


def is_profile(profile: bytes) -> bool:
    """Whether bytes begin as a colour profile does."""
    return len(profile) >= _HEADER + 4 and profile[36:40] == b"acsp"


def words_of_profile(profile: bytes) -> Iterator[tuple[int, int]]:
    """Yield where words and devices' names lie in a profile, to be blanked without moving anything."""
    for part in (_MADE, _DEVICE, _CREATOR, _DIGEST, _RESERVED):
        yield part.start, part.stop
    for entry in _entries(profile):
        if not _is_number(profile, entry):
            _, start, size = entry
            yield min(start + 8, len(profile)), min(start + size, len(profile))


def _entries(profile: bytes) -> list[tuple[bytes, int, int]]:
    """Return name, begin and size of each tag of a profile."""
    if not is_profile(profile):
        return []
    (count,) = struct.unpack_from(">L", profile, _HEADER)
    last = min(count, _MOST_TAGS, (len(profile) - _HEADER - 4) // _ENTRY)
    found = [struct.unpack_from(">4sLL", profile, _HEADER + 4 + _ENTRY * index) for index in range(last)]
    return [(name, start, size) for name, start, size in found if start + size <= len(profile)]


def _is_number(profile: bytes, entry: tuple[bytes, int, int]) -> bool:
    name, start, _ = entry
    return name in _NUMBERS and profile[start : start + 4] in _KINDS


def _assembled(header: bytearray, contents: list[tuple[bytes, bytes]]) -> bytes:
    table, body = struct.pack(">L", len(contents)), b""
    begin = _HEADER + 4 + _ENTRY * len(contents)
    placed: dict[bytes, int] = {}
    for name, content in contents:
        if content not in placed:
            placed[content] = begin + len(body)
            body += content + bytes(-len(content) % 4)
        table += struct.pack(">4sLL", name, placed[content], len(content))
    header[0:4] = struct.pack(">L", begin + len(body))
    return bytes(header) + table + body


def _plain_text() -> bytes:
    return b"text\0\0\0\0" + _TEXT + b"\0"


def _description() -> bytes:
    text = _TEXT + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">L", len(text)) + text + bytes(4 + 4 + 2 + 1 + 67)


def _unicode_text() -> bytes:
    text = _TEXT.decode("ascii").encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">LL2s2sLL", 1, 12, b"en", b"US", len(text), 28) + text
