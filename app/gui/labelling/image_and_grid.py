"""The middle of the Label page: one image or stack large, with another examination beside it, or all small."""

from collections.abc import Hashable
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, Qt, QTimer, Signal
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.gui.image.image_bar import ImageBar
from app.gui.image.image_loader import ImageLoader
from app.gui.image.image_stack import Stack
from app.gui.image.image_view import ImageView
from app.gui.labelling.image_sources import MASKED, ORIGINAL, ImageSource, ImageSources
from app.gui.labelling.prior_pane import PriorPane
from app.gui.labelling.series_stack import SeriesStack
from app.gui.labelling.thumbnail_grid import ThumbnailGrid
from app.gui.models.worklist_model import WorklistModel
from app.gui.session import Session
from app.gui.thumbnails import Thumbnails
from app.gui.window_presets import presets_for
from labeller import InstanceRow

AHEAD, BEHIND = 5, 2  # images decoded in advance, where so many are kept


class ImageAndGrid(QStackedWidget):
    """Shows what the model lists.

    `opened(place)` tells that a tile of the grid is to be seen large, `scrolled(uid)` which image of a stack is
    in sight now.
    """

    opened = Signal(int)
    scrolled = Signal(str)

    def __init__(
        self,
        session: Session,
        model: WorklistModel,
        selection: QItemSelectionModel,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session, self.model = session, model
        self.loader = ImageLoader(self)
        self.sources = ImageSources(session)
        self.series = SeriesStack(model, self.sources)
        self.stacked = False
        self.view = ImageView(loader=self.loader)
        self.view.may_turn = True
        self.view.frame_changed.connect(self._on_frame)
        self.prior = PriorPane(self.view, self.loader, self.sources, session)
        self.prior.hide()
        self.grid = ThumbnailGrid(model, selection)
        self.grid.opened.connect(self.opened)
        self._shown: Hashable = None
        self._stack: Stack | None = None
        self._near: tuple[ImageSource, ...] = ()
        # Not before the image in sight is painted: threads that begin would take turns with the window's.
        self._ahead = QTimer(self, singleShot=True, interval=0)
        self._ahead.timeout.connect(self._decode_neighbours)
        self._lay_out()

    def _lay_out(self) -> None:
        beside = QSplitter(Qt.Orientation.Horizontal)
        beside.setChildrenCollapsible(False)
        beside.addWidget(self.view)
        beside.addWidget(self.prior)
        self.beside = beside
        large = QWidget()
        column = QVBoxLayout(large)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(beside, 1)
        column.addWidget(ImageBar(self.view))
        self.addWidget(large)
        self.addWidget(self.grid)

    @property
    def is_grid(self) -> bool:
        """Whether all images are shown small."""
        return self.currentIndex() == 1

    @property
    def on_screen(self) -> str:
        """What the reader looks at, for the history: small pictures are always masked ones."""
        return MASKED if self.is_grid else self.sources.kind

    @property
    def unseen(self) -> bool:
        """Whether the image that would be labelled is not to be seen, or not yet."""
        return not self.is_grid and not self.view.seen

    def switch(self) -> None:
        """From large to small, or back."""
        self.setCurrentIndex(0 if self.is_grid else 1)
        self.worked_on().setFocus()

    def worked_on(self) -> QWidget:
        """Return what takes the keys now."""
        return self.grid if self.is_grid else self.view

    def show_project(self, thumbnails: Path, instances: Path) -> None:
        """Keep small pictures of `instances` in `thumbnails`; files may have changed since the last time."""
        if self.grid.thumbnails is None:
            self.grid.show_project(Thumbnails(thumbnails, self), instances)
        self.series.forget()
        self.series.catalogue = self.session.catalogue
        self.view.caption = "original" if self.sources.kind == ORIGINAL else ""

    def show_place(self, place: int) -> None:
        """Show an image of the list, where one is shown large, and decode its neighbours."""
        if self.is_grid:
            return
        row = self.model.row(place)
        self.view.extra_presets = presets_for(row.modality)
        stack = self.series.of(row) if self.stacked else None
        if stack is None:
            self._show_alone(row)
        else:
            self._show_in_stack(stack, row)
        self._choose_neighbours(place, self.loader.room(row.rows, row.columns))
        if self.prior.isVisibleTo(self):
            self._show_prior(row)

    def toggle_prior(self, row: InstanceRow | None) -> None:
        """Show another examination of the patient beside the image, or take it away."""
        shown = not self.prior.isVisibleTo(self)
        self.prior.setVisible(shown)
        if shown and row is not None:
            self.beside.setSizes([1000, 1000])  # equal: Qt scales them to the width there is
            self._show_prior(row)
        else:
            self.prior.clear()
        self.worked_on().setFocus()

    def _show_prior(self, row: InstanceRow) -> None:
        shown = [row] if self._stack is None else self.series.members
        self.prior.show_for(row, self.session.catalogue, shown)

    def forget_images(self) -> None:
        """Nothing that was read may be seen any more, as when the vault is locked."""
        self._ahead.stop()
        self.loader.forget_all()
        self.series.forget()
        self.prior.clear()
        self.clear("")

    def clear(self, message: str) -> None:
        """Show nothing but a message."""
        self._ahead.stop()
        self._shown = self._stack = None
        self.view.clear(message)

    def _show_alone(self, row: InstanceRow) -> None:
        source = self.sources.of(row)
        self._stack = None
        self.view.counted = "frame"
        if self._shown != source.name:
            self._shown = source.name
            self.view.show_instance(source.name, source.opener)

    def _show_in_stack(self, stack: Stack, row: InstanceRow) -> None:
        place = stack.place(row.sop_instance_uid)
        self.view.counted = "image"
        if self._shown != stack.name:
            self._shown, self._stack = stack.name, stack
            self.view.show_instance(stack.name, stack.open, frame=place)
        elif stack.uid(self.view.frame_index) != row.sop_instance_uid:
            self.view.go_to_frame(place)

    def _on_frame(self, index: int) -> None:
        if self._stack is not None:
            self.scrolled.emit(self._stack.uid(index))

    def _choose_neighbours(self, place: int, room: int) -> None:
        self._near = ()
        if self._stack is not None:  # the view decodes those of the stack itself
            return
        last = len(self.model.uids) - 1
        order = (*range(place + 1, place + AHEAD + 1), *range(place - 1, place - BEHIND - 1, -1))
        near = [each for each in order if 0 <= each <= last][: room - 1]
        self._near = tuple(self.sources.of(self.model.row(each)) for each in near)
        self.loader.keep_only({source.name for source in self._near} | {self._shown})
        self._ahead.start()

    def _decode_neighbours(self) -> None:
        for source in self._near:
            self.loader.prefetch(source.name, source.opener)
