"""Ways to damage a DICOM file, each a function of a random generator and the bytes."""

import random
import struct
from collections.abc import Callable, Sequence

Mutation = Callable[[random.Random, bytes, Sequence[bytes]], bytes]
_VRS = (
    b"LO",
    b"SQ",
    b"UN",
    b"OB",
    b"PN",
    b"DA",
    b"US",
    b"UT",
    b"DS",
    b"UI",
    b"OW",
    b"AT",
    b"zz",
    b"\0\0",
    b"SV",
)
_LENGTHS = (0, 1, 2, 7, 0xFFFF, 0xFFFE, 0xFFFFFFFF, 0xFFFFFFFE, 0x7FFFFFFF, 0x80000000, 64, 4096)
_HEADER = 3000  # bytes: most of a small file's header


def _place(generator: random.Random, raw: bytes, margin: int = 8) -> int:
    return generator.randrange(128, max(129, min(len(raw), _HEADER) - margin))


def flipped(generator: random.Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    changed = bytearray(raw)
    for _number in range(generator.choice((1, 1, 2, 8, 40))):
        changed[_place(generator, raw)] = generator.randrange(256)
    return bytes(changed)


def truncated(generator: random.Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    return raw[: generator.randrange(0, len(raw))]


def other_vr(generator: random.Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    places = [
        at
        for at in range(132, min(len(raw), _HEADER))
        if raw[at : at + 2].isalpha() and raw[at : at + 2].isupper()
    ]
    at = generator.choice(places or [132])
    return raw[:at] + generator.choice(_VRS) + raw[at + 2 :]


def other_length(generator: random.Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    at = _place(generator, raw)
    form = generator.choice(("<H", "<L", ">H", ">L"))
    value = generator.choice(_LENGTHS) & (0xFFFF if form.endswith("H") else 0xFFFFFFFF)
    return raw[:at] + struct.pack(form, value) + raw[at + struct.calcsize(form) :]


def doubled(generator: random.Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    at = _place(generator, raw)
    size = generator.choice((2, 8, 20, 100, 500))
    times = generator.choice((2, 3, 30))
    return raw[:at] + raw[at : at + size] * times + raw[at + size :]


def removed(generator: random.Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    at = _place(generator, raw)
    return raw[:at] + raw[at + generator.choice((1, 2, 8, 16, 64)) :]


def nested(generator: random.Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    at = _place(generator, raw)
    depth = generator.choice((1, 3, 70, 1500))
    opening = b"\x40\0\x75\x02SQ\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff"
    closing = b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0"
    inside = raw[at : at + generator.choice((0, 16, 60))]
    return raw[:at] + opening * depth + inside + closing * generator.choice((depth, 0, depth - 1)) + raw[at:]


def spliced(generator: random.Random, raw: bytes, others: Sequence[bytes]) -> bytes:
    other = generator.choice(list(others))
    return raw[: _place(generator, raw)] + other[_place(generator, other) :]


def other_tag(generator: random.Random, raw: bytes, _: Sequence[bytes]) -> bytes:
    at = _place(generator, raw)
    tag = generator.choice(
        ((0x10, 0x10), (0x10, 0x20), (8, 0x1030), (0x7FE0, 0x10), (0xFFFE, 0xE000), (9, 0x10), (2, 0x10))
    )
    return raw[:at] + struct.pack("<HH", *tag) + raw[at + 4 :]


MUTATIONS: tuple[Mutation, ...] = (
    flipped, truncated, other_vr, other_length, doubled, removed, nested, spliced, other_tag,
)  # fmt: skip


def mutated(seed: int, seeds: Sequence[bytes]) -> bytes:
    """The file that belongs to a seed: one of the given files, damaged once to three times."""
    generator = random.Random(seed)
    raw = generator.choice(list(seeds))
    for _ in range(generator.choice((1, 1, 2, 3))):
        raw = generator.choice(MUTATIONS)(generator, raw, seeds) or b"\0"
        if len(raw) < 200:
            break
    return raw[: 4 * 2**20]
