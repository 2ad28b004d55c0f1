"""Shows an image as radiologists are used to: window/level, zoom, pan, frames, invert; regions and heat maps.

Nothing here blocks: frames come from an ImageLoader.
"""

from collections.abc import Hashable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from app.gui.image.cine import Cine
from app.gui.image.image_canvas import ImageCanvas
from app.gui.image.image_frames import ArrayPicture, Frame, Picture
from app.gui.image.image_keys import act, let_go
from app.gui.image.image_loader import ImageLoader, Opener
from app.gui.image.image_tools import ZOOM_STEP
from app.gui.image.image_turn import Turn, turned

LOADING_MS = 250  # sooner shown images never flash "Loading…"
AHEAD, BEHIND = 3, 1  # frames decoded in advance when scrolling, in its direction and against it


class ImageView(ImageCanvas):
    """One image; keys and mouse are listed in `image_keys` and `image_tools`.

    `frame_changed(index)`; `shown(name)` when a frame, or why there is none, has come onto the screen.
    Scrolling beyond the last or the first frame tells `next_wanted` or `previous_wanted`.
    """

    frame_changed = Signal(int)
    shown = Signal(object)
    next_wanted = Signal()
    previous_wanted = Signal()

    def __init__(self, parent: QWidget | None = None, *, loader: ImageLoader | None = None) -> None:
        super().__init__(parent)
        self.loader = loader or ImageLoader(self)
        self.loader.loaded.connect(self._on_loaded)
        self.loader.failed.connect(self._on_failed)
        self._name: Hashable = None
        self._opener: Opener | None = None
        self._upright: Frame | None = None
        self.turn: Turn = Turn()
        self.may_turn = False  # where pages draw on stored pixels the image stays upright
        self._failed = False
        self._counter = 0
        self._waiting = QTimer(self, singleShot=True, interval=LOADING_MS)
        self._waiting.timeout.connect(lambda: self._say("Loading…"))
        self.cine = Cine(self)
        self.cine.tick.connect(self._next_of_cine)
        self._total, self._step = 0, 1  # frames; the direction in which they were scrolled last

    def set_image(self, picture: Picture) -> None:
        """Show an image that is already open; its frames are decoded beside the window's thread."""
        self._counter += 1
        self.show_instance(("image", id(self), self._counter), lambda: picture)

    def set_array(self, pixels: NDArray[np.uint8]) -> None:
        """Show uint8 pixels, (rows, columns) or (rows, columns, 3), as they are."""
        self._counter += 1
        self._begin(("array", id(self), self._counter), None)
        self._take(Frame.decode(ArrayPicture(np.ascontiguousarray(pixels)), 0))

    def show_instance(self, name: Hashable, opener: Opener, *, frame: int = 0) -> None:
        """Show the image called `name`, at once where the loader has it, else when `opener` has read it."""
        self._begin(name, opener)
        self._request(frame)

    def clear(self, message: str = "") -> None:
        """Show nothing but a message."""
        self._begin(None, None)
        self._say(message)

    @property
    def frames(self) -> int:
        """How many frames the image has, 0 while there is none."""
        return self._total

    @property
    def playing(self) -> bool:
        """Whether the frames run as a cine."""
        return self.cine.playing

    @property
    def loading(self) -> bool:
        """Whether an image is still on its way: nobody has seen it yet."""
        return self._opener is not None and self._frame is None and not self._failed

    @property
    def seen(self) -> bool:
        """Whether the frame that is asked for is on the screen."""
        return self._frame is not None and self._frame.index == self._index

    def facts(self) -> list[str]:
        """What the line beneath the image says."""
        told = [*super().facts(), self.turn.words, self.cine.words]
        told.append("ruler: drag to measure" if self.measuring else "")
        return [text for text in told if text]

    def follow(self, other: "ImageView") -> None:
        """Take zoom, pan, frame and inversion of another view of the same instance."""
        theirs = other.geometry_of_image
        if (theirs.columns, theirs.rows) == (self._geometry.columns, self._geometry.rows):
            self._geometry.zoom, self._geometry.center = theirs.zoom, QPointF(theirs.center)
            self._geometry.fitted = theirs.fitted
            if theirs.fitted:  # in its own area: that of the other may be hidden
                self._geometry.fit()
        self.inverted, self._window = other.inverted, other.window_now
        if other.frame_index != self._index:
            self.go_to_frame(other.frame_index)
        self.redraw()

    def scroll_frames(self, step: int) -> None:
        """Show another frame; beyond the ends tell `next_wanted` or `previous_wanted`."""
        wanted = self._index + step
        if not 0 <= wanted < self._total:
            (self.next_wanted if step > 0 else self.previous_wanted).emit()
            return
        self.go_to_frame(wanted)

    def go_to_frame(self, index: int) -> None:
        """Show this frame, from 0, or the nearest there is."""
        if self._total and self._opener is not None:
            wanted = min(max(index, 0), self._total - 1)
            self._step = -1 if wanted < self._index else 1
            self._request(wanted)
            self.frame_changed.emit(self._index)

    def set_turn(self, turn: Turn) -> None:
        """Show the image turned or mirrored, where the page allows it."""
        if self._upright is None or not self.may_turn:
            return
        self.turn = turn
        self.aids.clear()
        self._frame = turned(self._upright, turn)
        self._geometry.set_image(self._frame.columns, self._frame.rows, self._frame.aspect)
        self.redraw()

    def reset(self) -> None:
        """The file's own look, upright and fitted."""
        self.set_turn(Turn())
        self.measuring = False
        super().reset()

    def toggle_cine(self) -> None:
        """Play the frames, or stop."""
        if self.cine.playing:
            self.cine.stop()
        elif self.frames > 1:
            self.cine.start()
        self.window_changed.emit()
        self.update()

    def change_pace(self, factor: float) -> None:
        """Play faster or slower."""
        self.cine.set_rate(self.cine.rate * factor)
        self.window_changed.emit()
        self.update()

    # Loading.

    def _begin(self, name: Hashable, opener: Opener | None) -> None:
        self._waiting.stop()
        self.cine.stop()
        self._total, self._step = 0, 1
        self._name, self._opener, self._index, self._failed = name, opener, 0, False
        self._frame, self._window, self._heat = None, None, None
        self._cut.forget()
        self._regions, self._message, self._corner = (), "", None
        self.boxes.choose(-1)
        self.boxes.show(())
        self.inverted = False
        self._upright, self.turn = None, Turn()
        self.aids.clear()
        self.update()

    def _request(self, index: int) -> None:
        self._index = index
        if self._opener is None:
            return
        frame = self.loader.request(self._name, self._opener, index)
        if frame is not None:
            self._take(frame)
        elif self._frame is None:
            self._waiting.start()

    def _on_loaded(self, name: Hashable, index: int, frame: Frame) -> None:
        if name == self._name and index == self._index:
            self._take(frame)

    def _on_failed(self, name: Hashable, index: int, text: str) -> None:
        if name == self._name and index == self._index:
            self._frame, self._failed = None, True
            self._waiting.stop()
            self._say(text)
            self.shown.emit(name)

    def _take(self, frame: Frame) -> None:
        self._waiting.stop()
        self._upright = frame
        if not self._total:
            self.cine.set_rate(frame.picture.frame_rate)
        self._total = frame.picture.frames
        frame = turned(frame, self.turn)
        self._message, self._frame = "", frame
        self._geometry.set_image(frame.columns, frame.rows, frame.aspect)
        self.update()
        self.shown.emit(self._name)
        self.window_changed.emit()
        if self._opener is not None:
            self._decode_ahead(self._name, self._opener, frame.index)

    def _decode_ahead(self, name: Hashable, opener: Opener, here: int) -> None:
        steps = [*range(1, AHEAD + 1), *range(-1, -BEHIND - 1, -1)]
        for index in (here + self._step * step for step in steps):
            if 0 <= index < self._total:
                self.loader.prefetch(name, opener, index)

    def _next_of_cine(self) -> None:
        if self._frame is not None and self._frame.index == self._index:  # else decoding is behind: wait
            self.go_to_frame((self._index + 1) % self.frames)

    # Qt's own events.

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Frames; with Ctrl: zoom about the cursor."""
        steps = event.angleDelta().y() / 120
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_to(self._geometry.zoom * ZOOM_STEP**steps, event.position())
        elif steps:
            self.scroll_frames(-1 if steps > 0 else 1)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of `image_keys`; others go on to the page."""
        size = (self._geometry.columns, self._geometry.rows)
        if not self.boxes.key(event, size) and not act(self, event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Some keys hold only while they are held: to pan, to magnify."""
        let_go(self, event)
        super().keyReleaseEvent(event)
