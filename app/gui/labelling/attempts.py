"""What is entered may fail; then the reader is told why."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from app.errors import USER_ERRORS
from app.gui.dialogs.errors import show_error


class Attempts:
    """Does what may fail. One for all that stands on one stack of steps."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self.error: Exception | None = None  # of the last attempt, if it failed

    def forget(self) -> None:
        """Begin anew: no attempt has failed."""
        self.error = None

    def __call__(self, work: Callable[[], object]) -> bool:
        """Do something; where it fails, tell the user why and return False."""
        self.forget()
        try:
            work()
        except USER_ERRORS as error:
            self.error = error
            show_error(self._window, str(error), error.remedy)
            return False
        return True
