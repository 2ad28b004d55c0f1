"""Instances that their readers label differently and that nobody has settled: disputed ones."""

import json
from collections.abc import Iterable

from sqlalchemy import Select, func, select, union_all
from sqlalchemy.orm import Session

from labeller.classes import USABLE, active
from labeller.schema import ClassRow, EventRow, ReaderLabel, SecondReading, SecondReadingItem

SECOND_READING = "second reading"
SAME_ANSWER = (SECOND_READING, "note", "merge")
"""Means of steps that leave it as it was whether a label was settled."""
CONSENSUS = ("consensus", "majority")
"""Means by which a label is set that is nobody's opinion: readers agreed on it, or more than half of them."""


def disputed(session: Session, among: Iterable[int] | None = None) -> set[int]:
    """Return the ids of the disputed instances of the session's label set, of all or `among` these ids."""
    wanted = None if among is None else json.dumps(list(among))
    answers = _answers(session, wanted).subquery()
    differing = (
        select(answers.c.instance_id)
        .group_by(answers.c.instance_id)
        .having(func.min(answers.c.class_id) != func.max(answers.c.class_id))
    )
    found = set(session.scalars(differing))
    return found - _settled(session, found) if found else found


def _answers(session: Session, wanted: str | None) -> Select[int, int]:
    """Select what each reader says, second readings included; answers such as “not sure” are no opinion."""
    usable = select(ClassRow.id).where(ClassRow.set_id == active(session), ClassRow.kind.in_(USABLE))
    own = select(ReaderLabel.instance_id, ReaderLabel.class_id).where(ReaderLabel.class_id.in_(usable))
    again = (
        select(SecondReadingItem.instance_id, SecondReadingItem.class_id)
        .join(SecondReading, SecondReading.id == SecondReadingItem.reading_id)
        .where(SecondReading.set_id == active(session), SecondReadingItem.class_id.in_(usable))
    )
    if wanted is not None:
        own = own.where(ReaderLabel.instance_id.in_(_listed(wanted)))
        again = again.where(SecondReadingItem.instance_id.in_(_listed(wanted)))
    said = union_all(own, again).subquery()
    return select(said.c.instance_id, said.c.class_id)


def _settled(session: Session, ids: set[int]) -> set[int]:
    """Return those whose label that counts is a consensus."""
    latest = (
        select(func.max(EventRow.id))
        .where(
            EventRow.instance_id.in_(_listed(json.dumps(sorted(ids)))),
            EventRow.means.not_in(SAME_ANSWER),
            EventRow.set_id == active(session),
        )
        .group_by(EventRow.instance_id)
    )
    return set(
        session.scalars(
            select(EventRow.instance_id).where(
                EventRow.id.in_(latest), EventRow.means.in_(CONSENSUS), EventRow.class_id.is_not(None)
            )
        )
    )


def _listed(ids: str) -> Select[int]:
    return select(func.json_each(ids).table_valued("value").c.value)
