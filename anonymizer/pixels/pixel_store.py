"""Fill regions of the pixel data with black and write it back, without a change outside the regions.

Native data is edited where it lies. Losslessly compressed data is decoded, filled and encoded again without
loss. Of sequential lossy JPEG the blocks under a region are blanked among the coefficients (`jpeg_frames`). Other
lossy data is decoded once and stored uncompressed: a second lossy compression would alter every pixel.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels.encoders.base import get_encoder
from pydicom.pixels.processing import apply_color_lut
from pydicom.pixels.utils import pack_bits
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from anonymizer.errors import PixelError
from anonymizer.pixels.bit_layout import displaced, layout_of
from anonymizer.pixels.decoding import (
    Matrix,
    decode_frame,
    is_halved,
    matrix_of,
    pixel_keyword,
    transfer_syntax,
)
from anonymizer.pixels.filling import fill, high_is_dark, of_frame, photometric
from anonymizer.pixels.jpeg_frames import LOSSY_BLOCKS, blank_blocks, mcu_of
from anonymizer.report import Region

Array = npt.NDArray[Any]

# Read as: what is stored this way is written that way. Not named: stored uncompressed.
ENCODE_AS = {
    RLELossless: RLELossless,
    JPEGLSLossless: JPEGLSLossless,
    JPEG2000Lossless: JPEG2000Lossless,
    JPEGLossless: JPEGLSLossless,  # no encoder exists here for process 14
    JPEGLosslessSV1: JPEGLSLossless,
    HTJ2KLossless: JPEG2000Lossless,
    HTJ2KLosslessRPCL: JPEG2000Lossless,
}
ALWAYS_LOSSY = frozenset({JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLSNearLossless})  # JPEG 2000 can be either
ENCODERS = ("pyjpegls", "pylibjpeg", "pydicom")  # gdcm's RLE encoder is faster, but can end the process
MAX_NATIVE = (1 << 32) - 2  # bytes that the length field of native pixel data can name
YBR_BLACK = {"YBR_FULL": (0, 128, 128), "YBR_FULL_422": (0, 128, 128), "YBR_PARTIAL_422": (16, 128, 128)}


def grain(dataset: Dataset) -> tuple[int, int]:
    """Return columns and rows of the smallest piece of the image that can be masked without a change beside it."""
    if is_halved(dataset, matrix_of(dataset)):
        return 2, 1
    if transfer_syntax(dataset) in LOSSY_BLOCKS:
        return mcu_of(dataset)
    return 1, 1


def aligned(region: Region, piece: tuple[int, int], slack: int = 0) -> Region:
    """Return a region widened to whole pieces of the image.

    A piece that it reaches into by no more than `slack` pixels is left out, as long as another one is held: for a region
    that was drawn wider than what it hides.
    """
    left, width = _whole(region.x, region.width, piece[0], slack)
    top, height = _whole(region.y, region.height, piece[1], slack)
    return replace(region, x=left, y=top, width=width, height=height)


def _whole(start: int, length: int, piece: int, slack: int) -> tuple[int, int]:
    """Return where a span of whole pieces begins, and its length; of small pieces none is left out."""
    slack = min(slack, piece // 4)
    first, last = (start + slack) // piece, -((slack - start - length) // piece)
    if last <= first:
        return _whole(start, length, piece, 0)
    return first * piece, (last - first) * piece


def fill_regions(dataset: Dataset, regions: Sequence[Region]) -> None:
    """Fill the regions in a data set's pixel data. Every pixel outside them keeps its value.

    Raises PixelError where a frame cannot be decoded.
    """
    matrix = matrix_of(dataset)
    keyword = pixel_keyword(dataset) or ""
    if transfer_syntax(dataset).is_encapsulated:
        _fill_encapsulated(dataset, matrix, regions)
    elif matrix.bits_allocated == 1:
        frames = [_filled(dataset, matrix, index, regions) for index in range(matrix.frames)]
        dataset.PixelData = pack_bits(np.stack(frames).ravel())
    else:
        _fill_native(dataset, matrix, regions, keyword)
    for stale in ("SmallestImagePixelValue", "LargestImagePixelValue"):
        if stale in dataset:
            delattr(dataset, stale)


def _filled(dataset: Dataset, matrix: Matrix, index: int, regions: Sequence[Region]) -> Array:
    values = np.array(decode_frame(dataset, index, raw=True))
    fill(values, of_frame(regions, index), black_of(dataset, values, matrix))
    return values


def black_of(dataset: Dataset, values: Array, matrix: Matrix, *, rgb: bool = False) -> Any:
    """Return the stored value that a viewer shows darkest: a number, or one for each sample.

    For grey images it is the darkest that occurs in `values` (a frame), so that no window is thrown off and
    no value outside the stored bits appears. `rgb` says that `values` are RGB whatever the file states.
    """
    kind = photometric(dataset)
    if matrix.samples > 1:
        return (0, 0, 0) if rgb else YBR_BLACK.get(kind, (0, 0, 0))
    if kind == "PALETTE COLOR":
        return _darkest_index(dataset, values)
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    if finite.size == 0:
        return 0
    return finite.max() if high_is_dark(dataset) else finite.min()


def _darkest_index(dataset: Dataset, values: Array) -> int:
    count, first, _ = (int(v) for v in dataset.RedPaletteColorLookupTableDescriptor)
    indices = np.arange(first, first + (count or 1 << 16)).astype(values.dtype)
    try:
        colours = apply_color_lut(indices[None], dataset)[0, :, :3]
    except Exception as error:
        raise PixelError("The colour table of the image is damaged.") from error
    return int(indices[np.argmin(colours.astype(np.float64) @ (0.299, 0.587, 0.114))])


def _fill_native(dataset: Dataset, matrix: Matrix, regions: Sequence[Region], keyword: str) -> None:
    data = bytearray(dataset[keyword].value)
    swapped = transfer_syntax(dataset) == ExplicitVRBigEndian
    pairs = swapped and matrix.bits_allocated == 8 and dataset[keyword].VR == "OW"  # noqa: PLR2004 - bits
    if pairs:  # 8-bit samples in 16-bit words of the other byte order
        np.frombuffer(data, np.uint16).byteswap(inplace=True)
    kind = "f" if keyword != "PixelData" else "iu"[int(dataset.get("PixelRepresentation") or 0) == 0]
    sample = np.dtype(f"{'>' if swapped else '<'}{kind}{matrix.bits_allocated // 8}")
    if is_halved(dataset, matrix):
        _fill_pairs(np.frombuffer(data, np.uint8), matrix, regions, photometric(dataset))
    else:
        planar = matrix.samples > 1 and int(dataset.get("PlanarConfiguration") or 0) == 1
        for index in range(matrix.frames):
            frame = _native_frame(np.frombuffer(data, sample), matrix, index, planar=planar)
            fill(frame, of_frame(regions, index), _black_words(dataset, frame, matrix))
    if pairs:
        np.frombuffer(data, np.uint16).byteswap(inplace=True)
    dataset[keyword].value = bytes(data)


def _black_words(dataset: Dataset, frame: Array, matrix: Matrix) -> Any:
    """Return what is black in a native frame, without what lies beside the values, such as an embedded overlay."""
    said = layout_of(dataset)
    layout = said and (displaced(dataset) or replace(said, high=said.stored - 1))
    if layout is None or layout.is_full:
        return black_of(dataset, frame, matrix)
    words = frame.astype(frame.dtype.newbyteorder("=")).view(f"u{frame.dtype.itemsize}")
    return black_of(dataset, layout.values(words), matrix) << layout.shift


def _native_frame(samples: Array, matrix: Matrix, index: int, *, planar: bool) -> Array:
    size = matrix.rows * matrix.columns * matrix.samples
    frame = samples[index * size : (index + 1) * size]
    if frame.size < size:
        raise PixelError("The pixel data is shorter than the image.", "Export it again from its archive.")
    if matrix.samples == 1:
        return frame.reshape(matrix.rows, matrix.columns)
    if planar:
        return frame.reshape(matrix.samples, matrix.rows, matrix.columns).transpose(1, 2, 0)
    return frame.reshape(matrix.rows, matrix.columns, matrix.samples)


def _fill_pairs(data: Array, matrix: Matrix, regions: Sequence[Region], kind: str) -> None:
    """Fill 4:2:2 data, in which two pixels are four bytes: Y, Y, Cb, Cr (PS3.3 C.7.6.3.1.2)."""
    y, cb, cr = YBR_BLACK[kind]
    pairs = -(-matrix.columns // 2)
    size = matrix.rows * pairs * 4
    for index in range(matrix.frames):
        part = data[index * size : (index + 1) * size]
        if part.size < size:
            raise PixelError("The pixel data is shorter than the image.", "Export it again from its archive.")
        frame = part.reshape(matrix.rows, pairs, 4)
        masked = np.zeros((matrix.rows, 2 * pairs), bool)
        fill(masked, of_frame(regions, index), black=True)
        frame[masked[:, ::2] | masked[:, 1::2]] = (y, y, cb, cr)


def _fill_encapsulated(dataset: Dataset, matrix: Matrix, regions: Sequence[Region]) -> None:
    if transfer_syntax(dataset) in LOSSY_BLOCKS and blank_blocks(dataset, matrix, regions):
        _change_syntax(dataset, transfer_syntax(dataset))
        return
    target = ENCODE_AS.get(transfer_syntax(dataset))
    frames = None if target is None else _encoded(dataset, matrix, regions, target)
    if frames is not None and target is not None:
        dataset.PixelData = encapsulate(frames)
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True
        if matrix.samples > 1 and target != JPEGLSLossless:
            dataset.PlanarConfiguration = 1 if target == RLELossless else 0
        _change_syntax(dataset, target)
    else:
        _store_native(dataset, matrix, regions)


def _encoded(dataset: Dataset, matrix: Matrix, regions: Sequence[Region], target: UID) -> list[bytes] | None:
    """Return all frames encoded without loss, or None where the encoder cannot hold them."""
    options = {
        "rows": matrix.rows,
        "columns": matrix.columns,
        "samples_per_pixel": matrix.samples,
        "number_of_frames": 1,
        "photometric_interpretation": photometric(dataset),
        "pixel_representation": int(dataset.get("PixelRepresentation") or 0),
        "bits_allocated": matrix.bits_allocated,
        "bits_stored": int(dataset.get("BitsStored") or matrix.bits_allocated),
    }
    if matrix.samples > 1:
        options["planar_configuration"] = 0
    frames = []
    for index in range(matrix.frames):
        values = _filled(dataset, matrix, index, regions)
        frame = _encode(values, target, options)
        if frame is None or (index == 0 and not _same(dataset, frame, values, target)):
            return None
        frames.append(frame)
    return frames


def _encode(values: Array, target: UID, options: dict[str, Any]) -> bytes | None:
    encoder = get_encoder(target)
    for plugin in ENCODERS:
        if plugin in encoder.available_plugins:
            try:
                return bytes(encoder.encode(values, encoding_plugin=plugin, **options))
            except Exception:  # noqa: BLE001 - encoders raise anything; the caller then stores natively
                return None
    return None


def _same(dataset: Dataset, frame: bytes, values: Array, target: UID) -> bool:
    """Whether an encoded frame decodes to the very values that went in."""
    copy = Dataset()
    copy.file_meta = type(dataset.file_meta)()
    copy.file_meta.TransferSyntaxUID = target
    for element in dataset.group_dataset(0x0028):
        copy.add(deepcopy(element))  # setting a value below would change the shared element
    copy.NumberOfFrames = 1
    copy.PixelData = encapsulate([frame])
    try:
        return bool(np.array_equal(decode_frame(copy, 0, raw=True), values))
    except PixelError:
        return False


def _store_native(dataset: Dataset, matrix: Matrix, regions: Sequence[Region]) -> None:
    """Store decoded frames uncompressed, colours as RGB."""
    frames = []
    size = 0
    for index in range(matrix.frames):
        values = np.array(decode_frame(dataset, index))
        fill(values, of_frame(regions, index), black_of(dataset, values, matrix, rgb=True))
        frames.append(values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes())
        size += len(frames[-1])
        if size > MAX_NATIVE:
            raise PixelError("The image is too large to be stored without its lossy compression.")
    bits = 8 * values.dtype.itemsize
    dataset.PixelData = b"".join(frames) + b"\0" * (size % 2)
    dataset["PixelData"].VR = "OB" if bits == 8 else "OW"  # noqa: PLR2004 - bits
    dataset["PixelData"].is_undefined_length = False
    dataset.BitsAllocated = bits
    dataset.BitsStored = min(int(dataset.get("BitsStored") or bits), bits)
    dataset.HighBit = dataset.BitsStored - 1
    if matrix.samples > 1:
        dataset.PhotometricInterpretation = "RGB"
        dataset.PlanarConfiguration = 0
    _change_syntax(dataset, ExplicitVRLittleEndian)


def _change_syntax(dataset: Dataset, target: UID) -> None:
    source = transfer_syntax(dataset)
    if source in ALWAYS_LOSSY or (source not in ENCODE_AS and "LossyImageCompression" not in dataset):
        dataset.LossyImageCompression = "01"  # for good, whatever it is stored as (PS3.3 C.7.6.1.1.5)
    for table in ("ExtendedOffsetTable", "ExtendedOffsetTableLengths"):
        if table in dataset:
            delattr(dataset, table)
    dataset.file_meta.TransferSyntaxUID = target
