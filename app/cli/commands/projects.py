"""`leadglass new`, `import` and `mask-region`: the work in a project."""

import argparse
from contextlib import closing
from pathlib import Path

from app import policy
from app.cli.command import DONE, SOME_FAILED, Command, Result
from app.cli.commands.masking import (
    add_patient_arguments,
    add_pixels_argument,
    add_profile_arguments,
    add_workers_argument,
    options_text,
    pixels_of,
    rules_of,
)
from app.cli.commands.opening import ask_passphrase, open_project, passphrase_for
from app.errors import UsageError
from app.progress import Progress
from app.workflows import corrections, encryption, importing, masking, projects


def add_project_argument(parser: argparse.ArgumentParser) -> None:
    """The project folder, as every command that works in one has it."""
    parser.add_argument(
        "project", type=Path, metavar="PROJECT", help="the project folder, such as knees.leadglass"
    )


def _new_arguments(parser: argparse.ArgumentParser) -> None:
    add_project_argument(parser)
    add_profile_arguments(parser)
    add_patient_arguments(parser)
    add_pixels_argument(parser)
    parser.add_argument(
        "--protect",
        choices=projects.PROTECTIONS,
        default=None,
        help="how the original identities are locked: a key file in your configuration folder (default "
        "unless your hospital's IT says otherwise), the system's keyring, or a passphrase (asked for, or taken from "
        "LEADGLASS_PASSPHRASE)",
    )
    parser.add_argument(
        "--encrypt",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="encrypt the catalogue with all labels under a key that the vault holds, for sites whose rules ask for "
        "encryption at rest; without the vault no label can be seen then (default: no, unless your hospital's IT says "
        "otherwise)",
    )


def _new(given: argparse.Namespace, progress: Progress) -> Result:
    rules_of_it = policy.current()
    protection = given.protect or rules_of_it.protection
    passphrase = ask_passphrase(twice=True) if protection == "passphrase" else None
    rules = rules_of(given)
    key, _, _ = masking.site_key(given.key) if given.key else (None, None, None)
    progress.stage("Making the project")
    project = projects.create_project(
        given.project,
        profile=given.profile or rules_of_it.profile,
        options=tuple(given.option),
        protection=protection,
        passphrase=passphrase,
        key=key,
        patients=rules,
        pixels=pixels_of(given),
        encrypted=given.encrypt,
    )
    text = f"{project.folder} is ready. The original identities are locked by a {project.protection}."
    if project.encrypted:
        text += f" The catalogue is encrypted. {encryption.WITHOUT_VAULT}"
    facts = {
        "project": str(project.folder),
        "protection": project.protection,
        "encrypted": project.encrypted,
    }
    return Result(text, facts)


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    add_project_argument(parser)
    parser.add_argument(
        "sources", nargs="+", type=Path, metavar="SRC", help="files, folders, DICOMDIRs or zips"
    )
    add_workers_argument(parser)


def _import(given: argparse.Namespace, progress: Progress) -> Result:
    project = open_project(given.project)
    with closing(projects.unlock(project, passphrase_for(project))) as vault:
        tally = importing.import_instances(project, vault, given.sources, progress, workers=given.workers)
    return Result(tally.as_text(), tally.as_json(), SOME_FAILED if tally.problems else DONE)


def _region_arguments(parser: argparse.ArgumentParser) -> None:
    add_project_argument(parser)
    parser.add_argument("sop", metavar="SOP", help="SOP Instance UID of the masked instance")
    form = "X,Y,WIDTH,HEIGHT[,FRAME]|'X,Y X,Y X,Y …[@FRAME]'"
    parser.add_argument(
        "--region",
        action="append",
        default=[],
        type=corrections.parse_region,
        metavar=form,
        help="a rectangle or polygon to mask, in pixels from the top left, in every frame or one (from 0); may be "
        "repeated",
    )
    parser.add_argument(
        "--show",
        action="append",
        default=[],
        type=corrections.parse_region,
        metavar=form,
        help="a masked region to show again, as the masking record names it, or in one frame of it; may be repeated",
    )
    parser.add_argument(
        "--to",
        choices=[scope.value for scope in corrections.Scope],
        default=corrections.Scope.INSTANCE.value,
        help="correct this instance (default), those of its series that have its size, or all of the same "
        "manufacturer, model, size and photometric interpretation",
    )
    parser.add_argument(
        "--always",
        choices=[each.value for each in corrections.Always],
        help="add: from now on mask these regions in all frames of images of this device at import; "
        "remove: take the regions that are shown out of that rule",
    )
    parser.add_argument(
        "--also", action="append", default=[], metavar="SOP_UID", help="the same in this instance too"
    )
    add_workers_argument(parser)


def _region(given: argparse.Namespace, progress: Progress) -> Result:
    if not given.region and not given.show:
        raise UsageError("There is nothing to correct.", "Name a region with --region or --show.")
    project = open_project(given.project)
    correction = corrections.Correction(
        given.sop,
        tuple(given.region),
        tuple(given.show),
        corrections.Scope(given.to),
        corrections.Always(given.always) if given.always else None,
        tuple(given.also),
    )
    passphrase = passphrase_for(project) if given.show else None
    ended = corrections.correct(project, correction, progress, passphrase=passphrase, workers=given.workers)
    facts = {"sop": given.sop, "regions": len(given.region), **ended.as_json()}
    return Result(ended.as_text(), facts, SOME_FAILED if ended.problems else DONE)


NEW = Command(
    "new",
    "make a project",
    f"""Make a project: a folder with the masked instances, the labels, the models, and a vault that keeps the original
identities encrypted.

{options_text()}

  leadglass new knees.leadglass --profile research""",
    _new_arguments,
    _new,
)
IMPORT = Command(
    "import",
    "bring instances into a project, masked on the way in",
    """Mask what lies under SRC into the project. The originals stay as they are. What is in the project already is
skipped, so an import that was killed goes on when the same command runs again.

  leadglass import knees.leadglass /data/incoming more.zip""",
    _import_arguments,
    _import,
)
MASK_REGION = Command(
    "mask-region",
    "mask a region of masked instances by hand, or show one again",
    """Mask more pixels of an instance in the project, where the search for burned-in text missed something, or show
again what it took for text. What is shown again is restored from the original, so that must still be where it was
imported from; a later search leaves it alone. Everything masked elsewhere in the image stays masked.

  leadglass mask-region knees.leadglass 2.25.1234 --region 10,10,200,40
  leadglass mask-region knees.leadglass 2.25.1234 --region 10,10,200,40 --to series
  leadglass mask-region knees.leadglass 2.25.1234 --region "0,0 300,0 0,200"
  leadglass mask-region knees.leadglass 2.25.1234 --show 10,10,200,40""",
    _region_arguments,
    _region,
)
