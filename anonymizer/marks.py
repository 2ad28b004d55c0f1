"""What a masked instance says about its own de-identification (PS3.15 E.1.1 and E.3, PS3.3 C.12.1)."""

from pydicom.dataset import Dataset

from anonymizer.collect import texts
from anonymizer.options import OPTIONS
from anonymizer.profile import Profile

_BASIC = ("113100", "Basic Application Confidentiality Profile")
_PIXELS = ("113101", "Clean Pixel Data Option")
_MEANINGS = {
    "113103": "Clean Graphics Option",
    "113104": "Clean Structured Content Option",
    "113105": "Clean Descriptors Option",
    "113106": "Retain Longitudinal Temporal Information Full Dates Option",
    "113107": "Retain Longitudinal Temporal Information Modified Dates Option",
    "113108": "Retain Patient Characteristics Option",
    "113109": "Retain Device Identity Option",
    "113110": "Retain UIDs Option",
    "113111": "Retain Safe Private Option",
    "113112": "Retain Institution Identity Option",
}
METHOD = "Leadglass, PS3.15 2026d: "
_SETTINGS = "Settings "
_MAX_LO = 64


def mark(dataset: Dataset, profile: Profile, *, pixels_cleaned: bool, text_rewritten: bool) -> None:
    """Write (0012,0062), (0012,0063), (0012,0064), (0028,0303) and the character set."""
    codes = [_BASIC] + ([_PIXELS] if pixels_cleaned else [])
    codes += sorted((o.code, _MEANINGS[o.code]) for o in OPTIONS if profile.has(o.name))
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = [METHOD[:-2], *_lines(profile)]
    dataset.DeidentificationMethodCodeSequence = [_code(value, meaning) for value, meaning in codes]
    dataset.LongitudinalTemporalInformationModified = _dates(profile)
    if text_rewritten:
        dataset.SpecificCharacterSet = "ISO_IR 192"


def mark_settings(dataset: Dataset, digest: str) -> None:
    """Name the settings in (0012,0063), so that it can be told later whether others were used."""
    dataset.DeidentificationMethod = [*dataset.DeidentificationMethod, _SETTINGS + digest]


def settings_mark(dataset: Dataset) -> str:
    """Return the settings that a masked instance names; "" if it was not masked by this program."""
    lines = texts(dataset["DeidentificationMethod"]) if "DeidentificationMethod" in dataset else []
    return next((line.removeprefix(_SETTINGS) for line in lines if line.startswith(_SETTINGS)), "")


def _lines(profile: Profile) -> list[str]:
    """Return the profile's options as values of a multi-valued LO, at most 64 characters each."""
    return [option.title[:_MAX_LO] for option in OPTIONS if profile.has(option.name)]


def _code(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "DCM", meaning
    return item


def _dates(profile: Profile) -> str:
    if profile.has("full_dates"):
        return "UNMODIFIED"
    return "MODIFIED" if profile.has("modified_dates") else "REMOVED"
