"""What a viewer shows of an image: frames, windows and the picture as first displayed.

Cheap to import and free of the text detector, so the window, the export and the prediction all use it.
"""

from copy import copy
from functools import cached_property
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut
from pydicom.tag import Tag

from anonymizer.errors import PixelError, SourceError
from anonymizer.pixels.decoders import decode_apart
from anonymizer.pixels.decoding import Matrix, decode_frame, matrix_of, pixel_keyword
from anonymizer.pixels.geometry import frame_rate, pixel_aspect, pixel_spacing
from anonymizer.pixels.greyscale import (
    Array,
    Bytes,
    WindowPreset,
    apply_modality,
    apply_voi_table,
    automatic_window,
    display,
    functional_group,
    padding_of,
    presets,
    rescale,
    table_presets,
    window_function,
)
from anonymizer.pixels.orientation import Edges, edges
from anonymizer.pixels.overlays import overlay_planes
from anonymizer.pixels.regions import ultrasound_regions
from anonymizer.report import Region

__all__ = ["DicomImage", "WindowPreset", "display", "read_image"]

_PIXELS = frozenset(Tag(keyword) for keyword in ("PixelData", "FloatPixelData", "DoubleFloatPixelData"))
GREY = frozenset({"MONOCHROME1", "MONOCHROME2"})


