"""The instances that a page works through, in a fixed order, read from the catalogue as they come into sight."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from labeller import Catalogue, InstanceFilter, InstanceRow, LabelClass, Listing

Index = QModelIndex | QPersistentModelIndex
ROW = Qt.ItemDataRole.UserRole  # the InstanceRow
FIRST_OF_PATIENT = Qt.ItemDataRole.UserRole + 1
CHUNK = 50  # rows read at once
FEW = 8  # so many are read at once after a change; more are read as they come into sight
KEPT_ROWS = 8_000
NOTHING = Listing(np.zeros(0, np.int64))


class WorklistModel(QAbstractListModel):
    """A list that stays as it is while one works on it: a labelled instance does not slip away.

    In memory are eight bytes for each instance, and the rows that were in sight. Where stacks are folded, an
    entry stands for all listed images of a series.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._catalogue: Catalogue | None = None
        self.listing = NOTHING
        self.uids: Sequence[str] = _Uids(self)
        self._rows: dict[int, InstanceRow] = {}
        self._keys: dict[str, int] = {}  # of the rows in memory
        self._mixed: dict[int, bool] = {}  # of folded stacks that were in sight
        self.classes: dict[str, LabelClass] = {}
        self._shown: Callable[[InstanceRow], InstanceRow] = lambda row: row

    def load(
        self,
        catalogue: Catalogue,
        only: InstanceFilter,
        uids: Sequence[str] | None = None,
        *,
        sort: str = "patient",
        folded: bool = False,
        shown: Callable[[InstanceRow], InstanceRow] = lambda row: row,
    ) -> None:
        """List what the filter gives, or just `uids`; `shown` makes of a row what may be seen of it."""
        listing = catalogue.listing(only, sort, folded=folded) if uids is None else catalogue.listing_of(uids)
        self.beginResetModel()
        self._shown, self._catalogue, self.listing = shown, catalogue, listing
        self._forget()
        self.classes = _answers(catalogue)
        self.endResetModel()

    def refresh(self, uids: Sequence[str] | None = None) -> None:
        """Read these instances again, or all and the classes."""
        if self._catalogue is None:
            return
        if uids is None:
            self.classes = _answers(self._catalogue)
            self._forget()
            places = np.arange(len(self.listing))
        else:
            places = self.listing.places(self._keys_of(uids))
            self._read_again(self.listing.heads()[places].tolist())
        if len(places):
            self.dataChanged.emit(self.index(int(places[0])), self.index(int(places[-1])))

    def place(self, uid: str) -> int:
        """Where an instance stands in the list, -1 if it is not in it."""
        if self._catalogue is None or not uid:
            return -1
        places = self.listing.places(self._keys_of([uid]))
        return int(places[0]) if len(places) else -1

    def places(self, only: InstanceFilter) -> list[int]:
        """Where those stand that a filter means, ascending."""
        if self._catalogue is None:
            return []
        return [int(place) for place in self.listing.places(self._catalogue.listing(only).keys)]

    def members(self, ranges: Iterable[tuple[int, int]]) -> list[str]:
        """List the instances that the entries from first to last stand for, folded ones too."""
        keys = [self.listing.members(first, last) for first, last in ranges]
        return self.uids_of(np.concatenate(keys)) if keys else []

    def number(self, place: int) -> int:
        """How many images an entry stands for."""
        return len(self.listing.members(place, place))

    def is_mixed(self, place: int) -> bool:
        """Whether the images of a stack have different labels, or only some of them have one."""
        members = self.listing.members(place, place)
        if self._catalogue is None or len(members) == 1:
            return False
        key = self.listing.key(place)
        if key not in self._mixed:
            answers = self._catalogue.answers_of(members)
            self._mixed[key] = len({answers.get(member) for member in members.tolist()}) > 1
        return self._mixed[key]

    def uids_of(self, keys: NDArray[np.int64]) -> list[str]:
        """Return the UIDs of these ids; those in sight are known without asking the catalogue."""
        listed = [int(key) for key in keys[: FEW + 1]]
        if len(listed) <= FEW and all(key in self._rows for key in listed):
            return [self._rows[key].sop_instance_uid for key in listed]
        return [] if self._catalogue is None else self._catalogue.uids_of(keys)

    def row(self, place: int) -> InstanceRow:
        """The instance at a place of the list; of a stack the one that stands for it."""
        key = self.listing.key(place)
        if key not in self._rows:
            self._read(place)
        return self._rows[key]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Entries."""
        return 0 if parent.isValid() else len(self.listing)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The instance, and what screen readers say of it."""
        if not index.isValid():
            return ""
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

    def _forget(self) -> None:
        for known in (self._rows, self._keys, self._mixed):
            known.clear()

    def _read(self, place: int) -> None:
        if len(self._rows) > KEPT_ROWS:
            self._forget()
        first = place // CHUNK * CHUNK
        chunk = range(first, min(first + CHUNK, len(self.listing)))
        self._take([key for key in map(self.listing.key, chunk) if key not in self._rows])

    def _read_again(self, keys: Iterable[int]) -> None:
        known = [key for key in keys if self._rows.pop(key, None) is not None]
        for key in known:
            self._mixed.pop(key, None)
        if len(known) <= FEW:
            self._take(known)

    def _take(self, keys: Sequence[int]) -> None:
        if self._catalogue is None or not keys:
            return
        for key, row in zip(keys, self._catalogue.rows(np.array(keys)), strict=True):
            self._rows[key] = self._shown(row)
            self._keys[row.sop_instance_uid] = key

    def _keys_of(self, uids: Sequence[str]) -> list[int]:
        if all(uid in self._keys for uid in uids):
            return [self._keys[uid] for uid in uids]
        return [] if self._catalogue is None else self._catalogue.keys_of(uids)


class _Uids(Sequence[str]):
    """The SOP Instance UIDs of a list, read where they are asked for; of a stack the one that stands for it."""

    def __init__(self, model: WorklistModel) -> None:
        self._model = model

    def __len__(self) -> int:
        return len(self._model.listing)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        places = range(len(self))[place]
        if isinstance(places, int):
            return self._model.row(places).sop_instance_uid
        return self._model.uids_of(self._model.listing.heads()[place])

    def __iter__(self) -> Iterator[str]:
        return iter(self[:])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self[:] == list(other)

    __hash__ = None  # type: ignore[assignment] # it changes as the list does


def _answers(catalogue: Catalogue) -> dict[str, LabelClass]:
    listed = (*catalogue.classes(), *catalogue.answers(), *catalogue.combinations())
    return {known.name: known for known in listed}


def title(row: InstanceRow) -> str:
    """Name an instance for people: modality, what is seen, number in the series."""
    what = row.series_description or row.study_description or row.body_part.capitalize()
    number = f"#{row.instance_number}" if row.instance_number is not None else ""
    frames = f"{row.frames} frames" if row.frames > 1 else ""
    return " · ".join(filter(None, (row.modality, what, row.view_position, number, frames)))
