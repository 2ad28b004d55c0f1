"""Second readings, what each reader thinks of an instance, and the consensus that is made of it.

An answer of a second reading is an opinion: it never changes the label that counts. A consensus changes the label
that counts and is nobody's opinion, so it leaves the agreement between readers as it was.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from labeller import classes, instances, labels
from labeller.classes import USABLE, active
from labeller.disputes import SECOND_READING
from labeller.errors import LabelError
from labeller.records import InstanceFilter, LabelEvent
from labeller.records import SecondReading as Record
from labeller.schema import (
    ClassRow,
    EventRow,
    Instance,
    ReaderLabel,
    ReaderRow,
    SecondReading,
    SecondReadingItem,
)

AGAIN = " (again)"
"""Follows the name of a reader who has labelled the same instance twice: the second time is a reader of its own."""


def start(session: Session, reader: str, only: InstanceFilter, *, number: int | None, seed: int) -> Record:
    """Draw a sample of labelled instances and put it into a random order; see `Catalogue.start_second_reading`."""
    labelled = instances.uids(session, replace(only, usable=True))
    if not labelled:
        raise LabelError(
            "None of these images has a label yet, so there is nothing to read a second time.",
            "Label images first, or choose others.",
        )
    drawn = random.Random(seed).sample(labelled, min(number or len(labelled), len(labelled)))  # noqa: S311 - no secret
    who = labels.reader_id(session, reader)
    taken = session.scalar(select(func.count()).select_from(SecondReading)) or 0
    row = SecondReading(
        name=f"Second reading {taken + 1}", reader_id=who, made_at=labels.now(), seed=seed,
        set_id=active(session),
    )  # fmt: skip
    session.add(row)
    session.flush()
    ids = instances.known_ids(session, drawn)
    session.add_all(
        SecondReadingItem(reading_id=row.id, instance_id=ids[uid], place=place)
        for place, uid in enumerate(drawn)
    )
    session.flush()
    return Record(row.name, reader.strip(), row.made_at, len(drawn), 0)


def listed(session: Session) -> list[Record]:
    """All second readings, oldest first."""
    rows = session.execute(
        select(
            SecondReading.name.label("name"),
            ReaderRow.name.label("reader"),
            SecondReading.made_at.label("made_at"),
            func.count(SecondReadingItem.instance_id).label("total"),
            func.count(SecondReadingItem.class_id).label("answered"),
        )
        .join(ReaderRow, ReaderRow.id == SecondReading.reader_id)
        .outerjoin(SecondReadingItem, SecondReadingItem.reading_id == SecondReading.id)
        .where(SecondReading.set_id == active(session))
        .group_by(SecondReading.id)
        .order_by(SecondReading.id)
    )
    return [Record(row.name, row.reader, row.made_at, row.total, row.answered) for row in rows]


def answers(session: Session, name: str) -> dict[str, str | None]:
    """Return the answers of a second reading in the order in which its instances are shown; None: not yet."""
    rows = session.execute(
        select(Instance.sop_instance_uid.label("uid"), ClassRow.name.label("label"))
        .select_from(SecondReadingItem)
        .join(Instance, Instance.id == SecondReadingItem.instance_id)
        .outerjoin(ClassRow, ClassRow.id == SecondReadingItem.class_id)
        .where(SecondReadingItem.reading_id == _find(session, name).id)
        .order_by(SecondReadingItem.place)
    )
    return {row.uid: row.label for row in rows}


def answer(session: Session, name: str, sop_uid: str, class_name: str | None) -> LabelEvent:
    """Enter what the reader of a second reading says of an instance, or take the answer back (None)."""
    reading = _find(session, name)
    instance = instances.known_ids(session, [sop_uid])[sop_uid]
    item = session.get(SecondReadingItem, (reading.id, instance))
    if item is None:
        raise LabelError("The image does not belong to this second reading.", "Choose one of its images.")
    former = session.get(ClassRow, item.class_id) if item.class_id is not None else None
    found = None if class_name is None else classes.find(session, class_name)
    reader = session.get_one(ReaderRow, reading.reader_id)
    at = labels.now()
    item.class_id, item.answered_at = (found.id, at) if found else (None, None)
    session.add(
        EventRow(
            instance_id=instance,
            class_id=found.id if found else None,
            class_name=class_name,
            previous_class_id=former.id if former else None,
            previous_class_name=former.name if former else None,
            previous_reader_id=reader.id if former else None,
            reader_id=reader.id,
            at=at,
            means=SECOND_READING,
            set_id=active(session),
            shown=labels.on_screen(session),
        )
    )
    session.flush()
    before = former.name if former else None
    previous_reader = reader.name if former else None
    shown = labels.on_screen(session)
    return LabelEvent(
        sop_uid, before, class_name, reader.name, at, SECOND_READING, previous_reader, shown=shown
    )


def remove(session: Session, name: str) -> None:
    """Remove a second reading that has no answer yet; raises LabelError otherwise."""
    row = _find(session, name)
    items = session.scalars(select(SecondReadingItem).where(SecondReadingItem.reading_id == row.id)).all()
    if any(item.class_id is not None for item in items):
        raise LabelError(f"“{name}” has answers already; they are kept.", "Leave it as it is.")
    for item in items:
        session.delete(item)
    session.flush()
    session.delete(row)


def opinions(session: Session) -> dict[str, dict[str, str]]:
    """Return what each reader thinks: reader -> {SOP Instance UID -> class}, second readings included.

    Answers such as “not sure” are no opinion. Whoever has labelled an instance and reads it a second time stands
    twice in it: see `AGAIN`.
    """
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    own = session.execute(
        select(ReaderRow.name, Instance.sop_instance_uid, ClassRow.name)
        .select_from(ReaderLabel)
        .join(ReaderRow, ReaderRow.id == ReaderLabel.reader_id)
        .join(Instance, Instance.id == ReaderLabel.instance_id)
        .join(ClassRow, ClassRow.id == ReaderLabel.class_id)
        .where(ReaderLabel.set_id == active(session), ClassRow.kind.in_(USABLE))
    )
    for reader, uid, label in own:
        found[reader][uid] = label
    again = session.execute(
        select(ReaderRow.name, Instance.sop_instance_uid, ClassRow.name)
        .select_from(SecondReadingItem)
        .join(SecondReading, SecondReading.id == SecondReadingItem.reading_id)
        .join(ReaderRow, ReaderRow.id == SecondReading.reader_id)
        .join(Instance, Instance.id == SecondReadingItem.instance_id)
        .join(ClassRow, ClassRow.id == SecondReadingItem.class_id)
        .where(SecondReading.set_id == active(session), ClassRow.kind.in_(USABLE))
        .order_by(SecondReading.id)
    )
    first = {reader: set(labelled) for reader, labelled in found.items()}
    for reader, uid, label in again:
        found[reader + AGAIN if uid in first.get(reader, ()) else reader][uid] = label
    return dict(sorted(found.items()))


def disagreements(session: Session, only: InstanceFilter) -> list[str]:
    """List the instances that were labelled differently and have no consensus yet, in the catalogue's order."""
    return instances.uids(session, replace(only, disputed=True))


