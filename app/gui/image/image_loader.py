"""Decodes images beside the window's thread, keeps the last ones, and drops what nobody waits for."""

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable

import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, QRunnable, QThreadPool, Signal, Slot

from anonymizer import DECODERS
from anonymizer.errors import AnonymizerError
from app.gui.image.image_frames import Frame, Picture

CACHE_BYTES = 256 * 1024 * 1024  # thirteen radiographs of 2500 × 2000 pixels, two mammograms of 5928 × 4728
PIXEL_BYTES = 4  # values, their usual look and smaller copies of both
THREADS = 2
URGENT, AHEAD = 10, 0

Opener = Callable[[], Picture]
Key = tuple[Hashable, int]


class _Opened:
    """A picture that is opened once, and decoded by one thread at a time: decoders share its file."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener
        self._lock = threading.Lock()
        self._picture: Picture | None = None
        self._last: weakref.ref[Frame] | None = None

    def frame(self, index: int) -> Frame:
        with self._lock:
            # Asked for in advance and then urgently: who had to wait for the other takes what it decoded.
            last = self._last() if self._last is not None else None
            if last is not None and last.index == index:
                return last
            if self._picture is None:
                self._picture = self._opener()
            frame = Frame.decode(self._picture, index)
            self._last = weakref.ref(frame)
            if self._picture.frames == 1:  # it holds the whole file, and nothing more is wanted of that
                self._picture = None
            return frame


class _Told(QObject):
    """Carries results from the decoding threads; owned by Python, so that it outlives a loader that is deleted."""

    done = Signal(object, object)
    failed = Signal(object, str)


class _Decode(QRunnable):
    def __init__(self, key: Key, opened: _Opened, told: _Told, wanted: Callable[[Key], bool]) -> None:
        super().__init__()
        self._key, self._told, self._wanted = key, told, wanted
        self._opened: _Opened | None = opened

    def run(self) -> None:
        # PySide now and then keeps a runnable that has run; it must not keep the file with it.
        opened, self._opened = self._opened, None
        if opened is not None and self._wanted(self._key):
            self._decode(opened)

    def _decode(self, opened: _Opened) -> None:
        try:
            frame = opened.frame(self._key[1])
        except AnonymizerError as error:
            self._fail("\n".join(filter(None, (str(error), error.remedy))))
        except OSError:
            self._fail("The file of this image cannot be read.")
        except MemoryError:
            self._fail("This image is too large for this computer's memory.")
        except Exception:
            self._fail("This image cannot be shown.")
            raise
        else:
            if shiboken6.isValid(self._told):  # the program may be ending
                self._told.done.emit(self._key, frame)

    def _fail(self, text: str) -> None:
        if shiboken6.isValid(self._told):
            self._told.failed.emit(self._key, text)


class ImageLoader(QObject):
    """Frames by (name of the image, index), from memory at once or from a thread in a while.

    `loaded(name, index, Frame)` and `failed(name, index, text)` tell of frames that were asked for.
    """

    loaded = Signal(object, int, object)
    failed = Signal(object, int, str)

    def __init__(self, parent: QObject | None = None, *, cache_bytes: int = CACHE_BYTES) -> None:
        super().__init__(parent)
        self._limit = cache_bytes
        self._frames: OrderedDict[Key, Frame] = OrderedDict()
        self._opened: OrderedDict[Hashable, _Opened] = OrderedDict()
        self._pending: dict[Key, int] = {}
        self._held = 0
        self._told = _Told()
        self._told.done.connect(self._keep)
        self._told.failed.connect(self._give_up)
        # The application's pool: one of our own would wait for its threads in its destructor, while Python
        # holds the lock that these threads need.
        self._pool = QThreadPool.globalInstance()
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.stop)

    @property
    def held_bytes(self) -> int:
        """Bytes of the frames in memory."""
        return self._held

    def room(self, rows: int, columns: int) -> int:
        """How many frames of this size are kept at once, at least 2: more are not worth decoding in advance."""
        return max(2, self._limit // max(1, rows * columns * PIXEL_BYTES))

    def cached(self, name: Hashable, index: int = 0) -> Frame | None:
        """A frame that is already decoded."""
        frame = self._frames.get((name, index))
        if frame is not None:
            self._frames.move_to_end((name, index))
        return frame

    def request(self, name: Hashable, opener: Opener, index: int = 0) -> Frame | None:
        """The frame if it is in memory; else None, and `loaded` or `failed` tell later."""
        frame = self.cached(name, index)
        if frame is None:
            self._start((name, index), opener, URGENT)
        return frame

    def prefetch(self, name: Hashable, opener: Opener, index: int = 0) -> None:
        """Decode a frame that will probably be asked for soon."""
        if self.cached(name, index) is None:
            self._start((name, index), opener, AHEAD)

    def keep_only(self, names: set[Hashable]) -> None:
        """Forget requests for other images that have not begun: nobody waits for them any more."""
        self._pending = {key: urgency for key, urgency in self._pending.items() if key[0] in names}

    def forget(self, name: Hashable) -> None:
        """Drop an image whose file has changed."""
        for key in [key for key in self._frames if key[0] == name]:
            self._held -= self._frames.pop(key).size
        self._opened.pop(name, None)
        self._pending = {key: urgency for key, urgency in self._pending.items() if key[0] != name}

    def forget_all(self) -> None:
        """Drop all images: files of several have changed, or what they show must not be seen any more."""
        self._frames.clear()
        self._opened.clear()
        self._pending.clear()
        self._held = 0

    def stop(self) -> None:
        """Drop all requests and end what decodes."""
        self._pending.clear()
        DECODERS.end()
        self._pool.waitForDone()

    def _start(self, key: Key, opener: Opener, urgency: int) -> None:
        if self._pending.get(key, -1) >= urgency:
            return
        self._pending[key] = urgency
        opened = self._opened.setdefault(key[0], _Opened(opener))
        self._opened.move_to_end(key[0])
        while len(self._opened) > 2 * THREADS + 8:
            self._opened.popitem(last=False)
        self._pool.start(_Decode(key, opened, self._told, self._is_wanted), urgency)

    def _is_wanted(self, key: Key) -> bool:
        return key in self._pending and key not in self._frames

    @Slot(object, object)
    def _keep(self, key: Key, frame: Frame) -> None:
        if self._pending.pop(key, None) is None:
            return
        self._frames[key] = frame
        self._held += frame.size
        while self._held > self._limit and len(self._frames) > 1:
            _, old = self._frames.popitem(last=False)
            self._held -= old.size
        self.loaded.emit(key[0], key[1], frame)

    @Slot(object, str)
    def _give_up(self, key: Key, text: str) -> None:
        if self._pending.pop(key, None) is not None:
            self.failed.emit(key[0], key[1], text)
