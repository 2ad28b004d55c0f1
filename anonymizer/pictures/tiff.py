"""TIFF pictures: pages are put together anew from their coded pixels and the fields that these need.

No strip or tile is decoded or coded again, so whatever bits it has, it keeps. Everything between the pages'
data and every field of another kind is left behind: EXIF, GPS, XMP, IPTC, names, private fields, further
directories, reduced pictures.
"""

import struct
import zlib
from collections.abc import Sequence

from anonymizer.errors import PixelError
from anonymizer.headers.colour_profile import clean_profile
from anonymizer.pictures.jpeg import strip_stream
from anonymizer.pictures.parts import Stripped, damaged
from anonymizer.pictures.tiff_reading import Entry, Numbers, Page, read_pages

_KIND_OF_PAGE, _COMPRESSION, _STRIPS, _STRIP_SIZES = 254, 259, 273, 279
_TILES, _TILE_SIZES, _JPEG_TABLES, _PROFILE = 324, 325, 347, 34675
_WIDTH, _LENGTH, _BITS, _ROWS, _SAMPLES, _PLANAR = 256, 257, 258, 278, 277, 284
_KEPT = frozenset(
    {254, 256, 257, 258, 259, 262, 263, 264, 265, 266, 274, 277, 278, 280, 281, 282, 283, 284, 290, 291, 292, 293,
     296, 297, 301, 317, 318, 319, 320, 321, 322, 323, 332, 334, 338, 339, 340, 341, 529, 530, 531, 532}
)  # fmt: skip
_NUMERIC = frozenset({1, 3, 4, 5, 6, 8, 9, 10, 11, 12, 16, 17})
_LONGEST = {301: 3 * 2**16, 320: 3 * 2**16, 291: 2**16}  # tables; any other field has a few values
_FEW = 16
_NAMES = {270: "text", 271: "device", 272: "device", 285: "text", 305: "text", 306: "time", 315: "text", 316: "text",
          330: "further pictures", 700: "XMP", 33432: "text", 33723: "IPTC", 34377: "IPTC", 34665: "EXIF",
          34853: "GPS", 34675: "words of the colour profile", 37500: "maker's notes"}  # fmt: skip
_REDUCED, _OLD_JPEG, _JPEG, _DEFLATED = 1, 6, 7, frozenset({8, 32946})
_RAW = 1
_MOST = 2**32 - 2**20


def strip_tiff(raw: bytes) -> Stripped:
    """Take a TIFF file apart and put it together page by page.

    Raises SourceError where it is damaged, PixelError where its coding cannot be taken apart.
    """
    numbers, pages = read_pages(raw)
    whole = [i for i, page in enumerate(pages) if not numbers.first(page, _KIND_OF_PAGE) & _REDUCED]
    chosen = whole or list(range(len(pages)))
    removed: list[str] = ["small picture"] if len(chosen) < len(pages) else []
    out = bytearray(struct.pack(f"{numbers.order}2sHL", raw[:2], 42, 0))
    link, used = 4, 0
    for index in chosen:
        page = pages[index]
        removed += [_NAMES.get(tag, "private fields") for tag in page if not _is_structure(tag)]
        data = _data(raw, page, numbers)
        used += sum(len(part) for part in data)
        if used > len(raw):
            raise damaged()  # strips that share their bytes: a small file that grows without end
        link = _append(out, link, _fields(page, numbers), (data, numbers.order))
    return Stripped(bytes(out), tuple(dict.fromkeys(removed)), pages=tuple(chosen))


def _is_structure(tag: int) -> bool:
    return tag in _KEPT or tag in (_STRIPS, _STRIP_SIZES, _TILES, _TILE_SIZES, _JPEG_TABLES)


