"""Labels and their history: events are only ever added, the current label follows in the same transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session, aliased

from labeller import classes
from labeller.errors import LabelError
from labeller.instances import known_ids
from labeller.records import LabelEvent, Reader
from labeller.schema import ClassRow, CurrentLabel, EventRow, Instance, ReaderLabel, ReaderRow


@dataclass(frozen=True, slots=True)
class _Wish:
    """The label that an instance shall have, and whose label it is."""

    sop_uid: str
    instance_id: int
    label: tuple[int, str] | None  # the class's id and name
    holder: tuple[int, str]  # the reader's id and name


@dataclass(frozen=True, slots=True)
class _Held:
    """The label that an instance has."""

    class_id: int
    class_name: str
    reader_id: int
    reader_name: str


def now() -> str:
    """Return the present time, ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def readers(session: Session) -> list[Reader]:
    """Everyone who labels, by name."""
    rows = session.scalars(select(ReaderRow).order_by(ReaderRow.name))
    return [Reader(row.name, row.role) for row in rows]


def add_reader(session: Session, name: str, role: str) -> Reader:
    """Enter a reader, or change the role of one who is there."""
    row = session.get_one(ReaderRow, _reader(session, name)[0])
    row.role = role
    session.flush()
    return Reader(row.name, row.role)


def _reader(session: Session, name: str) -> tuple[int, str]:
    name = classes.checked_name(name, "reader")
    known = session.scalar(select(ReaderRow.id).where(ReaderRow.name == name))
    if known is None:
        row = ReaderRow(name=name, role="")
        session.add(row)
        session.flush()
        known = row.id
    return known, name


def set_label(
    session: Session, sop_uids: Sequence[str], class_name: str | None, *, reader: str, means: str
) -> list[LabelEvent]:
    """Label instances, or take their label away (None); see `Catalogue.set_label`."""
    ids = known_ids(session, sop_uids)
    label = None
    if class_name is not None:
        row = classes.find(session, class_name)
        label = (row.id, row.name)
    actor = _reader(session, reader)
    wishes = [_Wish(uid, ids[uid], label, actor) for uid in dict.fromkeys(sop_uids)]
    return _carry_out(session, wishes, actor, means)


def undo(session: Session, events: Sequence[LabelEvent], *, reader: str) -> list[LabelEvent]:
    """Give each event's instance back the label it had before; an event of its own each."""
    ids = known_ids(session, [event.sop_instance_uid for event in events])
    actor = _reader(session, reader)
    found = {row.name: (row.id, row.name) for row in session.scalars(select(ClassRow))}
    wishes = []
    for event in events:
        if event.previous is not None and event.previous not in found:
            raise LabelError(f"There is no label class “{event.previous}” any more.")
        label = None if event.previous is None else found[event.previous]
        holder = actor if event.previous_reader is None else _reader(session, event.previous_reader)
        wishes.append(_Wish(event.sop_instance_uid, ids[event.sop_instance_uid], label, holder))
    return _carry_out(session, wishes, actor, "undo")


def _carry_out(
    session: Session, wishes: Sequence[_Wish], actor: tuple[int, str], means: str
) -> list[LabelEvent]:
    held = _held(session, [wish.instance_id for wish in wishes])
    at = now()
    rows, events, done = [], [], []
    for wish in wishes:
        before = held.get(wish.instance_id)
        if _is_so(wish, before):
            continue
        done.append(wish)
        rows.append(_event_row(wish, before, actor[0]) | {"at": at, "means": means})
        events.append(_event(wish, before, actor[1], at=at, means=means))
    if rows:
        session.connection().execute(insert(EventRow), rows)
        _set_current(session, done)
        _set_of_reader(session, done, actor[0])
    return events


def _is_so(wish: _Wish, before: _Held | None) -> bool:
    if wish.label is None or before is None:
        return wish.label is None and before is None
    return before.class_id == wish.label[0] and before.reader_id == wish.holder[0]


def _held(session: Session, ids: Sequence[int]) -> Mapping[int, _Held]:
    rows = session.execute(
        select(CurrentLabel.instance_id, ClassRow.id, ClassRow.name, ReaderRow.id, ReaderRow.name)
        .join(ClassRow, ClassRow.id == CurrentLabel.class_id)
        .join(ReaderRow, ReaderRow.id == CurrentLabel.reader_id)
        .where(CurrentLabel.instance_id.in_(_listed(ids)))
    )
    return {key: _Held(*names) for key, names in ((row[0], row[1:]) for row in rows)}


