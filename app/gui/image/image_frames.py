"""What the image view draws: one decoded frame with smaller copies of itself, ready for the screen.

A frame of 28 million pixels is not windowed 60 times a second; its visible part, reduced to about the size of
the screen, is. Reduced copies are means of 2 × 2 pixels, so that no line of the image is left out by chance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from anonymizer.pixels.orientation import Edges
from anonymizer.pixels.rendering import WindowPreset, display
from app.gui.image.value_windows import Spread, ValueWindow

ATTRIBUTES = 50_000  # bytes that the attributes of a file take in memory, about
SMALLEST = 256  # reduced copies stop where the longer side is no longer than this

Values = NDArray[Any]
Shown = NDArray[np.uint8]


class Picture(Protocol):
    """What the view needs of an image; `anonymizer.DicomImage` is one."""

    @property
    def frames(self) -> int:
        """How many frames, at least 1."""

    @property
    def window_presets(self) -> Sequence[WindowPreset]:
        """The windows that the file offers, the usual one first; empty for colour images."""

    @property
    def window_function(self) -> str:
        """How a window maps values."""

    @property
    def inverted(self) -> bool:
        """Whether low values are bright."""

    @property
    def pixel_spacing(self) -> tuple[float, float] | None:
        """Distance between rows and between columns, None where it is not known."""

    @property
    def edges(self) -> Edges | None:
        """The patient's sides at the edges of the image, None where they are not known."""

    @property
    def pixel_aspect(self) -> float:
        """Height of a pixel over its width."""
        spacing = self.pixel_spacing
        return spacing[0] / spacing[1] if spacing and min(spacing) > 0 else 1.0

    @property
    def frame_rate(self) -> float | None:
        """Frames per second at which to play, None where the file does not say."""
        return None

    def at(self, index: int) -> "Picture":  # noqa: ARG002 - most pictures look the same in all frames
        """Return the picture with the windows, spacing and sides of one frame."""
        return self

    def graphics(self, index: int) -> NDArray[np.bool_] | None:  # noqa: ARG002 - most pictures have none
        """Return which pixels of a frame graphics of the file mark, (rows, columns)."""
        return None

    def through_table(self, values: Values, number: int) -> Shown:
        """Return values as the VOI LUT of this number shows them; only for presets that name one."""
        raise LookupError(number, values.shape)

    def view(self, index: int) -> tuple[Values, Shown]:
        """The values of a frame, (rows, columns[, 3]), and its usual look."""


@dataclass(frozen=True, slots=True)
class ArrayPicture(Picture):
    """An image that is already as shown: uint8 (rows, columns) or (rows, columns, 3)."""

    pixels: Shown
    frames: int = 1
    window_presets: tuple[WindowPreset, ...] = ()
    window_function: str = "LINEAR"
    inverted: bool = False
    pixel_spacing: tuple[float, float] | None = None
    edges: Edges | None = None

    def view(self, _index: int) -> tuple[Values, Shown]:
        """The one frame, twice."""
        return self.pixels, self.pixels


@dataclass(frozen=True, slots=True)
class PictureOf(Picture):
    """Another picture, of which a subclass changes something."""

    picture: Picture

    @property
    def frames(self) -> int:
        """Those of the picture."""
        return self.picture.frames

    @property
    def window_presets(self) -> Sequence[WindowPreset]:
        """Those of the picture."""
        return self.picture.window_presets

    @property
    def window_function(self) -> str:
        """That of the picture."""
        return self.picture.window_function

    @property
    def inverted(self) -> bool:
        """As the picture."""
        return self.picture.inverted

    @property
    def pixel_spacing(self) -> tuple[float, float] | None:
        """That of the picture."""
        return self.picture.pixel_spacing

    @property
    def pixel_aspect(self) -> float:
        """That of the picture."""
        return self.picture.pixel_aspect

    @property
    def edges(self) -> Edges | None:
        """Those of the picture."""
        return self.picture.edges

    @property
    def frame_rate(self) -> float | None:
        """That of the picture."""
        return self.picture.frame_rate

    def view(self, index: int) -> tuple[Values, Shown]:
        """As the picture."""
        return self.picture.view(index)

    def graphics(self, index: int) -> NDArray[np.bool_] | None:
        """As the picture."""
        return self.picture.graphics(index)

    def through_table(self, values: Values, number: int) -> Shown:
        """As the picture."""
        return self.picture.through_table(values, number)


