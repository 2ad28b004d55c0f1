"""Keys of the program: what the table says, changed by what the user prefers, and bound to pages."""

from collections.abc import Callable, Collection, Mapping

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.gui.key_table import BY_NAME, KEY_ACTIONS, KeyAction, meet, of_places
from app.gui.preferences import Preferences

MOVES = frozenset(
    {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End}
)
"""The keys that go through a list; other letters are the page's."""

PORTABLE = QKeySequence.SequenceFormat.PortableText


class KeyMap(QObject):
    """Which keys stand for what now; `changed` when the user has changed some. Keys are in Qt's portable words."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._preferences: Preferences | None = None
        self._own: dict[str, tuple[str, ...]] = {}
        self._meaning: dict[tuple[str, str], str] = {}
        self._index()

    def use(self, preferences: Preferences) -> None:
        """Take the keys that this user prefers, and keep changes there."""
        self._preferences = preferences
        self._own = {name: keys for name, keys in preferences.keys.items() if name in BY_NAME}
        self._index()
        self.changed.emit()

    def keys(self, name: str) -> tuple[str, ...]:
        """Return the keys of an action."""
        return self._own.get(name, BY_NAME[name].keys)

    def is_own(self, name: str) -> bool:
        """Whether the user has changed the keys of an action."""
        return name in self._own

    def meaning(self, place: str, key: str) -> str:
        """Return the action that a key stands for at a place, "" for none."""
        return self._meaning.get((place, key), "")

    def taken(self, name: str, key: str) -> list[KeyAction]:
        """Return the other actions that a key stands for wherever this one's keys are heard."""
        place = BY_NAME[name].place
        return [
            action
            for action in KEY_ACTIONS
            if action.name != name and meet(place, action.place) and key in self.keys(action.name)
        ]

    def set_keys(self, name: str, keys: Collection[str]) -> None:
        """Give an action these keys, and take them away from whatever else they stood for there."""
        for key in keys:
            for other in self.taken(name, key):
                self._put(other.name, tuple(k for k in self.keys(other.name) if k != key))
        self._put(name, tuple(keys))
        self._index()
        self.changed.emit()

    def reset(self) -> None:
        """All keys as the program comes with them."""
        for name in list(self._own):
            self._put(name, BY_NAME[name].keys)
        self._index()
        self.changed.emit()

    def _put(self, name: str, keys: tuple[str, ...]) -> None:
        own = keys != BY_NAME[name].keys
        if own:
            self._own[name] = keys
        else:
            self._own.pop(name, None)
        if self._preferences is not None:
            self._preferences.set_keys(name, keys if own else None)

    def _index(self) -> None:
        self._meaning = {
            (action.place, key): action.name for action in KEY_ACTIONS for key in self.keys(action.name)
        }


KEYS = KeyMap()
"""The keys of this program, for all of its pages."""


def bind(
    page: QWidget,
    actions: Mapping[str, Callable[[], object]],
    *,
    repeating: Collection[str] = (),
    in_window: bool = False,
) -> None:
    """Let an action's keys work wherever on the page one is; only `repeating` ones repeat while they are held.

    With `in_window` they work wherever in the window one is, as long as the page is shown.
    A text field takes letters, digits and Backspace for itself before these are asked.
    """
    bound = _Bound(page, actions, frozenset(repeating))
    if in_window:
        bound.widen()


class _Bound(QObject):
    """Keeps the shortcuts of a page as the key map has them."""

    def __init__(
        self, page: QWidget, actions: Mapping[str, Callable[[], object]], repeating: frozenset[str]
    ) -> None:
        super().__init__(page)
        self._shortcuts = {
            name: _shortcut(page, KEYS.keys(name), action, repeating=name in repeating)
            for name, action in actions.items()
        }
        KEYS.changed.connect(self._renew)

    def widen(self) -> None:
        """Let them work in the whole window."""
        for shortcut in self._shortcuts.values():
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)

    def _renew(self) -> None:
        for name, shortcut in self._shortcuts.items():
            shortcut.setKeys([QKeySequence(key) for key in KEYS.keys(name)])


def _shortcut(
    page: QWidget, keys: Collection[str], action: Callable[[], object], *, repeating: bool = False
) -> QShortcut:
    shortcut = QShortcut(page)
    shortcut.setKeys([QKeySequence(key) for key in keys])
    shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    shortcut.setAutoRepeat(repeating)
    shortcut.activated.connect(action)
    return shortcut


def key_words(event: QKeyEvent) -> tuple[str, ...]:
    """Return what was pressed in portable words; a sign that needs Shift on this keyboard also without it."""
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    key = Qt.Key(event.key())
    words = _words(held, key)
    letter = Qt.Key.Key_A <= key <= Qt.Key.Key_Z
    sign = key < Qt.Key.Key_Escape and not letter
    if sign and held == Qt.KeyboardModifier.ShiftModifier:
        return words, _words(Qt.KeyboardModifier.NoModifier, key)
    return (words,)


def _words(held: Qt.KeyboardModifier, key: Qt.Key) -> str:
    return QKeySequence(held.value | key.value).toString(PORTABLE)


def native(key: str) -> str:
    """Return a key as this system writes it."""
    return QKeySequence(key, PORTABLE).toString(QKeySequence.SequenceFormat.NativeText)


def answer_key(of_set: str) -> str:
    """Return the key that stands now for an answer to which the label set gives this one; "" for none."""
    keys = KEYS.keys(f"answer.{of_set}") if of_set else ()
    return native(keys[0]) if keys else ""


def key_rows(*places: str) -> list[tuple[str, str]]:
    """Return the keys of places with what they do, for a help page; actions without a key are left out."""
    return [
        (", ".join(map(native, KEYS.keys(action.name))), action.words)
        for action in of_places(places)
        if KEYS.keys(action.name)
    ]
