"""Labels out of a project: CSV, JSON, the history, and DICOM structured reports."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from app.errors import UsageError
from app.progress import Progress
from app.project import Project
from app.storage import write_text
from app.workflows.structured_reports import ReportedLabel, write_reports
from labeller import (
    AGAIN,
    CONSENSUS_MEANS,
    Catalogue,
    InstanceFilter,
    InstanceRow,
    label_document,
    label_table,
    what_lets_out,
    withheld_because,
)
from labeller import history_table as history_text

SUFFIXES = (".csv", ".json")


@dataclass(frozen=True, slots=True)
class ReportsWritten:
    """How many structured reports of how many labels, and how many labels stand in none, by the reason."""

    reports: int
    labels: int
    left_out: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For programs; `left_out` lists what to do too."""
        return asdict(self) | {"left_out": self.lines()}

    def lines(self) -> list[str]:
        """Say what was left out, why, and what can be done: a line for each reason."""
        return [
            f"{number:,} {'label' if number == 1 else 'labels'}: {reason}. {what_lets_out(reason)}".strip()
            for reason, number in sorted(self.left_out.items())
        ]


def export_labels(project: Project, file: Path, progress: Progress, *, label_set: str = "") -> int:
    """Write every reader's labels to a CSV or JSON file, in a form that can be read in again; returns how many.

    Raises UsageError for another kind of file or one that cannot be written.
    """
    if file.suffix.lower() not in SUFFIXES:
        raise UsageError("Labels are written as CSV or JSON.", "Give a file that ends in .csv or .json.")
    progress.stage("Writing labels")
    with project.catalogue() as opened:
        catalogue = opened.in_set(label_set) if label_set else opened
        rows = label_rows(catalogue)
        classes = [one.name for one in catalogue.classes()]
        name = catalogue.label_set.name
    document = file.suffix.lower() == ".json"
    _put(file, label_document(rows, name, classes) if document else label_table(rows))
    project.record("labels exported", labels=len(rows), format=file.suffix.lower().lstrip("."))
    return len(rows)


def export_history(project: Project, file: Path, progress: Progress, *, label_set: str = "") -> int:
    """Write the whole history of labels to a CSV file; returns how many steps."""
    progress.stage("Writing the history")
    with project.catalogue() as opened:
        events = (opened.in_set(label_set) if label_set else opened).events()
    _put(file, history_text(events))
    project.record("label history exported", steps=len(events))
    return len(events)


def export_reports(
    project: Project, folder: Path, progress: Progress, *, label_set: str = ""
) -> ReportsWritten:
    """Write every reader's labels as structured reports, one for each study and reader.

    Only of instances that may leave the project, as the reports are made to be handed on.
    """
    with project.catalogue() as opened:
        catalogue = opened.in_set(label_set) if label_set else opened
        by_uid = {row.sop_instance_uid: row for row in catalogue.instances(InstanceFilter(labelled=True))}
        events = catalogue.events()
        last = {event.sop_instance_uid: event.at for event in events}
        at = {(event.sop_instance_uid, event.reader): event.at for event in events}
        name = catalogue.label_set.name
        rows = label_rows(catalogue)
        why = {uid: withheld_because(row) for uid, row in by_uid.items()}
        labels = [
            ReportedLabel(
                by_uid[row["sop_instance_uid"]],
                row["class"],
                row["reader"],
                at.get((row["sop_instance_uid"], row["reader"]), last[row["sop_instance_uid"]]),
            )
            for row in rows
            if not why[row["sop_instance_uid"]]
        ]
    left_out = Counter(why[row["sop_instance_uid"]] for row in rows if why[row["sop_instance_uid"]])
    if not labels:
        told = ReportsWritten(0, 0, left_out).lines() or ["Label instances that may leave the project first."]
        raise UsageError("There is no label to report.", " ".join(told))
    written = write_reports(project, labels, folder, progress, label_set=name)
    project.record("labels reported", reports=written, labels=len(labels))
    return ReportsWritten(written, len(labels), dict(left_out))


def label_rows(catalogue: Catalogue) -> list[dict[str, str]]:
    """List every reader's label of every instance; the one that counts says so, and how it came about."""
    by_uid = {row.sop_instance_uid: row for row in catalogue.instances(InstanceFilter(labelled=True))}
    said: dict[str, dict[str, str]] = {uid: {} for uid in by_uid}
    for reader, labelled in catalogue.opinions().items():
        for uid, class_name in labelled.items():
            if not reader.endswith(AGAIN) and uid in said:
                said[uid][reader] = class_name
    means = {event.sop_instance_uid: event.means for event in catalogue.events()}
    return [row for uid, own in by_uid.items() for row in _rows_of(own, said[uid], means.get(uid, ""))]


def _rows_of(own: InstanceRow, said: Mapping[str, str], means: str) -> list[dict[str, str]]:
    settled = means if means in CONSENSUS_MEANS else ""
    reader = own.reader or ""
    others = {who: label for who, label in said.items() if who != reader or (settled and label != own.label)}
    same = {
        "sop_instance_uid": own.sop_instance_uid,
        "patient": own.patient,
        "study": own.study,
        "series": own.series,
    }
    counting = {
        "class": own.label or "",
        "reader": reader,
        "counts": "yes",
        "means": settled,
        "note": own.note,
    }
    return [
        *({**same, "class": label, "reader": who, "counts": "no"} for who, label in sorted(others.items())),
        same | counting,
    ]


def _put(file: Path, text: str) -> None:
    try:
        write_text(file, text)
    except OSError as error:
        raise UsageError(
            f"{file.name} cannot be written: {error.strerror}.",
            "Check that there is room on the disk and that you may write there.",
        ) from error