def adopt_majority(session: Session, only: InstanceFilter, *, reader: str) -> list[LabelEvent]:
    """Give disputed instances the label that more than half of their readers chose; the others stay disputed."""
    votes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for labelled in opinions(session).values():
        for uid, label in labelled.items():
            votes[uid][label] += 1
    chosen: defaultdict[str, list[str]] = defaultdict(list)
    for uid in disagreements(session, only):
        label, number = votes[uid].most_common(1)[0]
        if 2 * number > votes[uid].total():
            chosen[label].append(uid)
    events: list[LabelEvent] = []
    for label, uids in sorted(chosen.items()):
        events += labels.set_label(session, uids, label, reader=reader, means="majority")
    return events


def read_as(session: Session, said: Sequence[tuple[str, str]]) -> list[str]:
    """List the instances of which each of these readers says this: (reader, class) pairs."""
    known = opinions(session)
    return [
        uid
        for uid in instances.uids(session, instances.ALL)
        if all(known.get(reader, {}).get(uid) == label for reader, label in said)
    ]


def _find(session: Session, name: str) -> SecondReading:
    row = session.scalar(
        select(SecondReading).where(SecondReading.name == name, SecondReading.set_id == active(session))
    )
    if row is None:
        raise LabelError(f"There is no second reading “{name}”.", "Choose one from the list.")
    return row