@dataclass(frozen=True, slots=True)
class Window:
    """A window in the units of the frame's values, or one of the file's tables, which is as wide."""

    center: float
    width: float
    table: int | None = None


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Frame:
    """One frame, decoded: its values and its usual look, each with copies halved again and again."""

    picture: Picture
    index: int
    values: tuple[Values, ...]
    shown: tuple[Shown, ...]
    spread: Spread | None = None  # of the values, None for colour
    graphics: NDArray[np.bool_] | None = None

    @classmethod
    def decode(cls, picture: Picture, index: int) -> "Frame":
        """Decode a frame; takes up to a second for large ones, so never in the window's own thread."""
        values, shown = picture.view(index)
        levels = _levels(shown)
        same = values is shown or is_colour(values)
        values_too = levels if same else _levels(values)
        told = picture.at(index)
        spread = None if is_colour(values) else Spread.of(values_too, inverted=told.inverted)
        return cls(told, index, values_too, levels, spread, picture.graphics(index))

    @property
    def rows(self) -> int:
        """Rows of the stored matrix."""
        return int(self.values[0].shape[0])

    @property
    def columns(self) -> int:
        """Columns of the stored matrix."""
        return int(self.values[0].shape[1])

    @property
    def size(self) -> int:
        """Bytes that this frame holds in memory, with what its picture knows of the file."""
        held = {id(level): level.nbytes for level in (*self.values, *self.shown)}
        return sum(held.values()) + ATTRIBUTES

    @property
    def aspect(self) -> float:
        """Height of a pixel over its width."""
        return self.picture.pixel_aspect

    @property
    def windowed(self) -> bool:
        """Whether a window means anything: not for colour."""
        return not is_colour(self.values[0])

    def usual_window(self) -> Window:
        """Where a drag begins: the first proposed window, else nearly the whole range of values."""
        if self.picture.window_presets:
            preset = self.picture.window_presets[0]
            return Window(float(preset.center), max(float(preset.width), 1.0), preset.table)
        preset = self.ranges[0]
        return Window(preset.center, preset.width)

    @property
    def ranges(self) -> tuple[WindowPreset, ...]:
        """Windows found in the values: over the middle of them, and over all; none for colour."""
        return self.spread.usual() if self.spread is not None else ()

    def preset(self, offered: WindowPreset | ValueWindow) -> WindowPreset:
        """Return a window that is offered for a modality as it is for the values of this frame."""
        if isinstance(offered, WindowPreset):
            return offered
        spread = self.spread or Spread.of(self.values)
        return spread.window(offered, inverted=self.picture.inverted)

    def level_for(self, reduction: float) -> int:
        """The smallest copy with at least one pixel where `reduction` pixels of the frame share one."""
        level = int(np.log2(max(reduction, 1.0)))
        return min(level, len(self.values) - 1)

    def draw(self, level: int, part: tuple[slice, slice], window: Window | None, *, invert: bool) -> Shown:
        """A part of one copy as it is to be shown, contiguous in memory."""
        if window is None or not self.windowed:
            shown = self.shown[level][part]
            return np.ascontiguousarray(255 - shown if invert else shown)
        values = np.ascontiguousarray(self.values[level][part])
        if window.table is not None:
            shown = self.picture.through_table(values, window.table)
            return np.ascontiguousarray(255 - shown if invert else shown)
        return display(
            values,
            center=window.center,
            width=window.width,
            invert=invert != self.picture.inverted,
            function=self.picture.window_function,
        )


def is_colour(values: Values) -> bool:
    """Whether the values have a third axis for colour."""
    return values.ndim == 3  # noqa: PLR2004 - rows, columns, colour


def _levels(values: Values) -> tuple[Values, ...]:
    levels = [values]
    while max(levels[-1].shape[:2]) > SMALLEST and min(levels[-1].shape[:2]) > 1:
        levels.append(_halved(levels[-1]))
    return tuple(levels)


def _halved(values: Values) -> Values:
    rows, columns = values.shape[0] // 2 * 2, values.shape[1] // 2 * 2
    even = values[:rows, :columns]
    real = values.dtype.kind == "f"
    total: Values = even[0::2, 0::2].astype(np.float32 if real else np.int32)
    for part in (even[1::2, 0::2], even[0::2, 1::2], even[1::2, 1::2]):
        total += part
    return (total / 4 if real else np.right_shift(total, 2)).astype(values.dtype)
