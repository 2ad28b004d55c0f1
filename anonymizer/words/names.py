"""Names and birth dates as they are compared: whatever the order, the case, the accents and the spelling."""

import datetime as dt
import re

from anonymizer.words.vocabulary import normal

_WORD = re.compile(r"[^\W\d_]+")
_LARGEST_MONTH = 12
_ORDERED = re.compile(r"(\d{4})[-./ ]?(\d{1,2})[-./ ]?(\d{1,2})(?:[T ]00:00(?::00)?)?")
_DOTTED = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})")
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")


def name_words(name: str) -> frozenset[str]:
    """Return the family, given and middle names of a person as compared; titles are left out."""
    first_group = name.partition("=")[0]
    parts = first_group.split("^")[:3] if "^" in first_group else [first_group]
    return frozenset(normal(word) for part in parts for word in _WORD.findall(part))


def differ(one: str, other: str) -> bool:
    """Whether two names have no word in common, where both have one."""
    first, second = name_words(one), name_words(other)
    return bool(first and second) and not first & second


def written_date(text: str) -> str | None:
    """Return a birth date as people and spreadsheets write it in DICOM's form YYYYMMDD; "" stays "".

    None where it is no date or can be read in two ways, such as 03/04/1961.
    """
    text = text.strip()
    if not text:
        return ""
    if match := _ORDERED.fullmatch(text):
        year, month, day = match.groups()
    elif match := _DOTTED.fullmatch(text):
        day, month, year = match.groups()
    elif (match := _SLASHED.fullmatch(text)) and (found := _unequal(match.group(1), match.group(2))):
        (day, month), year = found, match.group(3)
    else:
        return None
    try:
        return dt.date(int(year), int(month), int(day)).strftime("%Y%m%d").zfill(8)
    except ValueError:
        return None


def _unequal(first: str, second: str) -> tuple[str, str] | None:
    """Return (day, month) of 25/12 and of 12/25; None where both could be the month."""
    if int(first) > _LARGEST_MONTH or first == second:
        return first, second
    return (second, first) if int(second) > _LARGEST_MONTH else None
