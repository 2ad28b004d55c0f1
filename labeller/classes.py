"""Label classes: the answers that a label set allows, each with a colour and a key.

Besides classes there are answers that are no class (`KINDS`), and, where several classes may hold at once,
combinations: one answer that stands for all its members.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Select, delete, func, select, union, update
from sqlalchemy.orm import Session

from labeller.errors import LabelError
from labeller.records import LabelClass
from labeller.schema import ClassMember, ClassRow, CurrentLabel, ReaderLabel, SecondReadingItem

PALETTE = (
    "#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#f0e442",
    "#0072b2", "#d55e00", "#88ccee", "#aa4499", "#999933",
)  # fmt: skip
"""Told apart also with a colour vision deficiency: Okabe and Ito's colours, then three of Paul Tol's."""

SHORTCUTS = "1234567890"
LONGEST_NAME = 64
CLASS, COMBINATION, NONE = "class", "combination", "none"
NO_ANSWER = {  # kind -> name and key: answers that are kept and counted, but tell nothing about the image
    "unsure": ("not sure", "Q"),
    "ungradable": ("not gradable", "X"),
    "skipped": ("skipped", "K"),
}
KINDS = (CLASS, COMBINATION, NONE, *NO_ANSWER)
USABLE = (CLASS, COMBINATION, NONE)
"""The kinds of answer that say something about the image: what is compared, exported and learned from."""
_GREY, _LAST = "#8c959e", 10_000
JOIN = " + "


def active(session: Session) -> int:
    """Return the label set that a session works in."""
    return int(session.info["label_set"])


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


def listed(session: Session, kinds: Collection[str] = (CLASS,)) -> list[LabelClass]:
    """All classes of the set, or other kinds of answer, in the order in which they are shown."""
    rows = session.scalars(_of_set(session).where(ClassRow.kind.in_(kinds)).order_by(ClassRow.position)).all()
    names = {row.id: row.name for row in session.scalars(_of_set(session))}
    return [_record(row, names.get(row.parent_id or 0)) for row in rows]


def _of_set(session: Session) -> Select[ClassRow]:
    return select(ClassRow).where(ClassRow.set_id == active(session))


def _record(row: ClassRow, parent: str | None) -> LabelClass:
    return LabelClass(row.name, row.colour, row.shortcut, row.position, row.kind, row.definition, parent)


def _told(session: Session, row: ClassRow) -> LabelClass:
    parent = session.get(ClassRow, row.parent_id) if row.parent_id is not None else None
    return _record(row, parent.name if parent else None)


def find(session: Session, name: str) -> ClassRow:
    """Find the answer of that name, combinations such as "a + b" made where they are new.

    Raises LabelError if there is none.
    """
    row = session.scalar(_of_set(session).where(ClassRow.name == name))
    if row is None and JOIN in name:
        members = [session.scalar(_of_set(session).where(ClassRow.name == n)) for n in name.split(JOIN)]
        if all(member is not None and member.kind == CLASS for member in members):
            return combination(session, [member.id for member in members if member is not None])
    if row is None:
        raise LabelError(f"There is no label class “{name}”.", "Make the class first, or check its spelling.")
    return row


def add(
    session: Session,
    name: str,
    colour: str | None,
    shortcut: str | None,
    *,
    definition: str = "",
    parent: str | None = None,
) -> LabelClass:
    """Make a new class at the end; colour and key are chosen where they are not given."""
    name = checked_name(name, "label class")
    if JOIN in name:
        raise LabelError(f"“{JOIN.strip()}” between spaces joins classes.", "Leave it out of the name.")
    _refuse_taken(session, name)
    there = listed(session)
    taken = {known.shortcut for known in there}
    if shortcut is None:
        shortcut = next((key for key in SHORTCUTS if key not in taken), "")
    elif shortcut and (shortcut not in SHORTCUTS or shortcut in taken):
        raise LabelError(f"The key “{shortcut}” is no digit or already taken.", "Choose a free digit.")
    used = {known.colour for known in there}
    free = next((c for c in PALETTE if c not in used), PALETTE[len(there) % len(PALETTE)])
    last = max((known.position for known in there), default=-1)
    row = ClassRow(
        name=name, colour=colour or free, shortcut=shortcut, position=last + 1, set_id=active(session),
        kind=CLASS, definition=definition.strip(), parent_id=_parent(session, parent, of=None),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return _told(session, row)


def add_answers(session: Session, set_id: int, *, several: bool) -> None:
    """Give a new set the answers that are no class."""
    answers = [(kind, *NO_ANSWER[kind]) for kind in NO_ANSWER]
    if several:
        answers.append((NONE, "none of these", "0"))
    session.add_all(
        ClassRow(
            name=name, colour=_GREY, shortcut=key, position=_LAST + place, set_id=set_id, kind=kind,
            definition="",
        )
        for place, (kind, name, key) in enumerate(answers)
    )  # fmt: skip
    session.flush()


def combination(session: Session, members: Iterable[int]) -> ClassRow:
    """Return the answer that stands for these classes (their ids), made where it is new."""
    ids = sorted(set(members))
    if len(ids) == 1:
        return session.get_one(ClassRow, ids[0])
    rows = sorted((session.get_one(ClassRow, key) for key in ids), key=lambda row: row.position)
    name = JOIN.join(row.name for row in rows)
    known = session.scalar(_of_set(session).where(ClassRow.kind == COMBINATION, ClassRow.name == name))
    if known is None:
        known = ClassRow(
            name=name, colour=rows[0].colour, shortcut="", position=2 * _LAST, set_id=active(session),
            kind=COMBINATION, definition="",
        )  # fmt: skip
        session.add(known)
        session.flush()
        session.add_all(ClassMember(combination_id=known.id, class_id=row.id) for row in rows)
        session.flush()
    return known


def members(session: Session) -> dict[int, frozenset[int]]:
    """Return which classes each answer of the set stands for: none, itself, or a combination's."""
    found = {row.id: {row.id} if row.kind == CLASS else set() for row in session.scalars(_of_set(session))}
    for row in session.scalars(select(ClassMember)):
        if row.combination_id in found:
            found[row.combination_id].add(row.class_id)
    return {key: frozenset(value) for key, value in found.items()}


