"""Instances in the catalogue: entering them, and the questions that lists and grids ask."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Literal, TypeVarTuple

from sqlalchemy import Select, case, exists, func, or_, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from labeller.errors import LabelError
from labeller.records import InstanceFilter, InstanceRow, NewInstance
from labeller.schema import ClassRow, CurrentLabel, Instance, Masking, ReaderRow

ALL = InstanceFilter()
Facet = Literal["modality", "patient", "body_part", "patient_sex", "manufacturer", "study_date"]
ORDER = (Instance.patient, Instance.study, Instance.series, Instance.place, Instance.sop_instance_uid)
_OWN = [field.name for field in fields(InstanceRow) if field.name not in {"label", "reader"}]
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
    keys = _matching(select(Instance.id), only).order_by(*ORDER).offset(offset).limit(limit)
    statement = (
        select(*(getattr(Instance, name) for name in _OWN), ClassRow.name, ReaderRow.name)
        .outerjoin(CurrentLabel, CurrentLabel.instance_id == Instance.id)
        .outerjoin(ClassRow, ClassRow.id == CurrentLabel.class_id)
        .outerjoin(ReaderRow, ReaderRow.id == CurrentLabel.reader_id)
        .order_by(*ORDER)
    )
    # With a page, the few ids are found in an index first and only their rows are read.
    statement = (
        _matching(statement, only) if not offset and limit is None else statement.where(Instance.id.in_(keys))
    )
    return [_row(values) for values in session.execute(statement)]


def one(session: Session, sop_uid: str) -> InstanceRow:
    """One instance; raises LabelError if it is unknown."""
    known_ids(session, [sop_uid])
    statement = (
        select(*(getattr(Instance, name) for name in _OWN), ClassRow.name, ReaderRow.name)
        .outerjoin(CurrentLabel, CurrentLabel.instance_id == Instance.id)
        .outerjoin(ClassRow, ClassRow.id == CurrentLabel.class_id)
        .outerjoin(ReaderRow, ReaderRow.id == CurrentLabel.reader_id)
        .where(Instance.sop_instance_uid == sop_uid)
    )
    return _row(session.execute(statement).one())


def _row(values: Any) -> InstanceRow:
    *own, label, reader = values
    facts = dict(zip(_OWN, own, strict=True))
    facts["review"] = tuple(facts["review"])
    return InstanceRow(**facts, label=label, reader=reader)


def uids(session: Session, only: InstanceFilter) -> list[str]:
    """List the SOP Instance UIDs that match, in the order of `page`."""
    return list(session.scalars(_matching(select(Instance.sop_instance_uid), only).order_by(*ORDER)))


def count(session: Session, only: InstanceFilter) -> int:
    """How many match."""
    return session.scalar(_matching(select(func.count(Instance.id)), only)) or 0


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
    unlabelled = _matching(select(Instance.sop_instance_uid), only).where(~_labelled()).order_by(*ORDER)
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


def _labelled() -> Any:
    return exists().where(CurrentLabel.instance_id == Instance.id).correlate(Instance)


def _matching(statement: Select[*_Shape], only: InstanceFilter) -> Select[*_Shape]:
    for name in ("modality", "patient", "study", "series", "needs_review"):
        value = getattr(only, name)
        if value is not None:
            statement = statement.where(getattr(Instance, name) == value)
    if only.label is not None:
        of_class = (
            select(CurrentLabel.instance_id)
            .join(ClassRow, ClassRow.id == CurrentLabel.class_id)
            .where(ClassRow.name == only.label)
        )
        statement = statement.where(Instance.id.in_(of_class))
    if only.labelled is not None:
        statement = statement.where(_labelled() if only.labelled else ~_labelled())
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
