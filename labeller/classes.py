"""Label classes: the names that images are sorted into, each with a colour and a key."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from labeller.errors import LabelError
from labeller.records import LabelClass
from labeller.schema import ClassRow, CurrentLabel, ReaderLabel, SecondReadingItem

PALETTE = (
    "#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#f0e442",
    "#0072b2", "#d55e00", "#88ccee", "#aa4499", "#999933",
)  # fmt: skip
"""Told apart also with a colour vision deficiency: Okabe and Ito's colours, then three of Paul Tol's."""

SHORTCUTS = "1234567890"
LONGEST_NAME = 64


def checked_name(name: str, what: str) -> str:
    """Return a name that every file format and spreadsheet takes as text, spaces around it removed.

    Raises LabelError for an empty or very long one, control characters, and a first character with which
    spreadsheets begin a formula.
    """
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise LabelError(
            f"A {what}'s name has 1 to {LONGEST_NAME} visible characters.", "Choose another name."
        )
    if name[0] in "=+-@":
        raise LabelError(
            f"A {what}'s name may not begin with = + - or @: spreadsheets take it for a formula.",
            "Begin it with a letter or a digit.",
        )
    return name


def listed(session: Session) -> list[LabelClass]:
    """All classes in the order in which they are shown."""
    return [_record(row) for row in session.scalars(select(ClassRow).order_by(ClassRow.position))]


def _record(row: ClassRow) -> LabelClass:
    return LabelClass(row.name, row.colour, row.shortcut, row.position)


def find(session: Session, name: str) -> ClassRow:
    """Find the class of that name; raises LabelError if there is none."""
    row = session.scalar(select(ClassRow).where(ClassRow.name == name))
    if row is None:
        raise LabelError(f"There is no label class “{name}”.", "Make the class first, or check its spelling.")
    return row


def add(session: Session, name: str, colour: str | None, shortcut: str | None) -> LabelClass:
    """Make a new class at the end; colour and key are chosen where they are not given."""
    name = checked_name(name, "label class")
    _refuse_taken(session, name)
    there = listed(session)
    if shortcut is None:
        shortcut = next((key for key in SHORTCUTS if key not in {c.shortcut for c in there}), "")
    elif shortcut and (shortcut not in SHORTCUTS or shortcut in {c.shortcut for c in there}):
        raise LabelError(f"The key “{shortcut}” is no digit or already taken.", "Choose a free digit.")
    used = {known.colour for known in there}
    free = next((c for c in PALETTE if c not in used), PALETTE[len(there) % len(PALETTE)])
    last = max((known.position for known in there), default=-1)
    row = ClassRow(name=name, colour=colour or free, shortcut=shortcut, position=last + 1)
    session.add(row)
    session.flush()
    return _record(row)


def _refuse_taken(session: Session, name: str, *, by_another_than: str | None = None) -> None:
    # Compared without case, because a folder is named after the class and Windows ignores case.
    for known in listed(session):
        if known.name != by_another_than and known.name.casefold() == name.casefold():
            raise LabelError(f"There is already a label class “{known.name}”.", "Choose another name.")


def rename(session: Session, old: str, new: str) -> LabelClass:
    """Give a class another name; labels and history follow."""
    row = find(session, old)
    new = checked_name(new, "label class")
    _refuse_taken(session, new, by_another_than=old)
    row.name = new
    session.flush()
    return _record(row)


def reorder(session: Session, names: Sequence[str]) -> list[LabelClass]:
    """Show the classes in this order, which must name each exactly once."""
    if sorted(names) != sorted(known.name for known in listed(session)):
        raise LabelError("The new order must name every label class exactly once.")
    for position, name in enumerate(names):
        session.execute(update(ClassRow).where(ClassRow.name == name).values(position=position))
    session.expire_all()
    return listed(session)


def remove(session: Session, name: str) -> None:
    """Remove a class that no label uses; raises LabelError with their number otherwise."""
    row = find(session, name)
    used = select(CurrentLabel.instance_id).where(CurrentLabel.class_id == row.id)
    by_readers = select(ReaderLabel.instance_id).where(ReaderLabel.class_id == row.id)
    again = select(SecondReadingItem.instance_id).where(SecondReadingItem.class_id == row.id)
    number = session.scalar(select(func.count()).select_from(used.union(by_readers, again).subquery()))
    if number:
        raise LabelError(
            f"{number} instances are labelled “{name}”.", "Give them another label first, then remove it."
        )
    session.execute(delete(ClassRow).where(ClassRow.id == row.id))


def counts(session: Session) -> dict[str, int]:
    """How many instances each class has now, in the order of the classes, empty ones too."""
    rows = session.execute(
        select(ClassRow.name, func.count(CurrentLabel.instance_id).label("number"))
        .outerjoin(CurrentLabel, CurrentLabel.class_id == ClassRow.id)
        .group_by(ClassRow.id)
        .order_by(ClassRow.position)
    )
    return {row.name: row.number for row in rows}
