"""Instances in the catalogue: entering them, and the questions that lists and grids ask."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Literal, TypeVarTuple

from sqlalchemy import Integer, Select, case, cast, exists, func, or_, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from labeller.classes import USABLE, active, holding
from labeller.errors import LabelError
from labeller.records import InstanceFilter, InstanceRow, NewInstance
from labeller.schema import ClassRow, CurrentLabel, Instance, Masking, ReaderRow

ALL = InstanceFilter()
Facet = Literal["modality", "patient", "body_part", "patient_sex", "manufacturer", "study_date"]
ORDER = (Instance.patient, Instance.study, Instance.series, Instance.place, Instance.sop_instance_uid)
_OF_LABEL = frozenset({"label", "reader", "kind", "note"})
_OWN = [field.name for field in fields(InstanceRow) if field.name not in _OF_LABEL]
_ENTERED = [field.name for field in fields(NewInstance) if field.name != "masking"]
_Shape = TypeVarTuple("_Shape")


def add(session: Session, instances: Sequence[NewInstance]) -> int:
    """Enter instances; one that is there already gets its facts renewed and keeps its labels.

    Returns how many are new.
    """
    if not instances:
        return 0
    before = len(ids_of(session, [new.sop_instance_uid for new in instances]))
    _upsert(session, Instance, [_columns(new) for new in instances])
    _upsert(
        session,
        Masking,
        [{"sop_instance_uid": new.sop_instance_uid, "report": dict(new.masking)} for new in instances],
    )
    return len({new.sop_instance_uid for new in instances}) - before


def _columns(new: NewInstance) -> dict[str, object]:
    row = {name: getattr(new, name) for name in _ENTERED}
    return row | {
        "review": list(new.review),
        "needs_review": bool(new.review),
        "place": new.instance_number or 0,
    }


def _upsert(session: Session, table: type[Instance | Masking], rows: Sequence[dict[str, object]]) -> None:
    statement = insert(table)
    renewed: dict[str, Any] = {
        name: statement.excluded[name] for name in rows[0] if name != "sop_instance_uid"
    }
    if table is Instance:  # what was decided of another masking does not count for one that wants a look
        renewed["decision"] = case((statement.excluded.needs_review, ""), else_=Instance.decision)
    session.connection().execute(
        statement.on_conflict_do_update(index_elements=["sop_instance_uid"], set_=renewed), rows
    )


def ids_of(session: Session, sop_uids: Sequence[str]) -> dict[str, int]:
    """Find the rows' ids of those SOP Instance UIDs that the catalogue knows."""
    wanted = func.json_each(_json(sop_uids)).table_valued("value")
    rows = session.execute(
        select(Instance.sop_instance_uid, Instance.id).where(
            Instance.sop_instance_uid.in_(select(wanted.c.value))
        )
    )
    return {row.sop_instance_uid: row.id for row in rows}


def known_ids(session: Session, sop_uids: Sequence[str]) -> dict[str, int]:
    """Like `ids_of`, but every instance must be known; raises LabelError otherwise."""
    found = ids_of(session, sop_uids)
    refuse_unknown(len(set(sop_uids)) - len(found))
    return found


def refuse_unknown(missing: int) -> None:
    """Raise LabelError unless nothing is missing."""
    if missing:
        raise LabelError(
            f"{missing} of the instances are not in the catalogue; nothing was changed.",
            "Import them first, or check the list.",
        )


def _json(texts: Sequence[str]) -> str:

    return json.dumps(list(texts))


def page(session: Session, only: InstanceFilter, offset: int, limit: int | None) -> list[InstanceRow]:
    """List the instances that match, ordered by patient, study, series and instance number."""
    keys = _matching(session, select(Instance.id), only).order_by(*ORDER).offset(offset).limit(limit)
    statement = _rows(session).order_by(*ORDER)
    # With a page, the few ids are found in an index first and only their rows are read.
    statement = (
        _matching(session, statement, only)
        if not offset and limit is None
        else statement.where(Instance.id.in_(keys))
    )
    return [_row(values) for values in session.execute(statement)]


def one(session: Session, sop_uid: str) -> InstanceRow:
    """One instance; raises LabelError if it is unknown."""
    known_ids(session, [sop_uid])
    return _row(session.execute(_rows(session).where(Instance.sop_instance_uid == sop_uid)).one())


def of_instance(session: Session) -> Any:
    """Return the condition that joins an instance to its label in the session's set."""
    return (CurrentLabel.instance_id == Instance.id) & (CurrentLabel.set_id == active(session))


def _rows(session: Session) -> Select[Any]:
    label = (ClassRow.name, ReaderRow.name, ClassRow.kind, CurrentLabel.note)
    return (
        select(*(getattr(Instance, name) for name in _OWN), *label)
        .outerjoin(CurrentLabel, of_instance(session))
        .outerjoin(ClassRow, ClassRow.id == CurrentLabel.class_id)
        .outerjoin(ReaderRow, ReaderRow.id == CurrentLabel.reader_id)
    )


