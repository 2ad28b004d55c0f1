"""Lossy JPEG frames of an instance, masked among their coefficients and checked by decoding them again."""

from collections.abc import Sequence
from copy import deepcopy

import numpy as np
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import JPEGBaseline8Bit, JPEGExtended12Bit

from anonymizer.errors import PixelError
from anonymizer.pixels.decoding import Array, Matrix, decode_frame, matrix_of
from anonymizer.pixels.filling import fill, high_is_dark, of_frame, photometric
from anonymizer.pixels.jpeg_blocks import BRIGHT, DARK, MIDDLE, Mask, blanked
from anonymizer.pixels.jpeg_huffman import UnfitError
from anonymizer.pixels.jpeg_stream import Stream, read_stream
from anonymizer.report import Region

LOSSY_BLOCKS = frozenset({JPEGBaseline8Bit, JPEGExtended12Bit})
NEARLY = 0.04  # of the range of values: how far from black decoders may be where colours are computed
_RED_GREEN_BLUE = tuple(map(ord, "RGB"))
_COLOURS = 3


def mcu_of(dataset: Dataset) -> tuple[int, int]:
    """Return columns and rows of what can be blanked at once; (1, 1) where the frames are of another kind."""
    try:
        return read_stream(_frames(dataset, matrix_of(dataset))[0]).mcu
    except UnfitError:
        return 1, 1


def blank_blocks(dataset: Dataset, matrix: Matrix, regions: Sequence[Region]) -> bool:
    """Blank the regions in all frames. False where the frames are of another kind; nothing is changed then.

    The first and the last frame that changed are decoded: what is masked is dark, all else is as it was.
    """
    try:
        frames = _frames(dataset, matrix)
        done = dict(_edited(dataset, matrix, frames, regions))
    except UnfitError:
        return False
    shown = Dataset()
    shown.file_meta = dataset.file_meta
    for element in dataset.group_dataset(0x0028):
        shown.add(deepcopy(element))
    for keyword in ("RescaleSlope", "PresentationLUTShape"):
        if keyword in dataset:
            shown[keyword] = dataset[keyword]
    shown.NumberOfFrames = 1
    for index in {min(done), max(done)} if done else ():
        if not _is_right(shown, (frames[index], done[index][0]), done[index][1]):
            return False
    written = [done[index][0] if index in done else frame for index, frame in enumerate(frames)]
    dataset.PixelData = encapsulate(written)
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    return True


def _frames(dataset: Dataset, matrix: Matrix) -> list[bytes]:
    try:
        frames = list(generate_frames(dataset.PixelData, number_of_frames=matrix.frames))
    except Exception as error:  # pydicom raises anything where the fragments are none
        raise UnfitError from error
    if len(frames) != matrix.frames:
        raise UnfitError
    return frames


def _edited(
    dataset: Dataset, matrix: Matrix, frames: Sequence[bytes], regions: Sequence[Region]
) -> "list[tuple[int, tuple[bytes, Mask]]]":
    """Return the frames in which something is masked, and where."""
    edited = []
    for index, frame in enumerate(frames):
        masked = np.zeros((matrix.rows, matrix.columns), bool)
        fill(masked, of_frame(regions, index), black=True)
        if masked.any():
            stream = read_stream(frame)
            edited.append((index, (blanked(frame, masked, _levels(dataset, stream)), _whole(masked, stream))))
    return edited


def _whole(masked: Mask, stream: Stream) -> Mask:
    """Return the mask widened to whole MCUs."""
    width, height = stream.mcu
    rows, columns = masked.shape
    padded = np.pad(masked, ((0, -rows % height), (0, -columns % width)))
    cells = padded.reshape(padded.shape[0] // height, height, padded.shape[1] // width, width).any(
        axis=(1, 3)
    )
    return np.asarray(cells.repeat(height, axis=0).repeat(width, axis=1)[:rows, :columns])


def _levels(dataset: Dataset, stream: Stream) -> tuple[int, ...]:
    """Return the level of each component that is black on the screen."""
    if len(stream.components) == 1:
        return (BRIGHT if high_is_dark(dataset) else DARK,)
    if len(stream.components) != _COLOURS:
        raise UnfitError
    return (DARK, DARK, DARK) if _is_rgb(dataset, stream) else (DARK, MIDDLE, MIDDLE)


def _is_rgb(dataset: Dataset, stream: Stream) -> bool:
    """Whether the components are red, green and blue; decoders go by the stream before the header."""
    if stream.transform is not None:
        return stream.transform == 0
    identifiers = tuple(each.identifier for each in stream.components)
    subsampled = len({(each.across, each.down) for each in stream.components}) > 1
    return identifiers == _RED_GREEN_BLUE or (photometric(dataset) == "RGB" and not subsampled)


def _is_right(shown: Dataset, frames: tuple[bytes, bytes], masked: Mask) -> bool:
    """Whether a frame is dark where it is masked and everywhere else as it was."""
    try:
        before, after = (_decoded(shown, frame) for frame in frames)
    except PixelError:
        return False
    top = (1 << int(shown.get("BitsStored") or 8)) - 1
    coloured = before.ndim > 2  # noqa: PLR2004 - colour
    away = after[~_ringed(~masked) if coloured else masked].astype(np.int64)
    if not coloured and high_is_dark(shown):
        away = top - away
    outside = ~_ringed(masked) if coloured else ~masked
    return bool(away.max(initial=0) <= NEARLY * top) and np.array_equal(before[outside], after[outside])


def _ringed(masked: Mask) -> Mask:
    """Return the mask with a pixel around it: decoders mix the colour of neighbours where blocks share colours."""
    padded = np.pad(masked, 1)
    rows, columns = masked.shape
    ringed = [padded[y : y + rows, x : x + columns] for y in range(3) for x in range(3)]
    return np.asarray(np.logical_or.reduce(ringed))


def _decoded(shown: Dataset, frame: bytes) -> Array:
    shown.PixelData = encapsulate([frame])
    shown["PixelData"].VR = "OB"
    shown["PixelData"].is_undefined_length = True
    return decode_frame(shown, 0)
