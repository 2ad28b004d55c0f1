"""What happens to each attribute under a profile: table row, chosen options, the site's own decision.

Where the table allows several actions by the attribute's type in the IOD (X/Z/D …), the one is taken that is
valid whatever the type is: D before Z before X; for sequences U before Z before D, as an empty sequence says
less than a dummy.
"""

from dataclasses import dataclass

from anonymizer.profile import OPTIONS, Profile
from anonymizer.table import Rule, standard_table

_TITLES = {option.name: option.title for option in OPTIONS}
_REASONS = {
    "X": "Table E.1-1 removes this attribute.",
    "Z": "Table E.1-1 empties this attribute.",
    "D": "Table E.1-1 replaces this attribute by a dummy value.",
    "U": "Table E.1-1 replaces UIDs by new ones that still refer to each other.",
}
_ALWAYS_NEEDED = frozenset({0x00700082, 0x00700083})  # type 1 in the only module that has them (C.11.10)
_ORDER, _SEQUENCE_ORDER = "DZXU", "UZDX"


@dataclass(frozen=True, slots=True)
class Decision:
    """An action with its reason; `device` marks dates of a device, which do not move with a patient."""

    action: str  # D, Z, X, K, C, U, or M: a date is moved
    reason: str
    device: bool = False


class Plan:
    """The decisions of one profile, each made once."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._own = dict(profile.attributes)
        self._decided: dict[tuple[int, bool], Decision | None] = {}

    def decide(self, tag: int, *, sequence: bool = False) -> Decision | None:
        """Return the decision for a public attribute; None where neither site nor table names it."""
        key = (tag, sequence)
        if key not in self._decided:
            self._decided[key] = self._decide(tag, sequence=sequence)
        return self._decided[key]

    def _decide(self, tag: int, *, sequence: bool) -> Decision | None:
        own = self._own.get(tag)
        if own:
            return Decision(own, "The profile's own decision for this attribute.")
        rule = standard_table().rule(tag)
        decision = self.resolve(rule, sequence=sequence) if rule else None
        if decision is not None and decision.action == "X" and tag in _ALWAYS_NEEDED:
            return Decision("D", "Table E.1-1 removes this attribute; its module needs a value.")
        return decision

    def resolve(self, rule: Rule, *, sequence: bool = False) -> Decision:
        """Return the decision that a row of a table leads to under the chosen options."""
        chosen = {name: action for name, action in rule.options.items() if self.profile.has(name)}
        if "modified_dates" in chosen:
            device = "retain_device_identity" in rule.options
            return Decision("M", f"Option “{_TITLES['modified_dates']}”.", device)
        for wanted in "KC":
            for name, action in chosen.items():
                if action == wanted:
                    return Decision(wanted, f"Option “{_TITLES[name]}”.")
        letters = rule.basic.replace("*", "").split("/")
        action = next(letter for letter in (_SEQUENCE_ORDER if sequence else _ORDER) if letter in letters)
        return Decision(action, _REASONS[action])

    @property
    def cleans_content(self) -> bool:
        """Whether text in structured content is cleaned instead of replaced."""
        return self.profile.has("clean_structured_content") or self.profile.has("clean_descriptors")
