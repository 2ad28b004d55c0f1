"""Pictures cut out of images, each distinct one once, the least sure first; answered by keys."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QItemSelectionModel, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QKeySequence, QPainter, QPixmap
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QWidget

from anonymizer import BY_SEARCH, KEPT
from app.gui.image.image_overlay import look
from app.gui.image.visible_part import to_image
from app.gui.masked_crops import Crop

ICON = QSize(220, 72)
ENLARGED = 3  # times, at most
ROLE = Qt.ItemDataRole.UserRole
DONE = "✓ "
FINE = "fine"


@dataclass(slots=True)
class Same:
    """Pictures that look the same, in one or several images."""

    crops: list[Crop] = field(default_factory=list)
    answer: str = ""  # what was said of them


class CropList(QListWidget):
    """`opened(sop, number)` one is to be seen in its image; `change_wanted([Same])` all of these masked or shown.

    Enter opens, F says that the chosen ones are fine (again: takes that back), the key `change` asks for the change.
    """

    opened = Signal(str, int)
    change_wanted = Signal(list)
    fine = Signal(list, bool)  # [Same], whether they are fine or that is taken back
    answered = Signal()

    def __init__(self, name: str, change: Qt.Key, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._change = change
        self._same: dict[object, QListWidgetItem] = {}
        self.boxes = 0
        self._touched = False  # somebody has chosen a picture: it stays chosen while others come before it
        self.clicked.connect(lambda _index: setattr(self, "_touched", True))
        self.setAccessibleName(name)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setIconSize(ICON)
        self.setGridSize(ICON + QSize(16, 42))
        self.setWordWrap(True)
        self.itemActivated.connect(self._open)

    @property
    def left(self) -> int:
        """How many nobody has answered for."""
        return sum(not self.item(row).data(ROLE).answer for row in range(self.count()))

    def empty(self) -> None:
        """Show none."""
        self.clear()
        self._same, self.boxes, self._touched = {}, 0, False

    def add(self, crop: Crop, answer: str = "") -> None:
        """Show one more, or count it with those that look the same; `answer` was given before."""
        self.boxes += 1
        item = self._same.get(crop.key)
        if item is None:
            item = QListWidgetItem(_icon(crop), "")
            item.setData(ROLE, Same())
            item.setData(ROLE + 1, crop.region.score)
            self.insertItem(self._place(crop.region.score), item)
            self._same[crop.key] = item
        same: Same = item.data(ROLE)
        same.crops.append(crop)
        same.answer = same.answer or answer
        _tell(item)
        if not self._touched:
            self._go_on(-1)

    def say(self, several: Sequence[Same], answer: str) -> None:
        """Note what was said of some pictures and go on to the next that nobody has answered for."""
        rows = [
            row for row in range(self.count()) if any(self.item(row).data(ROLE) is same for same in several)
        ]
        for row in rows:
            self.item(row).data(ROLE).answer = answer
            _tell(self.item(row))
        if rows:
            self._go_on(rows[-1])
        self.answered.emit()

    def chosen(self) -> list[Same]:
        """The chosen pictures, in their order."""
        return [self.item(row).data(ROLE) for row in sorted(index.row() for index in self.selectedIndexes())]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Answer; other keys move."""
        self._touched = True
        chosen = self.chosen()
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if chosen and plain and event.key() == Qt.Key.Key_F:
            takes_back = all(same.answer == FINE for same in chosen)
            self.fine.emit(chosen, not takes_back)
            self.say(chosen, "" if takes_back else FINE)
        elif chosen and plain and event.key() == self._change:
            self.change_wanted.emit(chosen)
        elif Qt.Key.Key_A <= event.key() <= Qt.Key.Key_Z and not event.matches(
            QKeySequence.StandardKey.SelectAll
        ):
            event.ignore()  # a key of the page, no search in the list
        else:
            super().keyPressEvent(event)

    def _open(self, item: QListWidgetItem) -> None:
        crop = item.data(ROLE).crops[0]
        self.opened.emit(crop.sop, crop.number)

    def _place(self, score: float) -> int:
        """Where a picture stands: those of which the search is least sure come first."""
        places = range(self.count())
        return next((n for n in places if self.item(n).data(ROLE + 1) > score), len(places))

    def _go_on(self, row: int) -> None:
        rows = (*range(row + 1, self.count()), *range(row))
        following = next((n for n in rows if not self.item(n).data(ROLE).answer), max(row, 0))
        self.setCurrentRow(following, QItemSelectionModel.SelectionFlag.ClearAndSelect)


def _tell(item: QListWidgetItem) -> None:
    same: Same = item.data(ROLE)
    region, count = same.crops[0].region, len(same.crops)
    what = look(region.kind)[0]
    times = f", {count} times" if count > 1 else ""
    item.setText(f"{DONE}{same.answer}{times}" if same.answer else f"{what}{times}")
    why = f"It stays: {region.why}." if region.kind == KEPT else ""
    sure = f"The search is {region.score:.0%} sure." if region.found_by == BY_SEARCH else ""
    item.setToolTip("\n".join(filter(None, (what, sure, why, "Enter shows it in its image."))))


def _icon(crop: Crop) -> QIcon:
    """The picture, framed: black on a dark window and white on a light one would have no edge."""
    picture = QPixmap.fromImage(to_image(crop.pixels))
    modes = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    framed = picture.scaled(ICON.boundedTo(picture.size() * ENLARGED), *modes)
    painter = QPainter(framed)
    painter.setPen(Qt.GlobalColor.gray)
    painter.drawRect(framed.rect().adjusted(0, 0, -1, -1))
    painter.end()
    return QIcon(framed)
