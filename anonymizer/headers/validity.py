"""Attributes that must be there or have a value keep one when a rule took theirs away (PS3.5 7.4, PS3.3)."""

from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag

from anonymizer.headers.attributes import Edits, path_of, undecoded
from anonymizer.profiles.actions import dummy
from anonymizer.profiles.iod import Need

_VALUE = "The value was taken out; this kind of object must have one here, so it gets a dummy value."
_PRESENCE = "The value was taken out; this kind of object must have the attribute, so it stays empty."


def held(dataset: Dataset, needs: tuple[tuple[int, Need], ...]) -> tuple[tuple[int, Need], ...]:
    """Return which of the needs a data set fulfils before it is masked."""
    return tuple((tag, need) for tag, need in needs if _fulfils(undecoded(dataset, BaseTag(tag)), need))


def complete(dataset: Dataset, needs: tuple[tuple[int, Need], ...], edits: Edits, prefix: str) -> None:
    """Fulfil needs again that a data set fulfilled before it was masked.

    A sequence gets no invented items: without those that were removed it stays away or empty.
    """
    for tag, need in needs:
        element = undecoded(dataset, BaseTag(tag))
        if _fulfils(element, need):
            continue
        vr = str(element.VR) if element is not None and element.VR else dictionary_VR(tag).split(" or ")[0]
        value = dummy(vr, tag) if need is Need.VALUE else Sequence() if vr == "SQ" else None
        if need is Need.VALUE and value is None:
            continue
        action, reason = ("D", _VALUE) if need is Need.VALUE else ("Z", _PRESENCE)
        changed = DataElement(tag, vr, value)
        edits.set(dataset, changed, value, prefix + path_of(changed.tag), reason=reason, action=action)


def _fulfils(element: DataElement | RawDataElement | None, need: Need) -> bool:
    if element is None:
        return False
    if need is not Need.VALUE:
        return True
    value = element.value
    return value is not None and (not hasattr(value, "__len__") or len(value) > 0)
