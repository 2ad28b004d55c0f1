"""Merging one label class into another: every label, opinion and answer follows, and it can be taken back."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm import Session

from labeller import classes, labels
from labeller.errors import LabelError
from labeller.listing import one_of
from labeller.records import LabelClass
from labeller.schema import ClassRow, CurrentLabel, EventRow, ReaderLabel, SecondReadingItem

MEANS = "merge"
_Holder = type[CurrentLabel] | type[ReaderLabel] | type[SecondReadingItem]
_HOLDERS: tuple[_Holder, ...] = (CurrentLabel, ReaderLabel, SecondReadingItem)
"""The tables that say who calls an instance what: the label that counts, opinions, blind answers."""


@dataclass(frozen=True, slots=True)
class _Moved:
    """Rows of one holder that said `before` and say `after` now, alike in all of their key but the instance."""

    table: _Holder
    key: tuple[int, ...]
    instances: tuple[int, ...]
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge changed, so that it can be taken back."""

    merged: LabelClass
    into: str
    order: tuple[str, ...]  # of the classes before
    children: tuple[str, ...]  # classes that were a kind of the merged one
    moved: tuple[_Moved, ...]

    @property
    def labels(self) -> int:
        """How many labels that count became another."""
        return sum(len(one.instances) for one in self.moved if one.table is CurrentLabel)


def merge(session: Session, name: str, into: str, *, reader: str) -> Merged:
    """Make all that is labelled `name` be labelled `into`, then remove `name`; see `Catalogue.merge_class`."""
    gone, kept = classes.find(session, name), classes.find(session, into)
    if gone.id == kept.id or {gone.kind, kept.kind} != {classes.CLASS}:
        raise LabelError("Two different classes are needed to merge.", "Choose another class.")
    listed = classes.listed(session)
    children = tuple(known.name for known in listed if known.parent == name)
    for child in children:
        if child == into:
            classes.change(session, child, parent=_above(listed, name))
    actor = labels.reader_id(session, reader)
    moved: list[_Moved] = []
    for key, members in classes.members(session).items():
        if gone.id in members:
            before = session.get_one(ClassRow, key)
            steps = (before, classes.combination(session, (members - {gone.id}) | {kept.id}))
            for table in _HOLDERS:
                moved += _move(session, table.class_id == key, steps, table=table, actor=actor)
    record = next(known for known in listed if known.name == name)
    classes.remove(session, name)
    return Merged(record, into, tuple(known.name for known in listed), children, tuple(moved))


def unmerge(session: Session, merged: Merged, *, reader: str) -> None:
    """Take a merge back: what has been labelled otherwise since then stays as it is."""
    known = merged.merged
    classes.add(
        session, known.name, known.colour, known.shortcut, definition=known.definition, parent=known.parent
    )
    for child in merged.children:
        classes.change(session, child, parent=known.name)
    classes.reorder(session, merged.order)
    actor = labels.reader_id(session, reader)
    for one in merged.moved:
        before, after = classes.find(session, one.before), classes.find(session, one.after)
        _move(session, _which(one, after), (after, before), table=one.table, actor=actor)


def _above(listed: list[LabelClass], name: str) -> str:
    return next(known.parent or "" for known in listed if known.name == name)


def _which(moved: _Moved, now: ClassRow) -> ColumnElement[bool]:
    which: ColumnElement[bool] = one_of(moved.table.instance_id, moved.instances)
    for column, value in zip(_others(moved.table), moved.key, strict=True):
        which &= column == value
    return which & (moved.table.class_id == now.id)


def _others(table: _Holder) -> list[Any]:
    return [column for column in table.__mapper__.primary_key if column.name != "instance_id"]


def _move(
    session: Session,
    which: ColumnElement[bool],
    steps: tuple[ClassRow, ClassRow],
    *,
    table: _Holder,
    actor: int,
) -> list[_Moved]:
    """Give rows another answer, with an event for each label that counts."""
    before, after = steps
    if table is CurrentLabel:
        _enter_events(session, which, steps, actor=actor)
    groups: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for instance, *key in session.execute(select(table.instance_id, *_others(table)).where(which)):
        groups[tuple(key)].append(instance)
    session.execute(update(table).where(which).values(class_id=after.id))
    return [_Moved(table, key, tuple(ids), before.name, after.name) for key, ids in groups.items()]


def _enter_events(
    session: Session, which: ColumnElement[bool], steps: tuple[ClassRow, ClassRow], *, actor: int
) -> None:
    before, after = steps
    at = labels.now()
    entries = [
        {
            "instance_id": held.instance_id, "previous_class_id": before.id, "previous_class_name": before.name,
            "previous_reader_id": held.reader_id, "class_id": after.id, "class_name": after.name,
            "reader_id": actor, "at": at, "means": MEANS, "set_id": held.set_id, "note": "", "shown": "",
        }
        for held in session.scalars(select(CurrentLabel).where(which))
    ]  # fmt: skip
    if entries:
        session.execute(insert(EventRow), entries)
