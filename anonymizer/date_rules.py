"""Dates, times and ages in the header (PS3.15 E.3.6)."""

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from anonymizer import dates
from anonymizer.attributes import Edits, joined, values
from anonymizer.subject import Subject


class DateRules:
    """Moves, keeps or removes the dates of one instance."""

    def __init__(self, subject: Subject, edits: Edits) -> None:
        self._edits, self._profile = edits, subject.plan.profile
        self._shift, self._device_shift = subject.shift(), subject.shift(device=True)

    def move(
        self, dataset: Dataset, element: DataElement, path: str, *, reason: str, device: bool = False
    ) -> None:
        """Move a date by the patient's shift, or by that of the device."""
        shift = self._device_shift if device else self._shift
        self._rewrite(dataset, element, path, shift=shift, reason=reason, layer="table")

    def keep(self, dataset: Dataset, element: DataElement, path: str, *, reason: str) -> None:
        """Keep a date, if it is one."""
        self._rewrite(dataset, element, path, shift=0, reason=reason, layer="vr")

    def unlisted(self, dataset: Dataset, element: DataElement, path: str) -> None:
        """Treat a date that no table names as the option for dates says."""
        if self._profile.has("modified_dates") or self._profile.has("full_dates"):
            shift = self._shift if self._profile.has("modified_dates") else 0
            self._rewrite(dataset, element, path, shift=shift, reason="Every date moves.", layer="vr")
        elif element.value:
            reason = "Dates and times are removed."
            self._edits.set(dataset, element, None, path, reason=reason, action="Z", layer="vr")

    def _rewrite(
        self, dataset: Dataset, element: DataElement, path: str, *, shift: int, reason: str, layer: str
    ) -> None:
        old = [str(value) for value in values(element)]
        if element.VR == "TM":
            new = [dates.clean_time(value) for value in old]
        elif element.VR == "DA":
            new = [dates.move_date(value, shift) for value in old]
        else:
            new = [dates.move_datetime(value, shift) for value in old]
        if None in new:
            reason = "The value is no valid date or time."
            self._edits.set(dataset, element, None, path, reason=reason, action="Z", layer="vr")
        elif new != old:
            moved = joined([text or "" for text in new])
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
