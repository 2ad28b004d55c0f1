"""The search for texts in bytes, whatever encoding they are written in."""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

_CODECS = (
    "utf-8", "latin-1", "utf-16-le", "utf-16-be", "iso2022_jp", "shift_jis", "euc_jp", "euc_kr", "iso2022_kr",
    "gb18030", "big5", "iso8859_2", "iso8859_3", "iso8859_4", "iso8859_5", "iso8859_6", "iso8859_7", "iso8859_8",
    "iso8859_9", "iso8859_13", "iso8859_15", "iso8859_16", "tis_620", "cp1250", "cp1251", "cp1252", "cp437",
    "cp850", "koi8_r", "koi8_u", "mac_roman",
)  # fmt: skip
SHORTEST_NEEDLE = 5
_WORTH_A_LOOK = 2**16  # bytes: more are pixels, where comparing forms first pays
_ESCAPE, _FIRST_PRINTABLE = 0x1B, 0x20
_NUL, _TEXT, _CONTROL = 0, 1, 2
_FORM = bytes(
    _NUL if byte == 0 else _TEXT if byte >= _FIRST_PRINTABLE or byte == _ESCAPE else _CONTROL
    for byte in range(256)
)
_WIDE_FORM = bytes((_TEXT, _NUL)) * (SHORTEST_NEEDLE - 1) + bytes((_TEXT,))
_WIDE_RUN = re.compile(rb"(?:[^\x00-\x1f]\x00){4,}[^\x00-\x1f]")
_RUN = re.compile(rb"[A-Za-z0-9+/_-]{8,}={0,2}")
_PRINTED = re.compile(rb"(?:[\x20-\x7e]|[\xc2-\xf0][\x80-\xbf]{1,3}){6,4096}")
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}){5,}")


def encoded(texts: Iterable[str]) -> frozenset[bytes]:
    """Return texts as they can stand in lowered bytes: every spelling in every encoding that can write it.

    Two bytes for each ASCII letter (UTF-16) are no needle of their own: `found` looks for them by their form.
    """
    found: set[bytes] = set()
    for text in texts:
        for spelling in {text, text.lower(), text.upper()}:
            found.update(n for n in _in_every_encoding(spelling) if len(n) >= SHORTEST_NEEDLE)
    return frozenset(found)


@lru_cache(1024)
def _in_every_encoding(text: str) -> frozenset[bytes]:
    if text.isascii():
        return frozenset({text.lower().encode("ascii")})
    found = set()
    for codec in _CODECS:
        try:
            found.add(text.encode(codec).lower())
        except UnicodeEncodeError:
            continue
    return frozenset(found)


def found(needles: Sequence[bytes], raw: bytes, shortest: int = SHORTEST_NEEDLE) -> Iterator[tuple[int, int]]:
    """Where bytes hold one of the needles of at least so many bytes: (start, end)."""
    lowered = raw.lower()
    outline = lowered.translate(_FORM)
    wanted = needles
    if shortest > SHORTEST_NEEDLE:
        wanted = [needle for needle in needles if len(needle) >= shortest]
    for needle in _possible(wanted, lowered, outline):
        if needle in lowered:
            yield from _places(needle, lowered)
    if _WIDE_FORM in outline:
        for run in _WIDE_RUN.finditer(lowered):
            narrow = run.group()[::2]
            for needle in wanted:
                for start, end in _places(needle, narrow):
                    yield run.start() + 2 * start, run.start() + 2 * end - 1


def _possible(needles: Sequence[bytes], raw: bytes, outline: bytes) -> Iterator[bytes]:
    """Return the needles that bytes can hold by their form: most pixels hold no run of printable bytes."""
    if len(raw) < _WORTH_A_LOOK:
        yield from needles
        return
    alike: dict[bytes, list[bytes]] = {}
    for needle in needles:
        alike.setdefault(needle.translate(_FORM), []).append(needle)
    for form, group in alike.items():
        if form in outline:
            yield from group


def _places(needle: bytes, raw: bytes) -> Iterator[tuple[int, int]]:
    start = raw.find(needle)
    while start >= 0:
        end = start + len(needle)
        if _stands_alone(raw, start, end):
            yield start, end
        start = raw.find(needle, start + 1)


def _stands_alone(raw: bytes, start: int, end: int) -> bool:
    """Digits count only where no further digit or UID component stands beside them."""
    if not raw[start : start + 1].isdigit() or not raw[end - 1 : end].isdigit():
        return True
    while raw[start - 1 : start] == b"0":  # padding
        start -= 1
    before, after = raw[max(0, start - 1) : start], raw[end : end + 1]
    return not (before.isdigit() or after.isdigit() or before == b"." or after == b".")


def is_printed(raw: bytes) -> bool:
    """Whether some letters or digits stand in a row in bytes."""
    return bool(_PRINTED.search(raw))


def printed_runs(raw: bytes) -> Iterator[str]:
    """What can be read in bytes, in one or two bytes for each letter."""
    for run in _PRINTED.finditer(raw):
        yield run.group().decode("utf-8", "replace")
    if _WIDE_FORM in raw.translate(_FORM):
        for run in _WIDE_RUN.finditer(raw):
            yield run.group()[::2].decode("latin-1")


def decoded_runs(raw: bytes) -> Iterator[bytes]:
    """What stands in bytes as base64 or hexadecimal digits, decoded."""
    for run in _RUN.finditer(raw):
        yield from decoded(run.group())


def decoded(run: bytes) -> Iterator[bytes]:
    """Return what a run of letters and digits stands for if it is base64 or hexadecimal digits."""
    for digits in _HEX.finditer(run):
        yield binascii.unhexlify(digits.group())
    if run.isdigit():
        return
    bare = run.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    for skipped in range(4):  # a name may begin anywhere in what was encoded
        part = bare[skipped:]
        part = part[: len(part) - (len(part) % 4 == 1)]
        yield base64.b64decode(part + b"=" * (-len(part) % 4))
