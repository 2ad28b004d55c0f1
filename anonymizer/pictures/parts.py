"""What taking a picture apart yields, and the few things that all formats share."""

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from anonymizer.errors import PixelError, SourceError

ORIENTATION = 0x0112
FORMATS = ("PNG", "JPEG", "TIFF")
_UPRIGHT, _LAST = 1, 8


@dataclass(frozen=True, slots=True)
class Stripped:
    """A picture without what hid in it: its bytes, what was removed, and what a human should look at."""

    body: bytes
    removed: tuple[str, ...] = ()
    review: tuple[str, ...] = ()
    pages: tuple[int, ...] | None = None  # which pages of the original are left; None: all


def damaged() -> SourceError:
    """The error for a picture whose structure cannot be followed."""
    return SourceError("The picture is damaged.", "Export it again from where it came from.")


@contextmanager
def opened(raw: bytes) -> Iterator[Image.Image]:
    """Open a picture for decoding. Raises PixelError, from here or while its pages are read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(raw), formats=FORMATS) as image:
                yield image
    except UnidentifiedImageError as error:
        raise PixelError("The picture cannot be decoded.", "It may be damaged or of a rare kind.") from error
    except Image.DecompressionBombError as error:
        raise PixelError("The picture claims to be larger than this program decodes.") from error
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        KeyError,
        TypeError,
        IndexError,
        struct.error,
    ) as error:
        # Pillow raises all of these on damaged files, and its messages can quote them
        raise PixelError("The picture cannot be decoded.", "It may be damaged.") from error


def orientation(image: Image.Image) -> int:
    """Return how a picture is to be turned for viewing: 1 (as it is) to 8 (EXIF 4.6.4)."""
    found = image.getexif().get(ORIENTATION, _UPRIGHT)
    return found if isinstance(found, int) and _UPRIGHT <= found <= _LAST else _UPRIGHT


def orientation_exif(turned: int) -> bytes:
    """Return EXIF that says nothing but how to turn the picture; b"" where that is not needed."""
    if turned == _UPRIGHT:
        return b""
    return b"II*\0" + struct.pack("<LHHHLHHL", 8, 1, ORIENTATION, 3, 1, turned, 0, 0)
