"""Finds out which instances have masked pixels: that stands in each one's masking record, read piece by piece."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from anonymizer import KEPT
from app.gui.background import Latest
from app.workflows.masking_again import regions_of
from labeller import Catalogue

PIECE = 500


class PixelSearch(QObject):
    """Remembers what it found; `progressed(done, total)` comes after each piece."""

    progressed = Signal(int, int)
    failed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._known: dict[str, bool] = {}
        self._uids: list[str] = []
        self._catalogue = Path()
        self._work = Latest(self)
        self._work.done.connect(self._take)
        self._work.failed.connect(self.failed)

    def start(self, catalogue: Path, uids: list[str]) -> None:
        """Look at those of `uids` that are not known yet."""
        self._catalogue, self._uids = catalogue, uids
        self._next()

    def stop(self) -> None:
        """Look no further."""
        self._work.drop()

    def found(self) -> list[str]:
        """Return those of the asked instances that are known to have masked pixels."""
        return [uid for uid in self._uids if self._known.get(uid)]

    def forget(self, uid: str) -> None:
        """Look at this instance again when asked next; "": at every one."""
        if uid:
            self._known.pop(uid, None)
        else:
            self._known.clear()

    def _next(self) -> None:
        unknown = [uid for uid in self._uids if uid not in self._known]
        self.progressed.emit(len(self._uids) - len(unknown), len(self._uids))
        if unknown:
            file, piece = self._catalogue, unknown[:PIECE]
            self._work.run(lambda: _look(file, piece))

    def _take(self, result: dict[str, bool]) -> None:
        self._known |= result
        self._next()


def _look(file: Path, uids: list[str]) -> dict[str, bool]:
    with Catalogue.open(file) as catalogue:
        return {uid: any(region.kind != KEPT for region in regions_of(catalogue, uid)) for uid in uids}
