"""Short work beside the window's thread whose result the window shows: reading a file, filtering a list."""

from collections.abc import Callable
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal, Slot

from app.errors import USER_ERRORS


class _Told(QObject):
    done = Signal(object)
    failed = Signal(str, str)


class _Work(QRunnable):
    def __init__(self, work: Callable[[], Any], told: _Told) -> None:
        super().__init__()
        self._work, self._told = work, told

    def run(self) -> None:
        try:
            result = self._work()
        except USER_ERRORS as error:
            message, remedy = str(error), error.remedy
            self._tell(lambda: self._told.failed.emit(message, remedy))
        except OSError as error:
            words = error.strerror or "a file cannot be read"
            self._tell(lambda: self._told.failed.emit(f"That did not work: {words}.", ""))
        except Exception:
            self._tell(lambda: self._told.failed.emit("Something unforeseen happened.", ""))
            raise
        else:
            self._tell(lambda: self._told.done.emit(result))

    def _tell(self, emit: Callable[[], None]) -> None:
        if shiboken6.isValid(self._told):  # the program may be ending
            emit()


class Latest(QObject):
    """Runs one piece of work after another; only the last one's result is told.

    `done(result)` or `failed(message, remedy)`. The work runs in another thread and may touch neither widgets
    nor the session's catalogue or vault.
    """

    done = Signal(object)
    failed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._told: _Told | None = None

    def start(self, work: Callable[[], Any]) -> None:
        """Run `work`; what was started before is no longer waited for."""
        self.drop()
        self._told = _Told()
        self._told.done.connect(self._done, Qt.ConnectionType.QueuedConnection)
        self._told.failed.connect(self._failed, Qt.ConnectionType.QueuedConnection)
        QThreadPool.globalInstance().start(_Work(work, self._told))

    def drop(self) -> None:
        """Wait for nothing any more."""
        if self._told is not None:
            self._told.done.disconnect(self._done)
            self._told.failed.disconnect(self._failed)
            self._told = None

    @property
    def busy(self) -> bool:
        """Whether a result is awaited."""
        return self._told is not None

    @Slot(object)
    def _done(self, result: object) -> None:
        if self.sender() is self._told:
            self._told = None
            self.done.emit(result)

    @Slot(str, str)
    def _failed(self, message: str, remedy: str) -> None:
        if self.sender() is self._told:
            self._told = None
            self.failed.emit(message, remedy)