def _listed(ids: Sequence[int]) -> Select[Any]:
    wanted = func.json_each(json.dumps(list(ids))).table_valued("value")
    return select(wanted.c.value)


def _event_row(wish: _Wish, before: _Held | None, actor_id: int) -> dict[str, object]:
    class_id, class_name = wish.label or (None, None)
    return {
        "instance_id": wish.instance_id,
        "class_id": class_id,
        "class_name": class_name,
        "previous_class_id": before and before.class_id,
        "previous_class_name": before and before.class_name,
        "previous_reader_id": before and before.reader_id,
        "reader_id": actor_id,
    }


def _event(wish: _Wish, before: _Held | None, actor: str, *, at: str, means: str) -> LabelEvent:
    return LabelEvent(
        sop_instance_uid=wish.sop_uid,
        previous=before.class_name if before else None,
        label=wish.label[1] if wish.label else None,
        reader=actor,
        at=at,
        means=means,
        previous_reader=before.reader_name if before else None,
    )


def _set_current(session: Session, wishes: Sequence[_Wish]) -> None:
    connection = session.connection()
    gone = [wish.instance_id for wish in wishes if wish.label is None]
    if gone:
        connection.execute(delete(CurrentLabel).where(CurrentLabel.instance_id.in_(_listed(gone))))
    kept = [
        {"instance_id": wish.instance_id, "class_id": wish.label[0], "reader_id": wish.holder[0]}
        for wish in wishes
        if wish.label is not None
    ]
    if kept:
        entry = insert(CurrentLabel)
        connection.execute(
            entry.on_conflict_do_update(
                index_elements=["instance_id"],
                set_={"class_id": entry.excluded.class_id, "reader_id": entry.excluded.reader_id},
            ),
            kept,
        )


def _set_of_reader(session: Session, wishes: Sequence[_Wish], actor_id: int) -> None:
    """Keep the actor's own opinion: the label if it is theirs, none if it is another's or taken away."""
    connection = session.connection()
    gone = [w.instance_id for w in wishes if w.label is None or w.holder[0] != actor_id]
    if gone:
        connection.execute(
            delete(ReaderLabel).where(
                ReaderLabel.reader_id == actor_id, ReaderLabel.instance_id.in_(_listed(gone))
            )
        )
    kept = [
        {"instance_id": wish.instance_id, "reader_id": actor_id, "class_id": wish.label[0]}
        for wish in wishes
        if wish.label is not None and wish.holder[0] == actor_id
    ]
    if kept:
        entry = insert(ReaderLabel)
        connection.execute(
            entry.on_conflict_do_update(
                index_elements=["instance_id", "reader_id"], set_={"class_id": entry.excluded.class_id}
            ),
            kept,
        )


def history(session: Session, sop_uid: str) -> list[LabelEvent]:
    """All steps of an instance's label, oldest first; raises LabelError if the instance is unknown."""
    ids = known_ids(session, [sop_uid])
    new, old, before = aliased(ClassRow), aliased(ClassRow), aliased(ReaderRow)
    rows = session.execute(
        select(
            func.coalesce(old.name, EventRow.previous_class_name),
            func.coalesce(new.name, EventRow.class_name),
            ReaderRow.name,
            EventRow.at,
            EventRow.means,
            before.name,
        )
        .join(ReaderRow, ReaderRow.id == EventRow.reader_id)
        .outerjoin(new, new.id == EventRow.class_id)
        .outerjoin(old, old.id == EventRow.previous_class_id)
        .outerjoin(before, before.id == EventRow.previous_reader_id)
        .where(EventRow.instance_id == ids[sop_uid])
        .order_by(EventRow.id)
    )
    return [LabelEvent(sop_uid, *values) for values in rows]


def by_reader(session: Session, sop_uid: str) -> dict[str, str]:
    """Tell what each reader labelled an instance, whatever others think: reader's name -> class."""
    rows = session.execute(
        select(ReaderRow.name.label("reader"), ClassRow.name.label("label"))
        .join(ReaderLabel, ReaderLabel.reader_id == ReaderRow.id)
        .join(ClassRow, ClassRow.id == ReaderLabel.class_id)
        .join(Instance, Instance.id == ReaderLabel.instance_id)
        .where(Instance.sop_instance_uid == sop_uid)
        .order_by(ReaderRow.name)
    )
    return {row.reader: row.label for row in rows}
