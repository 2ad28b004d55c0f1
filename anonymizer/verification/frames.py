"""What hides inside compressed frames: comments and EXIF segments, and bytes behind the image's end."""

from collections.abc import Iterator, Sequence

_JPEG, _JPEG_2000, _END = b"\xff\xd8", b"\xff\x4f\xff\x51", b"\xff\xd9"
_COMMENT, _COMMENT_2000, _SCAN, _TILE = 0xFE, 0x64, 0xDA, 0x90
_NEEDED = {0xE0: (b"JFIF\0",), 0xE2: (b"ICC_PROFILE\0",), 0xE8: (b"SPIFF\0", b"mrfx"), 0xEE: (b"Adobe",)}
_JFIF_BYTES = 14
_SPIFF_END = b"\0\0\0\1"  # ends SPIFF's directory (ISO/IEC 10918-3 F.2.2)


def hidden_in_frames(fragments: Sequence[bytes]) -> Iterator[str]:
    """Say in a sentence what the fragments hold beside images (ISO/IEC 10918-1 B.1.1.3, 15444-1 A.9.2)."""
    for fragment in fragments:
        if fragment[:2] == _JPEG:
            if any(_speaks(marker, content) for marker, content in _segments(fragment, _SCAN)):
                yield "A comment or EXIF data stand inside a compressed image."
        elif fragment[:4] == _JPEG_2000:
            comments = (content[2:] for m, content in _segments(fragment, _TILE) if m == _COMMENT_2000)
            if any(content.strip(b"\0") for content in comments):
                yield "A comment stands inside a compressed image."
        else:
            continue
        end = fragment.rfind(_END)
        if end > 0 and fragment[end + 2 :].strip(b"\0\xff"):
            yield "Bytes stand behind the end of a compressed image."


def _speaks(marker: int, content: bytes) -> bool:
    """Tell whether a segment says something that no decoder needs."""
    if marker != _COMMENT and not 0xE0 <= marker <= 0xEF:  # noqa: PLR2004 - the range of APPn
        return False
    if not content.strip(b"\0"):
        return False
    known = content.startswith(_NEEDED.get(marker, ())) or (marker == 0xE8 and content[:4] == _SPIFF_END)  # noqa: PLR2004 - APP8
    return not known or (marker == 0xE0 and len(content) > _JFIF_BYTES)  # noqa: PLR2004 - APP0


def _segments(frame: bytes, stop: int) -> Iterator[tuple[int, bytes]]:
    """Yield marker and content of the segments before the image itself."""
    at = 2
    while at + 4 <= len(frame) and frame[at] == 0xFF:  # noqa: PLR2004 - every marker begins so
        marker = frame[at + 1]
        if marker == stop:
            return
        if marker == 0xFF:  # noqa: PLR2004 - fill bytes may stand before a marker
            at += 1
            continue
        length = int.from_bytes(frame[at + 2 : at + 4], "big")
        yield marker, frame[at + 4 : at + 2 + length]
        at += 2 + length
