"""The actions D and Z of PS3.15 Table E.1-1: dummy values that are valid for their VR and say nothing."""

from functools import cache

from pydicom.datadict import dictionary_VM

DUMMY_TEXT = "REMOVED"
DUMMY_DATE = "19000101"
TEXT_VRS = frozenset({"LO", "SH", "ST", "LT", "UT", "UC"})
LONG_TEXT_VRS = frozenset({"ST", "LT", "UT"})
DATE_VRS = frozenset({"DA", "DT", "TM"})
_DUMMIES: dict[str, object] = {
    "PN": DUMMY_TEXT, "CS": DUMMY_TEXT, "AE": DUMMY_TEXT, "UR": "urn:removed",
    "DA": DUMMY_DATE, "DT": DUMMY_DATE + "000000", "TM": "000000", "AS": "000Y",
    "DS": "1", "IS": "1", "OB": b"\0\0", "OW": b"\0\0", "UN": b"\0\0",
    "US": 1, "SS": 1, "UL": 1, "SL": 1, "UV": 1, "SV": 1, "FL": 1.0, "FD": 1.0, "AT": 0,
    "OF": bytes(4), "OL": bytes(4), "OD": bytes(8), "OV": bytes(8),
}  # fmt: skip
_TERMS = {0x00700023: "POINT"}  # where the standard's own terms alone are valid


def dummy(vr: str, tag: int = 0) -> object:
    """Return a non-empty value of a VR that identifies nobody, as many times as the attribute asks for at least.

    None where a VR has no such value.
    """
    value = _TERMS.get(tag) or (DUMMY_TEXT if vr in TEXT_VRS else _DUMMIES.get(vr))
    count = _smallest_count(tag)
    return value if count == 1 or value is None else [value] * count


@cache
def _smallest_count(tag: int) -> int:
    """Return the least value multiplicity of PS3.6; 1 where the dictionary does not know the tag."""
    try:
        smallest = str(dictionary_VM(tag)).split("-")[0]
    except KeyError:
        return 1
    return int(smallest) if smallest.isdigit() else 1
