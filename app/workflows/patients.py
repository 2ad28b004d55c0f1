"""Which patient is which: lists of pseudonyms, and two people under one patient ID."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from anonymizer import (
    FileRecord,
    Identity,
    PatientRules,
    PseudonymList,
    Unlisted,
    are_two_people,
    check_list,
    read_list,
)
from app.errors import UsageError

TWO_NAMES = (
    "Two names under one ID: other files with this patient's ID have another name and another birth date. "
    "Find out whose images these are; both were given the same pseudonym."
)


def rules_from(
    file: Path | None, *, unlisted: str = Unlisted.KEYED.value, separate_issuers: bool = False
) -> PatientRules:
    """How patients are told apart and named. Raises PseudonymListError, or UsageError for a missing file."""
    if file is None and unlisted != Unlisted.KEYED.value:
        raise UsageError("No list of pseudonyms is given.", "Choose its file (--pseudonyms FILE).")
    if file is not None and not file.is_file():
        raise UsageError(f"Not found: {file}.", "Check the spelling of the path.")
    listed = check_list(read_list(file)) if file is not None else PseudonymList()
    return PatientRules(listed, Unlisted(unlisted), separate_issuers)


class Namesakes:
    """Notices where clearly two people stand under one pseudonym, and marks their instances for review.

    `known` tells who a pseudonym was before this run, from the vault.
    """

    def __init__(self, known: Callable[[str], Identity | None] = lambda _pseudonym: None) -> None:
        self._known = known
        self._first: dict[str, Identity | None] = {}

    def look(self, record: FileRecord) -> FileRecord:
        """Return the record, marked for review if its patient is not the one met before."""
        if record.facts is None or record.identity is None:
            return record
        pseudonym = record.facts.patient
        if pseudonym not in self._first:
            self._first[pseudonym] = self._known(pseudonym)
        first = self._first[pseudonym]
        if first is None:
            self._first[pseudonym] = record.identity
        elif are_two_people(first, record.identity):
            return replace(record, review=(*record.review, TWO_NAMES))
        return record
