"""What a data set would hold: which instances, with which label, in which split, and why others stay out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from labeller.catalogue import Catalogue
from labeller.classes import JOIN, USABLE
from labeller.consensus import RULES, labels_by
from labeller.errors import ExportError
from labeller.records import InstanceFilter, InstanceRow
from labeller.release import withheld_because
from labeller.splits import FRACTIONS, split_by_patient, split_warnings

DUPLICATE_RULES: Mapping[str, str] = {
    "report": "written as they are, and told",
    "together": "kept in one split with their patients",
    "leave-out": "left out but for the first of each group",
}
"""What is done about near-duplicates of different patients."""

NOT_ASKED = "their class was not asked for"
NEAR_DUPLICATE = "they are near-duplicates of another patient's image"
UNUSABLE = "the answer is no class (“not sure” and the like)"


@dataclass(frozen=True, slots=True)
class Choice:
    """What is asked for."""

    classes: tuple[str, ...] | None = None  # None: all
    rule: str = "latest"  # one of consensus.RULES
    fractions: tuple[float, float, float] = FRACTIONS
    seed: int = 0
    given: Mapping[str, str] = field(default_factory=dict)  # SOP Instance UID or patient -> split, kept
    duplicates: str = "report"  # one of DUPLICATE_RULES
    unusable: bool = False  # answers such as “not sure” are exported as classes

    def check(self) -> None:
        """Raise ExportError for a rule that there is not."""
        for name, known in ((self.rule, RULES), (self.duplicates, DUPLICATE_RULES)):
            if name not in known:
                raise ExportError(f"There is no rule “{name}”.", f"Choose {' or '.join(known)}.")


@dataclass(frozen=True, slots=True)
class Chosen:
    """An instance of the data set; `row.label` and `row.reader` are those that the rule found."""

    row: InstanceRow
    split: str


@dataclass(frozen=True, slots=True)
class Selection:
    """What a data set would hold."""

    classes: tuple[str, ...]
    chosen: tuple[Chosen, ...]
    unlabelled: int
    withheld: Mapping[str, int]  # why labelled instances must not leave the project -> how many
    left_out: Mapping[str, int]  # why others are not taken -> how many
    duplicates: tuple[tuple[str, ...], ...]  # groups of SOP Instance UIDs, as far as they were looked for

    def warnings(self) -> list[str]:
        """Say in words what the splits lack."""
        pairs = [(one.row.patient, one.row.label or "") for one in self.chosen]
        return split_warnings(pairs, [one.split for one in self.chosen])

    def across(self) -> list[tuple[str, ...]]:
        """List the groups of near-duplicates that stand in more than one split."""
        split = {one.row.sop_instance_uid: one.split for one in self.chosen}
        return [group for group in self.duplicates if len({split[uid] for uid in group if uid in split}) > 1]


def select(catalogue: Catalogue, choice: Choice, duplicates: Sequence[tuple[str, ...]] = ()) -> Selection:
    """Choose the instances; `duplicates` are groups of UIDs that show nearly the same.

    Raises ExportError for an unknown class or rule, ManifestError where given splits divide a patient.
    """
    choice.check()
    classes = _classes(catalogue, choice)
    labelled = catalogue.instances(InstanceFilter(labelled=True))
    left_out: Counter[str] = Counter()
    rows, withheld = _releasable(_usable(labelled, choice, left_out))
    rows = _by_rule(catalogue, choice.rule, rows, left_out)
    asked = set(classes)
    left_out[NOT_ASKED] += sum(row.label not in asked for row in rows)
    rows = [row for row in rows if row.label in asked]
    if choice.duplicates == "leave-out":
        surplus = _surplus(rows, duplicates)
        left_out[NEAR_DUPLICATE] += len(surplus)
        rows = [row for row in rows if row.sop_instance_uid not in surplus]
    chosen = _split(rows, choice, duplicates if choice.duplicates == "together" else ())
    unlabelled = catalogue.count(InstanceFilter(labelled=False))
    return Selection(classes, chosen, unlabelled, dict(withheld), dict(+left_out), tuple(duplicates))


def _classes(catalogue: Catalogue, choice: Choice) -> tuple[str, ...]:
    """Name the classes in the catalogue's order; of combinations those of asked classes alone."""
    known = [one.name for one in catalogue.classes()]
    answers = [one for one in catalogue.answers() if one.kind in USABLE or choice.unusable]
    others = [one.name for one in (*catalogue.combinations(), *answers)]
    if choice.classes is None:
        held = catalogue.counts_of_answers() | {one.name: 1 for one in catalogue.combinations()}
        return (*known, *(name for name in others if held.get(name)))
    unknown = set(choice.classes) - {*known, *others}
    if unknown:
        raise ExportError(f"There is no label class “{min(unknown)}”.", "Check the spelling.")
    combined = {
        one.name for one in catalogue.combinations() if set(one.name.split(JOIN)) <= set(choice.classes)
    }
    return tuple(name for name in (*known, *others) if name in choice.classes or name in combined)


