"""What a masked instance says about its own de-identification (PS3.15 E.1.1 and E.3, PS3.3 C.12.1)."""

from pydicom.dataset import Dataset

from anonymizer.identities.collect import texts
from anonymizer.profiles.claims import dates_are, is_basic, options_in_effect
from anonymizer.profiles.options import OPTIONS
from anonymizer.profiles.profile import Profile

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
METHOD_CODES_TAG = 0x00120064
MARKS = frozenset({0x00080005, 0x00100010, 0x00100020, 0x00120062, 0x00120063, METHOD_CODES_TAG, 0x00280303})
"""What a masked instance can say of its own masking, and the attributes that its pseudonym stands in."""
METHOD_CODES: tuple[tuple[str, str, str], ...] = (
    (
        *_BASIC,
        "nothing stays but what the profile and its options let stay: not where a site's own decisions keep more",
    ),
    (*_PIXELS, "the pixels were decoded and searched, and no text is left in them"),
    *(
        (
            option.code,
            _MEANINGS[option.code],
            f"“{option.title}” is chosen, and a list of what stays does not undo it",
        )
        for option in sorted(OPTIONS, key=lambda option: option.code)
    ),
)
DERIVATION = "Burned-in text masked"
METHOD = "Leadglass, PS3.15 2026d: "
_SETTINGS = "Settings "
_MAX_LO, _MAX_ST = 64, 1024


def mark(dataset: Dataset, profile: Profile, *, pixels_cleaned: bool, text_rewritten: bool) -> None:
    """Write (0012,0062), (0012,0063), (0012,0064), (0028,0303) and the character set."""
    codes = ([_BASIC] if is_basic(profile) else []) + ([_PIXELS] if pixels_cleaned else [])
    codes += sorted((option.code, _MEANINGS[option.code]) for option in options_in_effect(profile))
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = [METHOD[:-2], *_lines(profile)]
    dataset.DeidentificationMethodCodeSequence = [_code(value, meaning) for value, meaning in codes]
    if not codes:
        del dataset.DeidentificationMethodCodeSequence
    dataset.LongitudinalTemporalInformationModified = dates_are(profile)
    if text_rewritten:
        dataset.add_new("SpecificCharacterSet", "CS", "ISO_IR 192")  # a damaged file's can be of any kind


def mark_masked_pixels(dataset: Dataset) -> None:
    """Say that the pixels are no longer those of the acquisition (PS3.3 C.7.6.1.1.2 and C.7.6.1.1.3); the UID stays."""
    values = dataset.get("ImageType")
    parts = [values] if isinstance(values, str) else list(values or ())
    if parts and parts[0] == "ORIGINAL":
        dataset.ImageType = ["DERIVED", *parts[1:]]
    before = dataset.get("DerivationDescription")
    kept = before.strip() if isinstance(before, str) else ""
    if DERIVATION not in kept:
        text = f"{kept}; {DERIVATION}" if kept else DERIVATION
        dataset.add_new("DerivationDescription", "ST", text if len(text) <= _MAX_ST else DERIVATION)


def mark_settings(dataset: Dataset, digest: str) -> None:
    """Name the settings in (0012,0063), so that it can be told later whether others were used."""
    dataset.DeidentificationMethod = [*dataset.DeidentificationMethod, _SETTINGS + digest]


def settings_mark(dataset: Dataset) -> str:
    """Return the settings that a masked instance names; "" if it was not masked by this program."""
    lines = texts(dataset["DeidentificationMethod"]) if "DeidentificationMethod" in dataset else []
    return next((line.removeprefix(_SETTINGS) for line in lines if line.startswith(_SETTINGS)), "")


def _lines(profile: Profile) -> list[str]:
    """Return what was chosen as values of a multi-valued LO, at most 64 characters each."""
    lines = [option.title[:_MAX_LO] for option in options_in_effect(profile)]
    if profile.allow is not None:
        lines.append("Only listed attributes stay")
    if profile.attributes or profile.private:
        lines.append("Own decisions of the site")
    return lines


def _code(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "DCM", meaning
    return item
