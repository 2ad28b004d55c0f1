"""Pictures made for the tests, with an invented identity in every place where formats let one hide."""

import io
import struct
import zlib

import numpy as np
from PIL import Image, ImageCms, PngImagePlugin

SECRET = "Quambletonix"
HIDDEN = SECRET.encode()


def ramp(rows=40, columns=56, channels=3):
    y, x = np.mgrid[0:rows, 0:columns]
    planes = [(x * 4 + y * n) % 256 for n in range(1, channels + 1)]
    return np.stack(planes, -1).astype(np.uint8) if channels > 1 else planes[0].astype(np.uint8)


def profile():
    """A colour profile whose texts name somebody."""
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    place = made.index("sRGB".encode("utf-16-be"))
    made[place : place + 8] = SECRET[:4].encode("utf-16-be")
    made[48:56] = b"QUAMQUAM"
    return bytes(made)


def exif(orientation=6):
    found = Image.Exif()
    found[0x010E] = found[0x013B] = SECRET
    found[0x0112] = orientation
    found.get_ifd(0x8825)[29] = SECRET
    found.get_ifd(0x8769)[0x927C] = HIDDEN
    return found.tobytes()


def segment(marker, body):
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


def jpeg(values=None, *, orientation=6, progressive=False):
    buffer = io.BytesIO()
    picture = Image.fromarray(ramp() if values is None else values)
    picture.save(
        buffer, "JPEG", quality=80, progressive=progressive, icc_profile=profile(), exif=exif(orientation)
    )
    raw = buffer.getvalue()
    more = (
        segment(0xFE, HIDDEN)
        + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>" + HIDDEN)
        + segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04" + HIDDEN)
        + segment(0xE0, b"JFXX\0\x10" + HIDDEN)
        + segment(0xEC, HIDDEN)
    )
    scan = raw.index(b"\xff\xda")
    raw = raw[:2] + more + raw[2:scan] + segment(0xFE, HIDDEN) + raw[scan:-2]
    if progressive:  # between two scans too
        last = raw.rindex(b"\xff\xda")
        raw = raw[:last] + segment(0xFE, HIDDEN) + raw[last:]
    return raw + b"\xff\xd9" + HIDDEN


def chunk(kind, body):
    return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))


def png(values=None, *, mode=None):
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", SECRET)
    info.add_itxt("Comment", SECRET, zip=True)
    info.add_text("XML:com.adobe.xmp", f"<x>{SECRET}")
    buffer = io.BytesIO()
    picture = Image.fromarray(ramp() if values is None else values)
    picture = picture.convert(mode) if mode else picture
    picture.save(buffer, "PNG", pnginfo=info, icc_profile=profile(), exif=exif(), dpi=(300, 300))
    raw = buffer.getvalue()
    first = raw.index(b"IDAT") - 4
    (length,) = struct.unpack_from(">L", raw, first)
    pixels = raw[first + 8 : first + 8 + length] + HIDDEN  # behind the compressed rows
    rest = raw[first + 12 + length :]
    own = chunk(b"prVt", HIDDEN) + chunk(b"tIME", bytes((7, 231, 1, 2, 3, 4, 5)))
    return raw[:first] + own + chunk(b"IDAT", pixels) + rest + HIDDEN


def tiff(pages=None, *, compression="raw", big=False, mode=None):
    pictures = [Image.fromarray(page) for page in pages or [ramp(), ramp()[::-1].copy()]]
    pictures = [p.convert(mode) for p in pictures] if mode else pictures
    info = {270: SECRET, 305: SECRET, 315: SECRET, 700: HIDDEN, 33723: HIDDEN, 65000: SECRET, 274: 3}
    buffer = io.BytesIO()
    pictures[0].save(
        buffer, "TIFF", save_all=True, append_images=pictures[1:], compression=compression, tiffinfo=info,
        icc_profile=profile(), exif=exif(3), big_tiff=big,
    )  # fmt: skip
    return buffer.getvalue() + HIDDEN
