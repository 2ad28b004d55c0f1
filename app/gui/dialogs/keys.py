"""All keys of the program, to look up and to change by pressing."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.gui.key_table import BY_NAME, PLACES, KeyAction, of_places
from app.gui.shortcuts import KEYS, key_words, native
from app.gui.widgets.text import button, label, set_role

NAME = Qt.ItemDataRole.UserRole
HELD_ALONE = frozenset(
    {
        Qt.Key.Key_Shift,
        Qt.Key.Key_Control,
        Qt.Key.Key_Alt,
        Qt.Key.Key_Meta,
        Qt.Key.Key_AltGr,
        Qt.Key.Key_unknown,
    }
)


class PressKey(QDialog):
    """Waits for a key: `pressed(key)` tells which one was taken, in portable words."""

    pressed = Signal(str)

    def __init__(self, action: KeyAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Change a key")
        self.setMinimumWidth(420)
        self._action, self.key = action, ""
        self.asked = label(f"Press the key for: {action.words}.", "heading")
        self.said = label("Esc leaves it as it is.", "muted")
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self.buttons.button(kinds.Ok).setText("&Take it")
        self.buttons.button(kinds.Ok).setEnabled(False)
        self.buttons.accepted.connect(self._take)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (self.asked, self.said, self.buttons):
            layout.addWidget(widget)
        for each in self.buttons.buttons():
            each.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab, Space and Enter can be chosen too
            each.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take keys from the buttons."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            self.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        """Take Tab before it moves the focus, and shortcuts before they act."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            self.keyPressEvent(event)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Show what was pressed and what it stands for so far; the same key again takes it."""
        if event.key() == Qt.Key.Key_Escape:
            self.reject()
        elif event.key() not in HELD_ALONE:
            key = key_words(event)[-1]
            if key == self.key and self.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled():
                self._take()
            else:
                self._show(key)

    def _show(self, key: str) -> None:
        self.key = key
        self.asked.setText(f"{native(key)}: {self._action.words}")
        taken = KEYS.taken(self._action.name, key)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(True)
        if taken:
            others = "; ".join(f"“{each.words}” ({PLACES[each.place]})" for each in taken)
            words = (
                f"It stands for {others} so far, which would lose it. Press it again to take it all the same."
            )
        else:
            words = "It is free. Press it again to take it."
        self.said.setText(words)
        set_role(self.said, "caution" if taken else "muted")

    def _take(self) -> None:
        self.accept()
        self.pressed.emit(self.key)


class KeysDialog(QDialog):
    """Place by place what keys do; Enter on a line changes its key."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find by what it does, or by key")
        self.search.setAccessibleName("Find keys")
        self.search.setClearButtonEnabled(True)
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels(["What it does", "Keys"])
        self.tree.setAccessibleName("Keys")
        self.tree.setRootIsDecorated(False)
        self.tree.header().setStretchLastSection(False)  # long words give way, so that every key is read
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.itemActivated.connect(lambda _item, _column: self.ask(add=False))
        self.tree.currentItemChanged.connect(lambda _now, _before: self._show_state())
        self.change = button("&Change…", lambda: self.ask(add=False), tip="Press another key for it (Enter)")
        self.add = button("&Add a key…", lambda: self.ask(add=True))
        self.back = button("As &delivered", self._as_delivered, tip="The key that the program came with")
        self.reset = button("&Reset all", KEYS.reset, tip="All keys as the program came with them")
        row = QHBoxLayout()
        for each in (self.change, self.add, self.back, self.reset):
            each.setAutoDefault(False)
            row.addWidget(each)
        row.addStretch(1)
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.reject)
        row.addWidget(close)
        layout = QVBoxLayout(self)
        layout.addWidget(self.search)
        layout.addWidget(self.tree, 1)
        layout.addLayout(row)
        self.search.textChanged.connect(lambda _text: self._find())
        KEYS.changed.connect(self._fill)
        self._fill()
        letter = self.fontMetrics().averageCharWidth()
        self.resize(letter * 100, letter * 90)

    def ask(self, *, add: bool) -> None:
        """Let a key be pressed for the chosen line, beside those it has or in their place."""
        name = self._name()
        if name:
            dialog = PressKey(BY_NAME[name], self)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            kept = KEYS.keys(name) if add else ()
            dialog.pressed.connect(lambda key: KEYS.set_keys(name, dict.fromkeys((*kept, key))))
            dialog.open()

    def choose(self, name: str) -> None:
        """Choose the line of an action."""
        self.tree.setCurrentItem(self._items[name])

    def _name(self) -> str:
        item = self.tree.currentItem()
        return str(item.data(0, NAME) or "") if item is not None else ""

    def _as_delivered(self) -> None:
        if name := self._name():
            KEYS.set_keys(name, BY_NAME[name].keys)

    def _fill(self) -> None:
        chosen = self._name()
        self.tree.clear()
        self._items: dict[str, QTreeWidgetItem] = {}
        for place, title in PLACES.items():
            top = QTreeWidgetItem([title])
            font = top.font(0)
            font.setBold(True)
            top.setFont(0, font)
            top.setFlags(Qt.ItemFlag.ItemIsEnabled)
            for action in of_places([place]):
                keys = ", ".join(map(native, KEYS.keys(action.name))) or "–"
                mark = "  (own)" if KEYS.is_own(action.name) else ""
                item = QTreeWidgetItem(top, [action.words, keys + mark])
                item.setData(0, NAME, action.name)
                item.setToolTip(0, action.words)
                self._items[action.name] = item
            if top.childCount():
                self.tree.addTopLevelItem(top)
        self.tree.expandAll()
        self._find()
        self.tree.setCurrentItem(self._items.get(chosen) or next(iter(self._items.values())))
        self._show_state()

    def _find(self) -> None:
        wanted = self.search.text().strip().casefold()
        for item in self._items.values():
            text = f"{item.text(0)} {item.text(1)}".casefold()
            item.setHidden(wanted not in text)

    def _show_state(self) -> None:
        name = self._name()
        self.change.setEnabled(bool(name))
        self.add.setEnabled(bool(name))
        self.back.setEnabled(bool(name) and KEYS.is_own(name))
