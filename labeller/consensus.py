"""Which label of an instance goes into a data set where several readers labelled it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from labeller.catalogue import Catalogue
from labeller.disputes import CONSENSUS, SAME_ANSWER, SECOND_READING
from labeller.readings import AGAIN
from labeller.records import InstanceRow, LabelEvent

RULES: Mapping[str, str] = {
    "latest": "the label that counts now",
    "first": "the label that was given first",
    "majority": "what more than half of the readers say",
    "consensus": "only where several readers agree, or settled it",
}
"""Rules by name, with what they mean in words."""

ONE_READER = "one reader alone labelled them"
NO_MAJORITY = "no class has more than half of their readers"
DISAGREEMENT = "their readers disagree"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The label that a rule finds, with the reader or readers behind it; else why there is none."""

    label: str = ""
    reader: str = ""
    missing: str = ""  # in words that follow a number of instances


def labels_by(catalogue: Catalogue, rule: str, rows: list[InstanceRow]) -> list[Verdict]:
    """Find the label of each labelled instance by one of `RULES`."""
    if rule == "latest":
        return [Verdict(row.label or "", row.reader or "") for row in rows]
    if rule == "first":
        first = _first_labels(catalogue)
        return [first.get(row.sop_instance_uid, Verdict(row.label or "", row.reader or "")) for row in rows]
    said = _said(catalogue)
    settled = _settled(catalogue) if rule == "consensus" else frozenset()
    judge = _majority if rule == "majority" else _unanimous
    return [
        Verdict(row.label or "", row.reader or "")
        if row.sop_instance_uid in settled
        else judge(said.get(row.sop_instance_uid, {}), row)
        for row in rows
    ]


def _said(catalogue: Catalogue) -> dict[str, dict[str, str]]:
    """What each reader says of each instance: the second answer of a reader replaces the first."""
    said: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for reader, labelled in catalogue.opinions().items():
        for uid, label in labelled.items():
            said[uid][reader.removesuffix(AGAIN)] = label
    return said


def _majority(said: Mapping[str, str], row: InstanceRow) -> Verdict:
    if not said:
        return Verdict(row.label or "", row.reader or "")
    for label in sorted(set(said.values())):
        readers = sorted(reader for reader, answer in said.items() if answer == label)
        if 2 * len(readers) > len(said):
            return Verdict(label, "; ".join(readers))
    return Verdict(missing=NO_MAJORITY)


def _unanimous(said: Mapping[str, str], _row: InstanceRow) -> Verdict:
    if len(set(said.values())) > 1:
        return Verdict(missing=DISAGREEMENT)
    if len(said) < 2:  # noqa: PLR2004 - one reader agrees with nobody
        return Verdict(missing=ONE_READER)
    return Verdict(next(iter(said.values())), "; ".join(sorted(said)))


def _first_labels(catalogue: Catalogue) -> dict[str, Verdict]:
    first: dict[str, Verdict] = {}
    merged: dict[str | None, str] = {}
    for event in catalogue.events():
        if event.means == "merge" and event.label is not None:
            merged[event.previous] = event.label
        elif event.label is not None and event.means not in (SECOND_READING, *CONSENSUS):
            first.setdefault(event.sop_instance_uid, Verdict(event.label, event.reader))
    present = {known.name for known in (*catalogue.classes(), *catalogue.combinations())}
    for uid, verdict in first.items():
        if verdict.label not in present and verdict.label in merged:
            first[uid] = Verdict(merged[verdict.label], verdict.reader)
    return first


def _settled(catalogue: Catalogue) -> frozenset[str]:
    latest: dict[str, LabelEvent] = {
        event.sop_instance_uid: event for event in catalogue.events() if event.means not in SAME_ANSWER
    }
    return frozenset(uid for uid, event in latest.items() if event.label and event.means in CONSENSUS)
