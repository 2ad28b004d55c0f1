"""What an image view shows and how: window and level, zoom, regions, what is measured or drawn."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QCursor, QImage
from PySide6.QtWidgets import QSizePolicy, QWidget

from anonymizer.pixels.rendering import WindowPreset
from app.gui.image import image_overlay as overlay
from app.gui.image.box_editor import BoxEditor
from app.gui.image.image_aids import ImageAids
from app.gui.image.image_frames import Frame, Window
from app.gui.image.image_geometry import ViewGeometry
from app.gui.image.image_overlay import RegionLike
from app.gui.image.image_tools import Tool
from app.gui.image.value_windows import ValueWindow
from app.gui.image.visible_part import VisiblePart

SHARP_MS = 80  # after the last movement the visible part is drawn in full resolution


class ImageStage(QWidget):
    """What is shown and how: window, zoom, regions, heat map, and what tools need; `ImageCanvas` draws it.

    `window_changed()`, `moved()` (zoom or pan), and while `drawing`:
    `region_drawn(x, y, width, height, frame)`.
    """

    window_changed = Signal()
    moved = Signal()
    region_drawn = Signal(int, int, int, int, int)
    drawing_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self.setAccessibleName("Image")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.counted = "frame"  # what is scrolled through: frames of an image, or images of a series
        self.caption = ""  # a word at the lower left, e.g. "masked"
        self.inverted: bool = False
        self.smooth = True
        self.show_regions = True
        self.only_kind = ""  # the kind of region that alone is outlined, "" for every kind
        self.space_held = False
        self._geometry = ViewGeometry()
        self._index = 0
        self._frame: Frame | None = None
        self._window: Window | None = None
        self._message = ""
        self._regions: tuple[RegionLike, ...] = ()
        self._heat: QImage | None = None
        self._corner: tuple[str, str] | None = None
        self._drawn: QRectF | None = None
        self._tool: Tool | None = None
        self._drawing = False
        self.boxes = BoxEditor(self)
        self.boxes.chosen.connect(lambda _number: self.update())
        self.boxes.pen.changed.connect(self.update)
        self._pressed = QPointF()
        self.aids = ImageAids()
        self.extra_presets: tuple[WindowPreset | ValueWindow, ...] = ()  # offered after those of the file
        self._measuring = False
        self._cut = VisiblePart()
        self._sharpen = QTimer(self, singleShot=True, interval=SHARP_MS)
        self._sharpen.timeout.connect(self.update)

    def set_overlay(self, values: NDArray[np.float32] | None, opacity: float = 0.5) -> None:
        """Lay a heat map of values 0 to 1 over the whole image; None takes it away."""
        self._heat = None if values is None else overlay.heat_image(values, opacity)
        self.update()

    def set_regions(self, regions: Sequence[RegionLike]) -> None:
        """Outline these regions."""
        self._regions = tuple(regions)
        self.boxes.show(self._regions)
        self.update()

    def set_corner(self, text: str, colour: str = "#ffffff") -> None:
        """Write a word, such as the label, in the upper left corner; "" takes it away."""
        self._corner = (text, colour) if text else None
        self.update()

    @property
    def drawing(self) -> bool:
        """Whether a drag with the left button draws a rectangle."""
        return self._drawing

    @drawing.setter
    def drawing(self, on: bool) -> None:
        if on != self._drawing:
            self._drawing = on
            self.setCursor(self._cursor())
            self.drawing_changed.emit(on)

    @property
    def measuring(self) -> bool:
        """Whether a drag with the left button measures a distance."""
        return self._measuring

    @measuring.setter
    def measuring(self, on: bool) -> None:
        self._measuring = on
        self.aids.line = None
        self.setCursor(self._cursor())
        self.update()

    def _cursor(self) -> Qt.CursorShape:
        return Qt.CursorShape.CrossCursor if self._drawing or self._measuring else Qt.CursorShape.ArrowCursor

    @property
    def presets(self) -> tuple[WindowPreset, ...]:
        """The windows that are offered: those of the file, then the usual ones of the modality."""
        if self._frame is None or not self._frame.windowed:
            return ()
        frame = self._frame
        usual = map(frame.preset, self.extra_presets)
        return (*frame.picture.window_presets, *usual, *frame.ranges)

    @property
    def message(self) -> str:
        """The text that stands in place of an image; "" while there is one."""
        return self._message

    @property
    def regions(self) -> tuple[RegionLike, ...]:
        """The outlined regions."""
        return self._regions

    @property
    def frame_index(self) -> int:
        """The frame that is asked for, from 0."""
        return self._index

    @property
    def geometry_of_image(self) -> ViewGeometry:
        """Zoom and pan."""
        return self._geometry

    @property
    def frame_shown(self) -> Frame | None:
        """The frame on the screen."""
        return self._frame

    @property
    def window_now(self) -> Window | None:
        """The window, None for the file's own look."""
        return self._window

    def set_window(self, window: Window | None) -> None:
        """Show through another window; None for the file's own look."""
        self._window = window
        self.redraw()
        self.window_changed.emit()

    def set_preset(self, number: int) -> None:
        """Show through one of the windows that are offered, from 0; others do nothing."""
        presets = self.presets
        if number < len(presets):
            chosen = presets[number]
            self.set_window(Window(chosen.center, max(chosen.width, 1.0), chosen.table))

    def set_inverted(self, on: bool) -> None:  # noqa: FBT001 - a check box sends it
        """Black for white."""
        self.inverted = on
        self.redraw()
        self.window_changed.emit()

    def outline_only(self, kind: str) -> None:
        """Outline regions of one kind, "" for every kind."""
        self.only_kind = kind
        self.update()

    def toggle_regions(self) -> None:
        """Outlines, and graphics of the file, on or off."""
        self.show_regions = not self.show_regions
        self.update()

    def fit(self) -> None:
        """The whole image, as large as it goes."""
        self._geometry.fit()
        self._moved()

    def actual_size(self) -> None:
        """One pixel of the image to one of the screen."""
        self.zoom_to(1 / self.devicePixelRatioF(), self._geometry.area.center())

    def zoom(self, factor: float) -> None:
        """Nearer or farther about the middle."""
        self.zoom_to(self._geometry.zoom * factor, self._geometry.area.center())

    def zoom_to(self, zoom: float, about: QPointF) -> None:
        """Zoom to so many view pixels a column; the point `about` stays where it is."""
        self._geometry.zoom_to(zoom, about)
        self._moved()

    def reset(self) -> None:
        """The file's own look, fitted."""
        self.inverted = False
        self._geometry.fit()
        self.set_window(None)
        self.moved.emit()

    def facts(self) -> list[str]:
        """What the line beneath the image says."""
        frame = self._frame
        if frame is None:
            return []
        window = self._window
        if window is None and frame.picture.window_presets:
            window = frame.usual_window()
        zoom = self._geometry.zoom * self.devicePixelRatioF()
        found = [
            self.caption,
            f"{self.counted} {frame.index + 1} of {frame.picture.frames}" if frame.picture.frames > 1 else "",
            window_words(frame, window) if window and frame.windowed else "",
            f"{zoom:.0%}",
            "inverted" if self.inverted else "",
            f"{frame.columns} × {frame.rows}",
        ]
        return [text for text in found if text]

    def magnify(self, *, on: bool) -> None:
        """Show a magnifier at the mouse, or take it away."""
        self.aids.lens = QPointF(self.mapFromGlobal(QCursor.pos())) if on else None
        self.setMouseTracking(on)
        self.update()

    # What tools use.

    def redraw(self) -> None:
        """Draw again, quickly now and in full resolution in a moment."""
        self._sharpen.start()
        self.update()

    def _moved(self) -> None:
        self.redraw()
        self.moved.emit()

    def show_drawn(self, rect: QRectF | None) -> None:
        """Show the rectangle that is being drawn, in view coordinates."""
        self._drawn = rect
        self.update()

    def show_measured(self, line: QLineF) -> None:
        """Show the distance that is being measured, in image coordinates."""
        self.aids.line = line
        self.update()

    def take_drawn(self, rect: tuple[int, int, int, int]) -> None:
        """Tell of the finished rectangle."""
        self.region_drawn.emit(*rect, self._index)

    def _say(self, text: str) -> None:
        self._message = text
        self.update()


def window_words(frame: Frame, window: Window) -> str:
    """Say through which window, or table of the file, an image is shown."""
    if window.table is not None:
        return next((p.name for p in frame.picture.window_presets if p.table == window.table), "")
    return f"W {window.width:.0f}  L {window.center:.0f}"
