"""`leadglass audit`: whether a project's audit trail is whole, and the trail for the site's collector."""

import argparse
from contextlib import nullcontext
from pathlib import Path

from app import audit
from app.cli.command import DONE, SOME_FAILED, Command, Result
from app.cli.commands.opening import passphrase_for
from app.errors import UsageError
from app.progress import Progress
from app.project import Project
from app.workflows import auditing, projects


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("verify", "export"), metavar="ACTION", help="verify or export")
    parser.add_argument("project", type=Path, metavar="PROJECT", help="the project folder")
    parser.add_argument(
        "data_sets",
        nargs="*",
        type=Path,
        metavar="DATASET",
        help="verify: exported data sets to compare with",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="export: the file to write")
    parser.add_argument(
        "--form",
        choices=tuple(audit.FORMS),
        default="syslog",
        help="export: DICOM audit messages as RFC 5424 lines (syslog) or bare (xml), or the lines as they are (jsonl)",
    )
    parser.add_argument(
        "--after", type=int, default=0, metavar="LINE", help="export: what stands behind this line"
    )
    parser.add_argument(
        "--chain-only", action="store_true", help="verify: do not open the vault, so check no seals"
    )


def _run(given: argparse.Namespace, progress: Progress) -> Result:
    project = Project.open(given.project)
    progress.stage("Reading the audit trail")
    return (_verify if given.action == "verify" else _export)(project, given)


def _verify(project: Project, given: argparse.Namespace) -> Result:
    opened = nullcontext(None) if given.chain_only else projects.unlock(project, passphrase_for(project))
    with opened as vault:
        verdict = auditing.verify_trail(project, vault, given.data_sets)
    facts = {
        "whole": verdict.whole,
        "lines": verdict.lines,
        "sealed": verdict.sealed,
        "first_broken": verdict.broken,
        "problems": verdict.problems,
        "notes": verdict.notes,
    }
    return Result(auditing.verdict_text(verdict), facts, DONE if verdict.whole else SOME_FAILED)


def _export(project: Project, given: argparse.Namespace) -> Result:
    if given.out is None:
        raise UsageError("Where shall the trail be written?", "Give --out FILE.")
    lines = auditing.export_trail(project, given.out, given.form, given.after)
    return Result(f"{lines} lines written to {given.out}.", {"lines": lines, "file": str(given.out)})


AUDIT = Command(
    "audit",
    "check the audit trail, or write it for the site's collector",
    """Who did what when in a project stands in its audit trail, without identities of patients. Each line is chained to
the one before and sealed by a key that only the vault leads to; data sets carry the head of the trail.

  leadglass audit verify knees.leadglass
  leadglass audit verify knees.leadglass /handed-on/knees-data      compare with data sets that were handed on
  leadglass audit export knees.leadglass --out knees.log --after 1200

Exit code of verify: 0 the trail is whole; 1 it was changed, cut or damaged.""",
    _arguments,
    _run,
)
