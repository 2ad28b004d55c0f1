"""Labels and their history: events are only ever added, the current label follows in the same transaction."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from labeller import classes
from labeller import label_statements as statements
from labeller.disputes import CONSENSUS
from labeller.errors import LabelError
from labeller.instances import ids_of, refuse_unknown
from labeller.listing import ORDER, one_of
from labeller.records import LabelEvent, Reader
from labeller.schema import ClassRow, CurrentLabel, EventRow, Instance, LabelSetRow, ReaderLabel, ReaderRow


@dataclass(frozen=True, slots=True)
class _Wish:
    """The label that instances shall have, and whose label it is."""

    label: tuple[int, str] | None  # the class's id and name
    holder: tuple[int, str]  # the reader's id and name
    opinion: bool = True  # it is what that reader thinks, not a consensus


class _Held(NamedTuple):
    """An instance and the label that it has; names come from `_names`, where an event tells them."""

    sop_uid: str
    instance_id: int
    class_id: int | None
    reader_id: int | None
    note: str | None
    own_id: int | None  # the class that the reader who acts thinks


def now() -> str:
    """Return the present time, ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def on_screen(session: Session) -> str:
    """Return what a session's reader looks at: "masked", "original"; "" where nothing is shown."""
    return str(session.info.get("shown", ""))


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


def reader_id(session: Session, name: str) -> int:
    """Return the row of a reader, entered if new."""
    return _reader(session, name)[0]


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
    actor = _reader(session, reader)
    held = _held(session, _in_scope(session, sop_uids), actor)
    label = None
    if class_name is not None:
        row = classes.find(session, class_name)
        label = (row.id, row.name)
    wish = _Wish(label, actor, opinion=means not in CONSENSUS)
    return _carry_out(session, wish, held, actor=actor, means=means)


def toggle(
    session: Session, sop_uids: Sequence[str], class_name: str, *, reader: str, means: str
) -> list[LabelEvent]:
    """Add a class to the labels of instances, or take it out; see `Catalogue.toggle_label`."""
    if not session.get_one(LabelSetRow, classes.active(session)).several:
        raise LabelError(
            "Only one class holds at once in this label set.", "Choose a set that allows several."
        )
    toggled = classes.find(session, class_name).id
    inside, actor = classes.members(session), _reader(session, reader)
    wishes: defaultdict[frozenset[int], list[_Held]] = defaultdict(list)
    for one in _held(session, _in_scope(session, sop_uids), actor):
        wishes[inside.get(one.class_id or 0, frozenset()) ^ {toggled}].append(one)
    events: list[LabelEvent] = []
    for members, held in wishes.items():
        row = classes.combination(session, members) if members else None
        wish = _Wish((row.id, row.name) if row else None, actor)
        events += _carry_out(session, wish, held, actor=actor, means=means)
    return events


def set_note(session: Session, sop_uids: Sequence[str], note: str, *, reader: str) -> list[LabelEvent]:
    """Note something beside labels; see `Catalogue.set_note`."""
    actor = _reader(session, reader)
    held = _held(session, sop_uids, actor)
    missing = sum(one.class_id is None for one in held)
    if missing:
        raise LabelError(f"{missing} of the images have no label yet.", "Label them first, then note.")
    note, at = note.strip(), now()
    answers, readers = _names(session, ClassRow), _names(session, ReaderRow)
    events = []
    for one in held:
        key = (one.instance_id, classes.active(session))
        session.get_one(CurrentLabel, key).note = note
        answer = answers.get(one.class_id)
        same = {"class_id": one.class_id, "class_name": answer}
        before = {f"previous_{name}": value for name, value in same.items()}
        entry = EventRow(
            instance_id=one.instance_id, reader_id=actor[0], at=at, means="note", note=note, set_id=key[1],
            previous_reader_id=one.reader_id, shown=on_screen(session), **same, **before,
        )  # fmt: skip
        session.add(entry)
        events.append(
            LabelEvent(
                one.sop_uid,
                answer,
                answer,
                actor[1],
                at,
                "note",
                readers.get(one.reader_id),
                note,
                on_screen(session),
            )
        )
    session.flush()
    return events


def _in_scope(session: Session, sop_uids: Sequence[str]) -> list[str]:
    """Return all instances that an answer about these is about: of their series, study or patient too."""
    scope = session.get_one(LabelSetRow, classes.active(session)).scope
    if scope == "image":
        return list(sop_uids)
    refuse_unknown(len(set(sop_uids)) - len(ids_of(session, sop_uids)))
    levels = {"patient": 1, "study": 2, "series": 3}  # columns of the reading order, whose index finds them
    group = tuple_(*ORDER[: levels[scope]])
    groups = select(*ORDER[: levels[scope]]).where(one_of(Instance.sop_instance_uid, sop_uids))
    return list(session.scalars(select(Instance.sop_instance_uid).where(group.in_(groups)).order_by(*ORDER)))


