"""A grid of small pictures: only what is in sight is laid out, read and painted, however many there are."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from app.gui import theme
from app.gui.labelling import tile_badges
from app.gui.models.worklist_model import WorklistModel, title
from app.gui.shortcuts import KEYS, MOVES, key_words
from app.gui.thumbnails import Thumbnails, Wanted
from labeller import InstanceRow

SMALLEST, USUAL, LARGEST = 72, 132, 320
GAP = 6
SIDE_STEP = 16
SCALED = 600  # pictures kept in the size of the tiles
SETTLE_MS = 25
AHEAD_SCREENS = 2  # made in advance, in the direction of reading
MOVES_TO = MOVES | {Qt.Key.Key_Left, Qt.Key.Key_Right}
Flag = QItemSelectionModel.SelectionFlag


class ThumbnailGrid(QAbstractScrollArea):
    """Shows a WorklistModel and shares a selection with its list.

    `opened(place)` tells that one image is to be seen large, `fold_changed` that each series is to be one tile, or
    no longer. Arrows move, Shift extends, Ctrl+wheel changes the size; further keys stand in `key_table`.
    """

    opened = Signal(int)
    fold_changed = Signal()

    def __init__(
        self, model: WorklistModel, selection: QItemSelectionModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.model, self.selection = model, selection
        self.thumbnails: Thumbnails | None = None
        self._folder = Path()
        self.side = USUAL
        self.folded = False  # whether each series is to be one tile
        self._anchor = 0
        self._actions: dict[str, Callable[[], object]] = {
            "grid.all": lambda: self.choose(range(len(self.model.uids))),
            "grid.fold": self._fold,
            "grid.larger": lambda: self.set_side(self.side + SIDE_STEP),
            "grid.smaller": lambda: self.set_side(self.side - SIDE_STEP),
            "grid.open": self._open_current,
        }
        self._scaled: OrderedDict[str, QPixmap] = OrderedDict()
        # Pictures are asked for when scrolling pauses: those that only flew by are never made.
        self._settled = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settled.timeout.connect(self._want)
        self.setAccessibleName("Thumbnails")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Every pixel is painted here, so that scrolling moves what is painted, and paints only what comes into sight.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        model.modelReset.connect(self._lay_out)
        model.dataChanged.connect(
            lambda first, last, _roles: self._update(range(first.row(), last.row() + 1))
        )
        selection.selectionChanged.connect(lambda *_: self.viewport().update())
        selection.currentChanged.connect(lambda now, _before: self._on_current(now))

    def show_project(self, thumbnails: Thumbnails, folder: Path) -> None:
        """Take pictures from here; `folder` holds the instances' files."""
        self.thumbnails, self._folder = thumbnails, folder
        thumbnails.ready.connect(self._on_ready)

    def _on_ready(self, uid: str) -> None:
        self._scaled.pop(uid, None)
        sight = self.in_sight()
        self._update([place for place in sight if self.model.row(place).sop_instance_uid == uid])

    def _update(self, places: Sequence[int]) -> None:
        """Paint these tiles anew, as far as they are in sight."""
        for place in self.in_sight():
            if place in places:
                self.viewport().update(self.tile(place).adjusted(-GAP, -GAP, GAP, GAP))

    # Where what stands.

    @property
    def columns(self) -> int:
        """Tiles side by side."""
        return max(1, (self.viewport().width() - GAP) // (self.side + GAP))

    def _step(self) -> QSize:
        """Return what a tile takes with the room around it: what is left of the width is shared among all."""
        wide = max(self.side + GAP, (self.viewport().width() - GAP) // self.columns)
        return QSize(wide, self.side + self._line() + GAP)

    def _line(self) -> int:
        return round(self.fontMetrics().height() * 1.35)

    def tile(self, place: int) -> QRect:
        """Where a tile stands in the viewport."""
        step, columns = self._step(), self.columns
        x = GAP + place % columns * step.width() + (step.width() - GAP - self.side) // 2
        y = GAP + place // columns * step.height() - self.verticalScrollBar().value()
        return QRect(x, y, self.side, self.side + self._line())

    def place_at(self, point: QPoint) -> int:
        """Return the place of the tile under a point of the viewport, -1 if there is none."""
        step, columns = self._step(), self.columns
        column = (point.x() - GAP) // step.width()
        row = (point.y() + self.verticalScrollBar().value() - GAP) // step.height()
        place = row * columns + column
        inside = 0 <= column < columns and 0 <= place < len(self.model.uids)
        return place if inside and self.tile(place).contains(point) else -1

    def in_sight(self) -> range:
        """Return the places whose tiles are at least partly visible."""
        return self._between(0, self.viewport().height())

    def _between(self, top: int, bottom: int) -> range:
        """Return the places whose tiles stand at least partly between two heights of the viewport."""
        step, columns, above = self._step(), self.columns, self.verticalScrollBar().value()
        first = max(0, (above + top - GAP) // step.height()) * columns
        last = ((above + bottom) // step.height() + 1) * columns
        return range(first, min(last, len(self.model.uids)))

    def is_complete(self) -> bool:
        """Whether every picture that is in sight has been made."""
        if self.thumbnails is None:
            return False
        uids = [self.model.row(place).sop_instance_uid for place in self.in_sight()]
        return all(self.thumbnails.picture(uid) is not None for uid in uids)

    def set_side(self, side: int) -> None:
        """Change the size of the tiles; the current one stays in sight."""
        self.side = min(max(side, SMALLEST), LARGEST)
        self._scaled.clear()
        self._lay_out()
        self._show_place(self.selection.currentIndex().row())

    def _lay_out(self) -> None:
        step = self._step().height()
        rows = -(-len(self.model.uids) // self.columns)
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, rows * step + GAP - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(step // 3)
        self.viewport().update()

    def _show_place(self, place: int) -> None:
        if place < 0:
            return
        tile, bar = self.tile(place), self.verticalScrollBar()
        if tile.top() < GAP:
            bar.setValue(bar.value() + tile.top() - GAP)
        elif tile.bottom() > self.viewport().height() - GAP:
            bar.setValue(bar.value() + tile.bottom() - self.viewport().height() + GAP)

    def _on_current(self, now: QModelIndex) -> None:
        if self.isVisible():
            self._show_place(now.row())
            self.viewport().update()

    # Choosing.

    def go_to(self, place: int, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Make a tile the current one: alone, with Shift all since the last one chosen, with Ctrl it too."""
        if not 0 <= place < len(self.model.uids):
            return
        index = self.model.index(place)
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            first, last = sorted((self._anchor, place))
            chosen = QItemSelection(self.model.index(first), self.model.index(last))
            self.selection.select(chosen, Flag.ClearAndSelect)
            self.selection.setCurrentIndex(index, Flag.NoUpdate)
            return
        self._anchor = place
        toggled = modifiers & Qt.KeyboardModifier.ControlModifier
        self.selection.setCurrentIndex(index, Flag.Toggle if toggled else Flag.ClearAndSelect)

    def choose(self, places: Sequence[int]) -> None:
        """Select exactly these places, which ascend; the current tile stays the current one."""
        chosen = QItemSelection()
        start = previous = -2
        for place in [*places, -2]:
            if place != previous + 1:
                if start >= 0:
                    chosen.select(self.model.index(start), self.model.index(previous))
                start = place
            previous = place
        self.selection.select(chosen, Flag.ClearAndSelect)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the tile under the pointer."""
        place = self.place_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and place >= 0:
            self.go_to(place, event.modifiers())
        else:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the image large."""
        place = self.place_at(event.position().toPoint())
        if place >= 0:
            self.opened.emit(place)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; with Ctrl change the size."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.set_side(self.side + (SIDE_STEP if event.angleDelta().y() > 0 else -SIDE_STEP))
        else:
            super().wheelEvent(event)

    def event(self, event: QEvent) -> bool:
        """Take the keys that move before the page's shortcuts get them."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _moves(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, extend, take all, change the size, open."""
        here, last = self.selection.currentIndex().row(), len(self.model.uids) - 1
        page = self.columns * max(1, self.viewport().height() // self._step().height())
        moves = {
            Qt.Key.Key_Left: here - 1, Qt.Key.Key_Right: here + 1, Qt.Key.Key_Up: here - self.columns,
            Qt.Key.Key_Down: here + self.columns, Qt.Key.Key_PageUp: max(0, here - page),
            Qt.Key.Key_PageDown: min(last, here + page), Qt.Key.Key_Home: 0, Qt.Key.Key_End: last,
        }  # fmt: skip
        key = Qt.Key(event.key())
        if key in moves:
            self.go_to(moves[key], event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        elif (action := self._action(event)) is not None:
            action()
        else:
            super().keyPressEvent(event)

    def _action(self, event: QKeyEvent) -> Callable[[], object] | None:
        names = (KEYS.meaning("grid", key) for key in key_words(event))
        return self._actions.get(next(filter(None, names), ""))

    def _fold(self) -> None:
        self.folded = not self.folded
        self.fold_changed.emit()

    def _open_current(self) -> None:
        if (here := self.selection.currentIndex().row()) >= 0:
            self.opened.emit(here)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another number of columns: the current tile stays in sight."""
        super().resizeEvent(event)
        self._lay_out()
        self._show_place(self.selection.currentIndex().row())

    def scrollContentsBy(self, _across: int, down: int) -> None:
        """Move what is painted."""
        self.viewport().scroll(0, down)

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what has come into sight and ask for the pictures that are missing."""
        painter, area = QPainter(self.viewport()), event.rect()
        painter.fillRect(area, QColor(theme.tokens().window))
        for place in self._between(area.top() - GAP, area.bottom() + GAP):
            self._paint_tile(painter, place)
        painter.end()
        self._settled.start()

    def _want(self) -> None:
        if self.thumbnails is None:
            return
        sight = self.in_sight()
        ahead = range(sight.stop, min(sight.stop + AHEAD_SCREENS * len(sight), len(self.model.uids)))
        rows = (self.model.row(place) for place in (*sight, *ahead))
        self.thumbnails.want([Wanted(row.sop_instance_uid, self._folder / row.file) for row in rows])

    def _paint_tile(self, painter: QPainter, place: int) -> None:
        row, tile, colours = self.model.row(place), self.tile(place), theme.tokens()
        index = self.model.index(place)
        picture = tile.adjusted(0, 0, 0, -self._line())
        painter.fillRect(picture, Qt.GlobalColor.black)  # around an image it is dark in every theme
        known = self._scaled_picture(row.sop_instance_uid)
        if known is None or known.isNull():
            painter.setPen(QColor("#808890"))
            text = "…" if known is None else "cannot be shown"
            painter.drawText(picture, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)
        else:
            free = picture.size() - known.size()
            painter.drawPixmap(picture.topLeft() + QPoint(free.width() // 2, free.height() // 2), known)
        if shown := self._badges(place):
            tile_badges.paint(painter, picture, shown)
        self._paint_caption(painter, row, tile.adjusted(0, self.side, 0, 0))
        chosen = self.selection.isSelected(index)
        if chosen or index.row() == self.selection.currentIndex().row():
            width = 3 if chosen else 1
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.accent), width))
            painter.drawRect(tile.adjusted(-1, -1, 0, 0))

    def _scaled_picture(self, uid: str) -> QPixmap | None:
        """Return a picture in the tiles' size: scaling it takes longer than painting it."""
        known = self._scaled.get(uid)
        if known is None and self.thumbnails is not None:
            picture = self.thumbnails.picture(uid)
            if picture is None:
                return None
            if not picture.isNull():
                size = QSize(self.side, self.side)
                modes = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
                picture = picture.scaled(size, *modes)
            known = self._scaled[uid] = QPixmap.fromImage(picture)
            while len(self._scaled) > SCALED:
                self._scaled.popitem(last=False)
        return known

    def _paint_caption(self, painter: QPainter, row: InstanceRow, area: QRect) -> None:
        colours = theme.tokens()
        known = self.model.classes.get(row.label) if row.label else None
        left = area.left() + 4
        if known is not None:
            side = self.fontMetrics().ascent()
            painter.fillRect(left, area.center().y() - side // 2, side, side, QColor(known.colour))
            left += side + 5
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        metrics = QFontMetrics(self.font())
        area.adjust(0, 0, -4, 0)
        for text, colour in (("◐" if row.review else "", colours.caution), (self._who(row), colours.muted)):
            painter.setPen(QColor(colour))
            painter.drawText(area, right, text)
            area.adjust(0, 0, -metrics.horizontalAdvance(text) - 4 if text else 0, 0)
        area.setLeft(left)
        painter.setPen(QColor(colours.text if row.label else colours.muted))
        text = metrics.elidedText(row.label or "–", Qt.TextElideMode.ElideRight, max(area.width(), 0))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)

    def _who(self, row: InstanceRow) -> str:
        return tile_badges.initials(row.reader) if self.side >= USUAL else ""

    def _badges(self, place: int) -> list[tile_badges.Badge]:
        row, number = self.model.row(place), self.model.number(place)
        return tile_badges.badges(row, number, mixed=self.model.is_mixed(place))

    def in_words(self, place: int) -> str:
        """Return what a screen reader says of a tile."""
        row = self.model.row(place)
        told = [badge.text for badge in self._badges(place)]
        label = f"{row.label} by {row.reader}" if row.label and row.reader else row.label or "no label"
        return ", ".join((title(row), *told, label))


def _moves(event: QKeyEvent) -> bool:
    return event.key() in MOVES_TO or any(KEYS.meaning("grid", key) for key in key_words(event))
