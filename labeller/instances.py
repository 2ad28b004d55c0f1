"""Instances in the catalogue: entering them, and the questions that lists and grids ask."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from functools import cache
from typing import Any, Literal

import numpy as np
from sqlalchemy import Integer, Select, String, bindparam, case, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from labeller import finding
from labeller.classes import active
from labeller.disputes import disputed
from labeller.errors import LabelError
from labeller.listing import Keys, instances_changed, one_of
from labeller.records import InstanceFilter, InstanceRow, NewInstance
from labeller.schema import ClassRow, CurrentLabel, Instance, Masking, ReaderRow

ALL = InstanceFilter()
Facet = Literal["modality", "patient", "body_part", "patient_sex", "manufacturer", "study_date"]
SHOWN_AGAIN = "kept"
"""The kind of a region in a masking report that was found, then shown again: its pixels are not masked."""
_OF_LABEL = frozenset({"label", "reader", "kind", "note", "disputed"})
_OWN = [field.name for field in fields(InstanceRow) if field.name not in _OF_LABEL]
_ENTERED = [field.name for field in fields(NewInstance) if field.name != "masking"]


def add(session: Session, instances: Sequence[NewInstance]) -> int:
    """Enter instances; one that is there already gets its facts renewed and keeps its labels.

    Returns how many are new.
    """
    if not instances:
        return 0
    before = len(ids_of(session, [new.sop_instance_uid for new in instances]))
    instances_changed(session)
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
        "masked": _has_masked_pixels(new.masking),
    }


def _has_masked_pixels(report: Mapping[str, object]) -> bool:
    regions = report.get("regions")
    return isinstance(regions, list | tuple) and any(r.get("kind") != SHOWN_AGAIN for r in regions)


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
    known = one_of(Instance.sop_instance_uid, sop_uids)
    rows = session.execute(select(Instance.sop_instance_uid, Instance.id).where(known))
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


def page(session: Session, only: InstanceFilter, offset: int, limit: int | None) -> list[InstanceRow]:
    """List the instances that match, ordered by patient, study, series and instance number."""
    keys = finding.listing(session, only).keys[offset:]
    return rows(session, keys if limit is None else keys[:limit])


def rows(session: Session, keys: Keys) -> list[InstanceRow]:
    """Read the instances with these ids, in their order."""
    wanted = keys.tolist()
    differing = disputed(session, wanted)
    read = session.execute(_rows(), {"wanted": json.dumps(wanted), "active": active(session)})
    found = {key: _row(values, differing=key in differing) for key, *values in read}
    return [found[key] for key in wanted]


def one(session: Session, sop_uid: str) -> InstanceRow:
    """One instance; raises LabelError if it is unknown."""
    return rows(session, np.array([known_ids(session, [sop_uid])[sop_uid]]))[0]


def of_instance(session: Session) -> Any:
    """Return the condition that joins an instance to its label in the session's set."""
    return (CurrentLabel.instance_id == Instance.id) & (CurrentLabel.set_id == active(session))


@cache  # making the statement takes longer than reading a row
def _rows() -> Select[Any]:
    listed = func.json_each(bindparam("wanted", type_=String)).table_valued("value")
    counting = (CurrentLabel.instance_id == Instance.id) & (
        CurrentLabel.set_id == bindparam("active", type_=Integer)
    )
    label = (ClassRow.name, ReaderRow.name, ClassRow.kind, CurrentLabel.note)
    return (
        select(Instance.id, *(getattr(Instance, name) for name in _OWN), *label)
        .outerjoin(CurrentLabel, counting)
        .outerjoin(ClassRow, ClassRow.id == CurrentLabel.class_id)
        .outerjoin(ReaderRow, ReaderRow.id == CurrentLabel.reader_id)
        .where(Instance.id.in_(select(listed.c.value)))
    )


def _row(values: Sequence[Any], *, differing: bool) -> InstanceRow:
    *own, label, reader, kind, note = values
    facts = dict(zip(_OWN, own, strict=True))
    facts["review"] = tuple(facts["review"])
    said = {"label": label, "reader": reader, "kind": kind, "note": note or ""}
    return InstanceRow(**facts, **said, disputed=differing)


def uids(session: Session, only: InstanceFilter) -> list[str]:
    """List the SOP Instance UIDs that match, in the order of `page`."""
    return uids_of(session, finding.listing(session, only).keys)


def uids_of(session: Session, keys: Keys) -> list[str]:
    """Return the SOP Instance UIDs of these ids, in their order."""
    listed = func.json_each(json.dumps(keys.tolist())).table_valued("key", "value")
    statement = select(Instance.sop_instance_uid).select_from(listed)
    return list(
        session.scalars(statement.join(Instance, Instance.id == listed.c.value).order_by(listed.c.key))
    )


def answers_of(session: Session, keys: Keys) -> dict[int, int]:
    """Tell which answers the labelled ones of these ids have: id -> an answer's number."""
    listed = func.json_each(json.dumps(keys.tolist())).table_valued("value")
    said = select(CurrentLabel.instance_id, CurrentLabel.class_id).select_from(listed)
    said = said.join(CurrentLabel, CurrentLabel.instance_id == listed.c.value)
    rows = session.execute(said.where(CurrentLabel.set_id == active(session)))
    return {row.instance_id: row.class_id for row in rows}


def count(session: Session, only: InstanceFilter) -> int:
    """How many match."""
    if only == ALL:
        return session.scalar(select(func.count()).select_from(Instance)) or 0
    return len(finding.listing(session, only))


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
    here = None if sop_uid is None else ids_of(session, [sop_uid]).get(sop_uid)
    found = finding.next_after(session, here, replace(only, labelled=False))
    return None if found is None else uids_of(session, np.array([found]))[0]


def masking(session: Session, sop_uid: str) -> dict[str, object]:
    """Tell what the masking report says of an instance; raises LabelError if it is unknown."""
    known_ids(session, [sop_uid])
    return session.scalar(select(Masking.report).where(Masking.sop_instance_uid == sop_uid)) or {}


def set_masking(session: Session, sop_uid: str, report: Mapping[str, object]) -> None:
    """Renew what the masking report says of an instance."""
    known_ids(session, [sop_uid])
    session.execute(update(Masking).where(Masking.sop_instance_uid == sop_uid).values(report=dict(report)))
    masked = _has_masked_pixels(report)
    session.execute(update(Instance).where(Instance.sop_instance_uid == sop_uid).values(masked=masked))


def set_review(session: Session, sop_uid: str, reasons: Sequence[str]) -> None:
    """Say why a human should look at an instance; no reasons: it was looked at."""
    known_ids(session, [sop_uid])
    session.execute(
        update(Instance)
        .where(Instance.sop_instance_uid == sop_uid)
        .values(review=list(reasons), needs_review=bool(reasons))
    )
