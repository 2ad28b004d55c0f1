"""What happens to each attribute under a profile: table row, chosen options, the site's own decision.

Where Table E.1-1 allows several actions (X/Z/D and its kin), the attribute's type in the instance's IOD decides
(PS3.15 E.1): D for type 1, Z for type 2, X for type 3 and for what is not part of the IOD. Conditional
attributes that are present count as if their condition held. Sequences of X/Z/U* always stay, with new UIDs:
without them references between instances would be lost. Where the SOP Class is unknown, that action is taken
which is valid whatever the type is.
"""

from dataclasses import dataclass

from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from anonymizer.profiles.drawings import ANNOTATIONS, IN_ANNOTATIONS, is_second_image
from anonymizer.profiles.iod import Iod, Need, Requirement, iod_of
from anonymizer.profiles.options import OPTIONS
from anonymizer.profiles.profile import Profile
from anonymizer.profiles.table import Rule, creator_of, safe_private, standard_table

_TITLES = {option.name: option.title for option in OPTIONS}
_REASONS = {
    "X": "Table E.1-1 removes this attribute.",
    "Z": "Table E.1-1 empties this attribute.",
    "D": "Table E.1-1 replaces this attribute by a dummy value.",
    "U": "Table E.1-1 replaces UIDs by new ones that still refer to each other.",
}
_OWN = "The profile's own decision for this attribute."
_NOT_ALLOWED = "It is not on the profile's list of attributes that stay."
_NO_PRIVATE = "Private attributes are removed."
_UNSAFE_PRIVATE = "It is not on the list of safe private attributes."
_VALID = {
    Need.PRESENCE: "This kind of object must have the attribute, so it is emptied.",
    Need.VALUE: "This kind of object must have a value here, so it gets a dummy value.",
}
_ORDERS = {Need.NOTHING: "UXZD", Need.PRESENCE: "UZDX", Need.VALUE: "UDZX"}
_UNKNOWN_ORDER, _UNKNOWN_SEQUENCE_ORDER = "DZXU", "UZDX"
_PATIENT_ID = 0x00100020  # always gets the pseudonym: emptied, the patient's instances would fall apart
_FILED_BY = frozenset(
    {0x00080018, 0x0020000D, 0x0020000E}
)  # UIDs by which instances are filed: never removed
_CHARSET = 0x00080005  # one declaration at the root is enough, the walk sees to it
_DESCRIBED = {0x00102298: 0x00102297}  # the role of a person who goes: without the person it would be invalid
_SEALED = frozenset({0x04000500, 0x4FFE0001})  # encrypted attributes, MAC parameters: Table E.1-1 has neither
_SEAL = "What is encrypted cannot be searched, and what is masked is no longer what was signed."
_SECOND_IMAGE = "It is another picture beside the image, in which no text was looked for."
_BURNED_IN = 0x00280301
_UNSEARCHED = "Nobody looked for text in the pixels, so the file's own word for it is not passed on."
_DRAWN = "Letters may be drawn with lines: the annotations they belong to are replaced by dummies."
_NO_IOD = Requirement()
_NEEDED_ANYWHERE = {  # type 1 in the only module that has them (C.11.10)
    0x00700082: Requirement(Need.VALUE, firm=True),
    0x00700083: Requirement(Need.VALUE, firm=True),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """An action with its reason; `device` marks dates of a device, which do not move with a patient."""

    action: str  # D, Z, X, K, C, U, or M: a date is moved
    reason: str
    device: bool = False


class Plan:
    """The decisions of one profile for one kind of object, each made once.

    A plan made from a profile alone knows no IOD; `for_object` returns the one for a SOP Class. Where pixels are not
    `searched`, BurnedInAnnotation goes unless the object must have it: absent, it says that text may be there.
    """

    def __init__(self, profile: Profile, iod: Iod | None = None, *, searched: bool = True) -> None:
        self.profile, self.iod, self._searched = profile, iod, searched
        self._own = dict(profile.attributes)
        self._private = {(creator, group, last): action for creator, group, last, action in profile.private}
        self._decided: dict[tuple[int, bool, tuple[int, ...]], Decision | None] = {}
        self._needs: dict[tuple[int, ...], tuple[tuple[int, Need], ...]] = {}
        self._objects: dict[str, Plan] = {"": self}

    def for_object(self, sop_class_uid: str) -> "Plan":
        """Return the plan for instances of a SOP Class: the same profile, the types of its IOD."""
        iod = iod_of(sop_class_uid)
        name = iod.name if iod is not None else ""
        if name not in self._objects:
            self._objects[name] = Plan(self.profile, iod, searched=self._searched)
        return self._objects[name]

    def decide(self, tag: int, *, sequence: bool = False, within: tuple[int, ...] = ()) -> Decision | None:
        """Return the decision for a public attribute; None where neither site nor table names it.

        `within` are the tags of the sequences around it, outermost first.
        """
        key = (tag, sequence, within)
        try:
            return self._decided[key]
        except KeyError:
            self._decided[key] = decision = self._decide(tag, sequence=sequence, within=within)
            return decision

    def needs(self, within: tuple[int, ...] = ()) -> tuple[tuple[int, Need], ...]:
        """Return the attributes that must not end without a value, or not absent, with what they need.

        What the profile itself removes is not among them.
        """
        if within not in self._needs:
            required = self.iod.attributes(within) if self.iod is not None else {}
            self._needs[within] = tuple(
                (tag, found.need)
                for tag, found in required.items()
                if found.need and tag != _CHARSET and not self._goes(self.decide(tag, within=within))
            )
        return self._needs[within]

    def _describes_what_goes(self, tag: int, within: tuple[int, ...]) -> bool:
        return tag in _DESCRIBED and self._goes(self.decide(_DESCRIBED[tag], within=within))

    def _replaces_annotations(self, within: tuple[int, ...]) -> bool:
        if ANNOTATIONS not in within:
            return False
        outside = within[: within.index(ANNOTATIONS)]
        decision = self.decide(ANNOTATIONS, sequence=True, within=outside)
        return decision is not None and decision.action not in "KC"

    @staticmethod
    def _goes(decision: Decision | None) -> bool:
        return decision is not None and decision.action in "XZ"

    def _requirement(self, tag: int, within: tuple[int, ...]) -> Requirement:
        if self.iod is None:
            return _NEEDED_ANYWHERE.get(tag, _NO_IOD)
        return self.iod.requirement(tag, within)

    def _decide(self, tag: int, *, sequence: bool, within: tuple[int, ...]) -> Decision | None:
        return self.decide_for(tag, self._requirement(tag, within), sequence=sequence, within=within)

    def decide_for(
        self, tag: int, required: Requirement, *, sequence: bool = False, within: tuple[int, ...] = ()
    ) -> Decision | None:
        """Return the decision for an attribute of which an object requires this."""
        own = self._own.get(tag)
        if own is None and self._describes_what_goes(tag, within):
            return Decision("X", "It describes an attribute that is removed.")
        if own:
            return _valid(Decision(own, _OWN), required)
        if why := self._never_passed_on(tag, required):
            return Decision("X", why)
        if tag in IN_ANNOTATIONS and self._replaces_annotations(within):
            return Decision(IN_ANNOTATIONS[tag], _DRAWN)
        if self.profile.allow is not None and tag not in self.profile.allow:
            return self._not_allowed(tag, required, sequence=sequence)
        return self._by_table(tag, required, sequence=sequence)

    def _never_passed_on(self, tag: int, required: Requirement) -> str:
        """Return why no option can keep an attribute; "" where the tables decide."""
        if tag in _SEALED:
            return _SEAL
        if tag == _BURNED_IN and not self._searched and required.need is Need.NOTHING:
            return _UNSEARCHED
        return _SECOND_IMAGE if is_second_image(tag) else ""

    def _not_allowed(self, tag: int, required: Requirement, *, sequence: bool) -> Decision | None:
        """Return what happens to an attribute that is not on the profile's allow-list."""
        listed = self._by_table(tag, required, sequence=sequence)
        needed = required.need is Need.VALUE or tag in _FILED_BY
        if needed and listed is not None and listed.action in "UD":
            return listed
        if needed and listed is None and _vr(tag) == "CS":
            return None  # one of the standard's own terms: no dummy would be valid, the rule for codes searches it
        if required.need is Need.NOTHING:
            return Decision("X", _NOT_ALLOWED)
        if required.need is Need.PRESENCE:
            return Decision("Z", f"{_NOT_ALLOWED} {_VALID[Need.PRESENCE]}")
        return Decision("D", f"{_NOT_ALLOWED} {_VALID[Need.VALUE]}")

    def _by_table(self, tag: int, required: Requirement, *, sequence: bool) -> Decision | None:
        """Return what Table E.1-1 and the options say of an attribute."""
        rule = standard_table().rule(tag)
        if rule is None:
            return None
        chosen = self._chosen(rule)
        if chosen is not None:
            return chosen
        letters = rule.basic.replace("*", "").split("/")
        if tag == _PATIENT_ID:
            order = "D"
        elif self.iod is None:
            order = _UNKNOWN_SEQUENCE_ORDER if sequence else _UNKNOWN_ORDER
        else:
            order = _ORDERS[required.need]
        return _valid(_first(letters, order), required)

    def private_goes(self, dataset: Dataset, tag: BaseTag) -> str:
        """Return why a private attribute is removed; "" where it stays, to be treated by the rules for its VR.

        The creator of a block stays with the first element of it that does.
        """
        if tag.is_private_creator:
            block = (
                other
                for other in dataset.keys()  # noqa: SIM118 - iterating a data set decodes its values
                if other.group == tag.group and other.element >> 8 == tag.element
            )
            return "" if any(not self.private_goes(dataset, other) for other in block) else _NO_PRIVATE
        where = (creator_of(dataset, tag), tag.group, tag.element & 0xFF)
        own = self._private.get(where)
        if own is not None:
            return _OWN if own == "X" else ""
        if not self.profile.has("retain_safe_private"):
            return _NO_PRIVATE
        return "" if where in safe_private() else _UNSAFE_PRIVATE

    def resolve(self, rule: Rule) -> Decision:
        """Return the decision that a row about content items leads to; X/D is D, so that templates stay valid."""
        return self._chosen(rule) or _first(rule.basic.split("/"), _UNKNOWN_ORDER)

    def _chosen(self, rule: Rule) -> Decision | None:
        """Return what the options that were chosen make of a row, if anything."""
        chosen = {name: action for name, action in rule.options.items() if self.profile.has(name)}
        if "modified_dates" in chosen:
            device = "retain_device_identity" in rule.options
            return Decision("M", f"Option “{_TITLES['modified_dates']}”.", device)
        for wanted in "KC":
            for name, action in chosen.items():
                if action == wanted:
                    return Decision(wanted, f"Option “{_TITLES[name]}”.")
        return None

    @property
    def cleans_content(self) -> bool:
        """Whether text in structured content is cleaned instead of replaced."""
        return self.profile.has("clean_structured_content") or self.profile.has("clean_descriptors")


def _vr(tag: int) -> str:
    return str(dictionary_VR(tag)) if dictionary_has_tag(tag) else ""


def _first(letters: list[str], order: str) -> Decision:
    action = next(letter for letter in order if letter in letters)
    return Decision(action, _REASONS[action])


def _valid(decision: Decision, required: Requirement) -> Decision:
    """Return a decision that keeps the instance valid: what must have a value is replaced, not emptied or removed.

    Removing an attribute with a value that is conditional (1C) or of an optional module is valid, emptying it is not.
    """
    removed = decision.action == "X" and (required.firm or required.need is Need.PRESENCE)
    emptied = decision.action == "Z" and required.need is Need.VALUE
    if not removed and not emptied:
        return decision
    reason = f"{decision.reason} {_VALID[required.need]}"
    return Decision("D" if required.need is Need.VALUE else "Z", reason)
