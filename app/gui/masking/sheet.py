"""One half of the contact sheet: pictures, a sentence about them, and work beside the window's thread that finds them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.counted import counted
from app.gui.background import Latest
from app.gui.dialogs.errors import show_error
from app.gui.masked_crops import Crop, Piece
from app.gui.masking.crop_list import CropList
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.text import label

PIECE = 6  # instances


@dataclass(frozen=True, slots=True)
class Kind:
    """What one half is about."""

    name: str
    key: Qt.Key  # asks for the change
    keys: str  # what the keys do
    found: str  # a sentence with {pictures} and {boxes}
    none: tuple[str, str]  # heading and text where there is nothing


class Sheet(QWidget):
    """`told()` where the sentence changed."""

    told = Signal()

    def __init__(
        self, kind: Kind, cut: Callable[[Sequence[Any]], Piece], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.kind, self._cut = kind, cut
        self.stale = True
        self._todo: list[Any] = []
        self._unread = self._total = 0
        self._known: Callable[[Crop], str] = lambda _crop: ""
        self._work = Latest(self)
        self._work.done.connect(self._take)
        self._work.failed.connect(lambda message, remedy: show_error(self, message, remedy))
        self.note = label("", "muted")
        self.list = CropList(kind.name, kind.key)
        self.list.answered.connect(lambda: self._say(0))
        self.keys = label(kind.keys, "muted")
        self.nothing = EmptyState(*kind.none)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.list)
        self.stack.addWidget(self.nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.note)
        column.addWidget(self.stack, 1)
        column.addWidget(self.keys)

    def begin(self, todo: Sequence[Any], known: Callable[[Crop], str]) -> None:
        """Cut the pictures out of these; `known` tells what was said of one before."""
        self.empty()
        self._known = known
        self.stale = False
        self._todo = list(todo)
        self._total = len(self._todo)
        self._next()

    def stop(self) -> None:
        """Cut out no further; it is made anew when it is next shown."""
        if self._todo:
            self.stale = True
            self._work.drop()

    def empty(self) -> None:
        """Show nothing, to be made anew."""
        self._work.drop()
        self.stale = True
        self._todo, self._unread, self._total = [], 0, 0
        self.list.empty()
        self.note.setText("")

    def _next(self) -> None:
        piece, self._todo = self._todo[:PIECE], self._todo[PIECE:]
        self._say(len(piece))
        if piece:
            self._work.run(lambda: self._cut(piece))

    def _take(self, piece: Piece) -> None:
        self._unread += piece.unread
        for crop in piece.crops:
            self.list.add(crop, self._known(crop))
        self._next()

    def _say(self, running: int) -> None:
        left = len(self._todo) + running
        done = f"{self._total - left:,} of {counted(self._total)} looked at. " if left else ""
        unread = f" {counted(self._unread)} could not be read." if self._unread else ""
        found = self.kind.found.format(pictures=f"{self.list.count():,}", boxes=f"{self.list.boxes:,}")
        waiting = f" {self.list.left:,} to answer." if self.list.count() else ""
        self.note.setText(f"{done}{found}{waiting}{unread}")
        nothing = not self.list.count() and not left
        self.keys.setVisible(not nothing)
        self.stack.setCurrentWidget(self.nothing if nothing else self.list)
        self.told.emit()
