"""Locks a vault that has a passphrase when nobody has worked at the window for some minutes."""

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from app.gui.session import Session

_MINUTE = 60_000  # ms
_WORK = frozenset(
    {QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.Wheel}
)


class AutoLock(QObject):
    """Watches keys and mouse only while such a vault is open."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.timer = QTimer(self, singleShot=True)
        self.timer.timeout.connect(session.lock)
        session.vault_changed.connect(self._on_vault_changed)

    def _on_vault_changed(self) -> None:
        application = QApplication.instance()
        if application is None:
            return
        application.removeEventFilter(self)
        self.timer.stop()
        if self._session.can_lock:
            application.installEventFilter(self)
            self._begin()

    def _begin(self) -> None:
        minutes = self._session.preferences.lock_minutes
        if minutes:
            self.timer.start(minutes * _MINUTE)
        else:
            self.timer.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002 - Qt's own
        """Begin to count anew."""
        if event.type() in _WORK:
            self._begin()
        return False
