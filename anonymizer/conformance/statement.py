"""The statement as a page: plain words first, then the tables."""

from collections import Counter
from collections.abc import Iterable, Sequence

from anonymizer.conformance import attributes, objects
from anonymizer.conformance.value_rules import value_rows
from anonymizer.conformance.words import CONTAINERS, LAYERS, PAGE
from anonymizer.headers.marks import METHOD_CODES
from anonymizer.profiles.options import OPTIONS
from anonymizer.profiles.profile import load_profile, profile_names
from anonymizer.profiles.table import EDITION, safe_private

_TICK = "yes"


def statement() -> str:
    """Return the statement in Markdown."""
    parts = (
        PAGE.format(edition=EDITION), _options(), _presets(), _layers(), _values(), _attributes(), _content(),
        _private(), _objects(), _containers(), _marks(),
    )  # fmt: skip
    return "\n".join(parts)


def _table(rows: Iterable[Sequence[object]]) -> str:
    lines = [f"| {' | '.join(str(cell).replace('|', '/') for cell in row)} |" for row in rows]
    lines.insert(1, "|" + "---|" * (lines[0].count("|") - 1))
    return "\n".join(lines) + "\n"


def _options() -> str:
    rows = [("option", "what it keeps", "its price", "code (CID 7050)")]
    rows += [(option.title, option.keeps, option.costs, option.code) for option in OPTIONS]
    return (
        "## Options\n\nThe Basic Application Level Confidentiality Profile and all ten options of PS3.15 E.3 can be"
        " chosen. “Retain full dates” and “Modify dates” contradict each other and are refused together; what else"
        " undoes itself is said before a run. Clean Pixel Data is not an option that is chosen but what is found to"
        " have been done.\n\n" + _table(rows)
    )


def _presets() -> str:
    names = profile_names()
    profiles = [load_profile(name) for name in names]
    rows: list[tuple[str, ...]] = [("", *(profile.title for profile in profiles))]
    rows += [
        (option.title, *(_TICK if profile.has(option.name) else "" for profile in profiles))
        for option in OPTIONS
    ]
    rows.append(
        (
            "attributes that may stay",
            *(str(len(p.allow)) if p.allow is not None else "by the tables" for p in profiles),
        )
    )
    rows.append(("encapsulated documents", *(profile.documents for profile in profiles)))
    return (
        "## Profiles\n\n"
        + _table(rows)
        + "\n"
        + "\n".join(f"- {p.title}: {p.description}" for p in profiles)
        + "\n"
    )


def _layers() -> str:
    return "## Layers\n\nEvery change is noted with its layer and a reason, never with a value.\n\n" + _table(
        [("layer", "what it does"), *LAYERS.items()]
    )


def _values() -> str:
    return (
        "## Attributes that no table names\n\nTable E.1-1 names few of the attributes that can hold an identity; for"
        " the others their VR decides. The table was filled by giving the program one attribute of each kind, once with"
        " a harmless value and once with an identity of the patient in it.\n\n"
        + _table(value_rows())
        + "\nAttributes that the standard does not know, values that cannot be read and groups below 0008 are removed, as"
        " are values of AE and UN, which cannot be checked. Ages (AS) over 89 years become 90. Whatever an object"
        " must have gets a dummy value or stays empty where its value was taken out.\n"
    )


def _attributes() -> str:
    rows = [(row[0], row[1], row[4], *row[6:]) for row in attributes.attribute_rows()]
    return (
        "## Attributes of Table E.1-1\n\nK kept (identities are still taken out of its text), C cleaned, M moved with"
        " the dates, U new UID, D dummy value, Z emptied, X removed. Where the action depends on the attribute's type in"
        " the object's IOD, all are given. The patient's name and ID become the pseudonym whatever the letter; a"
        " sequence that is kept is masked inside. With options:"
        " [attributes.csv](conformance/attributes.csv).\n\n" + _table(rows)
    )


def _content() -> str:
    rows = [(row[2], f"{row[0]} {row[1]}", row[3], *row[5:]) for row in attributes.content_rows()]
    return "## Content items of Table E.3.4-1\n\n" + _table(rows)


def _private() -> str:
    creators = Counter(creator for creator, _, _ in safe_private())
    return (
        f"## Private attributes\n\nAll are removed. With “Retain safe private” {len(safe_private())} attributes of"
        f" {len(creators)} creators stay that PS3.15 Table E.3.10-1 or The Cancer Imaging Archive list as harmless; they"
        " are treated by the rules for their VR, so that an identity in them goes all the same:"
        " [private.csv](conformance/private.csv). A site can keep or remove single ones by group, creator and"
        " element.\n"
    )


def _objects() -> str:
    rows = list(objects.object_rows())
    counts = Counter(row[3] or "header only" for row in rows[1:])
    told = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
    return (
        f"## Kinds of object\n\n{len(rows) - 1} SOP Classes with the types of all their attributes, at any depth"
        f" ({told}). Objects of other SOP Classes are masked too; there the action is taken that is valid whatever the"
        " type is. Which attributes their IODs need: [objects.csv](conformance/objects.csv).\n\n"
        + _table(tuple(row[:4]) for row in rows)
    )


def _containers() -> str:
    return "## Files and containers\n\n" + _table([("what", "what happens to it"), *CONTAINERS.items()])


def _marks() -> str:
    rows = [("code", "meaning", "written when"), *METHOD_CODES]
    return (
        "## What an instance says of its masking\n\n(0012,0062) is YES, (0012,0063) names program, edition, options and"
        " a keyed digest of the settings, (0028,0303) follows the option for dates (REMOVED, MODIFIED, UNMODIFIED),"
        " (0028,0301) is NO after a search that left no text. Where pixels were masked, (0008,0008) begins with"
        " DERIVED and (0008,2111) says so.\n\n" + _table(rows)
    )
