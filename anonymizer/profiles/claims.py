"""What a masked instance may say of itself: which options are in effect, and whether the Basic Profile was kept to."""

from pydicom.datadict import dictionary_has_tag, dictionary_VR

from anonymizer.profiles.actions import DATE_VRS
from anonymizer.profiles.options import OPTIONS, Option
from anonymizer.profiles.profile import Profile
from anonymizer.profiles.table import standard_table

_LETS_STAY = frozenset("KCM")


def keeps_more_than_chosen(profile: Profile) -> tuple[int, ...]:
    """Return the attributes that the site lets stay although neither the Basic Profile nor a chosen option does."""
    table = standard_table()
    return tuple(
        tag
        for tag, action in profile.attributes
        if action in _LETS_STAY
        and (rule := table.rule(tag)) is not None
        and not any(map(profile.has, rule.options))
    )


def is_basic(profile: Profile) -> bool:
    """Whether nothing stays but what the Basic Profile and the chosen options let stay."""
    return not keeps_more_than_chosen(profile) and not any(action == "K" for *_, action in profile.private)


def in_effect(option: Option, profile: Profile) -> bool:
    """Whether an option is chosen and keeps anything; with an allow-list none of its attributes may be on it."""
    if not profile.has(option.name):
        return False
    if profile.allow is None or option.name == "retain_safe_private":
        return True
    table = standard_table()
    return any(option.name in rule.options for tag in profile.allow if (rule := table.rule(tag)) is not None)


def options_in_effect(profile: Profile) -> tuple[Option, ...]:
    """Return the options that are in effect, in the order of the standard's table."""
    return tuple(option for option in OPTIONS if in_effect(option, profile))


def dates_are(profile: Profile) -> str:
    """Return the value of (0028,0303): UNMODIFIED, MODIFIED or REMOVED. Dates that a site keeps itself count."""
    own = {
        action
        for tag, action in profile.attributes
        if dictionary_has_tag(tag) and dictionary_VR(tag) in DATE_VRS
    }
    chosen = {option.name for option in options_in_effect(profile)}
    if "full_dates" in chosen or ("K" in own and "modified_dates" not in chosen):
        return "UNMODIFIED"
    return "MODIFIED" if "modified_dates" in chosen or "M" in own else "REMOVED"
