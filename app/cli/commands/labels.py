"""`leadglass label`: labels into a project and out of it."""

import argparse
from contextlib import closing
from pathlib import Path

from app.cli.command import DONE, SOME_FAILED, Command, Result
from app.cli.commands.opening import open_project, passphrase_for
from app.cli.commands.projects import add_project_argument
from app.counted import counted
from app.errors import UsageError
from app.progress import Progress
from app.project import Project
from app.workflows import label_files, labelling, masking, projects


def _arguments(parser: argparse.ArgumentParser) -> None:
    add_project_argument(parser)
    parser.add_argument(
        "--from",
        dest="file",
        type=Path,
        metavar="LABELS",
        help="CSV or JSON (path or sop_instance_uid, class, reader), a folder with a folder per class, or a folder of "
        "DICOM structured reports",
    )
    parser.add_argument(
        "--set", dest="class_name", metavar="CLASS", help="the class for the instances that follow"
    )
    parser.add_argument("--to", type=Path, metavar="FILE", help="write all labels to a .csv or .json file")
    parser.add_argument("--history", type=Path, metavar="FILE", help="write every step of every label as CSV")
    parser.add_argument(
        "--reports", type=Path, metavar="DIR", help="write the labels as DICOM structured reports (TID 1500)"
    )
    parser.add_argument("--reader", default="", metavar="NAME", help="who labels")
    parser.add_argument("--label-set", default="", metavar="NAME", help="which labels (the first set)")
    parser.add_argument("uids", nargs="*", metavar="SOP", help="SOP Instance UIDs, original or masked")


_OUT = {"to": (label_files.export_labels, "labels"), "history": (label_files.export_history, "steps")}


def _write_reports(project: Project, given: argparse.Namespace, progress: Progress) -> Result:
    written = label_files.export_reports(project, given.reports, progress, label_set=given.label_set)
    told = f"{counted(written.reports, 'report')} of {counted(written.labels, 'label')} written to {given.reports}."
    return Result("\n".join([told, *(f"  left out: {line}" for line in written.lines())]), written.as_json())


def _label(given: argparse.Namespace, progress: Progress) -> Result:
    ways = [name for name in ("file", "class_name", *_OUT, "reports") if getattr(given, name) is not None]
    if len(ways) != 1:
        raise UsageError(
            "Say one thing that is to be done.",
            "Give one of --from LABELS, --set CLASS --reader NAME SOP..., --to FILE, --history FILE, --reports DIR.",
        )
    project = open_project(given.project)
    if ways[0] in _OUT:
        write, what = _OUT[ways[0]]
        number = write(project, getattr(given, ways[0]), progress, label_set=given.label_set)
        return Result(f"{number} {what} written to {getattr(given, ways[0])}.", {what: number})
    if given.reports is not None:
        return _write_reports(project, given, progress)
    with closing(projects.unlock(project, passphrase_for(project))) as vault:
        if given.file is not None:
            masking.existing([given.file])
            summary = labelling.label_from_list(
                project, vault, given.file, progress, reader=given.reader, label_set=given.label_set
            )
        else:
            summary = labelling.label_instances(
                project, vault, given.uids, progress, class_name=given.class_name, reader=given.reader,
                label_set=given.label_set,
            )  # fmt: skip
    return Result(summary.as_text(), summary.as_json(), SOME_FAILED if summary.problems else DONE)


LABEL = Command(
    "label",
    "set labels from lists, folders or reports, and write them out",
    """Set labels, or write them out. A list is a CSV or JSON file with path or sop_instance_uid (of the original or the
masked instance), class and reader; a folder per class and DICOM structured reports are read too. What matches no
instance is named; the rest is labelled. Every label is kept in the history.

  leadglass label knees.leadglass --from labels.csv
  leadglass label knees.leadglass --set fracture --reader "Reader A" 1.2.840.1 1.2.840.2
  leadglass label knees.leadglass --to labels.json
  leadglass label knees.leadglass --history history.csv
  leadglass label knees.leadglass --reports reports""",
    _arguments,
    _label,
)
