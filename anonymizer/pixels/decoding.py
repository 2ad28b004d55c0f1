"""Pixel data decoded one frame at a time, behind limits that a hostile or damaged file cannot pass.

The decoders are tried in a fixed order, the sturdiest first. GDCM comes last and only where the caller allows
it: its C++ exceptions end the whole process, so the window decodes without it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID, JPEGExtended12Bit

from anonymizer.errors import PixelError
from anonymizer.pixels.bit_layout import Layout, displaced, pixel_words

Array = npt.NDArray[Any]

PLUGINS = ("pillow", "pylibjpeg", "pyjpegls", "pydicom", "gdcm")
# Pillow squeezes deep JPEG 2000 samples through 8 or 16 unsigned bits; openjpeg keeps them as they are.
PLUGINS_JPEG_2000 = ("pylibjpeg", "pillow", "gdcm")
PIXEL_KEYWORDS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")

HALVED = frozenset({"YBR_FULL_422", "YBR_PARTIAL_422"})  # two neighbouring pixels share their colour

DAMAGED = "The file may be damaged; export it again from its archive."
MASK_FIRST = "This is a limit of the viewer: masking uses a further decoder, in a process of its own."

MAX_FRAME_SAMPLES = 1 << 28  # a frame of 16,384 × 16,384
MAX_SAMPLES = 1 << 31  # all frames of an instance; the length field of native pixel data ends at 4 GiB


@dataclass(frozen=True, slots=True)
class Matrix:
    """The size of an instance's pixel data, checked against the limits."""

    rows: int
    columns: int
    frames: int
    samples: int  # per pixel: 1 or 3
    bits_allocated: int


def pixel_keyword(dataset: Dataset) -> str | None:
    """Return which attribute holds the pixels, or None for an object without pixel data."""
    return next((keyword for keyword in PIXEL_KEYWORDS if keyword in dataset), None)


def transfer_syntax(dataset: Dataset) -> UID:
    """Return the transfer syntax of a data set read from a Part 10 file.

    Raises PixelError where the file does not name one.
    """
    meta = getattr(dataset, "file_meta", None)
    uid = meta.get("TransferSyntaxUID") if meta is not None else None
    if not uid:
        raise PixelError(
            "The file does not say how its pixels are encoded.", "Export it again from its archive."
        )
    return UID(str(uid))


def matrix_of(dataset: Dataset) -> Matrix:
    """Return rows, columns, frames and samples per pixel.

    Raises PixelError where they are missing, make no sense or exceed what this program decodes.
    """
    rows, columns = _whole(dataset, "Rows"), _whole(dataset, "Columns")
    frames = _whole(dataset, "NumberOfFrames", 1) or 1
    samples = _whole(dataset, "SamplesPerPixel", 1)
    bits = _whole(dataset, "BitsAllocated", 0) or _float_bits(dataset)
    if min(rows, columns, frames) < 1 or samples not in (1, 3):
        raise PixelError(f"The image size makes no sense ({columns} × {rows}, {frames} frames).")
    if bits not in (1, 8, 16, 32, 64):
        raise PixelError(f"Pixels of {bits} bits are not supported.")
    if rows * columns * samples > MAX_FRAME_SAMPLES or rows * columns * samples * frames > MAX_SAMPLES:
        raise PixelError(
            f"The image claims to be larger than this program decodes ({columns} × {rows}, {frames} frames).",
            "Check the file; it may be damaged.",
        )
    return Matrix(rows, columns, frames, samples, bits)


def _float_bits(dataset: Dataset) -> int:
    return {"FloatPixelData": 32, "DoubleFloatPixelData": 64}.get(pixel_keyword(dataset) or "", 0)


def _whole(dataset: Dataset, keyword: str, default: int | None = None) -> int:
    value = dataset.get(keyword)
    if value is None or value == "":
        if default is None:
            raise PixelError(
                "The file does not say how large its image is.", "Export it again from its archive."
            )
        return default
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise PixelError(f"The attribute {keyword} is not a number.") from error


def is_halved(dataset: Dataset, matrix: Matrix) -> bool:
    """Whether two pixels share their colour in uncompressed data; some files say so and store every colour."""
    if dataset.get("PhotometricInterpretation") not in HALVED or transfer_syntax(dataset).is_encapsulated:
        return False
    return len(dataset.PixelData or b"") < matrix.rows * matrix.columns * matrix.samples * matrix.frames


def decode_frame(dataset: Dataset, index: int, *, raw: bool = False, allow_gdcm: bool = True) -> Array:
    """Return one frame as stored values, (rows, columns) or (rows, columns, 3).

    Colour comes as RGB, or with `raw` in the colour model of the file. Overlay bits above the stored bits are
    taken out. `allow_gdcm=False` leaves out the one decoder that can end the process. Raises PixelError.
    """
    matrix = matrix_of(dataset)
    if not 0 <= index < matrix.frames:
        raise IndexError(index)
    if pixel_keyword(dataset) is None:
        raise PixelError("The object holds no image.")
    uid = transfer_syntax(dataset)
    try:
        decoder = get_decoder(uid)
    except NotImplementedError as error:
        raise PixelError(f"Pixels encoded as “{uid.name}” cannot be decoded.") from error
    if matrix.samples == 1:
        values = _grey_apart(dataset, index, matrix, allow_gdcm=allow_gdcm)
        if values is not None:
            return values
    attempts = _attempts(decoder, uid, allow_gdcm=allow_gdcm)
    how = (attempts, raw, not allow_gdcm and "gdcm" in decoder.available_plugins)
    values = _first_success(decoder, dataset, index, how, **_read_as(dataset, matrix))
    if (layout := displaced(dataset)) is not None and uid.is_encapsulated:
        _refuse_displaced(layout, _first_success(decoder, dataset, index, how, correct_unused_bits=False))
    expected = (matrix.rows, matrix.columns) + ((3,) if matrix.samples == 3 else ())  # noqa: PLR2004 - RGB
    if values.shape != expected:
        raise PixelError("The decoded image is not of the size that the file names.")
    return values


