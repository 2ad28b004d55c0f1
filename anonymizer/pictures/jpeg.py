"""JPEG pictures: segments that decoding needs stay to the byte, all others go (ISO/IEC 10918-1, JFIF, EXIF)."""

from anonymizer.headers.colour_profile import clean_profile
from anonymizer.pictures.parts import Stripped, damaged, opened, orientation, orientation_exif
from anonymizer.pixels.jpeg_segments import (
    ADOBE,
    CODED,
    COMMENT,
    END,
    ICC,
    JFIF,
    SCAN,
    START,
    Part,
    is_application,
    parts,
)

_JFIF_BODY, _ADOBE_BODY = 12, 12  # identifier, version, density; identifier, version, flags, transform
_ICC_NAME, _EXIF = b"ICC_PROFILE\0", b"Exif\0\0"
_MOST = 65519  # bytes of a colour profile in one segment
_NAMES = ((b"Exif", "EXIF"), (b"http://ns.adobe.com/xap", "XMP"), (b"http://ns.adobe.com/xmp", "XMP"),
          (b"Photoshop", "IPTC"), (b"MPF", "further pictures"), (_ICC_NAME, "words of the colour profile"),
          (b"JFXX", "small picture"), (b"JFIF", "small picture"))  # fmt: skip
FURTHER = "The file held further pictures behind the first; only the first was kept."


def strip_jpeg(raw: bytes) -> Stripped:
    """Take a JPEG picture apart and put together what its pixels, colours and orientation need.

    Raises SourceError where it does not end as a JPEG does, PixelError where it cannot be decoded at all.
    """
    found = list(parts(raw))
    kinds = [part.marker for part in found]
    if not kinds or kinds[0] != START or SCAN not in kinds or kinds[-1] != END:
        raise damaged()
    kept: list[bytes] = []
    removed: list[str] = []
    for part in found[1:]:
        segment = _kept(raw, part)
        kept += [segment] if segment else []
        if segment != raw[part.start : part.end]:
            removed.append(_name(raw, part))
    removed += ["bytes behind the end"] if raw[found[-1].end :] else []
    with opened(raw) as image:
        exif = orientation_exif(orientation(image))
    profile = _profile([raw[part.body : part.end] for part in found if part.marker == ICC])
    head = [kept.pop(0)] if kept[0][1] == JFIF else []  # nothing may stand before it
    head += [_segment(0xE1, _EXIF + exif)] if exif else []
    review = (FURTHER,) if "further pictures" in removed else ()
    body = b"".join([b"\xff\xd8", *head, *profile, *kept])
    return Stripped(body, tuple(dict.fromkeys(removed)), review)


def strip_stream(raw: bytes) -> bytes:
    """Return a JPEG stream inside another format, perhaps only its tables, without words."""
    found = list(parts(raw))
    if not found or found[0].marker != START or found[-1].marker != END:
        raise damaged()
    return b"".join(raw[p.start : p.end] for p in found if _is_needed(raw, p))


def _is_needed(raw: bytes, part: Part) -> bool:
    return bool(_kept(raw, part)) or part.marker == CODED


def _kept(raw: bytes, part: Part) -> bytes:
    """Return what stays of a part."""
    body = raw[part.body : part.end]
    if part.marker == JFIF and body.startswith(b"JFIF\0") and len(body) >= _JFIF_BODY:
        return _segment(JFIF, body[:_JFIF_BODY] + b"\0\0")
    if part.marker == ADOBE and body.startswith(b"Adobe") and len(body) >= _ADOBE_BODY:
        return _segment(ADOBE, body[:_ADOBE_BODY])
    if part.marker == COMMENT or is_application(part.marker):
        return b""
    return raw[part.start : part.end]


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


def _profile(segments: list[bytes]) -> list[bytes]:
    """Return the segments of the cleaned colour profile that is spread over some (ICC.1 annex B.4)."""
    numbered = sorted(
        (s[12], s[14:]) for s in segments if s.startswith(_ICC_NAME) and len(s) > len(_ICC_NAME) + 2
    )
    profile = clean_profile(b"".join(content for _, content in numbered))
    pieces = [profile[start : start + _MOST] for start in range(0, len(profile), _MOST)]
    return [
        _segment(ICC, _ICC_NAME + bytes((number, len(pieces))) + piece)
        for number, piece in enumerate(pieces, 1)
    ]


def _name(raw: bytes, part: Part) -> str:
    if part.marker == COMMENT:
        return "comment"
    body = raw[part.body : part.end]
    return next((name for sign, name in _NAMES if body.startswith(sign)), "application data")
