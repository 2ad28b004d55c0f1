"""Small pictures of masked instances: made beside the window's thread, kept in the project's cache and in memory.

The cache file may be deleted at any time. It holds masked pixels only, and a picture is made anew when its file
has changed.
"""

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shiboken6
from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QCoreApplication,
    QIODevice,
    QObject,
    QRunnable,
    QSize,
    Qt,
    QThreadPool,
    Signal,
    Slot,
)
from PySide6.QtGui import QImage

from anonymizer import DicomImage
from anonymizer.errors import AnonymizerError

SIDE = 192  # pixels of the longer side
QUALITY = 85
MEMORY_BYTES = 96 * 1024 * 1024
PRIORITY = -10  # after the images that somebody looks at
_TABLE = "CREATE TABLE IF NOT EXISTS thumbnail (uid TEXT PRIMARY KEY, stamp INTEGER, jpeg BLOB) WITHOUT ROWID"


@dataclass(frozen=True, slots=True)
class Wanted:
    """An instance whose small picture is to be shown, and its file."""

    uid: str
    file: Path


class _Cache:
    """The cache file; a failure of it costs time, never the picture."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        try:
            with closing(self._connect()) as connection, connection:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute(_TABLE)
            self._usable = True
        except sqlite3.Error:  # a folder that may not be written, or a damaged cache: made anew each time
            self._usable = False

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._file, timeout=2)

    def read(self, uid: str, stamp: int) -> bytes | None:
        if not self._usable:
            return None
        try:
            with closing(self._connect()) as connection:
                row = connection.execute(
                    "SELECT jpeg FROM thumbnail WHERE uid = ? AND stamp = ?", (uid, stamp)
                ).fetchone()
        except sqlite3.Error:
            return None
        return bytes(row[0]) if row else None

    def write(self, uid: str, stamp: int, jpeg: bytes) -> None:
        if not self._usable:
            return
        try:
            with self._lock, closing(self._connect()) as connection, connection:
                connection.execute("PRAGMA synchronous=OFF")  # a cache: what a power cut takes is made again
                connection.execute("INSERT OR REPLACE INTO thumbnail VALUES (?, ?, ?)", (uid, stamp, jpeg))
        except sqlite3.Error:
            return


class _Told(QObject):
    """Carries pictures from the threads; owned by Python, so that it outlives a page that is deleted."""

    done = Signal(str, QImage)


class _Make(QRunnable):
    def __init__(
        self, wanted: Wanted, cache: _Cache, told: _Told, still_wanted: Callable[[str], bool]
    ) -> None:
        super().__init__()
        self._wanted, self._cache, self._told, self._still_wanted = wanted, cache, told, still_wanted

    def run(self) -> None:
        if not self._still_wanted(self._wanted.uid):
            return
        picture = self._picture()
        if shiboken6.isValid(self._told):  # the program may be ending
            self._told.done.emit(self._wanted.uid, picture)

    def _picture(self) -> QImage:
        try:
            stamp = self._wanted.file.stat().st_mtime_ns
            known = self._cache.read(self._wanted.uid, stamp)
            if known is not None:
                return QImage.fromData(known)
            picture = draw(self._wanted.file)
        except (AnonymizerError, OSError, MemoryError):
            return QImage()  # shown as a tile that says so
        self._cache.write(self._wanted.uid, stamp, _jpeg(picture))
        return picture


def draw(file: Path, side: int = SIDE) -> QImage:
    """Return the middle frame of a masked instance as a viewer shows it, its longer side `side` pixels.

    Raises AnonymizerError where the image cannot be decoded, OSError where the file cannot be read.
    """
    image = DicomImage.open(file)
    pixels = np.ascontiguousarray(
        image.render(image.frames // 2)
    )  # colour by plane is not, and Qt wants it so
    rows, columns = pixels.shape[:2]
    form = QImage.Format.Format_RGB888 if pixels.ndim > 2 else QImage.Format.Format_Grayscale8  # noqa: PLR2004
    whole = QImage(pixels.tobytes(), columns, rows, pixels.strides[0], form)
    return whole.scaled(
        QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )


def _jpeg(picture: QImage) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "JPEG", QUALITY)  # type: ignore[call-overload] # the stubs want bytes, Qt takes a name
    return bytes(data.data())


class Thumbnails(QObject):
    """Pictures by SOP Instance UID, from memory at once, or `ready(uid)` tells later."""

    ready = Signal(str)

    def __init__(self, file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cache = _Cache(file)
        self._pictures: OrderedDict[str, QImage] = OrderedDict()
        self._pending: set[str] = set()
        self._held = 0
        self._told = _Told()
        self._told.done.connect(self._keep)
        # The application's pool: one of our own would wait for its threads in its destructor, while Python
        # holds the lock that these threads need.
        self._pool = QThreadPool.globalInstance()
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self._pending.clear)

    @property
    def held_bytes(self) -> int:
        """Bytes of the pictures in memory."""
        return self._held

    def picture(self, uid: str) -> QImage | None:
        """Return a picture that is in memory; a null image where the file cannot be shown."""
        found = self._pictures.get(uid)
        if found is not None:
            self._pictures.move_to_end(uid)
        return found

    def want(self, wanted: Iterable[Wanted]) -> None:
        """Make these, the first first, and nothing that was wanted before and has not begun."""
        listed = [each for each in wanted if each.uid not in self._pictures]
        uids = {each.uid for each in listed}
        new = [each for each in listed if each.uid not in self._pending]
        self._pending.intersection_update(uids)
        self._pending.update(uids)
        for each in new:
            self._pool.start(_Make(each, self._cache, self._told, self._pending.__contains__), PRIORITY)

    def forget(self, uid: str) -> None:
        """Drop a picture whose file has changed."""
        known = self._pictures.pop(uid, None)
        if known is not None:
            self._held -= known.sizeInBytes()

    @Slot(str, QImage)
    def _keep(self, uid: str, picture: QImage) -> None:
        self._pending.discard(uid)
        self.forget(uid)
        self._pictures[uid] = picture
        self._held += picture.sizeInBytes()
        while self._held > MEMORY_BYTES and len(self._pictures) > 1:
            _, old = self._pictures.popitem(last=False)
            self._held -= old.sizeInBytes()
        self.ready.emit(uid)