def _row(values: Any) -> InstanceRow:
    *own, label, reader, kind, note = values
    facts = dict(zip(_OWN, own, strict=True))
    facts["review"] = tuple(facts["review"])
    return InstanceRow(**facts, label=label, reader=reader, kind=kind, note=note or "")


def uids(session: Session, only: InstanceFilter) -> list[str]:
    """List the SOP Instance UIDs that match, in the order of `page`."""
    return list(session.scalars(_matching(session, select(Instance.sop_instance_uid), only).order_by(*ORDER)))


def count(session: Session, only: InstanceFilter) -> int:
    """How many match."""
    return session.scalar(_matching(session, select(func.count(Instance.id)), only)) or 0


def facet(session: Session, name: Facet) -> dict[str, int]:
    """Count how many instances have each value of a column, sorted by value."""
    column = getattr(Instance, name)
    rows = session.execute(
        select(column.label("value"), func.count().label("number"))
        .select_from(Instance)
        .group_by(column)
        .order_by(column)
    )
    return {row.value: row.number for row in rows}


def unlabelled_after(session: Session, sop_uid: str | None, only: InstanceFilter) -> str | None:
    """Find the next unlabelled instance in order, beginning again after the end; None if there is none."""
    unlabelled = _matching(session, select(Instance.sop_instance_uid), replace(only, labelled=False))
    unlabelled = unlabelled.order_by(*ORDER)
    if sop_uid is not None:
        here = session.execute(select(*ORDER).where(Instance.sop_instance_uid == sop_uid)).first()
        if here is not None:
            later = session.scalar(unlabelled.where(tuple_(*ORDER) > tuple(here)).limit(1))
            if later is not None:
                return later
            unlabelled = unlabelled.where(Instance.sop_instance_uid != sop_uid)
    return session.scalar(unlabelled.limit(1))


def masking(session: Session, sop_uid: str) -> dict[str, object]:
    """Tell what the masking report says of an instance; raises LabelError if it is unknown."""
    known_ids(session, [sop_uid])
    return session.scalar(select(Masking.report).where(Masking.sop_instance_uid == sop_uid)) or {}


def set_masking(session: Session, sop_uid: str, report: Mapping[str, object]) -> None:
    """Renew what the masking report says of an instance."""
    known_ids(session, [sop_uid])
    session.execute(update(Masking).where(Masking.sop_instance_uid == sop_uid).values(report=dict(report)))


def set_review(session: Session, sop_uid: str, reasons: Sequence[str]) -> None:
    """Say why a human should look at an instance; no reasons: it was looked at."""
    known_ids(session, [sop_uid])
    session.execute(
        update(Instance)
        .where(Instance.sop_instance_uid == sop_uid)
        .values(review=list(reasons), needs_review=bool(reasons))
    )


def _labelled(session: Session, *further: Any) -> Any:
    return exists().where(of_instance(session), *further).correlate(Instance)


_COLUMNS = (
    "modality", "patient", "study", "series", "needs_review", "body_part", "patient_sex", "manufacturer", "grade",
)  # fmt: skip


def _matching(session: Session, statement: Select[*_Shape], only: InstanceFilter) -> Select[*_Shape]:
    for name in _COLUMNS:
        value = getattr(only, name)
        if value is not None:
            statement = statement.where(getattr(Instance, name) == value)
    return _of_label(session, _of_patient(statement, only), only)


def _of_label(session: Session, statement: Select[*_Shape], only: InstanceFilter) -> Select[*_Shape]:
    def holds(answers: Any) -> Any:
        return _labelled(session, CurrentLabel.class_id.in_(answers))

    if only.label is not None:
        statement = statement.where(holds(holding(session, only.label)))
    if only.kind is not None:
        statement = statement.where(holds(select(ClassRow.id).where(ClassRow.kind == only.kind)))
    if only.reader is not None:
        theirs = select(ReaderRow.id).where(ReaderRow.name == only.reader)
        statement = statement.where(_labelled(session, CurrentLabel.reader_id.in_(theirs)))
    for wanted, condition in (
        (only.labelled, _labelled(session)),
        (only.usable, holds(select(ClassRow.id).where(ClassRow.kind.in_(USABLE)))),
        (only.noted, _labelled(session, CurrentLabel.note != "")),
    ):
        if wanted is not None:
            statement = statement.where(condition if wanted else ~condition)
    return statement


def _of_patient(statement: Select[*_Shape], only: InstanceFilter) -> Select[*_Shape]:
    # An Age String is three digits and a unit (PS3.5 6.2); only whole years are compared, younger ones are 0.
    unit = func.substr(Instance.patient_age, 4, 1)
    years = case((unit == "Y", cast(func.substr(Instance.patient_age, 1, 3), Integer)), else_=0)
    if only.age_from is not None:
        statement = statement.where(Instance.patient_age != "", years >= only.age_from)
    if only.age_to is not None:
        statement = statement.where(Instance.patient_age != "", years <= only.age_to)
    if only.text.strip():
        looked_in = (
            Instance.patient,
            Instance.study_description,
            Instance.series_description,
            Instance.body_part,
        )
        statement = statement.where(
            or_(*(c.icontains(only.text.strip(), autoescape=True) for c in looked_in))
        )
    return statement