def holding(session: Session, name: str) -> Select[int]:
    """Select the ids of the answers that say this class, alone or among others."""
    alone = select(ClassRow.id).where(ClassRow.set_id == active(session), ClassRow.name == name)
    among = select(ClassMember.combination_id).where(ClassMember.class_id.in_(alone))
    return select(union(alone, among).subquery().c.id)


def _refuse_taken(session: Session, name: str, *, by_another_than: str | None = None) -> None:
    # Compared without case, because a folder is named after the class and Windows ignores case.
    for known in listed(session, KINDS):
        if known.name != by_another_than and known.name.casefold() == name.casefold():
            raise LabelError(f"There is already a label class “{known.name}”.", "Choose another name.")


def rename(session: Session, old: str, new: str) -> LabelClass:
    """Give a class another name; labels and history follow, and so do combinations."""
    row = find(session, old)
    new = checked_name(new, "label class")
    _refuse_taken(session, new, by_another_than=old)
    row.name = new
    session.flush()
    _rename_combinations(session)
    return _told(session, row)


def _rename_combinations(session: Session) -> None:
    rows = {row.id: row for row in session.scalars(_of_set(session))}
    for key, held in members(session).items():
        if rows[key].kind == COMBINATION:
            ordered = sorted((rows[member] for member in held), key=lambda row: row.position)
            rows[key].name = JOIN.join(row.name for row in ordered)
    session.flush()


def change(
    session: Session,
    name: str,
    *,
    colour: str | None = None,
    definition: str | None = None,
    parent: str | None = None,
) -> LabelClass:
    """Change colour ("#rrggbb"), definition or parent ("" for none) of a class; None leaves it as it is."""
    row = find(session, name)
    if colour is not None:
        row.colour = colour
    if definition is not None:
        row.definition = definition.strip()
    if parent is not None:
        row.parent_id = _parent(session, parent, of=row)
    session.flush()
    return _told(session, row)


def _parent(session: Session, name: str | None, *, of: ClassRow | None) -> int | None:
    if not name:
        return None
    above = row = find(session, name)
    while of is not None and above is not None:
        if above.id == of.id:
            raise LabelError(
                "A class cannot stand under itself or under one of its own.", "Choose another one."
            )
        if above.parent_id is None:
            break
        above = session.get_one(ClassRow, above.parent_id)
    if row.kind != CLASS:
        raise LabelError(f"“{name}” is no class that others can stand under.", "Choose another one.")
    return row.id


def reorder(session: Session, names: Sequence[str]) -> list[LabelClass]:
    """Show the classes in this order, which must name each exactly once."""
    if sorted(names) != sorted(known.name for known in listed(session)):
        raise LabelError("The new order must name every label class exactly once.")
    for position, name in enumerate(names):
        session.execute(
            update(ClassRow)
            .where(ClassRow.set_id == active(session), ClassRow.name == name)
            .values(position=position)
        )
    session.expire_all()
    _rename_combinations(session)
    return listed(session)


def remove(session: Session, name: str) -> None:
    """Remove a class that no label uses; raises LabelError with their number otherwise."""
    row = find(session, name)
    held = holding(session, name)
    used = select(CurrentLabel.instance_id).where(CurrentLabel.class_id.in_(held))
    by_readers = select(ReaderLabel.instance_id).where(ReaderLabel.class_id.in_(held))
    again = select(SecondReadingItem.instance_id).where(SecondReadingItem.class_id.in_(held))
    number = session.scalar(select(func.count()).select_from(used.union(by_readers, again).subquery()))
    if number:
        some = "1 instance is" if number == 1 else f"{number:,} instances are"
        raise LabelError(f"{some} labelled “{name}”.", "Give them another label first, then remove it.")
    unused = [key for key, inside in members(session).items() if row.id in inside]
    session.execute(update(ClassRow).where(ClassRow.parent_id == row.id).values(parent_id=row.parent_id))
    session.execute(delete(ClassMember).where(ClassMember.combination_id.in_(unused)))
    session.execute(delete(ClassRow).where(ClassRow.id.in_(unused)))


def counts(session: Session) -> dict[str, int]:
    """How many instances each class has now, in the order of the classes, empty ones too."""
    number: Counter[int] = Counter()
    inside = members(session)
    rows = session.execute(
        select(CurrentLabel.class_id, func.count())
        .where(CurrentLabel.set_id == active(session))
        .group_by(CurrentLabel.class_id)
    )
    for key, count in rows:
        for member in inside.get(key, ()):
            number[member] += count
    ordered = _of_set(session).where(ClassRow.kind == CLASS).order_by(ClassRow.position)
    return {row.name: number[row.id] for row in session.scalars(ordered)}


def counts_of_answers(session: Session) -> dict[str, int]:
    """How many instances have each answer that is no class, in their order."""
    rows = session.execute(
        select(ClassRow.name, func.count(CurrentLabel.instance_id).label("number"))
        .outerjoin(CurrentLabel, CurrentLabel.class_id == ClassRow.id)
        .where(ClassRow.set_id == active(session), ClassRow.kind.in_((NONE, *NO_ANSWER)))
        .group_by(ClassRow.id)
        .order_by(ClassRow.position)
    )
    return {row.name: row.number for row in rows}