class DicomImage:
    """An instance's image; frames are decoded when they are asked for, one at a time."""

    def __init__(self, dataset: Dataset, *, allow_gdcm: bool = False, at: int = 0) -> None:
        if pixel_keyword(dataset) is None:
            raise PixelError("The object holds no image.")
        self._dataset = dataset
        self._matrix: Matrix = matrix_of(dataset)
        self._allow_gdcm = allow_gdcm
        self._at = at

    @classmethod
    def open(cls, source: Path | str | bytes, *, allow_gdcm: bool = False) -> "DicomImage":
        """Read a DICOM file or its bytes.

        `allow_gdcm` decodes in this process alone, also by the decoder that can end it on a damaged file: for worker
        processes only. Else compressed frames are decoded beside it.
        Raises SourceError for what is no DICOM, PixelError for what holds no image that can be shown.
        """
        return cls(read_dataset(source), allow_gdcm=allow_gdcm)

    @property
    def frames(self) -> int:
        """Number of frames, at least 1."""
        return self._matrix.frames

    @property
    def rows(self) -> int:
        """Height of a frame in pixels."""
        return self._matrix.rows

    @property
    def columns(self) -> int:
        """Width of a frame in pixels."""
        return self._matrix.columns

    @property
    def photometric(self) -> str:
        """Photometric Interpretation as the file states it."""
        return str(self._dataset.get("PhotometricInterpretation") or "MONOCHROME2").strip().upper()

    @property
    def is_colour(self) -> bool:
        """Whether frames are RGB."""
        return self._matrix.samples > 1 or self.photometric == "PALETTE COLOR"

    @property
    def inverted(self) -> bool:
        """Whether low values are bright: MONOCHROME1, or a presentation LUT of shape INVERSE."""
        shape = str(self._dataset.get("PresentationLUTShape") or "").upper()
        return not self.is_colour and (self.photometric == "MONOCHROME1" or shape == "INVERSE")

    @property
    def pixel_spacing(self) -> tuple[float, float] | None:
        """Distance of rows and of columns in mm (of the detector for projections), None where unknown."""
        return pixel_spacing(self._dataset, self._at)

    @property
    def pixel_aspect(self) -> float:
        """Height of a pixel over its width."""
        return pixel_aspect(self._dataset, self._at)

    @property
    def frame_rate(self) -> float | None:
        """Frames per second at which the file wants to be shown, None where it does not say."""
        return frame_rate(self._dataset)

    @property
    def edges(self) -> Edges | None:
        """The patient's sides at the edges of the image, None where the file does not tell."""
        return edges(self._dataset, self._at)

    @property
    def ultrasound_areas(self) -> tuple[Region, ...]:
        """Where the file says that ultrasound data lies (PS3.3 C.8.5.5); empty for other images."""
        return ultrasound_regions(self._dataset, self._matrix)

    @property
    def window_presets(self) -> tuple[WindowPreset, ...]:
        """The VOI LUTs and windows that the file offers, the usual one first; empty for colour."""
        if self.is_colour:
            return ()
        return (*table_presets(self._dataset, self._at), *presets(self._dataset, self._at))

    @property
    def window_function(self) -> str:
        """How a window maps values: LINEAR, LINEAR_EXACT or SIGMOID."""
        return window_function(self._dataset, self._at)

    def at(self, index: int) -> "DicomImage":
        """Return what the file says of one frame, such as its windows; without pixels, so that many can be kept."""
        facts = copy(self)
        facts._dataset, facts._at = self._attributes, index  # noqa: SLF001 - a copy of this object
        return facts

    @cached_property
    def _attributes(self) -> Dataset:
        """The data set without its pixels."""
        dataset = Dataset()
        for tag in self._dataset.keys() - _PIXELS:
            dataset[tag] = self._dataset.get_item(tag)
        return dataset

    def graphics(self, index: int) -> npt.NDArray[np.bool_] | None:
        """Return which pixels of a frame overlay planes mark, None where none does."""
        return overlay_planes(self._dataset, index, (self.rows, self.columns))

    def through_table(self, values: Array, number: int) -> Bytes:
        """Return values after the modality LUT as one of the file's VOI LUTs shows them."""
        source = functional_group(self._dataset, self._at, "FrameVOILUTSequence")
        shown = apply_voi_table(values, source["VOILUTSequence"].value[number])
        return np.asarray(255 - shown if self.inverted else shown)

    def stored(self, index: int) -> Array:
        """Return the stored values of a frame (colour: RGB, palette: indices). Raises PixelError."""
        return decode_frame(self._dataset, index) if self._allow_gdcm else decode_apart(self._dataset, index)

    def frame(self, index: int) -> Array:
        """Return a frame after the modality LUT, (rows, columns), or RGB uint8 (rows, columns, 3).

        Raises PixelError where it cannot be decoded.
        """
        return self._values(self.stored(index), index)

    def _values(self, stored: Array, index: int) -> Array:
        if not self.is_colour:
            return apply_modality(stored, self._dataset, index)
        if self.photometric == "PALETTE COLOR":
            try:
                stored = apply_color_lut(stored, self._dataset)[..., :3]
            except Exception as error:
                raise PixelError("The colour table of the image is damaged.") from error
            return _eight_bits(stored, 8 * stored.dtype.itemsize)
        return _eight_bits(stored, int(self._dataset.get("BitsStored") or 8))

    def automatic_window(self, index: int) -> tuple[float, float]:
        """Return center and width over the middle 99 % of a frame's values, padding left out."""
        stored = self.stored(index)
        return automatic_window(self._values(stored, index), _valid(padding_of(stored, self._dataset)))

    def render(self, index: int) -> Bytes:
        """Return a frame as a viewer first shows it: uint8, 0 black, (rows, columns[, 3])."""
        return self.view(index)[1]

    def view(self, index: int) -> tuple[Array, Bytes]:
        """Return what `frame` and `render` return, decoding once."""
        stored = self.stored(index)
        values = self._values(stored, index)
        if self.is_colour:
            shown = values.astype(np.uint8, copy=False)
            return shown, shown
        padding = padding_of(stored, self._dataset)
        shown = self._windowed(values, index, _valid(padding))
        if padding is not None:
            shown[padding] = 0
        return values, shown

    def windowed(
        self, index: int, window: tuple[float, float] | None = None
    ) -> tuple[Bytes, tuple[float, float, str] | None]:
        """Return a frame as `render` does, or through a window of one's own (center, width; linear).

        With it comes the window that was used: center, width and function; None where there is none, as in colour
        and where a VOI LUT takes its place.
        """
        stored = self.stored(index)
        values = self._values(stored, index)
        if self.is_colour:
            return values.astype(np.uint8, copy=False), None
        padding = padding_of(stored, self._dataset)
        used = (*window, "LINEAR") if window else self._first_window(values, index, _valid(padding))
        if used is None:
            shown = self._windowed(values, index, _valid(padding))
        else:
            center, width, function = used
            shown = display(values, center=center, width=width, invert=self.inverted, function=function)
        if padding is not None:
            shown[padding] = 0
        return shown, used

    def rescaled(self, index: int) -> tuple[Array, float, float]:
        """Return the stored values of a grey frame, with the slope and intercept of its modality LUT."""
        return self.stored(index), *rescale(self._dataset, index)

    @property
    def may_be_negative(self) -> bool:
        """Whether values after the modality LUT can be negative by their kind, whatever this image holds."""
        signed = bool(self._dataset.get("PixelRepresentation"))
        return (signed and not self._dataset.get("ModalityLUTSequence")) or rescale(self._dataset, 0)[1] < 0

    def _first_window(
        self, values: Array, index: int, valid: npt.NDArray[np.bool_] | None
    ) -> tuple[float, float, str] | None:
        if functional_group(self._dataset, index, "FrameVOILUTSequence").get("VOILUTSequence"):
            return None
        offered = presets(self._dataset, index)
        if offered:
            return offered[0].center, offered[0].width, window_function(self._dataset, index)
        return *automatic_window(values, valid), "LINEAR"

    def _windowed(self, values: Array, index: int, valid: npt.NDArray[np.bool_] | None) -> Bytes:
        used = self._first_window(values, index, valid)
        if used is None:
            return self.at(index).through_table(values, 0)
        center, width, function = used
        return display(values, center=center, width=width, invert=self.inverted, function=function)