def _grey_apart(dataset: Dataset, index: int, matrix: Matrix, *, allow_gdcm: bool) -> Array | None:
    """Return a grey frame of a kind that pydicom reads not at all or wrongly, None for all others."""
    uid = transfer_syntax(dataset)
    if uid == JPEGExtended12Bit and int(dataset.get("BitsStored") or 8) > 8:  # noqa: PLR2004 - bits
        return _decode_twelve_bits(dataset, index, matrix, allow_gdcm=allow_gdcm)
    if uid.is_encapsulated:
        return None
    if matrix.bits_allocated == 1:
        return _unpacked(dataset, index, matrix)
    layout = displaced(dataset)
    return None if layout is None else _put_right(dataset, index, matrix, layout)


def _refuse_displaced(layout: Layout, words: Array) -> None:
    """Refuse compressed values that do not end at the lowest bit: no encoder here would keep them."""
    if not layout.lies_low(words.view(f"u{words.dtype.itemsize}")):
        raise PixelError(
            "The values of the compressed image lie in unusual bits; it cannot be kept as it is."
        )


def _unpacked(dataset: Dataset, index: int, matrix: Matrix) -> Array:
    """Return a frame of single bits; frames follow each other without a gap (PS3.5 8.1.1), also within a byte.

    pydicom 3.0 decodes single frames only where they begin with a byte.
    """
    size = matrix.rows * matrix.columns
    first, skipped = divmod(index * size, 8)
    packed = dataset.PixelData[first : first + -(-(skipped + size) // 8)]
    bits = np.unpackbits(np.frombuffer(packed, np.uint8), bitorder="little")[skipped : skipped + size]
    if bits.size < size:
        raise PixelError("The pixel data is shorter than the image.", DAMAGED)
    return bits.reshape(matrix.rows, matrix.columns)


def _put_right(dataset: Dataset, index: int, matrix: Matrix, layout: Layout) -> Array:
    """Return an uncompressed grey frame whose values begin above the lowest bit of their words."""
    size = matrix.rows * matrix.columns
    words = pixel_words(dataset, layout)[0][index * size : (index + 1) * size]
    if words.size < size:
        raise PixelError("The pixel data is shorter than the image.", DAMAGED)
    return layout.values(words).reshape(matrix.rows, matrix.columns)


def _attempts(decoder: Any, uid: UID, *, allow_gdcm: bool) -> tuple[str, ...]:
    if not uid.is_encapsulated:
        return ("",)
    order = PLUGINS_JPEG_2000 if "2000" in uid.name else PLUGINS
    return tuple(
        name for name in order if name in decoder.available_plugins and (allow_gdcm or name != "gdcm")
    )


def _decode_twelve_bits(dataset: Dataset, index: int, matrix: Matrix, *, allow_gdcm: bool) -> Array:
    """Decode 12-bit JPEG, which pydicom hands to no decoder although GDCM reads it."""
    if not allow_gdcm:
        raise PixelError("The image cannot be decoded here (12-bit JPEG).", MASK_FIRST)
    import gdcm

    uid = transfer_syntax(dataset)
    try:
        source = get_frame(dataset.PixelData, index, number_of_frames=matrix.frames)
        fragment, fragments = gdcm.Fragment(), gdcm.SequenceOfFragments.New()
        fragment.SetByteStringValue(source)
        fragments.AddFragment(fragment)
        element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
        element.SetValue(fragments.__ref__())
        image = gdcm.Image()
        image.SetNumberOfDimensions(2)
        image.SetDimensions((matrix.columns, matrix.rows, 1))
        image.SetDataElement(element)
        grey = gdcm.PhotometricInterpretation.GetPIType("MONOCHROME2")
        image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(grey))
        image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(str.__str__(uid))))
        signed = int(dataset.get("PixelRepresentation") or 0)
        image.SetPixelFormat(gdcm.PixelFormat(1, 16, 12, 11, signed))
        data = image.GetBuffer().encode("utf-8", "surrogateescape")
        kind = np.dtype("<i2" if signed else "<u2")
        return np.frombuffer(data, kind).reshape(matrix.rows, matrix.columns)
    except Exception as error:
        # GDCM raises anything on damaged data, and its messages can quote bytes of the file.
        raise PixelError(f"The image cannot be decoded ({uid.name}).", DAMAGED) from error


def _read_as(dataset: Dataset, matrix: Matrix) -> dict[str, str]:
    """Return how uncompressed colours are stored where pydicom could not tell that from what the file says."""
    if transfer_syntax(dataset).is_encapsulated or dataset.get("PhotometricInterpretation") not in HALVED:
        return {}
    return {"photometric_interpretation": "YBR_FULL_422" if is_halved(dataset, matrix) else "YBR_FULL"}


def _first_success(
    decoder: Any, dataset: Dataset, index: int, how: tuple[tuple[str, ...], bool, bool], **options: Any
) -> Array:
    attempts, raw, withheld = how
    last: Exception | None = None
    for plugin in attempts:
        try:
            values, _ = decoder.as_array(dataset, index=index, raw=raw, decoding_plugin=plugin, **options)
        except Exception as error:  # noqa: BLE001 - decoders raise anything on damaged data
            last = error
        else:
            return np.asarray(values)
    remedy = MASK_FIRST if withheld else DAMAGED
    # The decoders' own messages can quote bytes of the file, so they are not repeated here.
    raise PixelError(f"The image cannot be decoded ({decoder.UID.name}).", remedy) from last
