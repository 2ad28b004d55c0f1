"""Lists of instances as their row ids: the reading order of a whole catalogue, other orders, folded stacks.

A million instances are eight megabytes here, and what a filter finds is laid over the order without sorting.
Facts are read for what comes into sight only.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from labeller.schema import Instance, KeptOrder

Keys = NDArray[np.int64]
"""Row ids of instances."""
Marks = NDArray[np.bool_]
"""True at the ids of those that are meant."""
ORDER = (Instance.patient, Instance.study, Instance.series, Instance.place, Instance.sop_instance_uid)
_ORDERS = "orders"
_KEPT = np.dtype("<i4")
REMEMBERED = 12  # answers about the instances that an order keeps, at most eight bytes an instance each
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Listing:
    """Instances in an order. Where stacks are folded, an entry stands for all listed instances of a series."""

    keys: Keys
    starts: Keys | None = None  # where each stack begins in `keys`; None: nothing is folded

    def __len__(self) -> int:
        return len(self.keys if self.starts is None else self.starts)

    def key(self, place: int) -> int:
        """Return the id of the instance that an entry shows: the middle one of a stack."""
        members = self.members(place, place)
        return int(members[len(members) // 2])

    def members(self, first: int, last: int) -> Keys:
        """Return the ids of all instances that the entries from `first` to `last` stand for."""
        if self.starts is None:
            return self.keys[first : last + 1]
        end = self.starts[last + 1] if last + 1 < len(self.starts) else len(self.keys)
        members: Keys = self.keys[self.starts[first] : end]
        return members

    def heads(self) -> Keys:
        """Return what `key` returns for each entry."""
        if self.starts is None:
            return self.keys
        sizes = np.diff(self.starts, append=len(self.keys))
        middle: Keys = self.keys[self.starts + sizes // 2]
        return middle

    def places(self, keys: Iterable[int]) -> Keys:
        """Return where these instances stand, ascending; those that are not listed are left out."""
        wanted = np.fromiter(keys, np.int64)
        found: Keys = np.flatnonzero(self.keys == wanted if len(wanted) == 1 else np.isin(self.keys, wanted))
        return found if self.starts is None else np.unique(self.starts.searchsorted(found, side="right") - 1)


class ReadingOrder:
    """All instances by patient, study, series and place, as they were at one version of the instances."""

    def __init__(self, keys: Keys, version: int) -> None:
        self.keys, self.version = keys, version
        self.size = int(self.keys.max(initial=0)) + 1
        self._series: NDArray[np.int32] | None = None
        self._patients: tuple[list[str], list[int]] | None = None
        self._remembered: OrderedDict[Hashable, Any] = OrderedDict()

    def remember(self, what: Hashable, find: Callable[[], T]) -> T:
        """Return what `find` finds out about the instances: facts that hold as long as this order does, once."""
        if what not in self._remembered:
            self._remembered[what] = find()
        self._remembered.move_to_end(what)
        while len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)
        found: T = self._remembered[what]
        return found

    @cached_property
    def rank(self) -> NDArray[np.int32]:
        """The place of each id in this order."""
        rank = np.zeros(self.size, np.int32)
        rank[self.keys] = np.arange(len(self.keys), dtype=np.int32)
        return rank

    def marks(self, keys: Keys) -> Marks:
        """Mark these ids."""
        found = np.zeros(self.size, np.bool_)
        found[keys] = True
        return found

    def ids(self, marks: Marks) -> Keys:
        """Return the ids that are marked, in this order."""
        found: Keys = self.keys[marks[self.keys]]
        return found

    def of_patients(self, session: Session, wanted: Callable[[str], bool]) -> Marks:
        """Mark the instances of the patients whose pseudonym is wanted; a patient's stand side by side here."""
        if self._patients is None:
            number = func.count().label("number")
            by = select(Instance.patient, number).group_by(Instance.patient).order_by(Instance.patient)
            rows = session.execute(by).all()
            self._patients = [row.patient for row in rows], [row.number for row in rows]
        names, sizes = self._patients
        found = np.zeros(self.size, np.bool_)
        found[self.keys] = np.repeat(np.fromiter(map(wanted, names), np.bool_), sizes)
        return found

    def series(self, session: Session) -> NDArray[np.int32]:
        """Return the number of each id's series, counted in this order."""
        if self._series is not None:
            return self._series
        by = (Instance.patient, Instance.study, Instance.series)
        sizes = read_keys(session, select(func.count()).select_from(Instance).group_by(*by).order_by(*by))
        numbers = np.zeros(self.size, np.int32)
        numbers[self.keys] = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
        self._series = numbers
        return numbers


def reading_order(session: Session) -> ReadingOrder:
    """Return the present reading order; it is found anew only after instances were entered."""
    version = _version(session)
    known: dict[str, ReadingOrder] = session.info.setdefault(_ORDERS, {})
    if _ORDERS not in known or known[_ORDERS].version != version:
        ids = session.scalar(select(KeptOrder.ids).where(KeptOrder.version == version))
        keys = np.frombuffer(ids, _KEPT).astype(np.int64) if ids is not None else _sorted(session)
        known[_ORDERS] = ReadingOrder(keys, version)
    return known[_ORDERS]


def keep(session: Session, order: ReadingOrder) -> None:
    """Keep an order for whoever opens the catalogue next, unless instances were entered meanwhile."""
    if _version(session) == order.version:
        session.execute(delete(KeptOrder))
        session.add(KeptOrder(version=order.version, ids=order.keys.astype(_KEPT).tobytes()))


def is_kept(session: Session) -> bool:
    """Whether the present reading order is kept."""
    return session.scalar(select(KeptOrder.version)) == _version(session)


def instances_changed(session: Session) -> None:
    """Note, in the session's transaction, that instances were entered: earlier orders are none any more."""
    version = _version(session) % 2**30 + 1
    session.connection().exec_driver_sql(f"PRAGMA user_version = {version}")


def _version(session: Session) -> int:
    """Return the number of the last change of the instances."""
    return int(session.connection().exec_driver_sql("PRAGMA user_version").scalar() or 0)


def _sorted(session: Session) -> Keys:
    return read_keys(session, select(Instance.id).order_by(*ORDER))


def one_of(column: InstrumentedAttribute[Any], values: Iterable[int | str]) -> ColumnElement[bool]:
    """The condition that a column has one of these values, of which there may be thousands."""
    return column.in_(select(func.json_each(json.dumps(list(values))).table_valued("value").c.value))


def read_keys(session: Session, statement: Select[Any]) -> Keys:
    """Read one column of whole numbers: put together by SQLite it arrives five times as fast as row by row.

    `group_concat` takes the rows in the order in which the inner question gives them.
    """
    rows = statement.subquery()
    text = session.scalar(select(func.group_concat(rows.c[0])).select_from(rows))
    return np.fromstring(text, np.int64, sep=",") if text else np.zeros(0, np.int64)


def fold(listed: Keys, order: ReadingOrder, series: NDArray[np.int32]) -> Listing:
    """Fold the listed instances of each series to one entry, which stands where the first of them stood."""
    if not len(listed):
        return Listing(listed, np.zeros(0, np.int64))
    _, first, stack, sizes = np.unique(
        series[listed], return_index=True, return_inverse=True, return_counts=True
    )
    by_first = np.argsort(first)
    place = np.empty(len(first), np.int64)
    place[by_first] = np.arange(len(first))
    arranged = listed[np.lexsort((order.rank[listed], place[stack]))]
    return Listing(arranged, np.concatenate(([0], np.cumsum(sizes[by_first])[:-1])))
