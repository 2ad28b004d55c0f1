"""Release: which instances may leave the project, and what readers decided about those that want a look.

An instance that the verification passed may leave. One that wants a look may leave once a reader has approved it;
one in which identity was found never may. Decisions are only ever added; the state follows in the same
transaction.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from labeller.errors import LabelError
from labeller.instances import known_ids
from labeller.labels import now, reader_id
from labeller.listing import one_of
from labeller.records import DECISIONS, Decision, InstanceRow
from labeller.schema import DecisionRow, Instance, ReaderRow

HELD_BACK = "held back by a reader"
"""The reason that stands in `InstanceRow.review` while a reader holds an instance back."""

_BLOCKED = "identity was found in them; mask them again from the originals"
_UNVERIFIED = "they were never verified (leadglass verify PROJECT)"
_HELD = "a reader holds them back"
_WAITING = "they wait for a reader's look"
_NO_USE = {
    "unsure": "their reader is not sure",
    "ungradable": "they cannot be graded",
    "skipped": "their reader skipped them",
}
_HELPS = {
    _HELD: "Approve them on the page Mask if they may leave (leadglass review).",
    _WAITING: "Look at them on the page Mask (leadglass review).",
    **dict.fromkeys(_NO_USE.values(), "Give them a class on the page Label if they are to leave."),
}
_VERDICTS = {"approve": "approved", "reject": "rejected", "withdraw": "withdrawn"}


def withheld_because(row: InstanceRow) -> str:
    """Say why an instance may not leave the project, in words that follow a number of instances; "" if it may.

    An answer such as “not sure” says nothing that anybody could use, so it stays too.
    """
    if row.kind in _NO_USE:
        return _NO_USE[row.kind]
    if row.grade == "blocked":
        return _BLOCKED
    if not row.grade:
        return _UNVERIFIED
    if HELD_BACK in row.review or row.decision == "rejected":
        return _HELD
    if row.review or (row.grade != "pass" and row.decision != "approved"):
        return _WAITING
    return ""


def what_lets_out(reason: str) -> str:
    """Say what can be done about a reason that `withheld_because` gave; "" where the reason says it."""
    return _HELPS.get(reason, "")


def decide(
    session: Session, sop_uids: Sequence[str], verdict: str, *, reader: str, means: str
) -> list[Decision]:
    """Enter a reader's decision about instances: all of them or, on an error, none."""
    if verdict not in DECISIONS:
        raise ValueError("A verdict is approve, reject or withdraw.")
    rows = _rows(session, list(known_ids(session, sop_uids).values()))
    if verdict == "approve":
        _refuse_unfit(rows.values())
    standing = _standing(session, [row.id for row in rows.values()]) if verdict == "withdraw" else {}
    who, at = session.get_one(ReaderRow, reader_id(session, reader)), now()
    entries, made = [], []
    for uid in dict.fromkeys(sop_uids):
        row = rows[uid]
        reasons = tuple(row.review)
        entries.append(
            {
                "instance_id": row.id, "verdict": _VERDICTS[verdict], "previous": row.decision,
                "reasons": list(reasons), "grade": row.grade, "reader_id": who.id, "at": at, "means": means,
            }
        )  # fmt: skip
        made.append(Decision(uid, _VERDICTS[verdict], reasons, row.grade, who.name, at, means))
        row.review, row.decision = _after(row, verdict, standing.get(row.id, []))
        row.needs_review = bool(row.review)
    if entries:
        session.execute(insert(DecisionRow), entries)
    return made


def _rows(session: Session, keys: Sequence[int]) -> dict[str, Instance]:
    """Read the instances with these ids at once, a series may have thousands; by SOP Instance UID."""
    read = session.scalars(select(Instance).where(one_of(Instance.id, keys)))
    return {row.sop_instance_uid: row for row in read}


def _refuse_unfit(rows: Iterable[Instance]) -> None:
    grades = Counter(row.grade for row in rows)
    for grade, why in (("blocked", _BLOCKED), ("", _UNVERIFIED)):
        if grades[grade]:
            raise LabelError(
                f"{grades[grade]} of the instances cannot be approved: {why}.", "Nothing was changed."
            )


def _standing(session: Session, keys: Sequence[int]) -> dict[int, list[DecisionRow]]:
    """Return the decisions about each instance that were not withdrawn, oldest first."""
    about = one_of(DecisionRow.instance_id, keys)
    standing: dict[int, list[DecisionRow]] = defaultdict(list)
    for entry in session.scalars(select(DecisionRow).where(about).order_by(DecisionRow.id)):
        if entry.verdict != "withdrawn":
            standing[entry.instance_id].append(entry)
        elif standing[entry.instance_id]:
            standing[entry.instance_id].pop()
    return standing


def _after(row: Instance, verdict: str, standing: Sequence[DecisionRow]) -> tuple[list[str], str]:
    """Return reasons and state as a verdict leaves them."""
    if verdict == "approve":
        return [], "approved"
    if verdict == "reject":
        return [*(reason for reason in row.review if reason != HELD_BACK), HELD_BACK], "rejected"
    if not standing:
        raise LabelError("There is no decision to withdraw.")
    return list(standing[-1].reasons), standing[-1].previous


def decisions(session: Session, sop_uid: str) -> list[Decision]:
    """All decisions about an instance, oldest first; raises LabelError if it is unknown."""
    key = known_ids(session, [sop_uid])[sop_uid]
    rows = session.execute(
        select(DecisionRow, ReaderRow.name)
        .join(ReaderRow, ReaderRow.id == DecisionRow.reader_id)
        .where(DecisionRow.instance_id == key)
        .order_by(DecisionRow.id)
    )
    return [
        Decision(sop_uid, row.verdict, tuple(row.reasons), row.grade, name, row.at, row.means)
        for row, name in rows
    ]


def set_grade(session: Session, sop_uid: str, grade: str, reasons: Sequence[str]) -> None:
    """Enter what a verification found. New reasons want a look again; approved ones stay approved."""
    key = known_ids(session, [sop_uid])[sop_uid]
    row = session.get_one(Instance, key)
    approved = {
        reason
        for decision in decisions(session, sop_uid)
        for reason in decision.reasons
        if row.decision == "approved"
    }
    fresh = [reason for reason in reasons if reason not in approved and reason not in row.review]
    row.grade = grade
    if fresh:
        row.review = [*row.review, *fresh]
        row.needs_review, row.decision = True, ""


def ask_of_all(session: Session, reason: str, *, wanted: bool) -> int:
    """Give every instance that no reader approved a reason to be looked at, or take this reason away from all.

    Returns how many changed.
    """
    changed = 0
    for row in session.scalars(select(Instance)):
        has = reason in row.review
        if has == wanted or (wanted and row.decision == "approved"):
            continue
        row.review = [*row.review, reason] if wanted else [r for r in row.review if r != reason]
        row.needs_review = bool(row.review)
        changed += 1
    return changed
