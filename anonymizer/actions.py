"""The actions D and Z of PS3.15 Table E.1-1: dummy values that are valid for their VR and say nothing."""

DUMMY_TEXT = "REMOVED"
DUMMY_DATE = "19000101"
TEXT_VRS = frozenset({"LO", "SH", "ST", "LT", "UT", "UC"})
LONG_TEXT_VRS = frozenset({"ST", "LT", "UT"})
DATE_VRS = frozenset({"DA", "DT", "TM"})
_DUMMIES: dict[str, object] = {
    "PN": DUMMY_TEXT, "CS": DUMMY_TEXT, "AE": DUMMY_TEXT, "UR": "urn:removed",
    "DA": DUMMY_DATE, "DT": DUMMY_DATE + "000000", "TM": "000000", "AS": "000Y",
    "DS": "0", "IS": "0", "OB": b"\0\0", "OW": b"\0\0", "UN": b"\0\0",
    "US": 0, "SS": 0, "UL": 0, "SL": 0, "UV": 0, "SV": 0, "FL": 0.0, "FD": 0.0, "AT": 0,
    "OF": bytes(4), "OL": bytes(4), "OD": bytes(8), "OV": bytes(8),
}  # fmt: skip


def dummy(vr: str) -> object:
    """Return a non-empty value of a VR that identifies nobody; None where a VR has no such value."""
    return DUMMY_TEXT if vr in TEXT_VRS else _DUMMIES.get(vr)
