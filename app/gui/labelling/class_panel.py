"""The label classes: a button each with key, colour and count; add by typing, rename and remove."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QInputDialog,
    QLineEdit,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.counted import counted
from app.gui.open_lists import KeysOfItsOwn
from app.gui.shortcuts import KEYS, answer_key
from app.gui.widgets.text import label, scrolled
from labeller import LabelClass

NEW = "New class, then Enter"
ANOTHER = "Another, or Enter to begin"


class ClassButton(QPushButton):
    """A class: key, colour, name, how many images have it, and whether the one in sight does."""

    def __init__(self, known: LabelClass) -> None:
        super().__init__()
        self._class = known
        self._icon = chip(known.colour)
        self.kind = known.kind
        self.count = 0
        self.setProperty("role", "choice")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        words = (full_name(known), known.definition)
        self.setToolTip("\n".join(filter(None, words)))

    def show_facts(self, count: int, *, current: bool) -> None:
        """Show how many images have the class, and whether the one in sight has."""
        self.count = count
        self.setChecked(current)
        key = answer_key(self._class.shortcut)
        key = f", key {key}" if key else ""
        self.setAccessibleName(f"Label as {self._class.name}{key}; {counted(count)}")
        self.update()

    def sizeHint(self) -> QSize:
        """One line of text with room around it."""
        return QSize(120, round(self.fontMetrics().height() * 2.1))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A name that is too long is cut; key and count are always in sight."""
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        painter.drawControl(QStyle.ControlElement.CE_PushButtonBevel, option)
        metrics = self.fontMetrics()
        middle = Qt.AlignmentFlag.AlignVCenter
        inside = self.rect().adjusted(10, 0, -10, 0)
        letter = metrics.horizontalAdvance("0")
        count = f"✓  {self.count:,}" if self.isChecked() else f"{self.count:,}"
        key = answer_key(self._class.shortcut) or "–"
        painter.drawText(inside, middle, key)
        side, wide = metrics.ascent(), max(metrics.horizontalAdvance(key), letter) + letter
        painter.drawPixmap(
            inside.left() + wide, self.rect().center().y() - side // 2, self._icon.pixmap(side, side)
        )
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignRight, count)
        left, right = wide + letter + side, metrics.horizontalAdvance(count) + letter
        name = metrics.elidedText(
            full_name(self._class), Qt.TextElideMode.ElideRight, inside.width() - left - right
        )
        painter.drawText(inside.adjusted(left, 0, -right, 0), middle, name)


class ClassPanel(QWidget):
    """`chosen(name)`: label with this class; the other signals ask the page to change the classes."""

    chosen = Signal(str)
    add_wanted = Signal(str)
    rename_wanted = Signal(str, str)
    remove_wanted = Signal(str)
    merge_wanted = Signal(str)
    colour_wanted = Signal(str)
    definition_wanted = Signal(str)
    parent_wanted = Signal(str)
    left = Signal()  # the field was left with Esc: back to the image

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[str, ClassButton] = {}
        self._listed: tuple[LabelClass, ...] = ()
        KEYS.changed.connect(self._on_keys)
        self.hint = label("", "muted")
        self.field = QLineEdit()
        self.field.setPlaceholderText(NEW)
        self.field.setAccessibleName("Name of a new class")
        self.field.returnPressed.connect(self._on_entered)
        inner = QWidget()
        self._rows = QVBoxLayout(inner)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label("Classes", "heading"))
        layout.addWidget(self.hint)
        layout.addWidget(self.field)
        layout.addWidget(scrolled(inner), 1)

    def show_classes(
        self, classes: Sequence[LabelClass], counts: Mapping[str, int], current: Collection[str]
    ) -> None:
        """Show these, answers that are no class at the end; those of the image in sight are marked."""
        if self._listed != tuple(classes):
            self._listed = tuple(classes)
            self._make(classes)
        for known in classes:
            self.buttons[known.name].show_facts(counts.get(known.name, 0), current=known.name in current)
        missing = 2 - sum(known.kind == "class" for known in classes)
        texts = (
            "",
            "One more class, and you can begin.",
            "Name your first two classes, such as normal and fracture.",
        )
        self.hint.setText(texts[max(0, missing)])
        self.hint.setVisible(missing > 0)
        self.field.setPlaceholderText(ANOTHER if self.field.hasFocus() and missing <= 0 else NEW)

    def _on_keys(self) -> None:
        for each in self.buttons.values():
            each.show_facts(each.count, current=each.isChecked())

    def _make(self, classes: Sequence[LabelClass]) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self.buttons.clear()
        for known in classes:
            if known.kind != "class" and not any(b.kind != "class" for b in self.buttons.values()):
                self._rows.addSpacing(10)
            self._rows.addWidget(self._row(known))
        self._rows.addStretch(1)
        rows = (button.parentWidget() for button in self.buttons.values())
        parts = [each for row in rows if row is not None for each in row.findChildren(QAbstractButton)]
        for before, after in pairwise([self.field, *parts]):  # they were made after what stands beneath them
            self.setTabOrder(before, after)

    def _row(self, known: LabelClass) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2)
        button = ClassButton(known)
        button.clicked.connect(partial(self._choose, known.name))
        self.buttons[known.name] = button
        line.addWidget(button, 1)
        if known.kind != "class":
            return row
        more = QToolButton()
        more.setText("⋯")
        more.setAccessibleName(f"Change the class {known.name}")
        more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        more.clicked.connect(lambda: self._menu(known.name, more))
        line.addWidget(more)
        return row

    def _choose(self, name: str, _checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt's signal sends it
        self.chosen.emit(name)

    def _menu(self, name: str, at: QWidget) -> None:
        menu = QMenu(self)
        KeysOfItsOwn(menu)
        entries: tuple[tuple[str, Callable[[], object]], ...] = (
            ("&Rename…", lambda: self._rename(name)),
            ("&Colour…", lambda: self.colour_wanted.emit(name)),
            ("&Definition…", lambda: self.definition_wanted.emit(name)),
            ("Is a &kind of…", lambda: self.parent_wanted.emit(name)),
            ("Mer&ge into…", lambda: self.merge_wanted.emit(name)),
            ("Re&move", lambda: self.remove_wanted.emit(name)),
        )
        for text, action in entries:
            menu.addAction(text, action)
        menu.popup(at.mapToGlobal(QPoint(0, at.height())))

    def _rename(self, name: str) -> None:
        text, accepted = QInputDialog.getText(self, "Rename", f"New name of “{name}”:", text=name)
        if accepted and text.strip() and text.strip() != name:
            self.rename_wanted.emit(name, text.strip())

    def _on_entered(self) -> None:
        text = self.field.text().strip()
        if text:
            self.add_wanted.emit(text)
        else:
            self.left.emit()


def full_name(known: LabelClass) -> str:
    """Return a class's name behind that of the class it is a kind of."""
    return f"{known.parent} › {known.name}" if known.parent else known.name


def chip(colour: str) -> QIcon:
    """Return a square of a class's colour."""
    pixmap = QPixmap(32, 32)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(colour))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(2, 2, 28, 28, 6, 6)
    painter.end()
    return QIcon(pixmap)