def _fields(page: Page, numbers: Numbers) -> dict[int, Entry]:
    """Return the fields that stay, but for where the pixels lie."""
    fields = {
        tag: entry
        for tag, entry in page.items()
        if tag in _KEPT and entry.kind in _NUMERIC and 0 < entry.count <= _LONGEST.get(tag, _FEW)
    }
    if _JPEG_TABLES in page:
        tables = strip_stream(page[_JPEG_TABLES].value)
        fields[_JPEG_TABLES] = Entry(7, len(tables), tables)
    if _PROFILE in page and (profile := clean_profile(page[_PROFILE].value)):
        fields[_PROFILE] = Entry(7, len(profile), profile)
    if _TILES in page or _STRIPS not in page:
        return fields
    if _ROWS not in fields:
        fields[_ROWS] = Entry(4, 1, struct.pack(f"{numbers.order}L", numbers.first(page, _LENGTH)))
    return fields


def _data(raw: bytes, page: Page, numbers: Numbers) -> list[bytes]:
    """Return the coded strips or tiles of a page, without what may hide in or behind them."""
    tiled = _TILES in page
    starts = numbers.of(page, _TILES if tiled else _STRIPS)
    sizes = numbers.of(page, _TILE_SIZES if tiled else _STRIP_SIZES)
    coding = numbers.first(page, _COMPRESSION, _RAW)
    if coding == _OLD_JPEG:
        raise PixelError(
            "The picture is coded in an outdated way (JPEG in TIFF 6.0).", "Save it anew as TIFF."
        )
    wanted = 0 if tiled or coding != _RAW else _strip_size(page, numbers)
    if not sizes and wanted and len(starts) == 1:
        sizes = (wanted,)
    if not starts or len(starts) != len(sizes):
        raise damaged()
    found = []
    for start, size in zip(starts, sizes, strict=True):
        if start + size > len(raw):
            raise damaged()
        found.append(_clean(raw[start : start + (min(size, wanted) or size)], coding))
    return found


def _strip_size(page: Page, numbers: Numbers) -> int:
    """Return how many bytes an uncompressed strip has at most."""
    planar = numbers.first(page, _PLANAR, 1) == 2  # noqa: PLR2004 - each sample by itself
    samples = 1 if planar else numbers.first(page, _SAMPLES, 1)
    height = numbers.first(page, _LENGTH)
    rows = min(numbers.first(page, _ROWS, height), height)
    return rows * -(-numbers.first(page, _WIDTH) * samples * max(numbers.of(page, _BITS) or (1,)) // 8)


def _clean(coded: bytes, coding: int) -> bytes:
    if coding == _JPEG:
        return strip_stream(coded)
    if coding in _DEFLATED:
        unpacker = zlib.decompressobj()
        try:
            while coded_rest := (unpacker.unconsumed_tail or (b"" if unpacker.eof else coded)):
                if unpacker.decompress(coded_rest, 2**20) == b"" and not unpacker.eof:
                    break
        except zlib.error as error:
            raise damaged() from error
        return coded[: len(coded) - len(unpacker.unused_data)]
    return coded


def _append(out: bytearray, link: int, fields: dict[int, Entry], data: tuple[Sequence[bytes], str]) -> int:
    """Append a page to the file that grows and link it from the one before; where its own link stands."""
    parts, order = data
    places, sizes = [], []
    for part in parts:
        out += bytes(len(out) % 2)
        places.append(len(out))
        sizes.append(len(part))
        out += part
    where, how_long = (_TILES, _TILE_SIZES) if 322 in fields else (_STRIPS, _STRIP_SIZES)  # noqa: PLR2004 - TileWidth
    count = len(places)
    values = struct.pack(f"{order}{count}L", *places), struct.pack(f"{order}{count}L", *sizes)
    fields = {**fields, where: Entry(4, count, values[0]), how_long: Entry(4, count, values[1])}
    table = struct.pack(f"{order}H", len(fields))
    for tag, entry in sorted(fields.items()):
        value = entry.value
        if len(value) > 4:  # noqa: PLR2004 - the room in a field
            out += bytes(len(out) % 2)
            value = struct.pack(f"{order}L", len(out))
            out += entry.value
        table += struct.pack(f"{order}HHL4s", tag, entry.kind, entry.count, value)
    out += bytes(len(out) % 2)
    if len(out) > _MOST:
        raise PixelError("The picture is too large for a TIFF file.")
    struct.pack_into(f"{order}L", out, link, len(out))
    out += table + bytes(4)
    return len(out) - 4
