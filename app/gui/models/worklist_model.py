"""The instances that a page works through, in a fixed order, read from the catalogue as they come into sight."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from labeller import Catalogue, InstanceFilter, InstanceRow, LabelClass

Index = QModelIndex | QPersistentModelIndex
ROW = Qt.ItemDataRole.UserRole  # the InstanceRow
FIRST_OF_PATIENT = Qt.ItemDataRole.UserRole + 1
CHUNK = 200  # rows read at once
FEW = 8  # so many are read one by one rather than with their whole chunk


class WorklistModel(QAbstractListModel):
    """A list that stays as it is while one works on it: a labelled instance does not slip away.

    Only the UIDs are in memory, and the rows that were in sight.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._catalogue: Catalogue | None = None
        self._only = InstanceFilter()
        self._whole = True  # the list is all that the filter gives, so rows can be read in chunks
        self.uids: list[str] = []
        self._place: dict[str, int] = {}
        self._rows: dict[str, InstanceRow] = {}
        self.classes: dict[str, LabelClass] = {}
        self._shown: Callable[[InstanceRow], InstanceRow] = lambda row: row

    def load(
        self,
        catalogue: Catalogue,
        only: InstanceFilter,
        uids: Sequence[str] | None = None,
        *,
        shown: Callable[[InstanceRow], InstanceRow] = lambda row: row,
    ) -> None:
        """List what the filter gives, or just `uids`; `shown` makes of a row what may be seen of it."""
        self.beginResetModel()
        self._shown = shown
        self._catalogue, self._only, self._whole = catalogue, only, uids is None
        self.uids = catalogue.uids(only) if uids is None else list(uids)
        self._place = {uid: place for place, uid in enumerate(self.uids)}
        self._rows.clear()
        self.classes = _answers(catalogue)
        self.endResetModel()

    def refresh(self, uids: Sequence[str] | None = None) -> None:
        """Read these instances again, or all and the classes."""
        if self._catalogue is None:
            return
        if uids is None:
            self.classes = _answers(self._catalogue)
            self._rows.clear()
        few = len(uids or ()) <= FEW
        for uid in uids or ():
            if self._rows.pop(uid, None) is not None and few:
                self._rows[uid] = self._shown(self._catalogue.instance(uid))
        places = [self._place[uid] for uid in uids or () if uid in self._place]
        if uids is None:
            places = [0, len(self.uids) - 1]
        if places and self.uids:
            self.dataChanged.emit(self.index(min(places)), self.index(max(places)))

    def place(self, uid: str) -> int:
        """Where an instance stands in the list, -1 if it is not in it."""
        return self._place.get(uid, -1)

    def row(self, place: int) -> InstanceRow:
        """The instance at a place of the list."""
        uid = self.uids[place]
        if uid not in self._rows:
            self._read(place)
        return self._rows[uid]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Instances."""
        return 0 if parent.isValid() else len(self.uids)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The instance, and what screen readers say of it."""
        row = self.row(index.row())
        match role:
            case Qt.ItemDataRole.UserRole:
                return row
            case Qt.ItemDataRole.DisplayRole:
                return title(row)
            case Qt.ItemDataRole.AccessibleTextRole | Qt.ItemDataRole.ToolTipRole:
                return "\n".join((f"{title(row)}, {row.label or 'no label'}", *row.review))
        if role == FIRST_OF_PATIENT:
            return index.row() == 0 or self.row(index.row() - 1).patient != row.patient
        return None

    def _read(self, place: int) -> None:
        if self._catalogue is None:
            return
        if self._whole:
            first = place // CHUNK * CHUNK
            for row in self._catalogue.instances(self._only, offset=first, limit=CHUNK):
                self._rows.setdefault(row.sop_instance_uid, self._shown(row))
        if (uid := self.uids[place]) not in self._rows:
            self._rows[uid] = self._shown(self._catalogue.instance(uid))


def _answers(catalogue: Catalogue) -> dict[str, LabelClass]:
    listed = (*catalogue.classes(), *catalogue.answers(), *catalogue.combinations())
    return {known.name: known for known in listed}


def title(row: InstanceRow) -> str:
    """Name an instance for people: modality, what is seen, number in the series."""
    what = row.series_description or row.study_description or row.body_part.capitalize()
    number = f"#{row.instance_number}" if row.instance_number is not None else ""
    frames = f"{row.frames} frames" if row.frames > 1 else ""
    return " · ".join(filter(None, (row.modality, what, row.view_position, number, frames)))
