"""Labels from a list or the command line; the window sets them on the catalogue itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anonymizer import Pseudonyms, Vault
from app.errors import UsageError
from app.progress import Progress
from app.project import Project
from labeller import Catalogue, ListedLabel, read_label_list

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
        lines = [f"{self.labelled} instances labelled."]
        if self.new_classes:
            lines.append(f"New label classes: {', '.join(self.new_classes)}.")
        return "\n".join([*lines, *(f"  not matched: {problem}" for problem in self.problems)])


def label_from_list(
    project: Project, vault: Vault, file: Path, progress: Progress, *, reader: str = ""
) -> LabelSummary:
    """Set the labels in a CSV file with columns `path` or `sop_instance_uid` of the original, `class`, `reader`.

    `reader` stands for rows that name none. Rows that match no instance are named and change nothing of the rest.
    """
    rows = read_label_list(file)
    summary = LabelSummary()
    wanted: dict[tuple[str, str], list[str]] = {}
    with project.catalogue() as catalogue:
        find = _finder(catalogue, vault, file.resolve().parent)
        for row in rows:
            sop, name = find(row), row.reader or reader
            if sop is None:
                summary.problems.append(f"line {row.line}: no such instance in the project")
            elif not name:
                summary.problems.append(f"line {row.line}: no reader is named; add a column or use --reader")
            else:
                wanted.setdefault((row.class_name, name), []).append(sop)
        progress.stage("Labelling", sum(map(len, wanted.values())))
        for (class_name, name), sops in wanted.items():
            _set(catalogue, sops, class_name, reader=name, means="list", summary=summary, progress=progress)
    project.record("labelled from a list", labelled=summary.labelled, unmatched=len(summary.problems))
    return summary


def label_instances(
    project: Project, vault: Vault, uids: Sequence[str], progress: Progress, *, class_name: str, reader: str
) -> LabelSummary:
    """Set one label on instances named by their SOP Instance UID, the original or the masked one."""
    if not reader:
        raise UsageError("A label needs a reader.", "Say who labels with --reader NAME.")
    summary = LabelSummary()
    with project.catalogue() as catalogue:
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
    if sops and class_name not in {known.name for known in catalogue.classes()}:
        catalogue.add_class(class_name)
        summary.new_classes.append(class_name)
    for start in range(0, len(sops), BATCH):
        batch = sops[start : start + BATCH]
        catalogue.set_label(batch, class_name, reader=reader, means=means)
        summary.labelled += len(batch)
        progress.step(summary.labelled)


def _finder(catalogue: Catalogue, vault: Vault, folder: Path) -> Callable[[ListedLabel], str | None]:
    """A function from a row to the masked instance's UID; paths may be as imported or relative to `folder`."""
    known = frozenset(catalogue.uids())
    pseudonyms = Pseudonyms(vault.key)

    def find(row: ListedLabel) -> str | None:
        if row.sop_instance_uid:
            candidates: list[str | None] = [row.sop_instance_uid, pseudonyms.uid(row.sop_instance_uid)]
        else:
            candidates = [vault.sop_uid_of_path(path) for path in (row.path, str(folder / row.path))]
        return next((uid for uid in candidates if uid in known), None)

    return find
