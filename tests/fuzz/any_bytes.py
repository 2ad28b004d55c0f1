"""Ways to damage a file of any kind: bytes, numbers, words and lines changed, doubled, moved and cut."""

import random
import re
import struct

_NUMBERS = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 0x80000000)
_WORDS = (
    b"", b"\0", b"null", b"-1", b"1e999", b"NaN", b"99999999999999999999", b"../../etc/passwd", b"[[[[", b"{" * 3000,
    b"[" * 3000, b'"', b"'''", b"=1+1", b"\xff\xfe", b"\xef\xbb\xbf", b"A" * 70_000, b"\r\n\r\n", b"true",
    b"C:\\CON", "\u202e".encode(), "\ud800".encode("utf-8", "surrogatepass"),
)  # fmt: skip
_TOKEN = re.compile(rb"[A-Za-z0-9_.+-]+")


def damaged(seed: int, raw: bytes, *, header: int = 0) -> bytes:
    """The file that belongs to a seed, damaged once to four times; `header`: mostly within so many first bytes."""
    generator = random.Random(seed)
    for _ in range(generator.choice((1, 1, 2, 4))):
        raw = generator.choice(_WAYS)(generator, raw, header)
    return raw[: 2**21]


def _place(generator: random.Random, raw: bytes, header: int) -> int:
    end = min(len(raw), header) if header and generator.random() < 0.8 else len(raw)
    return generator.randrange(max(end, 1))


def _flipped(generator: random.Random, raw: bytes, header: int) -> bytes:
    changed = bytearray(raw or b"\0")
    for _ in range(generator.choice((1, 2, 8, 40))):
        changed[_place(generator, bytes(changed), header)] = generator.randrange(256)
    return bytes(changed)


def _number(generator: random.Random, raw: bytes, header: int) -> bytes:
    at = _place(generator, raw, header)
    form = generator.choice("BHLQ")
    packed = struct.pack(
        generator.choice("<>") + form,
        generator.choice(_NUMBERS) & (2 ** (8 * struct.calcsize("<" + form)) - 1),
    )
    return raw[:at] + packed + raw[at + len(packed) :]


def _cut(generator: random.Random, raw: bytes, _header: int) -> bytes:
    return raw[: generator.randrange(len(raw) + 1)]


def _doubled(generator: random.Random, raw: bytes, header: int) -> bytes:
    at = _place(generator, raw, header)
    size = generator.choice((1, 4, 12, 100, 1000))
    return raw[:at] + raw[at : at + size] * generator.choice((2, 3, 50)) + raw[at + size :]


def _removed(generator: random.Random, raw: bytes, header: int) -> bytes:
    at = _place(generator, raw, header)
    return raw[:at] + raw[at + generator.choice((1, 4, 12, 100, 1000)) :]


def _word(generator: random.Random, raw: bytes, header: int) -> bytes:
    found = [match.span() for match in _TOKEN.finditer(raw[: header or 4000])]
    begin, end = generator.choice(found or [(0, 0)])
    return raw[:begin] + generator.choice(_WORDS) + raw[end:]


def _line(generator: random.Random, raw: bytes, _header: int) -> bytes:
    lines = raw.split(b"\n")
    generator.shuffle(lines)
    return b"\n".join(lines[: generator.randrange(len(lines) + 1)] * generator.choice((1, 1, 2)))


_WAYS = (_flipped, _number, _cut, _doubled, _removed, _word, _word, _line)
