"""The history of labels: read, and taken back by the numbers of its steps. Steps are only ever added."""

from collections.abc import Collection
from itertools import groupby

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session, aliased

from labeller import classes, labels
from labeller.disputes import CONSENSUS
from labeller.instances import known_ids
from labeller.records import LabelEvent
from labeller.schema import ClassRow, EventRow, Instance, ReaderRow


def history(session: Session, sop_uid: str) -> list[LabelEvent]:
    """All steps of an instance's label, oldest first; raises LabelError if the instance is unknown."""
    return _events(session, EventRow.instance_id == known_ids(session, [sop_uid])[sop_uid])


def events(session: Session) -> list[LabelEvent]:
    """All steps of all instances' labels, oldest first."""
    return _events(session, true())


def _events(session: Session, which: ColumnElement[bool]) -> list[LabelEvent]:
    new, old, own, before = aliased(ClassRow), aliased(ClassRow), aliased(ClassRow), aliased(ReaderRow)
    rows = session.execute(
        select(
            Instance.sop_instance_uid,
            func.coalesce(old.name, EventRow.previous_class_name),
            func.coalesce(new.name, EventRow.class_name),
            ReaderRow.name,
            EventRow.at,
            EventRow.means,
            before.name,
            EventRow.note,
            EventRow.shown,
            func.coalesce(own.name, EventRow.own_class_name),
        )
        .select_from(EventRow)
        .join(Instance, Instance.id == EventRow.instance_id)
        .join(ReaderRow, ReaderRow.id == EventRow.reader_id)
        .outerjoin(new, new.id == EventRow.class_id)
        .outerjoin(old, old.id == EventRow.previous_class_id)
        .outerjoin(own, own.id == EventRow.own_class_id)
        .outerjoin(before, before.id == EventRow.previous_reader_id)
        .where(which, EventRow.set_id == classes.active(session))
        .order_by(EventRow.id)
    )
    return [LabelEvent(*tuple(values)) for values in rows]


def take_back(session: Session, steps: range, means: Collection[str]) -> int:
    """Take the steps back whose numbers are among `steps`, of whichever readers; see `Catalogue.take_back`."""
    which = (steps.start <= EventRow.id) & (EventRow.id < steps.stop) & EventRow.means.in_(means)
    found = _events(session, which)
    runs = [
        list(run) for _, run in groupby(found, key=lambda event: (event.reader, event.means in CONSENSUS))
    ]
    for run in reversed(runs):
        labels.undo(session, run, reader=run[0].reader)
    return len({event.sop_instance_uid for event in found})


def next_step(session: Session) -> int:
    """Return the number that the next step of the history gets, or a lower one that no step has."""
    return (session.scalar(select(func.max(EventRow.id))) or 0) + 1
