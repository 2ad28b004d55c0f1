"""What a label does to the catalogue, as SQL that is made once: making it takes longer than carrying it out for one.

Every statement is about the instances whose ids are in the JSON list `wanted`, in the label set `active`.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    delete,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.dialects.sqlite import Insert, insert
from sqlalchemy.orm import aliased

from labeller.schema import ClassRow, CurrentLabel, EventRow, Instance, ReaderLabel

_WANTED = bindparam("wanted", type_=String)
_ACTIVE = bindparam("active", type_=Integer)
_CLASS = bindparam("label", type_=Integer)
_HOLDER = bindparam("holder", type_=Integer)
_ACTOR = bindparam("actor", type_=Integer)
_OWN_CLASS = aliased(ClassRow)


def _own(instance: Any) -> ColumnElement[bool]:
    """What the reader `actor` thinks of an instance."""
    mine = (ReaderLabel.set_id == _ACTIVE, ReaderLabel.reader_id == _ACTOR)
    return and_(*mine, ReaderLabel.instance_id == instance)


@cache
def held() -> Select[*tuple[Any, ...]]:
    """Select instances, named by SOP Instance UIDs, with the label that counts and what the `actor` thinks."""
    wanted = func.json_each(_WANTED).table_valued("value")
    return (
        select(
            Instance.sop_instance_uid,
            Instance.id,
            CurrentLabel.class_id,
            CurrentLabel.reader_id,
            CurrentLabel.note,
            ReaderLabel.class_id,
        )
        .select_from(wanted)
        .join(Instance, Instance.sop_instance_uid == wanted.c.value)
        .outerjoin(CurrentLabel, (CurrentLabel.instance_id == Instance.id) & (CurrentLabel.set_id == _ACTIVE))
        .outerjoin(ReaderLabel, _own(Instance.id))
    )


@cache
def enter_events() -> Insert:
    """Add a step to the history of each instance: from what counts now to `label`."""
    chosen = func.json_each(_WANTED).table_valued("value")
    before = (
        select(
            chosen.c.value,
            CurrentLabel.class_id,
            ClassRow.name,
            CurrentLabel.reader_id,
            _CLASS,
            bindparam("name", type_=String),
            _ACTOR,
            bindparam("time", type_=String),
            bindparam("way", type_=String),
            _ACTIVE,
            bindparam("screen", type_=String),
            _OWN_CLASS.id,
            _OWN_CLASS.name,
        )
        .select_from(chosen)
        .outerjoin(
            CurrentLabel, (CurrentLabel.instance_id == chosen.c.value) & (CurrentLabel.set_id == _ACTIVE)
        )
        .outerjoin(ClassRow, ClassRow.id == CurrentLabel.class_id)
        .outerjoin(ReaderLabel, _own(chosen.c.value))
        .outerjoin(_OWN_CLASS, _OWN_CLASS.id == ReaderLabel.class_id)
    )
    columns = ["instance_id", "previous_class_id", "previous_class_name", "previous_reader_id"]
    columns += ["class_id", "class_name", "reader_id", "at", "means", "set_id", "shown"]
    columns += ["own_class_id", "own_class_name"]
    return insert(EventRow).from_select(columns, before)


@cache
def set_current() -> Insert:
    """Make `label` of the reader `holder` what counts; a note beside the label stays."""
    chosen = func.json_each(_WANTED).table_valued("value")
    values = select(chosen.c.value, _ACTIVE, _CLASS, _HOLDER, literal("")).where(true())
    columns = ["instance_id", "set_id", "class_id", "reader_id", "note"]
    entry = insert(CurrentLabel).from_select(columns, values)
    return entry.on_conflict_do_update(
        index_elements=["instance_id", "set_id"],
        set_={name: entry.excluded[name] for name in ("class_id", "reader_id")},
    )


@cache
def clear_current() -> Delete:
    """Let nothing count."""
    return delete(CurrentLabel).where(CurrentLabel.set_id == _ACTIVE, CurrentLabel.instance_id.in_(_listed()))


@cache
def set_of_reader() -> Insert:
    """Make `label` what the reader `actor` thinks."""
    chosen = func.json_each(_WANTED).table_valued("value")
    values = select(chosen.c.value, _ACTIVE, _ACTOR, _CLASS).where(true())
    entry = insert(ReaderLabel).from_select(["instance_id", "set_id", "reader_id", "class_id"], values)
    return entry.on_conflict_do_update(
        index_elements=["instance_id", "set_id", "reader_id"], set_={"class_id": entry.excluded.class_id}
    )


@cache
def clear_of_reader() -> Delete:
    """Forget what the reader `actor` thinks."""
    return delete(ReaderLabel).where(
        ReaderLabel.reader_id == _ACTOR, ReaderLabel.set_id == _ACTIVE, ReaderLabel.instance_id.in_(_listed())
    )


def _listed() -> Select[Any]:
    return select(func.json_each(_WANTED).table_valued("value").c.value)
