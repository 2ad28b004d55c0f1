"""Label sets: the questions that are asked about a project's images.

A session works in one of them: `active(session)`. Whatever is labelled, counted or compared in a session is about
that set alone.
"""

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from labeller import classes
from labeller.errors import LabelError
from labeller.records import SCOPES, LabelSet
from labeller.schema import ClassRow, CurrentLabel, EventRow, LabelSetRow, ReaderLabel


def listed(session: Session) -> list[LabelSet]:
    """All sets in the order in which they are shown."""
    return [record(row) for row in session.scalars(select(LabelSetRow).order_by(LabelSetRow.position))]


def record(row: LabelSetRow) -> LabelSet:
    """Return a row as it leaves the catalogue."""
    return LabelSet(row.name, row.scope, several=row.several)


def find(session: Session, name: str) -> LabelSetRow:
    """Find a set; raises LabelError if there is none of that name."""
    row = session.scalar(select(LabelSetRow).where(LabelSetRow.name == name))
    if row is None:
        raise LabelError(f"There is no label set “{name}”.", "Make the set first, or check its spelling.")
    return row


def add(session: Session, name: str, *, scope: str, several: bool) -> LabelSet:
    """Make a set, with the answers that are no class in it."""
    name = classes.checked_name(name, "label set")
    if scope not in SCOPES:
        raise LabelError(f"A label is about {', '.join(SCOPES)}, not about “{scope}”.", "Choose one of them.")
    if any(known.name.casefold() == name.casefold() for known in listed(session)):
        raise LabelError(f"There is already a label set “{name}”.", "Choose another name.")
    last = session.scalar(select(func.max(LabelSetRow.position))) or 0
    row = LabelSetRow(name=name, scope=scope, several=several, position=last + 1)
    session.add(row)
    session.flush()
    classes.add_answers(session, row.id, several=several)
    return record(row)


def rename(session: Session, old: str, new: str) -> LabelSet:
    """Give a set another name; labels and history follow."""
    row = find(session, old)
    new = classes.checked_name(new, "label set")
    if any(known.name.casefold() == new.casefold() for known in listed(session) if known.name != old):
        raise LabelError(f"There is already a label set “{new}”.", "Choose another name.")
    row.name = new
    session.flush()
    return record(row)


def remove(session: Session, name: str) -> None:
    """Remove a set in which nothing was ever labelled; raises LabelError otherwise, and for the last one."""
    row = find(session, name)
    if len(listed(session)) == 1:
        raise LabelError("A project has at least one label set.", "Rename it instead.")
    events = session.scalar(select(func.count()).select_from(EventRow).where(EventRow.set_id == row.id))
    if events:
        raise LabelError(
            f"{events} labels were set in “{name}”; their history is kept.", "Leave it, or rename it."
        )
    for table in (CurrentLabel, ReaderLabel, ClassRow):
        session.execute(delete(table).where(table.set_id == row.id))
    session.delete(row)
