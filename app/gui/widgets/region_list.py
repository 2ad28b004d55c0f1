"""The boxes of an image in a list: what each is, where it lies, and by whom it was found."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from anonymizer import Region
from app.gui.widgets.image_overlay import look
from app.gui.widgets.text import label

FINDERS = {"detector": "the search", "header": "the header", "reader": "a reader"}
EMPTY = "No box lies over this image."


class RegionList(QWidget):
    """`chosen(number)` tells the chosen row, -1 for none."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = label("Boxes", "muted")
        self.table = QTreeWidget()
        self.table.setAccessibleName("Boxes over the image")
        self.table.setHeaderLabels(["What", "Where", "Found by"])
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setIconSize(QSize(18, 12))
        self.table.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.itemSelectionChanged.connect(self._on_selected)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 4, 0)
        column.setSpacing(4)
        column.addWidget(self.heading)
        column.addWidget(self.table, 1)

    def show_regions(self, regions: Sequence[Region]) -> None:
        """List these."""
        self.table.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self.table.clear()
        self.table.addTopLevelItems([_item(region) for region in regions])
        self.table.blockSignals(False)  # noqa: FBT003
        count = len(regions)
        self.heading.setText(f"{count} box{'' if count == 1 else 'es'}" if count else EMPTY)

    def choose(self, number: int) -> None:
        """Show which one is chosen."""
        item = self.table.topLevelItem(number) if number >= 0 else None
        if item is None:
            self.table.clearSelection()
        elif not item.isSelected():
            self.table.setCurrentItem(item)

    def _on_selected(self) -> None:
        chosen = self.table.selectedItems()
        self.chosen.emit(self.table.indexOfTopLevelItem(chosen[0]) if chosen else -1)


def _item(region: Region) -> QTreeWidgetItem:
    words, _, _ = look(region.kind)
    frame = "" if region.frame is None else f", frame {region.frame + 1}"
    place = f"{region.x}, {region.y}: {region.width} × {region.height}{frame}"
    finder = FINDERS.get(region.found_by, region.found_by)
    item = QTreeWidgetItem([words, place, finder])
    if region.found_by == "detector":
        item.setToolTip(0, f"{words}; the search is {region.score:.0%} sure")
    item.setIcon(0, _swatch(region.kind))
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
