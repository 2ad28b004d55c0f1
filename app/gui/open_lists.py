"""Menus and lists that are open have the keys for themselves: what is pressed there answers nothing on the page."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget


class KeysOfItsOwn(QObject):
    """Watches a menu or a list that is open; keys that are the page's elsewhere go to it.

    Qt looks for shortcuts beneath what is open, too, and would label an image with the letter of a menu's line.
    """

    def __init__(self, watched: QWidget) -> None:
        super().__init__(watched)
        watched.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Claim each key before shortcuts are looked for, and let the list see it: Enter chooses then."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        return False


class OpenLists(QObject):
    """Gives the list of every box that is opened in the application the keys for itself."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus)

    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is None or now.window().windowType() != Qt.WindowType.Popup:
            return
        if not now.findChild(KeysOfItsOwn, options=Qt.FindChildOption.FindDirectChildrenOnly):
            KeysOfItsOwn(now)
