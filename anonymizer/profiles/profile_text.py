"""Profiles in words: what one keeps, what it costs and what goes; and a copy of one that a site edits."""

from collections import Counter
from collections.abc import Iterator

from anonymizer.profiles.options import OPTIONS
from anonymizer.profiles.pixel_policy import MEANINGS, MaskText
from anonymizer.profiles.plan import Plan
from anonymizer.profiles.profile import Profile
from anonymizer.profiles.profile_conflicts import conflicts
from anonymizer.profiles.profile_file import ACTIONS
from anonymizer.profiles.table import standard_table

_DOCUMENTS = {
    "clean": "PDF, CDA and mesh documents are cleaned, page by page.",
    "remove": "PDF, CDA and mesh documents are removed; the instance stays without them.",
    "quarantine": "Instances with a PDF, CDA or mesh document are kept out.",
}
_VERBS = {
    "X": "removed", "Z": "emptied", "D": "given a dummy value", "U": "given new UIDs", "M": "moved with the dates",
    "C": "cleaned", "K": "kept",
}  # fmt: skip


def describe_profile(profile: Profile) -> str:
    """Return what a profile does, in lines for a terminal or a page."""
    return "\n".join(line for part in (_head, _options, _own, _rest, _warnings) for line in part(profile))


def _head(profile: Profile) -> Iterator[str]:
    yield profile.title
    if profile.description:
        yield profile.description
    yield ""


def _options(profile: Profile) -> Iterator[str]:
    chosen = [option for option in OPTIONS if profile.has(option.name)]
    yield "Kept beyond the Basic Profile:" if chosen else "Nothing is kept beyond the Basic Profile."
    for option in chosen:
        yield f"  {option.title}: {option.keeps}"
        yield f"    Its price: {option.costs}"
    left = [option.title for option in OPTIONS if not profile.has(option.name)]
    if left:
        yield f"Options not chosen: {', '.join(left)}."
    yield ""


def _own(profile: Profile) -> Iterator[str]:
    decisions = [
        f"({tag >> 16:04X},{tag & 0xFFFF:04X}): {ACTIONS[action]}" for tag, action in profile.attributes
    ]
    decisions += [
        f"({group:04X},[{creator}]{last:02X}): {ACTIONS[action]}"
        for creator, group, last, action in profile.private
    ]
    if decisions:
        yield "The profile's own decisions:"
        yield from (f"  {line}" for line in decisions)
        yield ""


def _rest(profile: Profile) -> Iterator[str]:
    if profile.allow is not None:
        yield (
            f"Only {len(profile.allow)} attributes stay. All others are removed, or, where the kind of object must have"
            " them, emptied or given a dummy value."
        )
    plan = Plan(profile)
    decided = (plan.decide(tag) for tag in standard_table().attributes)
    counts = Counter(decision.action for decision in decided if decision is not None)
    told = ", ".join(f"{counts[action]} {_VERBS[action]}" for action in _VERBS if counts[action])
    yield f"Of the attributes in PS3.15 Table E.1-1, where the kind of object asks for nothing else: {told}."
    yield (
        "Patient's name and ID become a pseudonym; UIDs that are replaced still refer to each other; every text that"
        " stays is searched for the patient's and the staff's identities."
        if not profile.has("retain_uids")
        else "Patient's name and ID become a pseudonym; every text that stays is searched for the patient's and the"
        " staff's identities."
    )
    if profile.keep_words:
        yield f"Words of this site that are harmless: {', '.join(sorted(profile.keep_words))}."
    if profile.mask_words:
        yield f"{len(profile.mask_words)} words and phrases always go."
    yield _DOCUMENTS[profile.documents]
    yield f"Text burned into pixels: {MEANINGS[profile.pixels.mask]}."
    if profile.has("modified_dates"):
        yield (
            "Dates and times of day move by the same interval for each patient, across midnight."
            if profile.shift_times
            else "Dates move by whole weeks, the same for each patient; times of day stay."
        )


def _warnings(profile: Profile) -> Iterator[str]:
    found = conflicts(profile)
    if found:
        yield ""
        yield "Think about:"
    for conflict in found:
        yield f"  {conflict.text}"
        yield f"    {conflict.remedy}"


def editable_copy(name: str, profile: Profile) -> str:
    """Return a profile file (TOML) that does what the preset `name` does, with every choice explained in it."""
    lines = [
        "# A profile of Leadglass. A line that begins with # is a remark; take the # away to make it count.",
        f"title = {_quoted(f'{profile.title}, our own')}",
        f"description = {_quoted(profile.description)}",
        "",
        "# What is not said here is as in this profile:",
        f"extends = {_quoted(name)}",
        "",
        "# Options to add:",
        "options = [",
    ]
    for option in OPTIONS:
        if not profile.has(option.name):
            lines += [f"    # {option.keeps} Its price: {option.costs}", f"    # {_quoted(option.name)},"]
    lines += ["]", "", "# Options of that profile to take back:", "without_options = ["]
    for option in OPTIONS:
        if profile.has(option.name):
            lines += [f"    # {option.keeps} Its price: {option.costs}", f"    # {_quoted(option.name)},"]
    lines += ["]", *_WORDS, f"documents = {_quoted(profile.documents)}", *_TIMES]
    if profile.allow is not None:
        lines += _ALLOW
    return "\n".join(
        [
            *lines,
            *_ATTRIBUTES,
            *(f"#   {letter}  {ACTIONS[letter]}" for letter in ACTIONS),
            *_EXAMPLES,
            *_pixels(profile),
            "",
        ]
    )


def _pixels(profile: Profile) -> Iterator[str]:
    yield from ("", "# Text burned into pixels. Which is masked:")
    yield from (f"#   {name.value}: {MEANINGS[name]}" for name in MaskText)
    yield from ("[pixels]", f"mask = {_quoted(profile.pixels.mask.value)}", *_PIXELS)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_WORDS = (
    "",
    "# Harmless words of this site (scanners, protocols) that cleaned texts keep; words and phrases that always go:",
    "keep_words = []",
    "mask_words = []",
    "",
    "# PDF, CDA and mesh documents inside instances: clean, remove or quarantine (keep the instance out)",
)
_TIMES = (
    "",
    "# With moved dates: true moves times of day too, across midnight; false keeps them and moves by whole weeks",
    "# shift_times = true",
)
_ALLOW = ("", "# Attributes to add to the list of those that stay, by keyword or tag:", "allow = []")
_ATTRIBUTES = ("", "# This site's own decisions about single attributes. The actions:")
_PIXELS = (
    "# Texts that may stay beside side markers, measurements, technique and views; false turns these off:",
    "keep = []",
    "# keep_list = false",
    "# Masking more of an image than this share wants a look:",
    "# review_over = 0.4",
    "# Nothing is decided by the program alone, a reader approves every series; no project can take it back:",
    "# review_all = true",
)
_EXAMPLES = (
    "# By keyword, by tag, or for a private attribute by group, creator and the last two digits (K or X only):",
    "[attributes]",
    '# ProtocolName = "K"',
    '# "(0018,1400)" = "X"',
    '# "(0019,[SIEMENS MR HEADER]0C)" = "K"',
)
