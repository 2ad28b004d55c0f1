"""PNG pictures: chunks that pixels and colours need stay, all others go (ISO/IEC 15948)."""

import struct
import zlib
from collections.abc import Iterator

from anonymizer.errors import PixelError
from anonymizer.headers.colour_profile import clean_profile
from anonymizer.pictures.parts import Stripped, damaged, opened, orientation, orientation_exif

_SIGNATURE = 8
_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"cHRM", b"gAMA", b"sRGB", b"sBIT", b"pHYs", b"bKGD", b"cICP",
                   b"mDCV", b"cLLI"})  # fmt: skip
_LONGEST = {b"IHDR": 13, b"PLTE": 768, b"tRNS": 256, b"cHRM": 32, b"gAMA": 4, b"sRGB": 1, b"sBIT": 4, b"pHYs": 9,
            b"bKGD": 6, b"cICP": 4, b"mDCV": 24, b"cLLI": 8}  # fmt: skip
_NAMES = {b"tEXt": "text", b"zTXt": "text", b"iTXt": "text", b"eXIf": "EXIF", b"tIME": "time", b"iCCP": "words of "
          "the colour profile"}  # fmt: skip
_MOST_PIXEL_BYTES, _MOST_PROFILE = 2**31, 2**24
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
ANIMATED = "The picture is animated; only still pictures are masked."


def strip_png(raw: bytes) -> Stripped:
    """Take a PNG picture apart and put together what its pixels, colours and orientation need.

    Raises SourceError where its chunks are damaged, PixelError where it is animated or cannot be decoded.
    """
    head: list[tuple[bytes, bytes]] = []
    pixels: list[bytes] = []
    removed: list[str] = []
    chunks = list(_chunks(raw))
    for kind, body, _ in chunks:
        if kind in (b"acTL", b"fcTL", b"fdAT"):
            raise PixelError(ANIMATED)
        if kind == b"IDAT":
            pixels.append(body)
        elif kind == b"iCCP":
            profile = _profile(body)
            head += [(b"iCCP", profile)] if profile else []
            removed.append(_NAMES[kind])
        elif kind in _KEPT and len(body) <= _LONGEST[kind]:
            head.append((kind, body))
        elif kind != b"IEND":
            removed.append(_NAMES.get(kind, "private data"))
    if not head or head[0][0] != b"IHDR" or not pixels:
        raise damaged()
    coded, hidden = _exact(b"".join(pixels), _size(head[0][1]))
    removed += ["bytes behind the pixels"] if hidden else []
    removed += ["bytes behind the end"] if raw[chunks[-1][2] :] else []
    with opened(raw) as image:
        exif = orientation_exif(orientation(image))
    head += [(b"eXIf", exif)] if exif else []
    return Stripped(_png([*head, (b"IDAT", coded), (b"IEND", b"")]), tuple(dict.fromkeys(removed)))


def _chunks(raw: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    """Yield kind, content and end of each chunk up to IEND."""
    place = _SIGNATURE
    kind = b""
    while kind != b"IEND":
        if place + 12 > len(raw):
            raise damaged()
        length, kind = struct.unpack_from(">L4s", raw, place)
        body = raw[place + 8 : place + 8 + length]
        checksum = raw[place + 8 + length : place + 12 + length]
        if checksum != struct.pack(">L", zlib.crc32(kind + body)):
            raise damaged()
        place += 12 + length
        yield kind, body, place


def _size(header: bytes) -> int:
    """Return how many bytes the filtered rows of all pixels are."""
    try:
        width, height, bits, colour, _, _, interlaced = struct.unpack(">LLBBBBB", header)
        per_pixel = bits * _CHANNELS[colour]
    except (struct.error, KeyError) as error:
        raise damaged() from error
    passes = _PASSES if interlaced else ((0, 0, 1, 1),)
    size = 0
    for x, y, dx, dy in passes:
        columns, rows = max(0, -(-(width - x) // dx)), max(0, -(-(height - y) // dy))
        size += rows * (1 + -(-columns * per_pixel // 8)) if columns else 0
    if not 0 < size <= _MOST_PIXEL_BYTES:
        raise PixelError("The picture claims to be larger than this program decodes.")
    return size


def _exact(coded: bytes, size: int) -> tuple[bytes, bool]:
    """Return the compressed rows without anything behind them, and whether there was anything."""
    unpacker = zlib.decompressobj()
    try:
        rows = unpacker.decompress(coded, size)
        more = unpacker.decompress(unpacker.unconsumed_tail, 1) if not unpacker.eof else b""
    except zlib.error as error:
        raise damaged() from error
    if len(rows) < size:
        raise damaged()
    if not more and unpacker.eof and not unpacker.unused_data:
        return coded, False
    return zlib.compress(rows, 6), True


def _profile(body: bytes) -> bytes:
    try:
        profile = zlib.decompressobj().decompress(body[body.index(b"\0") + 2 :], _MOST_PROFILE)
    except (ValueError, zlib.error):
        return b""
    cleaned = clean_profile(profile)
    return b"ICC\0\0" + zlib.compress(cleaned, 9) if cleaned else b""


def _png(chunks: list[tuple[bytes, bytes]]) -> bytes:
    written = [
        struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))
        for kind, body in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)
