"""Whether pixel data are what the header says: so many frames of such a size, and nothing besides.

Readers of DICOM go by the header or by the compressed stream. Where the two differ, one of them shows text that was
never looked for: frames beyond Number of Frames, rows below Rows, colours where grey is said.
"""

import struct

from pydicom.dataset import Dataset
from pydicom.uid import RLELossless

from anonymizer.errors import PixelError
from anonymizer.pixels.decoding import Matrix, is_halved, pixel_keyword, transfer_syntax
from anonymizer.pixels.jpeg_comments import fragment_count, pictures_of
from anonymizer.pixels.jpeg_segments import parts

_HEADS = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}  # start of frame, of JPEG and of JPEG-LS
_CODESTREAM = b"\xff\x4f\xff\x51"
Size = tuple[int, int, int]

_MORE = "The file holds more images than it says (Number of Frames), so not all of them would be searched for text."
_BEHIND = "More pixel data follow behind the image than the file says; they would not be searched for text."
_OTHER = "The compressed image is of another size, or has other colours, than the file says."
_EXPORT = "Export it again from its archive, or have Number of Frames and the image size put right."


def check_stated(dataset: Dataset, matrix: Matrix) -> None:
    """Raise PixelError where pixel data hold frames, pixels or colours that the header does not name."""
    if not isinstance(dataset[pixel_keyword(dataset) or "PixelData"].value, bytes):
        return  # there is nothing that could be looked at; decoding says so
    if not transfer_syntax(dataset).is_encapsulated:
        _check_native(dataset, matrix)
        return
    if transfer_syntax(dataset) == RLELossless:
        count, sizes = fragment_count(dataset), []
    else:
        pictures = pictures_of(dataset)
        count, sizes = len(pictures), [size_of(picture) for picture in pictures]
    if count > matrix.frames:
        raise PixelError(_MORE, _EXPORT)
    said = (matrix.rows, matrix.columns, matrix.samples)
    if any(size not in (None, said) for size in sizes):
        raise PixelError(_OTHER, _EXPORT)


def size_of(picture: bytes) -> Size | None:
    """Return rows, columns and components of a JPEG, JPEG-LS or JPEG 2000 stream; None where it does not say."""
    place = picture.find(_CODESTREAM, 0, 4096)
    try:
        if place >= 0:
            right, bottom, left, top = struct.unpack_from(">4L", picture, place + 8)
            return bottom - top, right - left, struct.unpack_from(">H", picture, place + 40)[0]
        head = next((part for part in parts(picture) if part.marker in _HEADS), None)
        if head is None:
            return None
        rows, columns, components = struct.unpack_from(">HHB", picture, head.body + 1)
    except struct.error:
        return None
    return (rows, columns, components) if rows else None  # a stream may name its rows at its end


def _check_native(dataset: Dataset, matrix: Matrix) -> None:
    columns = matrix.columns + matrix.columns % 2 if is_halved(dataset, matrix) else matrix.columns
    samples = 2 if is_halved(dataset, matrix) else matrix.samples
    bits = matrix.rows * columns * samples * matrix.frames * matrix.bits_allocated
    behind = bytes(dataset[pixel_keyword(dataset) or "PixelData"].value[-(-bits // 8) :])
    if len(behind) > 1 and behind.strip(behind[:1]):
        raise PixelError(_BEHIND, _EXPORT)
