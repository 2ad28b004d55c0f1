"""Which instances a filter means, and in which order: each condition is one question that an index answers.

The answers are laid over each other as marks, so that no combination of conditions reads the rows themselves.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from labeller.classes import USABLE, active, holding
from labeller.disputes import disputed
from labeller.listing import Keys, Listing, Marks, ReadingOrder, fold, one_of, read_keys, reading_order
from labeller.records import InstanceFilter
from labeller.schema import ClassRow, CurrentLabel, Instance, PredictionEntry, ReaderRow
from labeller.sorting import SORTED, newest_run

_FEW_VALUES = ("modality", "body_part", "patient_sex", "manufacturer", "grade")
_MANY_VALUES = ("patient", "study", "series")
_MARKED = ("needs_review", "masked")
_LOOKED_IN = (Instance.study_description, Instance.series_description, Instance.body_part)
_AGE = re.compile(r"(\d{3})([DWMY])")  # an Age String, PS3.5 6.2
Condition = tuple[Keys, bool]
"""Ids, and whether they are wanted or all others."""


def listing(
    session: Session, only: InstanceFilter, sort: str = "patient", *, folded: bool = False
) -> Listing:
    """List what a filter means in one of `records.SORTS`; folded: one entry for each series."""
    order = reading_order(session)
    found = _marks(session, only, order)
    keys = order.keys if found is None else order.ids(found)
    if sort != "patient":
        keys = SORTED[sort](session, keys, order)
    return fold(keys, order, order.series(session)) if folded else Listing(keys)


def next_after(session: Session, key: int | None, only: InstanceFilter) -> int | None:
    """Find the first one that a filter means behind `key` in reading order, else the first of all but `key`."""
    order = reading_order(session)
    keys = listing(session, only).keys
    if key is not None:
        later = keys[order.rank[keys] > order.rank[key]]
        keys = later if len(later) else keys[keys != key]
    return int(keys[0]) if len(keys) else None


def values(session: Session, column: InstrumentedAttribute[str]) -> list[str]:
    """Return the different values of an indexed column, sorted, by going from one to the next in its index."""
    first = select(func.min(column).label("value")).cte("found", recursive=True)
    later = select(select(func.min(column)).where(column > first.c.value).scalar_subquery())
    found = first.union_all(later.where(first.c.value.is_not(None)))
    return list(session.scalars(select(found.c.value).where(found.c.value.is_not(None))))


def _marks(session: Session, only: InstanceFilter, order: ReadingOrder) -> Marks | None:
    found: Marks | None = None
    for keys, wanted in _conditions(session, only, order):
        marks = order.marks(keys)
        marks = marks if wanted else ~marks
        found = marks if found is None else found & marks
    return found


def _conditions(session: Session, only: InstanceFilter, order: ReadingOrder) -> Iterator[Condition]:
    for name in _FEW_VALUES:
        value = getattr(only, name)
        if value is not None:
            yield _having(session, getattr(Instance, name), [value], order)
    asked = {name: getattr(only, name) for name in _MANY_VALUES}
    belonging = [getattr(Instance, name) == value for name, value in asked.items() if value is not None]
    if belonging:
        yield read_keys(session, select(Instance.id).where(*belonging)), True
    for name in _MARKED:
        wanted = getattr(only, name)
        if wanted is not None:
            yield read_keys(session, select(Instance.id).where(getattr(Instance, name).is_(true()))), wanted
    yield from _of_label(session, only)
    yield from _of_age(session, only, order)
    yield from _of_model(session, only)
    if only.disputed is not None:
        yield np.fromiter(disputed(session), np.int64), only.disputed
    if only.text.strip():
        yield order.ids(_holding_text(session, only.text.strip().casefold(), order)), True


def _of_label(session: Session, only: InstanceFilter) -> Iterator[Condition]:
    theirs = select(ReaderRow.id).where(ReaderRow.name == only.reader)
    for wanted, condition in (
        (only.label, CurrentLabel.class_id.in_(holding(session, only.label or ""))),
        (only.kind, _of_kinds(session, only.kind or "")),
        (only.reader, CurrentLabel.reader_id.in_(theirs)),
        (only.labelled, true()),
        (only.usable, _of_kinds(session, *USABLE)),
        (only.noted, CurrentLabel.note != ""),
    ):
        if wanted is not None:
            said = select(CurrentLabel.instance_id).where(CurrentLabel.set_id == active(session))
            yield read_keys(session, said.where(condition)), wanted is not False


def _of_kinds(session: Session, *kinds: str) -> ColumnElement[bool]:
    return CurrentLabel.class_id.in_(select(ClassRow.id).where(_in_kinds(session, *kinds)))


def _in_kinds(session: Session, *kinds: str) -> ColumnElement[bool]:
    return and_(ClassRow.set_id == active(session), ClassRow.kind.in_(kinds))


def _of_age(session: Session, only: InstanceFilter, order: ReadingOrder) -> Iterator[Condition]:
    if only.age_from is None and only.age_to is None:
        return
    low, high = only.age_from or 0, 999 if only.age_to is None else only.age_to
    fitting = [age for age in values(session, Instance.patient_age) if low <= _years(age) <= high]
    yield _having(session, Instance.patient_age, fitting, order)


def _years(age: str) -> int:
    """Return whole years, 0 for younger ones; -1 where no age is known."""
    told = _AGE.fullmatch(age)
    if told is None:
        return -1
    return int(told[1]) if told[2] == "Y" else 0


def _holding_text(session: Session, text: str, order: ReadingOrder) -> Marks:
    found = order.of_patients(session, lambda patient: text in patient.casefold())
    for column in _LOOKED_IN:
        fitting = [value for value in values(session, column) if text in value.casefold()]
        keys, wanted = _having(session, column, fitting, order)
        marks = order.marks(keys)
        found |= marks if wanted else ~marks
    return found


def _having(
    session: Session, column: InstrumentedAttribute[str], wanted: Sequence[str], order: ReadingOrder
) -> Condition:
    """Find those that have one of these values in a column; where most do, the others are fewer to read."""
    if not wanted:
        return np.zeros(0, np.int64), True
    what = ("having", column.key, *wanted)
    return order.remember(what, lambda: _read_having(session, column, wanted, len(order.keys)))


def _read_having(
    session: Session, column: InstrumentedAttribute[str], wanted: Sequence[str], total: int
) -> Condition:
    number = session.scalar(select(func.count()).select_from(Instance).where(one_of(column, wanted))) or 0
    if 2 * number <= total:
        return read_keys(session, select(Instance.id).where(one_of(column, wanted))), True
    others = sorted(set(values(session, column)) - set(wanted))
    return read_keys(session, select(Instance.id).where(one_of(column, others))), False


def _of_model(session: Session, only: InstanceFilter) -> Iterator[Condition]:
    conditions = []
    if only.predicted is not None:
        conditions.append(PredictionEntry.predicted == only.predicted)
    if only.score_from is not None:
        conditions.append(PredictionEntry.score >= only.score_from)
    if only.score_to is not None:
        conditions.append(PredictionEntry.score <= only.score_to)
    if conditions:
        yield _said(session, *conditions), True
    if only.contradicted is not None:
        yield _compared(session, differs=only.contradicted), True


def _compared(session: Session, *, differs: bool) -> Keys:
    """Find what is labelled as the newest run's model says, or otherwise; the fewer of the two are gone through."""
    newest = PredictionEntry.run_id == newest_run()
    usable = select(ClassRow.id, ClassRow.name).where(_in_kinds(session, *USABLE)).subquery()
    said = PredictionEntry.predicted
    alike = usable.c.name != said if differs else usable.c.name == said
    of_both = CurrentLabel.instance_id == PredictionEntry.instance_id
    labels = select(CurrentLabel.instance_id).join(usable, usable.c.id == CurrentLabel.class_id)
    number = session.scalar(labels.with_only_columns(func.count())) or 0
    as_many = select(PredictionEntry.instance_id).where(newest).limit(number).subquery()
    if (session.scalar(select(func.count()).select_from(as_many)) or 0) < number:
        return _said(session, labels.where(alike, of_both).correlate(PredictionEntry).exists())
    return read_keys(session, labels.join(PredictionEntry, of_both).where(newest, alike))


def _said(session: Session, *further: Any) -> Keys:
    newest = PredictionEntry.run_id == newest_run()
    return read_keys(session, select(PredictionEntry.instance_id).where(newest, *further))
