"""The ten options of PS3.15 E.3 in plain words: what each keeps and what that costs."""

from collections.abc import Collection
from dataclasses import dataclass

from anonymizer.errors import ProfileError


@dataclass(frozen=True, slots=True)
class Option:
    """An option of PS3.15 E.3 in plain words."""

    name: str
    title: str
    keeps: str
    costs: str
    code: str  # CID 7050
    excludes: tuple[str, ...] = ()


OPTIONS: tuple[Option, ...] = (
    Option(
        "retain_safe_private",
        "Retain safe private",
        "Private attributes of vendors that are known to be harmless, such as diffusion values.",
        "Trust in the lists of the standard and of The Cancer Imaging Archive.",
        "113111",
    ),
    Option(
        "retain_uids",
        "Retain UIDs",
        "The original study, series and instance UIDs.",
        "Whoever has access to the archive can find the patient by a UID.",
        "113110",
    ),
    Option(
        "retain_device_identity",
        "Retain device identity",
        "Serial numbers, station names and calibration of the devices.",
        "A device can reveal the hospital, rare devices the patient.",
        "113109",
    ),
    Option(
        "retain_institution_identity",
        "Retain institution identity",
        "Name, address and department of the institution.",
        "Together with dates it narrows down who the patient is.",
        "113112",
    ),
    Option(
        "retain_patient_characteristics",
        "Retain patient characteristics",
        "Sex, age, size, weight and the like; ages over 89 become 90.",
        "Rare combinations can point to a person.",
        "113108",
    ),
    Option(
        "full_dates",
        "Retain full dates",
        "All dates and times as they are.",
        "Dates of examinations are identifying for anyone who knows when the patient was seen.",
        "113106",
        ("modified_dates",),
    ),
    Option(
        "modified_dates",
        "Modify dates",
        "The intervals between dates: all dates of a patient move by the same number of weeks.",
        "Season and true date are lost.",
        "113107",
        ("full_dates",),
    ),
    Option(
        "clean_descriptors",
        "Clean descriptors",
        "Harmless words of descriptions and comments.",
        "Words that are not in the radiological vocabulary are lost.",
        "113105",
    ),
    Option(
        "clean_structured_content",
        "Clean structured content",
        "Cleaned content of structured reports, acquisition context and specimen preparation.",
        "Reports may describe a rare case that somebody recognises.",
        "113104",
    ),
    Option(
        "clean_graphics",
        "Clean graphics",
        "Graphic annotations, with their text cleaned. Overlays are removed all the same.",
        "Drawings may hold handwriting.",
        "113103",
    ),
)
_BY_NAME = {option.name: option for option in OPTIONS}


def option_named(text: str) -> Option:
    """Return an option by its name in any usual spelling: "retain-uids", "Retain UIDs", "uids".

    Raises ProfileError for an unknown one.
    """
    wanted = "_".join(text.strip().lower().replace("-", " ").replace("_", " ").split())
    wanted = wanted.replace("longitudinal_", "")
    for name in (wanted, f"retain_{wanted}", wanted.removeprefix("retain_")):
        if name in _BY_NAME:
            return _BY_NAME[name]
    raise ProfileError(f"There is no option “{text}”.", f"The options are: {', '.join(_BY_NAME)}.")


def refuse_contradictions(names: Collection[str]) -> None:
    """Raise ProfileError where two options that were chosen cannot both be followed."""
    for name in sorted(names):
        for other in _BY_NAME[name].excludes:
            if other in names:
                raise ProfileError(
                    f"The options “{_BY_NAME[name].title}” and “{_BY_NAME[other].title}” contradict each other.",
                    "Choose one of them; a profile that extends another takes an option back with without_options.",
                )