def undo(session: Session, events: Sequence[LabelEvent], *, reader: str) -> list[LabelEvent]:
    """Give each event's instance back the label it had before; an event of its own each."""
    actor = _reader(session, reader)
    opinion = not any(event.means in CONSENSUS for event in events)
    done: list[LabelEvent] = []
    for (previous, previous_reader, own), uids in _by_former_label(events).items():
        row = None if previous is None else classes.find(session, previous)
        holder = actor if previous_reader is None else _reader(session, previous_reader)
        wish = _Wish((row.id, row.name) if row else None, holder, opinion)
        held = _held(session, uids, actor)
        done += _carry_out(session, wish, held, actor=actor, means="undo")
        _give_back(session, held, own, actor)
    return done


def _give_back(session: Session, held: Sequence[_Held], own: str | None, actor: tuple[int, str]) -> None:
    """Let a reader think again what they thought before a step."""
    if own is None:
        session.connection().execute(statements.clear_of_reader(), _asked(session, held, None, actor))
    else:
        asked = _asked(session, held, classes.find(session, own).id, actor)
        session.connection().execute(statements.set_of_reader(), asked)


_Former = tuple[str | None, str | None, str | None]


def _by_former_label(events: Sequence[LabelEvent]) -> dict[_Former, list[str]]:
    """Group the instances by the label and reader they had before the first of their events, and what it undid."""
    former = {
        event.sop_instance_uid: (event.previous, event.previous_reader, event.own)
        for event in reversed(events)
    }
    groups: defaultdict[_Former, list[str]] = defaultdict(list)
    for uid, label in former.items():
        groups[label].append(uid)
    return groups


def _held(session: Session, sop_uids: Sequence[str], actor: tuple[int, str]) -> list[_Held]:
    """Look up instances and their labels; raises LabelError unless every one is known."""
    uids = list(dict.fromkeys(sop_uids))
    asked = {"wanted": json.dumps(uids), "active": classes.active(session), "actor": actor[0]}
    held = list(map(_Held._make, session.connection().execute(statements.held(), asked).all()))
    refuse_unknown(len(uids) - len(held))
    return held


def _names(session: Session, table: type[ClassRow | ReaderRow]) -> dict[int | None, str]:
    """Return the names of all rows: few, so that they are not joined to each of thousands of labels."""
    return {row.id: row.name for row in session.execute(select(table.id, table.name))}


def _carry_out(
    session: Session, wish: _Wish, held: Sequence[_Held], *, actor: tuple[int, str], means: str
) -> list[LabelEvent]:
    """Enter the events and set the labels; an instance that has this label of this reader is left alone.

    Not so where no opinion is entered: a consensus counts though it confirms the label that stood there.
    """
    class_id, class_name = wish.label or (None, None)
    holder_id = wish.holder[0] if wish.label else None
    changed = [
        one for one in held if not wish.opinion or (one.class_id, one.reader_id) != (class_id, holder_id)
    ]
    if not changed:
        return []
    at = now()
    asked = _asked(session, changed, class_id, actor)
    shown = on_screen(session)
    event = {"name": class_name, "time": at, "way": means, "screen": shown}
    session.connection().execute(statements.enter_events(), asked | event)
    _set_current(session, asked, holder_id)
    if wish.opinion:
        _set_of_reader(session, asked, theirs=holder_id == actor[0])
    answers, readers = _names(session, ClassRow), _names(session, ReaderRow)
    told = (class_name, actor[1], at, means)
    return [
        LabelEvent(uid, answers.get(label), *told, readers.get(holder), "", shown, answers.get(own))
        for uid, _, label, holder, _, own in changed
    ]


def _asked(
    session: Session, held: Sequence[_Held], class_id: int | None, actor: tuple[int, str]
) -> dict[str, Any]:
    """Return what the statements ask for."""
    return {
        "wanted": json.dumps([one.instance_id for one in held]),
        "active": classes.active(session),
        "label": class_id,
        "actor": actor[0],
    }


def _set_current(session: Session, asked: Mapping[str, Any], holder_id: int | None) -> None:
    if asked["label"] is None:
        session.connection().execute(statements.clear_current(), asked)
    else:
        session.connection().execute(statements.set_current(), {**asked, "holder": holder_id})


def _set_of_reader(session: Session, asked: Mapping[str, Any], *, theirs: bool) -> None:
    """Keep the actor's own opinion: the label if it is theirs, none if it is another's or taken away."""
    own = statements.set_of_reader() if theirs else statements.clear_of_reader()
    session.connection().execute(own, asked)


def by_reader(session: Session, sop_uid: str) -> dict[str, str]:
    """Tell what each reader labelled an instance, whatever others think: reader's name -> class."""
    rows = session.execute(
        select(ReaderRow.name.label("reader"), ClassRow.name.label("label"))
        .join(ReaderLabel, ReaderLabel.reader_id == ReaderRow.id)
        .join(ClassRow, ClassRow.id == ReaderLabel.class_id)
        .join(Instance, Instance.id == ReaderLabel.instance_id)
        .where(Instance.sop_instance_uid == sop_uid, ReaderLabel.set_id == classes.active(session))
        .order_by(ReaderRow.name)
    )
    return {row.reader: row.label for row in rows}
