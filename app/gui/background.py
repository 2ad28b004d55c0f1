"""Small work beside the window's thread, of which only the newest matters."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.errors import USER_ERRORS, for_window

POLL_MS = 15


class Latest(QObject):
    """Runs the work that was asked for last; what older work brings is dropped.

    `done(result)`, or `failed(message, remedy)` where the work raised one of the errors that a user can mend.
    Any other exception is raised in the window's thread. The threads touch no Qt object, so that a page may
    end while they work.
    """

    done = Signal(object)
    failed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        executor = ThreadPoolExecutor(1, thread_name_prefix="leadglass")
        self._executor = executor
        self._future: Future[Any] | None = None
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._look)
        self.destroyed.connect(lambda: executor.shutdown(wait=False, cancel_futures=True))

    @property
    def busy(self) -> bool:
        """Whether the newest work is not done yet."""
        return self._future is not None

    def run(self, work: Callable[[], object]) -> None:
        """Begin this work as soon as the thread is free, in place of any that waits."""
        self.drop()
        self._future = self._executor.submit(work)
        self._timer.start()

    def run_last(self, work: Callable[[], object]) -> None:
        """Begin this work; its thread ends with it, also where this object or the program ended before."""
        self.run(work)
        self._executor.shutdown(wait=False)

    def drop(self) -> None:
        """Wait for nothing any more."""
        if self._future is not None:
            self._future.cancel()
        self._future = None
        self._timer.stop()

    def stop(self) -> None:
        """Wait for nothing any more and let the thread end; no further work can be begun."""
        self.drop()
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _look(self) -> None:
        future = self._future
        if future is None or not future.done():
            return
        self.drop()
        try:
            result = future.result()
        except USER_ERRORS as error:
            self.failed.emit(str(error), for_window(error.remedy))
        else:
            self.done.emit(result)
