"""What in a profile contradicts itself, undoes itself or has no effect: said in plain words before a run."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pydicom.datadict import dictionary_description, dictionary_VR

from anonymizer.profiles.actions import DATE_VRS, TEXT_VRS
from anonymizer.profiles.claims import in_effect, keeps_more_than_chosen
from anonymizer.profiles.options import OPTIONS
from anonymizer.profiles.profile import Profile

_TITLES = {option.name: option.title for option in OPTIONS}
_DATES = ("full_dates", "modified_dates")
_WORKS_ON = {"C": TEXT_VRS | {"CS", "SQ"}, "M": DATE_VRS, "U": frozenset({"UI", "SQ"})}
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something that the user should know before a run; it does not keep the run from beginning."""

    text: str
    remedy: str


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two options of which one undoes what the other, or its absence, protects."""

    chosen: tuple[str, ...]
    missing: tuple[str, ...]
    text: str
    remedy: str


_PAIRS = (
    _Pair(
        ("retain_uids", "modified_dates"),
        (),
        "Original UIDs are kept while dates are moved. Many devices write date and time of the examination into"
        " their UIDs, and whoever has access to the archive finds the true date by them.",
        "Give up one of the two: replaced UIDs still refer to each other.",
    ),
    _Pair(
        ("retain_uids",),
        ("modified_dates",),
        "Original UIDs are kept: whoever has access to the archive finds the patient by them, whatever else is"
        " masked.",
        "Leave out “Retain UIDs” unless the data have to be matched with the archive.",
    ),
    _Pair(
        ("full_dates", "retain_institution_identity"),
        (),
        "The institution and true dates stay together: who knows when somebody was examined there finds the images.",
        "Choose “Modify dates” instead of “Retain full dates”, or leave the institution out.",
    ),
    _Pair(
        ("full_dates", "retain_device_identity"),
        ("retain_institution_identity",),
        "The device and true dates stay together; the device tells the institution.",
        "Choose “Modify dates” instead of “Retain full dates”.",
    ),
    _Pair(
        ("full_dates", "retain_patient_characteristics"),
        (),
        "Age and true dates stay together: they tell the year of birth, of children nearly the day.",
        "Choose “Modify dates” instead of “Retain full dates”.",
    ),
    _Pair(
        ("retain_device_identity",),
        ("retain_institution_identity", "full_dates"),
        "The institution is removed, but serial numbers and station names stay, and they often tell it.",
        "Leave out “Retain device identity” if nobody shall know the institution.",
    ),
    _Pair(
        ("retain_safe_private",),
        _DATES,
        "Private dates and times that are listed as safe are emptied all the same, as no option keeps dates.",
        "Add “Modify dates” if they are needed.",
    ),
    _Pair(
        ("clean_structured_content",),
        ("clean_descriptors",),
        "Reports keep their cleaned text, but descriptions of studies and series go.",
        "Add “Clean descriptors” if the descriptions are needed.",
    ),
)


def conflicts(profile: Profile) -> tuple[Conflict, ...]:
    """Return what the user should know of a profile's choices; contradictions are refused when it is loaded."""
    return tuple(found for check in _CHECKS for found in check(profile))


def _pairs(profile: Profile) -> Iterator[Conflict]:
    for pair in _PAIRS:
        if all(map(profile.has, pair.chosen)) and not any(map(profile.has, pair.missing)):
            yield Conflict(pair.text, pair.remedy)


def _times(profile: Profile) -> Iterator[Conflict]:
    if profile.shift_times and not profile.has("modified_dates"):
        yield Conflict(
            "“shift_times” has no effect: times move only together with dates.",
            "Add the option “Modify dates”, or take the line “shift_times” out.",
        )


def _own_keeps(profile: Profile) -> Iterator[Conflict]:
    """Name attributes that the site keeps although no chosen option does, and dates that do not go with the others."""
    bold = list(keeps_more_than_chosen(profile))
    if bold:
        yield Conflict(
            f"The profile keeps more than its options say: {_named(bold)}. The output does not claim the Basic Profile.",
            "Take these lines out, or write down why the recipient may know them.",
        )
    own_dates = [(tag, action) for tag, action in profile.attributes if dictionary_vr(tag) in DATE_VRS]
    dates = [tag for tag, action in own_dates if action == "K"]
    if dates and profile.has("modified_dates"):
        yield Conflict(
            f"Some dates stay while the others move: {_named(dates)}. The difference tells by how many days.",
            'Write "M" instead of "K" for them.',
        )
    dates = [tag for tag, action in own_dates if action in "KM"]
    if dates and not any(map(profile.has, _DATES)):
        yield Conflict(
            f"Dates stay although no option keeps dates: {_named(dates)}. They tell when the patient was"
            " examined, whatever happens to the others.",
            "Choose “Retain full dates” or “Modify dates”.",
        )


def _own_without_effect(profile: Profile) -> Iterator[Conflict]:
    for action, vrs in _WORKS_ON.items():
        useless = [
            tag
            for tag, own in profile.attributes
            if own == action and (vr := dictionary_vr(tag)) and vr not in vrs
        ]
        if useless:
            what = {"C": "cleaned word by word", "M": "moved like a date", "U": "replaced like a UID"}[action]
            yield Conflict(
                f"These cannot be {what}: {_named(useless)}.",
                "Choose K, Z, X or D for them.",
            )


def _private(profile: Profile) -> Iterator[Conflict]:
    kept = [
        f"({group:04X},[{creator}]{last:02X})"
        for creator, group, last, action in profile.private
        if action == "K"
    ]
    if kept:
        yield Conflict(
            f"The profile keeps private attributes on its own account: {_some(kept)}. Known identities are still"
            " taken out of them, but nobody has listed them as harmless.",
            "Look at their values in several files first.",
        )


def _options_against_list(profile: Profile) -> Iterator[Conflict]:
    """Name options that keep nothing as none of their attributes is on the allow-list."""
    if profile.allow is None:
        return
    for option in OPTIONS:
        if profile.has(option.name) and not in_effect(option, profile):
            yield Conflict(
                f"“{option.title}” has no effect: none of its attributes is on the profile's list of those that stay.",
                "Add what you need to “allow”, or leave the option out.",
            )


def dictionary_vr(tag: int) -> str:
    """Return the VR of PS3.6, the first of several; "" where the dictionary does not know the tag."""
    try:
        return str(dictionary_VR(tag)).split(" or ")[0]
    except KeyError:
        return ""


def _named(tags: list[int]) -> str:
    names = []
    for tag in tags:
        try:
            names.append(dictionary_description(tag))
        except KeyError:
            names.append(f"({tag >> 16:04X},{tag & 0xFFFF:04X})")
    return _some(names)


def _some(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


_CHECKS: tuple[Callable[[Profile], Iterator[Conflict]], ...] = (
    _pairs, _times, _own_keeps, _own_without_effect, _private, _options_against_list
)  # fmt: skip
