"""What happens to attributes, content items and private attributes under each profile that the program carries."""

from collections.abc import Iterator

from pydicom.datadict import dictionary_has_tag, dictionary_VR

from anonymizer.profiles.iod import Need, Requirement
from anonymizer.profiles.plan import Plan
from anonymizer.profiles.profile import load_profile, profile_names
from anonymizer.profiles.table import Rule, safe_private, standard_table

TYPES = {
    "type 1": Requirement(Need.VALUE, firm=True),
    "type 2": Requirement(Need.PRESENCE, firm=True),
    "type 3": Requirement(),
}
Row = tuple[object, ...]


def plans() -> dict[str, Plan]:
    """Return the plan of each preset, basic first."""
    return {name: Plan(load_profile(name)) for name in profile_names()}


def attribute_rows() -> Iterator[Row]:
    """Yield a heading, then a row for each attribute of Table E.1-1: what each preset makes of it, by its type."""
    made = plans()
    yield ("tag", "name", "retired", "VR", "Table E.1-1", "options", *made)
    for tag, rule in sorted(standard_table().attributes.items()):
        yield (
            f"({tag >> 16:04X},{tag & 0xFFFF:04X})", rule.name, "retired" if rule.retired else "", _vr(tag),
            rule.basic, _options(rule), *(by_type(plan, tag) for plan in made.values()),
        )  # fmt: skip
    for label, rule, tag in _repeating():
        yield (
            label, rule.name, "retired" if rule.retired else "", "", rule.basic, _options(rule),
            *(by_type(plan, tag) for plan in made.values()),
        )  # fmt: skip


def _repeating() -> Iterator[tuple[str, Rule, int]]:
    table = standard_table()
    yield "(50xx,xxxx)", table.curves, 0x50003000
    for element, rule in sorted(table.overlays.items()):
        yield f"(60xx,{element:04X})", rule, 0x60000000 | element


def by_type(plan: Plan, tag: int) -> str:
    """Return the action for an attribute: one letter, or one for each type that it can have in an IOD."""
    sequence = _vr(tag) == "SQ"
    actions = {}
    for name, requirement in TYPES.items():
        decision = plan.decide_for(tag, requirement, sequence=sequence)
        actions[name] = decision.action if decision is not None else "by VR"
    if plan.profile.allow is None and len(set(actions.values())) == 1:
        return actions["type 3"]
    return ", ".join(f"{name}: {action}" for name, action in actions.items())


def content_rows() -> Iterator[Row]:
    """Yield a heading, then a row for each content item of Table E.3.4-1."""
    made = plans()
    yield ("scheme", "code", "meaning", "Table E.3.4-1", "options", *made)
    for (scheme, code), rule in sorted(standard_table().content_items.items()):
        actions = (plan.resolve(rule).action for plan in made.values())
        yield (scheme, code, rule.name, rule.basic, _options(rule), *actions)


def private_rows() -> Iterator[Row]:
    """Yield a heading, then the private attributes that the option "Retain safe private" keeps."""
    yield ("tag", "creator")
    for creator, group, last in sorted(safe_private()):
        yield (f"({group:04X},xx{last:02X})", creator)


def _options(rule: Rule) -> str:
    return "; ".join(f"{name}: {action}" for name, action in rule.options.items())


def _vr(tag: int) -> str:
    return str(dictionary_VR(tag)) if dictionary_has_tag(tag) else ""
