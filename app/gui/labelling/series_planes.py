"""Where the slices of series lie in space, read beside the window's thread from the headers of masked instances."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from anonymizer.pixels.orientation import Plane, planes_of
from app.gui.background import Latest
from app.gui.image.slice_places import Planes
from labeller import InstanceRow

Known = dict[str, tuple[Plane | None, ...]]


class SeriesPlanes(QObject):
    """Reads instances once while they are wanted; `ready` tells that those asked for last are known."""

    ready = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._known: Known = {}
        self._work = Latest(self)
        self._work.done.connect(self._take)

    def want(self, rows: Sequence[InstanceRow], folder: Path) -> None:
        """Read what is not known yet of these instances, whose files lie in `folder`."""
        wanted = {row.sop_instance_uid for row in rows}
        self._known = {uid: planes for uid, planes in self._known.items() if uid in wanted}
        missing = [(row.sop_instance_uid, folder / row.file, row.frames) for row in rows]
        missing = [each for each in missing if each[0] not in self._known]
        if missing:
            self._work.run(lambda: {uid: planes_of(file, max(frames, 1)) for uid, file, frames in missing})
        else:
            self._work.drop()
            self.ready.emit()

    def of(self, rows: Sequence[InstanceRow]) -> Planes:
        """Return where the frames of a stack of instances lie; nothing unless all were read."""
        if any(row.sop_instance_uid not in self._known for row in rows):
            return ()
        return [plane for row in rows for plane in self._known[row.sop_instance_uid]]

    def _take(self, read: Known) -> None:
        self._known.update(read)
        self.ready.emit()
