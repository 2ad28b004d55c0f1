"""Labels from lists, folders, reports or the command line; the window sets them on the catalogue itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anonymizer import Pseudonyms, Vault
from app import policy
from app.counted import counted
from app.errors import UsageError
from app.progress import Progress
from app.project import Project
from app.workflows.structured_reports import read_reports
from labeller import CONSENSUS_MEANS, JOIN, Catalogue, ListedLabel, read_labels

BATCH = 500


@dataclass(slots=True)
class LabelSummary:
    """How many labels were set, and what could not be matched."""

    labelled: int = 0
    new_classes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {"labelled": self.labelled, "new_classes": self.new_classes, "problems": self.problems}

    def as_text(self) -> str:
        """For people."""
        lines = [f"{counted(self.labelled, 'instance')} labelled."]
        if self.new_classes:
            lines.append(f"New label classes: {', '.join(self.new_classes)}.")
        return "\n".join([*lines, *(f"  not matched: {problem}" for problem in self.problems)])


def label_from_list(
    project: Project,
    vault: Vault,
    file: Path,
    progress: Progress,
    *,
    reader: str = "",
    label_set: str = "",
) -> LabelSummary:
    """Set the labels of a CSV or JSON file, of a folder per class, or of structured reports in a folder.

    Images are named by path or by SOP Instance UID, of the original or the masked one. `reader` stands for labels
    that name none. What matches no instance is named and changes nothing of the rest.
    """
    rows, rules = _rows(file), policy.current()
    summary = LabelSummary()
    wanted: dict[tuple[bool, str, str, str], list[str]] = {}
    with project.catalogue() as opened:
        catalogue = opened.in_set(label_set) if label_set else opened
        find = _finder(catalogue, vault, file.resolve().parent)
        for row in rows:
            sop, name = (find(row) if row.class_name else None), row.reader or reader
            if not row.class_name:
                summary.problems.append(f"{row.place}: it is no structured report of labels")
            elif sop is None:
                summary.problems.append(f"{row.place}: no such instance in the project")
            elif not name:
                summary.problems.append(
                    f"{row.place}: no reader is named; add a column “reader”, or name the reader of labels that name none"
                )
            elif not rules.allows_reader(name):
                summary.problems.append(f"{row.place}: “{name}” is not among the readers here")
            else:
                means = row.means if row.means in CONSENSUS_MEANS else "list"
                wanted.setdefault((row.counts, row.class_name, name, means), []).append(sop)
        progress.stage("Labelling", sum(map(len, wanted.values())))
        # The labels that count are set last.
        for (_, class_name, name, means), sops in sorted(wanted.items(), key=lambda item: item[0][0]):
            _set(catalogue, sops, class_name, reader=name, means=means, summary=summary, progress=progress)
    project.record("labelled from a list", labelled=summary.labelled, unmatched=len(summary.problems))
    return summary


def _rows(file: Path) -> list[ListedLabel]:
    if file.is_dir() and not any(path.is_dir() for path in file.iterdir()):
        return list(read_reports(file))
    return read_labels(file)


def label_instances(
    project: Project,
    vault: Vault,
    uids: Sequence[str],
    progress: Progress,
    *,
    class_name: str,
    reader: str,
    label_set: str = "",
) -> LabelSummary:
    """Set one label on instances named by their SOP Instance UID, the original or the masked one."""
    if not reader:
        raise UsageError("A label needs a reader.", "Say who labels (--reader NAME).")
    policy.current().check_reader(reader)
    summary = LabelSummary()
    with project.catalogue() as opened:
        catalogue = opened.in_set(label_set) if label_set else opened
        find = _finder(catalogue, vault, Path.cwd())
        found = []
        for uid in uids:
            sop = find(
                ListedLabel(line=0, path="", sop_instance_uid=uid, class_name=class_name, reader=reader)
            )
            if sop is None:
                summary.problems.append(f"{uid}: no such instance in the project")
            else:
                found.append(sop)
        progress.stage("Labelling", len(found))
        _set(
            catalogue,
            found,
            class_name,
            reader=reader,
            means="command line",
            summary=summary,
            progress=progress,
        )
    project.record("labelled from the command line", labelled=summary.labelled, reader=reader)
    return summary


def _set(
    catalogue: Catalogue,
    sops: Sequence[str],
    class_name: str,
    *,
    reader: str,
    means: str,
    summary: LabelSummary,
    progress: Progress,
) -> None:
    if sops:
        summary.new_classes += _make_classes(catalogue, class_name)
    for start in range(0, len(sops), BATCH):
        batch = sops[start : start + BATCH]
        catalogue.set_label(batch, class_name, reader=reader, means=means)
        summary.labelled += len(batch)
        progress.step(summary.labelled)


def _make_classes(catalogue: Catalogue, class_name: str) -> list[str]:
    """Make the classes that an answer needs and the set lacks; returns their names."""
    known = {one.name for one in (*catalogue.classes(), *catalogue.answers(), *catalogue.combinations())}
    names = class_name.split(JOIN) if catalogue.label_set.several else [class_name]
    missing = [name for name in names if name not in known and class_name not in known]
    for name in missing:
        catalogue.add_class(name)
    return missing


def _finder(catalogue: Catalogue, vault: Vault, folder: Path) -> Callable[[ListedLabel], str | None]:
    """A function from a row to the masked instance's UID; paths may be as imported or relative to `folder`."""
    known = frozenset(catalogue.uids())
    pseudonyms = Pseudonyms(vault.key)

    def of_uid(uid: str) -> list[str | None]:
        return [uid, pseudonyms.uid(uid), vault.sop_uid_of_original(uid)]

    def find(row: ListedLabel) -> str | None:
        if row.sop_instance_uid:
            candidates = of_uid(row.sop_instance_uid)
        else:
            candidates = [vault.sop_uid_of_path(path) for path in (row.path, str(folder / row.path))]
            if not any(candidates) and (uid := _uid_in(folder / row.path)):
                candidates = of_uid(uid)
        return next((uid for uid in candidates if uid in known), None)

    return find


def _uid_in(path: Path) -> str:
    """Return the SOP Instance UID that a DICOM file bears, such as a copy of an original; else ""."""
    from pydicom import dcmread

    try:
        return str(
            dcmread(path, specific_tags=["SOPInstanceUID"], stop_before_pixels=True).get("SOPInstanceUID", "")
        )
    except Exception:  # noqa: BLE001 - whatever a file that is no DICOM makes the library raise
        return ""
