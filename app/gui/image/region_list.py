"""The boxes of an image in a list: what each is, by whom it was found, and where it lies."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from anonymizer import Region
from app.gui.image.image_overlay import look
from app.gui.image.polygon_grips import is_outside
from app.gui.widgets.text import label

FINDERS = {"detector": "by the search", "header": "by the header", "reader": "by a reader"}
EMPTY = "No box lies over this image."


class RegionList(QWidget):
    """`chosen(number)` tells the chosen row, -1 for none."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = label("", "muted")
        self.list = QListWidget()
        self.list.setAccessibleName("Boxes over the image")
        self.list.setUniformItemSizes(True)
        self.list.setIconSize(QSize(18, 12))
        self.list.itemSelectionChanged.connect(self._on_selected)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 4, 0)
        column.setSpacing(4)
        column.addWidget(self.heading)
        column.addWidget(self.list, 1)

    def show_regions(self, regions: Sequence[Region]) -> None:
        """List these."""
        self.list.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self.list.clear()
        for region in regions:
            self.list.addItem(_item(region))
        self.list.blockSignals(False)  # noqa: FBT003
        count = len(regions)
        self.heading.setText(f"{count} box{'' if count == 1 else 'es'}" if count else EMPTY)

    def choose(self, number: int) -> None:
        """Show which one is chosen."""
        if number < 0:
            self.list.clearSelection()
        elif number != self.list.currentRow() or not self.list.selectedItems():
            self.list.setCurrentRow(number)

    def _on_selected(self) -> None:
        chosen = self.list.selectedIndexes()
        self.chosen.emit(chosen[0].row() if chosen else -1)


def words(region: Region) -> str:
    """Say in two lines what a box is, by whom it was found and where it lies."""
    what, _, _ = look(region.kind)
    finder = FINDERS.get(region.found_by, region.found_by)
    own = region.kind in ("drawn", "waiting", "to be shown", "kept")  # the first line says by whom
    return f"{what if own else f'{what}, {finder}'}\n{_form(region)}{_frames(region)}"


def _form(region: Region) -> str:
    size = f"{region.x}, {region.y}: {region.width} × {region.height}"
    if not region.points:
        return size
    return "all outside a shape" if is_outside(region) else f"{size}, {len(region.points)} corners"


def _frames(region: Region) -> str:
    if region.frame is not None:
        return f", frame {region.frame + 1}"
    return f", not in {len(region.spared):,} frames" if region.spared else ""


def _item(region: Region) -> QListWidgetItem:
    text = words(region)
    item = QListWidgetItem(_swatch(region.kind), text)
    sure = f"\nThe search is {region.score:.0%} sure." if region.found_by == "detector" else ""
    item.setToolTip(f"{text}{sure}")
    return item


def _swatch(kind: str) -> QIcon:
    """Return the outline that a kind has over the image, on the image's black."""
    _, colour, style = look(kind)
    pixmap = QPixmap(18, 12)
    pixmap.fill(Qt.GlobalColor.black)
    painter = QPainter(pixmap)
    painter.setPen(QPen(colour, 2, style))
    painter.drawRect(2, 2, 13, 7)
    painter.end()
    return QIcon(pixmap)
