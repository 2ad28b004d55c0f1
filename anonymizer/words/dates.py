"""Dates and times (PS3.5 Table 6.2-1): read in the spellings that files really hold, moved, written well."""

import datetime as dt
import re

_DA = re.compile(r"(\d{4})[.\-/]?(\d{2})[.\-/]?(\d{2})$")
_DT = re.compile(r"(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\.\d{1,6})?([+-]\d{4})?$")
_TM = re.compile(r"([01]\d|2[0-3])(?::?([0-5]\d)(?::?([0-5]\d|60)(\.\d{1,6})?)?)?$")
_RANGE = re.compile(r"\d{8}-\d{8}$")
_MINUTES_OF_DAY = 24 * 60
_AS = re.compile(r"(\d{3})([DWMY])$")
_DAYS = {"D": 365.25, "W": 52.18, "M": 12.0, "Y": 1.0}
OLDEST_AGE = 89  # beyond it an age identifies (HIPAA Safe Harbor, PS3.15 E.3.6)


def move_date(value: str, days: int) -> str | None:
    """Return a DA value or a range of two moved by days, "" stays "", None where it is no date."""
    if _RANGE.match(value.strip()):
        ends = [move_date(end, days) for end in value.strip().split("-")]
        return None if None in ends else "-".join(end or "" for end in ends)
    match = _DA.match(value.strip())
    if not match:
        return None if value.strip() else ""
    moved = _move(match.groups(), days)
    return moved.strftime("%Y%m%d").zfill(8) if moved else None


def move_datetime(value: str, days: int, minutes: int = 0) -> str | None:
    """Return a DT value moved by days and minutes, to the precision that it had; None where it is none.

    The offset from UTC stays, so it is the local time that moves. A value without hours moves by days only.
    """
    value = value.strip()
    match = _DT.match(value)
    if not match:
        return None if value else ""
    year, month, day, *rest = match.groups()
    if _bad_clock(rest[:3]):
        return None
    hour, minute = rest[0], rest[1]
    clock, carry = moved_clock(int(hour or 0), int(minute or 0), minutes) if hour else ((0, 0), 0)
    moved = _move((year, month or "01", day or "01"), days + carry)
    if moved is None:
        return None
    if hour:
        rest[0] = f"{clock[0]:02d}"
        rest[1] = f"{clock[1]:02d}" if minute is not None else None
    precision = 4 + 2 * (month is not None) + 2 * (day is not None)
    return moved.strftime("%Y%m%d").zfill(8)[:precision] + "".join(part or "" for part in rest)


def moved_clock(hour: int, minute: int, minutes: int) -> tuple[tuple[int, int], int]:
    """Return a time of day moved by minutes: (hour, minute), and by how many days it crossed midnight."""
    carry, left = divmod(60 * hour + minute + minutes, _MINUTES_OF_DAY)
    return divmod(left, 60), carry


def move_time(value: str, minutes: int) -> tuple[str | None, int]:
    """Return a TM value moved by minutes, to the precision that it had, and the days it moved over midnight."""
    clean = clean_time(value)
    if not clean:
        return clean, 0
    (hour, minute), carry = moved_clock(int(clean[:2]), int(clean[2:4] or 0), minutes)
    return f"{hour:02d}" + (f"{minute:02d}" if len(clean) >= len("HHMM") else "") + clean[4:], carry


def _move(parts: tuple[str | None, ...], days: int) -> dt.date | None:
    try:
        return dt.date(*(int(part or 1) for part in parts)) + dt.timedelta(days)
    except (ValueError, OverflowError):
        return None


def _bad_clock(parts: list[str | None]) -> bool:
    limits = (23, 59, 60)
    return any(part is not None and int(part) > limit for part, limit in zip(parts, limits, strict=True))


def clean_time(value: str) -> str | None:
    """Return a TM value as it should be written; None where it is no time of day."""
    match = _TM.match(value.strip())
    if not match:
        return None if value.strip() else ""
    return "".join(part or "" for part in match.groups())


def clean_age(value: str) -> str | None:
    """Return an AS value in which ages over 89 years stand as 090Y; None where it is no age."""
    match = _AS.match(value.strip())
    if not match:
        return None if value.strip() else ""
    years = int(match.group(1)) / _DAYS[match.group(2)]
    return "090Y" if years > OLDEST_AGE + 1 - 1e-9 or value.strip() == "090Y" else value.strip()


def spellings(value: str) -> set[str]:
    """Return the ways in which people write a DA value in text: 19510324, 24.03.1951, 3/24/51, and so on."""
    match = _DA.match(value.strip())
    if not match:
        return set()
    year, month, day = match.groups()
    try:
        date = dt.date(int(year), int(month), int(day))
    except ValueError:
        return set()
    short = year[2:]
    found = {f"{year}{month}{day}", f"{day}{month}{year}", f"{month}{day}{year}"}
    for mark in "./- ":
        for d, m in ((day, month), (str(date.day), str(date.month))):
            for y in (year, short):
                found |= {mark.join((d, m, y)), mark.join((m, d, y))}
            found.add(mark.join((year, m, d)))
    found |= {f"{year}年{date.month}月{date.day}日", f"{year}년 {date.month}월 {date.day}일"}
    for name in _MONTHS[date.month - 1].split():
        for label in {name, name[:3]}:
            found |= {f"{date.day} {label} {year}", f"{date.day}. {label} {year}", f"{label} {date.day} {year}",
                      f"{label} {date.day}, {year}", f"{day}-{label}-{year}", f"{day}{label}{year}",
                      f"{day}-{label}-{short}", f"{date.day} de {label} de {year}"}  # fmt: skip
    return found


_MONTHS = (  # English, German, French, Spanish, Italian, Portuguese, Dutch
    "january januar janvier enero gennaio janeiro januari",
    "february februar février fevrier febrero febbraio fevereiro februari",
    "march märz maerz mars marzo março marco maart", "april avril abril aprile", "may mai mayo maggio maio mei",
    "june juni juin junio giugno junho", "july juli juillet julio luglio julho", "august août aout agosto augustus",
    "september septembre septiembre settembre setembro", "october oktober octobre octubre ottobre outubro",
    "november novembre noviembre novembro", "december dezember décembre decembre diciembre dicembre dezembro",
)  # fmt: skip
