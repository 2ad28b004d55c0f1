"""`leadglass review`: what wants a look before it may leave the project, and readers' decisions."""

import argparse

from app.cli.command import Command, Result
from app.cli.commands.opening import open_project
from app.cli.commands.projects import add_project_argument
from app.counted import counted
from app.errors import UsageError
from app.progress import Progress
from app.project import Project
from app.workflows import approval, releasing


def _arguments(parser: argparse.ArgumentParser) -> None:
    add_project_argument(parser)
    for verdict, what in (
        ("approve", "it looks right and may be exported"),
        ("reject", "hold it back: it must not be exported"),
        ("withdraw", "take the last decision back"),
    ):
        parser.add_argument(f"--{verdict}", nargs="*", metavar="SOP_UID", help=what)
    parser.add_argument(
        "--all-with", default="", metavar="REASON", help="decide so about all whose reasons hold this text"
    )
    parser.add_argument("--reader", default="", metavar="NAME", help="who decides; kept with the decision")
    parser.add_argument(
        "--every-series",
        choices=("on", "off"),
        help="whether a reader must approve every series before it is exported, whatever was found",
    )


def _review(given: argparse.Namespace, progress: Progress) -> Result:
    project = open_project(given.project)
    if given.every_series is not None:
        return _rule(project, wanted=given.every_series == "on")
    chosen = [verdict for verdict in releasing.ACTIONS if getattr(given, verdict) is not None]
    if not chosen and not given.all_with:
        found = releasing.waiting(project)
        return Result(found.as_text(), found.as_json())
    if len(chosen) != 1:
        raise UsageError("One decision at a time.", "Give one of --approve, --reject, --withdraw.")
    (verdict,) = chosen
    progress.stage("Deciding")
    uids = releasing.decide(
        project, getattr(given, verdict), verdict, reader=given.reader, all_with=given.all_with
    )
    text = f"{counted(len(uids), 'instance')}: {releasing.ACTIONS[verdict]} by {given.reader}."
    return Result(text, {"verdict": verdict, "instances": uids, "reader": given.reader})


def _rule(project: Project, *, wanted: bool) -> Result:
    changed = approval.ask_for_every_series(project, wanted=wanted)
    rule = "Every series is to be approved" if wanted else "Approval is asked where something is found"
    return Result(
        f"{rule}; {counted(changed, 'instance')} changed.", {"every_series": wanted, "instances": changed}
    )


REVIEW = Command(
    "review",
    "list what wants a look before it may be exported; approve it or hold it back",
    """Only instances that passed the check after masking, or that a reader approved, can be exported. Without
a decision the command lists what waits, with the reasons. Decisions are kept for good, with reader and time; an
instance in which identity was found cannot be approved.

  leadglass review knees.leadglass
  leadglass review knees.leadglass --approve 2.25.1234 --reader "Reader A"
  leadglass review knees.leadglass --reject --all-with "truncated" --reader "Reader A"
  leadglass review knees.leadglass --every-series on""",
    _arguments,
    _review,
)
