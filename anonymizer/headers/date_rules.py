"""Dates, times and ages in the header (PS3.15 E.3.6)."""

from dataclasses import dataclass

from pydicom._dicom_dict import DicomDictionary
from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from anonymizer.headers.attributes import Edits, joined, values
from anonymizer.headers.subject import Subject
from anonymizer.words import dates


@dataclass(frozen=True, slots=True)
class _Move:
    """By how much dates and times of day move."""

    days: int = 0
    minutes: int = 0


class DateRules:
    """Moves, keeps or removes the dates of one instance."""

    def __init__(self, subject: Subject, edits: Edits) -> None:
        self._edits, self._profile = edits, subject.plan.profile
        self._shift, self._device_shift = subject.shift(), subject.shift(device=True)
        self._minutes = subject.minute_shift()

    def move(
        self, dataset: Dataset, element: DataElement, path: str, *, reason: str, device: bool = False
    ) -> None:
        """Move a date by the patient's shift, or by that of the device."""
        move = _Move(self._device_shift) if device else _Move(self._shift, self._minutes)
        self._rewrite(dataset, element, path, move=move, reason=reason, layer="table")

    def moved(self, vr: str, text: str, *, device: bool = False) -> str | None:
        """Return one date or time as `move` makes it, where no time of day counts for it; None where it is none."""
        move = _Move(self._device_shift) if device else _Move(self._shift, self._minutes)
        return _moved_text(vr, text, move)

    def keep(self, dataset: Dataset, element: DataElement, path: str, *, reason: str) -> None:
        """Keep a date, if it is one."""
        self._rewrite(dataset, element, path, move=_Move(), reason=reason, layer="vr")

    def unlisted(self, dataset: Dataset, element: DataElement, path: str) -> None:
        """Treat a date that no table names as the option for dates says."""
        if self._profile.has("modified_dates") or self._profile.has("full_dates"):
            move = _Move(self._shift, self._minutes) if self._profile.has("modified_dates") else _Move()
            self._rewrite(dataset, element, path, move=move, reason="Every date moves.", layer="vr")
        elif element.value:
            reason = "Dates and times are removed."
            self._edits.set(dataset, element, None, path, reason=reason, action="Z", layer="vr")

    def _rewrite(
        self, dataset: Dataset, element: DataElement, path: str, *, move: "_Move", reason: str, layer: str
    ) -> None:
        old = [str(value) for value in values(element)]
        new = _moved(dataset, element, old, move)
        if new and all(text is None for text in new):
            reason = "The value is no valid date or time."
            self._edits.set(dataset, element, None, path, reason=reason, action="Z", layer="vr")
        elif new != old:
            moved = joined([text or "" for text in new])  # of several values only those go that are no dates
            self._edits.set(dataset, element, moved, path, reason=reason, action="M", layer=layer)

    def age(self, dataset: Dataset, element: DataElement, path: str) -> None:
        """Keep an age, up to 89 years as it is."""
        old = [str(value) for value in values(element)]
        new = [dates.clean_age(value) for value in old]
        if None in new:
            reason = "The value is no valid age."
            self._edits.set(dataset, element, None, path, reason=reason, action="Z", layer="vr")
        elif new != old:
            reason = "Ages over 89 years are given as 90."
            capped = joined([text or "" for text in new])
            self._edits.set(dataset, element, capped, path, reason=reason, action="C", layer="vr")


def _moved(dataset: Dataset, element: DataElement, old: list[str], move: _Move) -> list[str | None]:
    if element.VR in ("TM", "DT"):
        return [_moved_text(element.VR, value, move) for value in old]
    carries = _carries(dataset, element, len(old), move.minutes)
    return [dates.move_date(value, move.days + carry) for value, carry in zip(old, carries, strict=True)]


def _moved_text(vr: str, text: str, move: _Move) -> str | None:
    if vr == "TM":
        return dates.move_time(text, move.minutes)[0]
    if vr == "DT":
        return dates.move_datetime(text, move.days, move.minutes)
    return dates.move_date(text, move.days)


def _carries(dataset: Dataset, element: DataElement, count: int, minutes: int) -> list[int]:
    """By how many days each date moves more, because the time of day that belongs to it crosses midnight."""
    keyword = element.keyword.replace("Date", "Time")
    if not minutes or int(element.tag) not in TIMES_OF_DATES or keyword not in dataset:
        return [0] * count
    times = [str(value) for value in values(dataset[keyword])]
    if len(times) != count:
        return [0] * count
    return [dates.move_time(value, minutes)[1] for value in times]


def _times_of_dates() -> dict[int, tuple[int, ...]]:
    """Return the times of day that belong to dates and stand behind them, so have not moved when the date moves."""
    found: dict[int, tuple[int, ...]] = {}
    for tag, entry in DicomDictionary.items():
        partner = tag_for_keyword(entry[4].replace("Date", "Time")) if entry[0] == "DA" else None
        if partner is not None and partner > tag:
            found[tag] = (partner,)
    return found


TIMES_OF_DATES = _times_of_dates()
