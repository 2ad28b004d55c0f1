"""The gate before the output folder: nothing passes that the independent verifier blocks."""

from collections.abc import Iterable
from dataclasses import replace

from anonymizer.headers.subject import Subject
from anonymizer.report import FileRecord, Grade, Outcome
from anonymizer.verification.inspection import Known, inspect
from anonymizer.words.dates import move_date


def known_of(subject: Subject, uids: Iterable[str] = ()) -> Known:
    """Return what is known of a subject's originals; `uids`: those of one instance that were replaced."""
    shifts = [subject.shift(), subject.shift(device=True)]
    if subject.minute_shift():
        shifts.append(subject.shift() - 1)  # where the time of day moved over midnight
    moved = {move_date(date, shift) or "" for date in subject.harvest.dates for shift in shifts}
    own = frozenset(
        (creator, group, last)
        for creator, group, last, action in subject.plan.profile.private
        if action == "K"
    )
    return Known(subject.harvest, frozenset(moved), own, frozenset(uids))


def judged(record: FileRecord, body: bytes, known: Known) -> FileRecord:
    """Return the record of an instance that is about to be written as `record.new_path`, with its grade.

    A blocked one becomes quarantined, with the places and kinds of what was found, and must not be written.
    """
    verdict = inspect(body, record.new_path, known)
    if verdict.grade is Grade.BLOCKED:
        return FileRecord(
            record.path,
            Outcome.QUARANTINED,
            verdict.reason,
            findings=verdict.findings,
            grade=Grade.BLOCKED,
            identity=record.identity,
        )
    review = (*record.review, *verdict.sentences())
    grade = Grade.REVIEW if review else Grade.PASS
    return replace(record, review=review, findings=verdict.findings, grade=grade)
