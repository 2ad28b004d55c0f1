"""`leadglass pixels`: which burned-in text is masked, and the keep-list."""

import argparse
from pathlib import Path

from anonymizer import MEANINGS, MaskText, PixelPolicy, load_profile
from app.cli.command import Command, Result
from app.cli.commands.opening import open_project
from app.errors import UsageError
from app.progress import Progress
from app.project import Project
from app.workflows.approval import ask_for_every_series
from app.workflows.pixel_policy import (
    change_project,
    keep_no_longer,
    keep_texts,
    project_policy,
    site_file,
    with_policies,
)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "project", nargs="?", type=Path, metavar="PROJECT", help="the project; without it, the whole site"
    )
    parser.add_argument("--mask", choices=tuple(MaskText), help="which burned-in text this project masks")
    parser.add_argument(
        "--review-over",
        type=float,
        metavar="SHARE",
        help="masking more of an image than this (0 to 1) wants a look",
    )
    parser.add_argument(
        "--review-all",
        choices=("yes", "no"),
        help="whether a reader approves every series, as review --every-series",
    )
    parser.add_argument(
        "--keep", action="append", default=[], metavar="TEXT", help="this text may stay in images"
    )
    parser.add_argument("--forget", action="append", default=[], metavar="TEXT", help="take a kept text back")


def _run(given: argparse.Namespace, _progress: Progress) -> Result:
    project = open_project(given.project) if given.project is not None else None
    changes = {
        "mask": given.mask,
        "review_over": given.review_over,
    }
    wanted = {key: value for key, value in changes.items() if value is not None}
    asked = given.review_all
    if (wanted or asked) and project is None:
        raise UsageError(
            f"For the whole site these stand in {site_file()} or in a profile.",
            "Name a project, or write them there.",
        )
    if wanted and project is not None:
        project = change_project(project, **wanted)
    if asked and project is not None:
        ask_for_every_series(project, wanted=asked == "yes")
        project = open_project(project.folder)
    if given.keep:
        project = keep_texts(given.keep, project)
    if given.forget:
        project = keep_no_longer(given.forget, project)
    return _told(_policy(project))


def _policy(project: Project | None) -> PixelPolicy:
    if project is None:
        return with_policies(load_profile()).pixels
    return project_policy(project, load_profile(project.profile, project.options))


def _told(policy: PixelPolicy) -> Result:
    lines = [
        f"Burned-in text: {policy.mask.value}: {MEANINGS[policy.mask]}.",
        f"Masking over {policy.review_over:.0%} of an image wants a look.",
        "A reader approves every series." if policy.review_all else "",
        "Side markers, measurements, technique and views stay where recognition is sure of them."
        if policy.keep_list
        else "The starter keep-list is off.",
        f"Also kept: {', '.join(policy.keep)}." if policy.keep else "",
    ]
    facts = {
        "mask": policy.mask.value,
        "review_over": policy.review_over,
        "review_all": policy.review_all,
        "keep_list": policy.keep_list,
        "keep": list(policy.keep),
    }
    return Result("\n".join(line for line in lines if line), facts)


PIXELS = Command(
    "pixels",
    "say which burned-in text is masked and what may stay",
    """Say how a project treats text that is burned into pixels, and change it; without a project, show and extend the
keep-list of the whole site. A kept text stays in an image only where recognition is sure of every character, nothing
of it is an identity of the patient and no other text stands beside it. What is masked already stays as it is until it
is masked again.

  leadglass pixels knees.leadglass --mask identities
  leadglass pixels knees.leadglass --keep "RUHE" --keep "BELASTUNG"
  leadglass pixels --keep "DEMAND"
  leadglass pixels""",
    _arguments,
    _run,
)
