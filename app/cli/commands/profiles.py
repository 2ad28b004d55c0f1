"""`leadglass profiles`: what the profiles keep, what that costs, and copies that a site edits."""

import argparse
from pathlib import Path

from anonymizer import Profile, conflicts, describe_profile, editable_copy, load_profile, profile_names
from app.cli.command import Command, Result
from app.errors import UsageError
from app.progress import Progress


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("profile", nargs="?", metavar="NAME|FILE", help="explain this one (all are listed)")
    parser.add_argument(
        "--option", action="append", default=[], metavar="NAME", help="as if this option were added"
    )
    parser.add_argument("--copy", type=Path, metavar="FILE", help="write a profile of your own to edit")


def _run(given: argparse.Namespace, _progress: Progress) -> Result:
    if given.profile is None:
        if given.copy is not None:
            raise UsageError("Which profile shall be copied?", "leadglass profiles NAME --copy FILE")
        return _list()
    profile = load_profile(given.profile, given.option)
    if given.copy is not None:
        return _copy(given.profile, profile, given.copy)
    return Result(describe_profile(profile), _facts(profile))


def _list() -> Result:
    profiles = [(name, load_profile(name)) for name in profile_names()]
    lines = []
    for name, profile in profiles:
        lines += [f"{name:16} {profile.description}"]
    lines += ["", "leadglass profiles NAME explains one; --copy FILE writes one of your own to edit."]
    return Result("\n".join(lines), {"profiles": {name: _facts(profile) for name, profile in profiles}})


def _facts(profile: Profile) -> dict[str, object]:
    return {
        "title": profile.title,
        "description": profile.description,
        "options": sorted(profile.options),
        "warnings": [conflict.text for conflict in conflicts(profile)],
    }


def _copy(name: str, profile: Profile, file: Path) -> Result:
    if name not in profile_names():
        raise UsageError(
            f"“{name}” is no profile of the program.", f"Copy one of: {', '.join(profile_names())}."
        )
    try:
        with file.open("x", encoding="utf-8", newline="\n") as target:
            target.write(editable_copy(name, profile))
    except FileExistsError as error:
        raise UsageError(
            f"{file} exists already.", "Choose another name; nothing was overwritten."
        ) from error
    except OSError as error:
        raise UsageError(f"{file} cannot be written.", "Choose a folder that you may write to.") from error
    return Result(f"Written to {file}. Edit it, then: leadglass mask … --profile {file}", {"copy": str(file)})


PROFILES = Command(
    name="profiles",
    summary="list and explain de-identification profiles, or copy one to edit",
    teaches="""List the profiles, explain one (what it keeps, what that costs, what goes), or write a profile of your own
that builds on one of them. A profile is a text file (TOML); every choice is explained in it.

  leadglass profiles
  leadglass profiles research
  leadglass profiles research --copy our-site.toml""",
    arguments=_arguments,
    run=_run,
)
