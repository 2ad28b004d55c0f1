"""The middle of the Label page: one image large, or all of the worklist small."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from anonymizer import DicomImage
from app.gui.image.image_bar import ImageBar
from app.gui.image.image_loader import ImageLoader, Opener
from app.gui.image.image_view import ImageView
from app.gui.labelling.thumbnail_grid import ThumbnailGrid
from app.gui.models.worklist_model import WorklistModel
from app.gui.thumbnails import Thumbnails
from app.gui.window_presets import presets_for

AHEAD, BEHIND = 4, 2  # images decoded in advance


@dataclass(frozen=True, slots=True)
class _Source:
    """What the loader keeps an image under, and how it is read."""

    name: Hashable
    opener: Opener


class ImageAndGrid(QStackedWidget):
    """Shows what the model lists; `opened(place)` tells that a tile of the grid is to be seen large."""

    opened = Signal(int)

    def __init__(
        self, model: WorklistModel, selection: QItemSelectionModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.model = model
        self.loader = ImageLoader(self)
        self.view = ImageView(loader=self.loader)
        self.view.may_turn = True
        self.grid = ThumbnailGrid(model, selection)
        self.grid.opened.connect(self.opened)
        self._folder = Path()
        self._shown: Hashable = None
        large = QWidget()
        column = QVBoxLayout(large)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.view, 1)
        column.addWidget(ImageBar(self.view))
        self.addWidget(large)
        self.addWidget(self.grid)

    @property
    def is_grid(self) -> bool:
        """Whether all images are shown small."""
        return self.currentIndex() == 1

    def switch(self) -> None:
        """From large to small, or back."""
        self.setCurrentIndex(0 if self.is_grid else 1)
        self.worked_on().setFocus()

    def worked_on(self) -> QWidget:
        """Return what takes the keys now."""
        return self.grid if self.is_grid else self.view

    def show_project(self, thumbnails: Path, instances: Path) -> None:
        """Take files from `instances` and keep small pictures in `thumbnails`."""
        if self.grid.thumbnails is None:
            self._folder = instances
            self.grid.show_project(Thumbnails(thumbnails, self), instances)

    def show_place(self, place: int) -> None:
        """Show an image of the list, where one is shown large, and decode its neighbours."""
        if self.is_grid:
            return
        near = [p for p in range(place - BEHIND, place + AHEAD + 1) if 0 <= p < len(self.model.uids)]
        sources = {p: self._source(p) for p in near}
        self.loader.keep_only({source.name for source in sources.values()})
        self.view.extra_presets = presets_for(self.model.row(place).modality)
        if self._shown != sources[place].name:
            self._shown = sources[place].name
            self.view.show_instance(self._shown, sources[place].opener)
        for each in sorted(near, key=lambda p: (p < place, abs(p - place)))[1:]:
            self.loader.prefetch(sources[each].name, sources[each].opener)

    def clear(self, message: str) -> None:
        """Show nothing but a message."""
        self._shown = None
        self.view.clear(message)

    def _source(self, place: int) -> _Source:
        row = self.model.row(place)
        file = self._folder / row.file
        try:
            changed = file.stat().st_mtime_ns  # masking by hand writes the file anew
        except OSError:
            changed = 0
        return _Source((row.sop_instance_uid, changed), partial(DicomImage.open, file))
