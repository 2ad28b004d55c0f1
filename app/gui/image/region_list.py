"""The boxes of an image in a list: what each is, by whom it was found, where it lies, and what was read in it."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from anonymizer import BY_SEARCH, Region
from app.counted import counted
from app.gui.image.image_overlay import is_outside, look
from app.gui.widgets.text import button, label

FINDERS = {
    BY_SEARCH: "by the search",
    "header": "by the header",
    "reader": "by a reader",
    "keep-list": "by the keep-list",
    "policy": "by the project's rules",
    "doubt": "because nobody is sure that it is text",
    "second reader": "by the second reader",
}
EMPTY = "No box lies over this image."
EVERY = "Every kind of box"
KEEP_TIP = (
    "The text of the chosen box stays in this project's images from now on, and is shown again here once applied (K). "
    "An identity is never kept."
)
OWN = ("drawn", "waiting", "to be shown")  # their names say by whom
Rect = tuple[int, int, int, int]  # x, y, width, height


class RegionList(QWidget):
    """`chosen(number)` tells the chosen row, -1 for none; `kind_chosen(kind)` which kind alone is to be seen, "" all."""

    chosen = Signal(int)
    kind_chosen = Signal(str)
    keep_wanted = Signal()
    list_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._regions: tuple[Region, ...] = ()
        self._readings: Mapping[Rect, str] = {}
        self.heading = label("", "muted")
        self.kinds = QComboBox()
        self.kinds.setAccessibleName("Which boxes are shown")
        self.kinds.setIconSize(QSize(18, 12))
        self.kinds.activated.connect(lambda _index: self._on_kind())
        self.list = QListWidget()
        self.list.setAccessibleName("Boxes over the image")
        self.list.setIconSize(QSize(18, 12))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemSelectionChanged.connect(self._on_selected)
        self.keep_button = button("Keep text (K)", self.keep_wanted.emit, tip=KEEP_TIP)
        self.list_button = button(
            "Keep-list …", self.list_wanted.emit, tip="The texts that may stay in images (Shift+K)"
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 4, 0)
        column.setSpacing(4)
        for widget in (self.heading, self.kinds, self.list):
            column.addWidget(widget, 1 if widget is self.list else 0)
        row = QHBoxLayout()
        row.addWidget(self.keep_button)
        row.addWidget(self.list_button)
        row.addStretch(1)
        column.addLayout(row)

    @property
    def kind(self) -> str:
        """The kind that alone is shown, "" for every kind."""
        return str(self.kinds.currentData() or "")

    def show_readings(self, readings: Mapping[Rect, str]) -> None:
        """Show what was read in the boxes, by their place: {} while the vault is locked."""
        self._readings = dict(readings)
        self.show_regions(self._regions)

    def reading_of(self, region: Region) -> str:
        """What was read in a box, "" where nothing is known or may be shown."""
        return region.read or self._readings.get((region.x, region.y, region.width, region.height), "")

    def show_regions(self, regions: Sequence[Region]) -> None:
        """List these."""
        self._regions = tuple(regions)
        row = self.list.currentRow() if self.list.selectedItems() else -1
        self.list.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self.list.clear()
        for region in regions:
            self.list.addItem(_item(region, self.reading_of(region)))
        self._show_kinds()
        if 0 <= row < self.list.count():
            self.list.setCurrentRow(row)
        self.list.blockSignals(False)  # noqa: FBT003
        count = len(regions)
        self.heading.setText(counted(count, "box", "boxes") if count else EMPTY)
        self._enable()

    def choose(self, number: int) -> None:
        """Show which one is chosen."""
        if number < 0:
            self.list.clearSelection()
        elif number != self.list.currentRow() or not self.list.selectedItems():
            self.list.setCurrentRow(number)
        self._enable()

    def _enable(self) -> None:
        chosen = self.list.selectedIndexes()
        region = self._regions[chosen[0].row()] if chosen else None
        self.keep_button.setEnabled(
            region is not None and region.kind == "text" and bool(self.reading_of(region))
        )

    def _show_kinds(self) -> None:
        """Offer the kinds that there are; one that is gone is shown no longer alone."""
        wanted = self.kind
        kinds = list(dict.fromkeys(region.kind for region in self._regions))
        self.kinds.clear()
        self.kinds.addItem(EVERY, "")
        for kind in kinds:
            count = sum(region.kind == kind for region in self._regions)
            self.kinds.addItem(_swatch(kind), f"{look(kind)[0]} ({count})", kind)
        self.kinds.setCurrentIndex(kinds.index(wanted) + 1 if wanted in kinds else 0)
        self._hide_others()
        if self.kind != wanted:
            self.kind_chosen.emit(self.kind)

    def _on_kind(self) -> None:
        self._hide_others()
        self.kind_chosen.emit(self.kind)

    def _hide_others(self) -> None:
        for row, region in enumerate(self._regions):
            self.list.setRowHidden(row, self.kind not in ("", region.kind))

    def _on_selected(self) -> None:
        chosen = self.list.selectedIndexes()
        self._enable()
        self.chosen.emit(chosen[0].row() if chosen else -1)


def words(region: Region, reading: str = "") -> str:
    """Say what a box is, by whom it was found, what was read in it and where it lies."""
    what, _, _ = look(region.kind)
    finder = FINDERS.get(region.found_by, region.found_by)
    first = what if region.kind in OWN else f"{what}, {finder}"
    second = f"“{reading}”" if reading else ""
    return "\n".join(filter(None, (first, second, f"{_form(region)}{_frames(region)}")))


def _form(region: Region) -> str:
    size = f"{region.x}, {region.y}: {region.width} × {region.height}"
    if not region.points:
        return size
    return "all outside a shape" if is_outside(region) else f"{size}, {len(region.points)} corners"


def _frames(region: Region) -> str:
    if region.frame is not None:
        return f", frame {region.frame + 1}"
    return f", not in {len(region.spared):,} frames" if region.spared else ""


def _item(region: Region, reading: str) -> QListWidgetItem:
    text = words(region, reading)
    item = QListWidgetItem(_swatch(region.kind), text)
    sure = f"The search is {region.score:.0%} sure." if region.found_by == BY_SEARCH else ""
    why = f"It stays: {region.why}." if region.why else ""
    item.setToolTip("\n".join(filter(None, (text, sure, why))))
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
