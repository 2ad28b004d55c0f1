"""A contact sheet of everything that is masked: one glance tells what was taken for text and is none."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QStackedWidget, QVBoxLayout, QWidget

from anonymizer import KEPT
from app.errors import USER_ERRORS
from app.gui.background import Latest
from app.gui.dialogs.errors import show_error
from app.gui.dialogs.unlock import unlocked
from app.gui.image.image_canvas import to_image
from app.gui.image.image_overlay import look
from app.gui.masked_crops import Crop, Piece, Wanted, cut_out
from app.gui.session import Session
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.text import label
from app.workflows.masking_again import regions_of

PIECE = 6  # instances
ICON = QSize(220, 72)
ENLARGED = 3  # times, at most
LOCKED = "The sheet shows what lies under the masks, which only the originals tell."
ROLE = Qt.ItemDataRole.UserRole


class ContactSheet(QWidget):
    """Distinct crops, the least sure first. `opened(sop, number)` tells that one is to be seen in its image."""

    opened = Signal(str, int)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._stale = True
        self._todo: list[Wanted] = []
        self._counts: dict[tuple[tuple[int, ...], bytes], tuple[QListWidgetItem, int]] = {}
        self._boxes = self._unread = self._total = 0
        self._work = Latest(self)
        self._work.done.connect(self._take)
        self._work.failed.connect(lambda message, remedy: show_error(self, message, remedy))
        self.note = label("", "muted")
        self.list = QListWidget()
        self.list.setAccessibleName("What is masked")
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setIconSize(ICON)
        self.list.setGridSize(ICON + QSize(16, 42))
        self.list.setWordWrap(True)
        self.list.itemActivated.connect(lambda item: self.opened.emit(*item.data(ROLE)))
        self.locked = EmptyState("The vault is locked", LOCKED, ("Unlock to look", self._unlock))
        self.stack = QStackedWidget()
        self.stack.addWidget(self.list)
        self.stack.addWidget(self.locked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 0)
        column.addWidget(self.note)
        column.addWidget(self.stack, 1)
        session.vault_changed.connect(self._on_vault_changed)

    def mark_stale(self) -> None:
        """Make the sheet anew when it is next shown."""
        self._stale = True

    def activate(self) -> None:
        """Make the sheet where it is not up to date; the vault opens by itself where nobody need be asked."""
        if self.session.project.protection == "key file":
            self._unlock_silently()
        if self.session.vault is None:
            self._clear()
            self.note.setText("")
            self.stack.setCurrentWidget(self.locked)
        elif self._stale:
            self._begin()
        self.list.setFocus()

    def stop(self) -> None:
        """Cut out no further; it is made anew when it is next shown."""
        if self._todo:
            self._stale = True
            self._work.drop()

    def _begin(self) -> None:
        self._clear()
        self._stale = False
        self.stack.setCurrentWidget(self.list)
        vault, catalogue = self.session.vault, self.session.catalogue
        for uid in catalogue.uids():
            regions = tuple(regions_of(catalogue, uid))
            path = vault.source_path(uid) if vault is not None else None
            if path is not None and any(region.kind != KEPT for region in regions):
                self._todo.append(Wanted(uid, path, regions))
        self._total = len(self._todo)
        self._next()

    def _next(self) -> None:
        piece, self._todo = self._todo[:PIECE], self._todo[PIECE:]
        self._say(len(piece))
        if piece:
            self._work.run(lambda: cut_out(piece))

    def _take(self, piece: Piece) -> None:
        self._unread += piece.unread
        for crop in piece.crops:
            self._add(crop)
        self._next()

    def _add(self, crop: Crop) -> None:
        self._boxes += 1
        known = self._counts.get(crop.key)
        if known is not None:
            item, count = known[0], known[1] + 1
        else:
            item, count = QListWidgetItem(_icon(crop), ""), 1
            item.setData(ROLE, (crop.sop, crop.number))
            self.list.insertItem(self._place(crop), item)
            item.setData(ROLE + 1, crop.region.score)
        self._counts[crop.key] = (item, count)
        what = look(crop.region.kind)[0]
        times = f", {count} times" if count > 1 else ""
        item.setText(f"{what}{times}")
        item.setToolTip(f"{what}; the search is {crop.region.score:.0%} sure. Enter shows it in its image.")

    def _place(self, crop: Crop) -> int:
        """Where a crop stands: those of which the search is least sure come first."""
        places = range(self.list.count())
        return next((n for n in places if self.list.item(n).data(ROLE + 1) > crop.region.score), len(places))

    def _say(self, running: int) -> None:
        left = len(self._todo) + running
        done = f"{self._total - left:,} of {self._total:,} images looked at. " if left else ""
        unread = f" {self._unread:,} originals could not be read." if self._unread else ""
        found = (
            f"{len(self._counts):,} different pictures lie under {self._boxes:,} boxes, the least sure first."
        )
        self.note.setText(f"{done}{found if self._total else 'No pixels are masked.'}{unread}")

    def _clear(self) -> None:
        self._work.drop()
        self._stale = True
        self._todo, self._counts = [], {}
        self._boxes = self._unread = self._total = 0
        self.list.clear()

    def _unlock(self) -> None:
        try:
            unlocked(self.session, self)
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)

    def _unlock_silently(self) -> None:
        try:
            self.session.unlock(lambda _hint: None)
        except USER_ERRORS as error:
            self.session.status.emit(str(error))

    def _on_vault_changed(self) -> None:
        if self.session.vault is None:
            self._clear()  # nothing of the originals stays in sight
        if self.isVisible() and self.session.is_open:
            self.activate()


def _icon(crop: Crop) -> QIcon:
    picture = QPixmap.fromImage(to_image(crop.pixels))
    modes = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    return QIcon(picture.scaled(ICON.boundedTo(picture.size() * ENLARGED), *modes))
