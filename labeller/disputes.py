"""Instances that their readers label differently and that nobody has settled: disputed ones."""

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
from sqlalchemy import Integer, Select, String, bindparam, func, select
from sqlalchemy.orm import Session

from labeller.classes import USABLE, active
from labeller.listing import read_keys
from labeller.schema import ClassRow, EventRow, ReaderLabel, SecondReading, SecondReadingItem

SECOND_READING = "second reading"
SAME_ANSWER = (SECOND_READING, "note", "merge")
"""Means of steps that leave it as it was whether a label was settled."""
CONSENSUS = ("consensus", "majority")
"""Means by which a label is set that is nobody's opinion: readers agreed on it, or more than half of them."""

_CLASSES = 2**20  # more than a catalogue has
_ACTIVE = bindparam("active", type_=Integer)


def disputed(session: Session, among: Iterable[int] | None = None) -> set[int]:
    """Return the ids of the disputed instances of the session's label set, of all or `among` these ids.

    Answers such as “not sure” are no opinion. What readers labelled is compared with itself, the answers of second
    readings with it and with each other: few instances have any of these.
    """
    asked: dict[str, Any] = {"active": active(session)}
    if among is not None:
        asked["wanted"] = json.dumps(list(among))
    own, *again = _questions(among=among is not None)
    found = set(session.scalars(own, asked)) if among is not None else _apart(session)
    found = found.union(*(session.scalars(select_, asked) for select_ in again))
    return found - _settled(session, found) if found else found


def _apart(session: Session) -> set[int]:
    """Return all ids whose readers do not think the same: sorted here, in half the time that SQLite takes to group."""
    usable = select(ClassRow.id).where(ClassRow.set_id == active(session), ClassRow.kind.in_(USABLE))
    opinion = ReaderLabel.instance_id * _CLASSES + ReaderLabel.class_id
    opinions = np.sort(read_keys(session, select(opinion).where(ReaderLabel.class_id.in_(usable))))
    ids = opinions // _CLASSES
    return set(ids[1:][(ids[1:] == ids[:-1]) & (opinions[1:] != opinions[:-1])].tolist())


@cache  # making a statement takes longer than answering it for one instance
def _questions(*, among: bool) -> tuple[Select[int], ...]:
    """Select the disputed instances of the set `active`, or of those `wanted`, in three ways."""
    usable = select(ClassRow.id).where(ClassRow.set_id == _ACTIVE, ClassRow.kind.in_(USABLE))
    own = select(ReaderLabel.instance_id, ReaderLabel.class_id).where(
        ReaderLabel.set_id == _ACTIVE, ReaderLabel.class_id.in_(usable)
    )
    again = (
        select(SecondReadingItem.instance_id, SecondReadingItem.class_id)
        .join(SecondReading, SecondReading.id == SecondReadingItem.reading_id)
        .where(SecondReading.set_id == _ACTIVE, SecondReadingItem.class_id.in_(usable))
    )
    if among:
        own = own.where(ReaderLabel.instance_id.in_(_listed()))
        again = again.where(SecondReadingItem.instance_id.in_(_listed()))
    other = again.subquery()
    between = select(other.c.instance_id).join(
        ReaderLabel,
        (ReaderLabel.instance_id == other.c.instance_id) & (ReaderLabel.class_id != other.c.class_id),
    )
    between = between.where(ReaderLabel.set_id == _ACTIVE, ReaderLabel.class_id.in_(usable))
    return _differing(own), _differing(again), between


def _differing(answers: Select[Any, Any]) -> Select[int]:
    """Select the instances whose answers are not all the same."""
    said = answers.subquery()
    lowest, highest = func.min(said.c.class_id), func.max(said.c.class_id)
    return select(said.c.instance_id).group_by(said.c.instance_id).having(lowest != highest)


def _settled(session: Session, ids: set[int]) -> set[int]:
    """Return those whose label that counts is a consensus."""
    asked = {"active": active(session), "wanted": json.dumps(sorted(ids))}
    return set(session.scalars(_by_consensus(), asked))


@cache
def _by_consensus() -> Select[int]:
    latest = (
        select(func.max(EventRow.id))
        .where(
            EventRow.instance_id.in_(_listed()),
            EventRow.means.not_in(SAME_ANSWER),
            EventRow.set_id == _ACTIVE,
        )
        .group_by(EventRow.instance_id)
    )
    return select(EventRow.instance_id).where(
        EventRow.id.in_(latest), EventRow.means.in_(CONSENSUS), EventRow.class_id.is_not(None)
    )


def _listed() -> Select[int]:
    return select(func.json_each(bindparam("wanted", type_=String)).table_valued("value").c.value)
