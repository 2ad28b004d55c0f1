"""Keys of a page: they work wherever on it one is, and a text field keeps its own."""

from collections.abc import Callable, Collection, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

MOVES = frozenset(
    {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End}
)
"""The keys that go through a list; other letters are the page's."""


def bind(page: QWidget, keys: Mapping[str, Callable[[], object]], *, repeating: Collection[str] = ()) -> None:
    """Make the keys do what they stand for; only the `repeating` ones repeat while they are held."""
    for key, action in keys.items():
        # A text field takes letters, digits and Backspace for itself before these are asked.
        shortcut = QShortcut(QKeySequence(key), page, action)
        # PySide6 6.11 takes `context` as an argument of the constructor and forgets it.
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.setAutoRepeat(key in repeating)