def _usable(rows: Sequence[InstanceRow], choice: Choice, left_out: Counter[str]) -> list[InstanceRow]:
    kept = [row for row in rows if choice.unusable or row.kind in USABLE]
    left_out[UNUSABLE] += len(rows) - len(kept)
    return kept


def _releasable(rows: Sequence[InstanceRow]) -> tuple[list[InstanceRow], Counter[str]]:
    # Whether an answer is wanted was asked before; here the mask alone decides.
    reasons = [withheld_because(replace(row, kind="class")) for row in rows]
    kept = [row for row, why in zip(rows, reasons, strict=True) if not why]
    return kept, Counter(why for why in reasons if why)


def _by_rule(
    catalogue: Catalogue, rule: str, rows: list[InstanceRow], left_out: Counter[str]
) -> list[InstanceRow]:
    found = []
    for row, verdict in zip(rows, labels_by(catalogue, rule, rows), strict=True):
        if verdict.missing:
            left_out[verdict.missing] += 1
        else:
            found.append(replace(row, label=verdict.label, reader=verdict.reader))
    return found


def _surplus(rows: Sequence[InstanceRow], duplicates: Sequence[tuple[str, ...]]) -> set[str]:
    """Of each group the images of the first patient stay."""
    patient = {row.sop_instance_uid: row.patient for row in rows}
    surplus = set()
    for group in duplicates:
        present = [row for row in group if row in patient]
        surplus |= {uid for uid in present if patient[uid] != patient[present[0]]}
    return surplus


def _split(
    rows: Sequence[InstanceRow], choice: Choice, together: Sequence[tuple[str, ...]]
) -> tuple[Chosen, ...]:
    owner = _owners(rows, together)
    pairs = [(owner[row.patient], row.label or "") for row in rows]
    given = [choice.given.get(row.sop_instance_uid) or choice.given.get(row.patient, "") for row in rows]
    if not rows:
        return ()
    splits = split_by_patient(pairs, fractions=choice.fractions, seed=choice.seed, given=given)
    return tuple(Chosen(row, split) for row, split in zip(rows, splits, strict=True))


def _owners(rows: Sequence[InstanceRow], together: Sequence[tuple[str, ...]]) -> dict[str, str]:
    """Give each patient the one who stands for all with whom they share near-duplicates."""
    owner = {row.patient: row.patient for row in rows}

    def find(patient: str) -> str:
        while owner[patient] != patient:
            patient = owner[patient]
        return patient

    of = {row.sop_instance_uid: row.patient for row in rows}
    for group in together:
        heads = sorted({find(of[uid]) for uid in group if uid in of})
        for head in heads[1:]:
            owner[head] = heads[0]
    return {patient: find(patient) for patient in owner}