def read_dataset(source: Path | str | bytes) -> Dataset:
    """Read a DICOM file or its bytes. Raises SourceError."""
    try:
        return dcmread(BytesIO(source) if isinstance(source, bytes) else Path(source))
    except OSError as error:
        raise SourceError("The file cannot be opened.", "Check that it exists and may be read.") from error
    except Exception as error:
        # pydicom raises errors of every kind on damaged files, and their texts can quote the file.
        raise SourceError("The file is not DICOM, or it is damaged.") from error


def open_image(path: Path | str) -> DicomImage | Bytes:
    """Open a file for a viewer: DICOM, whose frames are decoded when they are asked for, or a picture's pixels.

    Those of a PNG, JPEG or TIFF are uint8, (rows, columns) or (rows, columns, 3). Raises SourceError or PixelError.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            is_dicom = file.read(132)[128:] == b"DICM"
    except OSError as error:
        raise SourceError("The file cannot be opened.", "Check that it exists and may be read.") from error
    return DicomImage.open(path) if is_dicom else _read_picture(path)


def read_image(path: Path | str) -> Bytes:
    """Return a DICOM, PNG, JPEG or TIFF file as a viewer shows it; of several frames the middle one.

    The array is uint8, (rows, columns) or (rows, columns, 3). Raises SourceError or PixelError.
    """
    opened = open_image(path)
    return opened.render(opened.frames // 2) if isinstance(opened, DicomImage) else opened


def _read_picture(path: Path) -> Bytes:
    try:
        with Image.open(path, formats=("PNG", "JPEG", "TIFF")) as opened:
            upright = ImageOps.exif_transpose(opened)
            if upright.mode.startswith(("I", "F")):
                values = np.asarray(upright)
                center, width = automatic_window(values)
                return display(values, center=center, width=width)
            grey = upright.mode in {"1", "L", "LA"}
            return np.asarray(upright.convert("L" if grey else "RGB"))
    except UnidentifiedImageError as error:
        raise SourceError("The file is neither DICOM nor a PNG, JPEG or TIFF picture.") from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PixelError("The picture cannot be decoded.", "The file may be damaged or too large.") from error


def _valid(padding: npt.NDArray[np.bool_] | None) -> npt.NDArray[np.bool_] | None:
    return None if padding is None else ~padding


def _eight_bits(values: Array, bits: int) -> Bytes:
    if values.dtype == np.uint8:
        return values
    return np.asarray(np.clip(values >> max(0, bits - 8), 0, 255)).astype(np.uint8)
