"""Comments, EXIF and the like inside compressed frames: blanked in place, so that no offset and no pixel changes.

Segments that decoders need (JFIF, ICC, SPIFF and Adobe's colour transform) stay, without the small picture and
the words that they may carry. A frame may be spread over several fragments (PS3.5 A.4).
"""

import struct
from collections.abc import Iterator

from pydicom.dataset import Dataset

from anonymizer.files.file_format import transfer_syntax
from anonymizer.headers.colour_profile import is_profile, words_of_profile
from anonymizer.pixels.jpeg_segments import (
    ADOBE,
    CODED,
    COMMENT,
    ICC,
    JFIF,
    SPIFF,
    Part,
    boxes,
    comments_2000,
    holds_text,
    is_application,
    parts,
)
from anonymizer.report import Change

_JPEG, _JPEG_2000, _JP2 = b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  "
_ITEM = b"\xfe\xff\x00\xe0"
_SPIFF_BODY, _ADOBE_BODY, _JFIF_BODY = 30, 12, 12  # bytes that decoders need
_ICC_HEAD, _WHOLE_ICC = 14, b"ICC_PROFILE\0\1\1"  # a profile spread over several segments is blanked
Span = tuple[int, int]


def blank_comments(dataset: Dataset) -> list[Change]:
    """Blank the segments of all frames in the data set itself; the change made, if there was any."""
    value = dataset.get("PixelData")
    if not isinstance(value, bytes) or not transfer_syntax(dataset).is_encapsulated:
        return []
    fragments = list(_fragments(value))[1:]  # the first item is the offset table
    stream = b"".join(value[start:end] for start, end in fragments)
    blanked = bytearray(stream)
    for start, end in _spans(stream, _starts(fragments)):
        blanked[start:end] = bytes(end - start)
    if blanked == stream:
        return []
    dataset["PixelData"].value = _put_back(value, fragments, blanked)
    reason = "Comments inside the compressed image were blanked; its pixels are the same."
    return [Change("(7FE0,0010)", "Pixel Data", "C", "file", reason)]


def _fragments(value: bytes) -> Iterator[Span]:
    """Yield where the items of encapsulated pixel data lie (PS3.5 A.4)."""
    place = 0
    while value[place : place + 4] == _ITEM and place + 8 <= len(value):
        (length,) = struct.unpack_from("<L", value, place + 4)
        yield place + 8, min(len(value), place + 8 + length)
        place += 8 + length


def _starts(fragments: list[Span]) -> list[int]:
    """Return where each fragment begins once they are joined."""
    starts, place = [], 0
    for start, end in fragments:
        starts.append(place)
        place += end - start
    return starts


def _put_back(value: bytes, fragments: list[Span], stream: bytearray) -> bytes:
    whole, place = bytearray(value), 0
    for start, end in fragments:
        whole[start:end] = stream[place : place + end - start]
        place += end - start
    return bytes(whole)


def fragment_count(dataset: Dataset) -> int:
    """Return in how many fragments the encapsulated pixel data come, the offset table left out."""
    return sum(1 for _ in _fragments(dataset.PixelData)) - 1


def pictures_of(dataset: Dataset) -> list[bytes]:
    """Return each JPEG, JPEG-LS or JPEG 2000 picture of the encapsulated pixel data, from its start on."""
    value = dataset.PixelData
    fragments = list(_fragments(value))[1:]
    stream = b"".join(value[start:end] for start, end in fragments)
    return [stream[start:end] for start, end, _ in _pictures(stream, _starts(fragments))]


def _spans(stream: bytes, starts: list[int]) -> Iterator[Span]:
    """Yield what is to be blanked: in each picture of the stream, and from its end to the next fragment."""
    for _, _, spans in _pictures(stream, starts):
        yield from spans


def _pictures(stream: bytes, starts: list[int]) -> Iterator[tuple[int, int, list[Span]]]:
    """Yield where each picture begins and the next one may begin, and what in it and behind it is to be blanked."""
    done = 0
    for index, start in enumerate(starts):
        if start < done:
            continue  # the frame before goes on here
        spans = list(_in_picture(stream, start))
        end = max([start, *(last for _, last in spans)])
        if end > start:
            done = next((other for other in starts[index + 1 :] if other >= end), len(stream))
            yield start, done, [*spans, (end, done)]


def _in_picture(stream: bytes, start: int) -> Iterator[Span]:
    """Yield the spans of one picture, last the empty one at its end; nothing for what is no such picture."""
    if stream.startswith(_JPEG, start):
        yield from _in_jpeg(stream, start)
    elif stream.startswith(_JPEG_2000, start):
        yield from comments_2000(stream, start)
    elif stream.startswith(_JP2, start):
        yield from _in_jp2(stream, start)


def _in_jpeg(stream: bytes, start: int) -> Iterator[Span]:
    end = start
    for part in parts(stream, start):
        end = part.end
        if part.marker != CODED:
            yield from ((first, last) for first, last in _in_segment(stream, part) if first < last)
    yield end, end


def _in_segment(stream: bytes, part: Part) -> Iterator[Span]:
    if part.marker == COMMENT:
        yield part.body, part.end
    if not is_application(part.marker):
        return
    body = stream[part.body : part.end]
    if part.marker == JFIF and body.startswith(b"JFIF\0"):
        yield min(part.body + _JFIF_BODY, part.end), part.end  # its small picture
    elif part.marker == SPIFF and body.startswith(b"SPIFF\0"):
        yield min(part.body + _SPIFF_BODY, part.end), part.end
    elif part.marker == ADOBE and body.startswith(b"Adobe"):
        yield min(part.body + _ADOBE_BODY, part.end), part.end
    elif part.marker == ICC and body.startswith(_WHOLE_ICC) and is_profile(body[_ICC_HEAD:]):
        begin = part.body + _ICC_HEAD
        yield from ((begin + a, begin + b) for a, b in words_of_profile(body[_ICC_HEAD:]))
    else:
        yield part.body, part.end


def _in_jp2(stream: bytes, start: int) -> Iterator[Span]:
    end = start
    for kind, first, last in boxes(stream, start):
        if kind == b"jP  " and end > start:
            break  # the next frame
        end = last
        if holds_text(kind):
            yield first, last
        elif kind == b"jp2c" and stream.startswith(_JPEG_2000, first):
            for span in comments_2000(stream, first):
                yield span
                end = span[1]
            end = max(end, last if last < len(stream) else end)
    yield end, end
