"""What makes a list of pseudonyms unusable, said with row numbers and without a patient's data."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from anonymizer.errors import PseudonymListError
from anonymizer.identities.pseudonym_list import ListedPatient, PseudonymList
from anonymizer.words.names import differ, name_words
from anonymizer.words.vocabulary import normal

_FIT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_OWN_FORM = re.compile(r"LG[A-Z2-7]{16}", re.IGNORECASE)
_DEVICE_NAMES = re.compile(r"(?:CON|PRN|AUX|NUL|COM\d|LPT\d)(?:\..*)?", re.IGNORECASE)  # no folder on Windows
_NOT_ALNUM = re.compile(r"[\W_]+")
_SHORTEST_INSIDE = 4  # shorter IDs and names stand inside other texts by chance
_SHORTEST_NAME = 3
_FARTHEST = 36_525  # days: a hundred years
_MOST_TOLD = 12
Rows = Sequence[ListedPatient]


def check_list(rows: Iterable[ListedPatient], earlier: PseudonymList | None = None) -> PseudonymList:
    """Return the list that these rows make, after those of an earlier list.

    Rows that the earlier list has already are left out. Raises PseudonymListError with every problem.
    """
    known = earlier.entries if earlier else ()
    stored = set(known)
    new = [row for row in rows if row not in stored]
    every = [*(replace(entry, row=0) for entry in known), *new]
    problems = list(chain(*(_of_row(row) for row in new), *(check(every) for check in _CHECKS)))
    refuse(problems)
    return PseudonymList(_with_common_shift(every))


def refuse(problems: Sequence[str]) -> None:
    """Raise PseudonymListError that tells the problems, if there are any."""
    if not problems:
        return
    told = [f"• {problem}" for problem in problems[:_MOST_TOLD]]
    if len(problems) > _MOST_TOLD:
        told.append(f"• and {len(problems) - _MOST_TOLD} more.")
    message = "The list of pseudonyms was not taken over:\n" + "\n".join(told)
    raise PseudonymListError(message, "Correct the list and read it again. Nothing was changed.")


def _of_row(row: ListedPatient) -> Iterator[str]:
    """What is wrong with a row by itself."""
    where = f"Row {row.row}"
    if not row.patient_id and not row.person[1]:
        yield f"{where}: there is neither an original ID nor a name with a birth date."
    if not row.pseudonym:
        yield f"{where}: the pseudonym is empty."
    else:
        yield from (f"{where}: {words}" for words in _unfit(row.pseudonym))
        if _tells(row):
            yield f"{where}: the pseudonym holds the patient's own ID, name or birth date."
    if row.day_shift is not None and not -_FARTHEST <= row.day_shift < 0:
        yield f"{where}: the shift of dates must be negative, from -1 to -{_FARTHEST:,} days."


def _unfit(pseudonym: str) -> Iterator[str]:
    if not _FIT.fullmatch(pseudonym) or pseudonym.endswith(".") or _DEVICE_NAMES.fullmatch(pseudonym):
        yield (
            "the pseudonym does not fit: 1 to 64 of the letters A to Z, digits, hyphen, underscore and full stop, "
            "beginning with a letter or digit (it names folders too)."
        )
    elif _OWN_FORM.fullmatch(pseudonym):
        yield "the pseudonym has the form of those that the program makes from its key."


def _tells(row: ListedPatient) -> bool:
    """Whether the pseudonym holds something of the patient's identity."""
    plain = _compact(row.pseudonym)
    own_id = _compact(row.patient_id)
    if own_id == plain or any(
        len(part) >= _SHORTEST_INSIDE and part in plain for part in (own_id, *_digits(row))
    ):
        return True
    date = row.birth_date
    if date and any(form in plain for form in (date, date[6:] + date[4:6] + date[:4], date[2:])):
        return True
    return any(word in plain for word in map(_compact, name_words(row.name)) if len(word) >= _SHORTEST_NAME)


def _digits(row: ListedPatient) -> list[str]:
    return [part for part in re.findall(r"\d+", row.patient_id) if len(part) > _SHORTEST_INSIDE]


def _compact(text: str) -> str:
    return _NOT_ALNUM.sub("", normal(text))


def _twice(rows: Rows) -> Iterator[str]:
    """Find patients that stand more than once."""
    for group in _groups(rows, lambda row: row.original if any(row.original) else None):
        if len({row.pseudonym for row in group}) > 1:
            yield f"{_numbers(group)}: one patient would get two pseudonyms."
        else:
            yield f"{_numbers(group)}: the same patient stands there twice."


def _issuer_unclear(rows: Rows) -> Iterator[str]:
    """Find IDs that stand with an issuer and, for another patient, without one."""
    for group in _groups(rows, lambda row: row.patient_id or None):
        issuers = {row.issuer for row in group}
        if len(issuers) > 1 and "" in issuers and len({row.pseudonym for row in group}) > 1:
            yield f"{_numbers(group)}: the same ID stands there with an issuer and without one."


def _shared(rows: Rows) -> Iterator[str]:
    """Find pseudonyms of more than one patient that no row declares to be the same."""
    for group in _groups(rows, lambda row: row.pseudonym.casefold() or None):
        if len({row.pseudonym for row in group}) > 1:
            yield f"{_numbers(group)}: the pseudonyms differ only in upper and lower case."
        elif sum(not row.same_patient for row in group) > 1:
            yield (
                f"{_numbers(group)}: two patients would become one. If they are one, say so in a column "
                "“same patient”."
            )
        elif any(_are_two(one, other) for one in group for other in group):
            yield f"{_numbers(group)}: said to be one patient, but both name and birth date differ."
        elif len({row.day_shift for row in group if row.day_shift is not None}) > 1:
            yield f"{_numbers(group)}: one patient would get two shifts of dates."


def _original_as_pseudonym(rows: Rows) -> Iterator[str]:
    """Find pseudonyms that are the original ID of some patient of the list."""
    originals = {_compact(row.patient_id) for row in rows if row.patient_id}
    for row in rows:
        if row.row and _compact(row.pseudonym) in originals and not _tells(row):
            yield f"{_numbers([row])}: the pseudonym is the original ID of another patient on the list."


_CHECKS: tuple[Callable[[Rows], Iterator[str]], ...] = (
    _twice, _issuer_unclear, _shared, _original_as_pseudonym,
)  # fmt: skip


def _groups(rows: Rows, key: Callable[[ListedPatient], object]) -> Iterator[list[ListedPatient]]:
    """Yield the rows that share a key, where one is new and there are several; None is no key."""
    found: dict[object, list[ListedPatient]] = {}
    for row in rows:
        if (value := key(row)) is not None:
            found.setdefault(value, []).append(row)
    yield from (group for group in found.values() if len(group) > 1 and any(row.row for row in group))


def _are_two(one: ListedPatient, other: ListedPatient) -> bool:
    dates = bool(one.birth_date and other.birth_date)
    return dates and one.birth_date != other.birth_date and differ(one.name, other.name)


def _numbers(rows: Rows) -> str:
    new = [str(row.row) for row in rows if row.row]
    words = f"Row{'s' * (len(new) > 1)} {', '.join(new[:-1])}{' and ' if len(new) > 1 else ''}{new[-1]}"
    return words if len(new) == len(rows) else f"{words} and the list that is in use"


def _with_common_shift(rows: Rows) -> Iterator[ListedPatient]:
    """Give all rows of a patient the shift that one of them names."""
    shifts = {row.pseudonym: row.day_shift for row in rows if row.day_shift is not None}
    return (replace(row, day_shift=shifts.get(row.pseudonym)) for row in rows)
