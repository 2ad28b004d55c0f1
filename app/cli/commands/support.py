"""`leadglass report` without a model: what support needs, shown before it is saved."""

import argparse
import sys
from pathlib import Path

from anonymizer import VaultError
from app.cli.command import Result
from app.errors import UsageError
from app.progress import Progress
from app.project import Project
from app.storage import write_text
from app.workflows.projects import with_catalogue_key
from app.workflows.support import support_report


def add_support_arguments(parser: argparse.ArgumentParser) -> None:
    """What the report for support takes."""
    parser.add_argument(
        "--project", type=Path, metavar="PROJECT", help="for support: tell of this project too"
    )
    parser.add_argument("--yes", action="store_true", help="for support: save without asking")


def run_support(given: argparse.Namespace, progress: Progress) -> Result:
    """Show the report, and save it to --out once it was read."""
    text = support_report(_project(given.project, progress) if given.project else None)
    if given.out is None:
        return Result(text, {"report": text})
    if given.out.exists():
        raise UsageError(f"{given.out} exists already.", "Choose another name.")
    if not given.yes:
        _ask(text, given.out)
    try:
        write_text(given.out, text, private=True)
    except OSError as error:
        raise UsageError(
            f"{given.out} cannot be written: {error.strerror}.", "Choose another place."
        ) from error
    return Result(f"Saved to {given.out}.", {"report": text, "file": str(given.out)})


def _project(folder: Path, progress: Progress) -> Project:
    """The project, its catalogue open where nobody need be asked: a report is wanted where that is just what fails."""
    project = Project.open(folder)
    try:
        return with_catalogue_key(project)
    except VaultError as error:
        progress.item("note", {"text": f"The catalogue was not opened: {error} {error.remedy}"})
        return project


def _ask(text: str, out: Path) -> None:
    if not sys.stdin.isatty():
        raise UsageError("Nobody can read the report here before it is saved.", "Add --yes if it was read.")
    sys.stdout.write(text)
    sys.stdout.flush()
    sys.stderr.write(f"Save this to {out}? (yes/no) ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() != "yes":
        raise UsageError("Nothing was saved.", "")
