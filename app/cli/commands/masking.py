"""`leadglass mask` and `leadglass verify`: de-identification without a project."""

import argparse
from collections.abc import Mapping
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any

from anonymizer import MEANINGS, OPTIONS, MaskText, PatientRules, Profile, Unlisted, conflicts, profile_names
from app import policy
from app.cli.command import DONE, SOME_FAILED, Command, Result
from app.progress import Progress
from app.project import PROJECT_FILE
from app.workflows import masking
from app.workflows.patients import rules_from


def options_text() -> str:
    """The profiles and options in plain words, from the table that the anonymizer keeps."""
    faces = "Faces in head CT and MR are not removed (Clean Recognizable Visual Features, 113102): no method is built in."
    lines = [f"Profiles: {', '.join(profile_names())}, or a TOML file of your own.", "", "Options:"]
    lines += [f"  {option.name.replace('_', '-'):34} {option.title}" for option in OPTIONS]
    return "\n".join([*lines, "", faces])


def add_profile_arguments(parser: argparse.ArgumentParser) -> None:
    """`--profile`, `--option` and `--key`, as every command that de-identifies has them."""
    parser.add_argument(
        "--profile",
        metavar="FILE|NAME",
        help="the de-identification profile (basic, or what your hospital's IT has laid down)",
    )
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME",
        help="add an option of PS3.15; may be repeated",
    )
    parser.add_argument(
        "--key", type=Path, metavar="FILE", help="the secret key; the same key, the same pseudonyms"
    )


def add_patient_arguments(parser: argparse.ArgumentParser) -> None:
    """`--pseudonyms` and how patients are told apart, as every command that names patients has them."""
    parser.add_argument(
        "--pseudonyms",
        type=Path,
        metavar="FILE",
        help="your own pseudonyms, CSV or .xlsx: columns patient id (or name and birth date) and pseudonym; "
        "if wanted issuer, day shift, same patient",
    )
    parser.add_argument(
        "--unlisted",
        choices=tuple(Unlisted),
        default=Unlisted.KEYED.value,
        help="patients that the list does not name: a pseudonym from the key (keyed, default), or not written",
    )
    parser.add_argument(
        "--separate-issuers",
        action="store_true",
        help="the same patient ID of two issuers (0010,0021) is two patients; without it, it is one",
    )


def rules_of(given: argparse.Namespace) -> PatientRules:
    """How patients are told apart and named, from the arguments."""
    return rules_from(given.pseudonyms, unlisted=given.unlisted, separate_issuers=given.separate_issuers)


def add_workers_argument(parser: argparse.ArgumentParser) -> None:
    """`--workers`, as every command that works on many files has it."""
    parser.add_argument(
        "--workers", type=positive, metavar="N", help="worker processes (one for each processor core)"
    )


def positive(text: str) -> int:
    """A whole number from 1 on, for argparse."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _mask_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "sources", nargs="+", type=Path, metavar="SRC", help="files, folders, DICOMDIRs or zips"
    )
    parser.add_argument(
        "--out", required=True, type=Path, metavar="DIR", help="where the masked tree is written"
    )
    add_profile_arguments(parser)
    add_patient_arguments(parser)
    add_workers_argument(parser)
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="write what happened to each input as JSON"
    )
    parser.add_argument(
        "--headers-only",
        action="store_true",
        help="do not look for burned-in text: only what device rules name is masked, the file's own "
        "BurnedInAnnotation is not passed on unless the object must have it, and files with pixels want review",
    )
    add_pixels_argument(parser)
    parser.add_argument(
        "--dicomdir",
        action="store_true",
        help="write a medium: short file names and a new DICOMDIR, as for originals that have one",
    )
    parser.add_argument(
        "--no-verify",
        action="store_true",
        help="do not check each masked instance for identity that is left before it is written",
    )


def add_pixels_argument(parser: argparse.ArgumentParser) -> None:
    """`--pixels`, as every command that decides about burned-in text has it."""
    parser.add_argument(
        "--pixels",
        choices=tuple(MaskText),
        help="text burned into pixels: " + "; ".join(f"{name}: {what}" for name, what in MEANINGS.items()),
    )


def pixels_of(given: argparse.Namespace) -> dict[str, object]:
    """What `--pixels` says, as settings."""
    return {"mask": str(given.pixels)} if given.pixels else {}


def warn_of_conflicts(profile: Profile, progress: Progress) -> None:
    """Say before the run what in a profile undoes itself or has no effect."""
    for conflict in conflicts(profile):
        progress.item("note", {"text": f"Think about: {conflict.text} {conflict.remedy}"})


def _mask(given: argparse.Namespace, progress: Progress) -> Result:
    rules = rules_of(given)
    key, place, made = masking.site_key(given.key)
    settings = masking.settings_for(
        given.profile or policy.current().profile,
        given.option,
        key,
        find_text=not given.headers_only,
        verify=not given.no_verify,
        patients=rules,
        pixels=pixels_of(given),
    )
    warn_of_conflicts(settings.profile, progress)
    request = masking.MaskRequest(
        tuple(given.sources), given.out, settings, given.workers, given.report, dicomdir=given.dicomdir
    )
    tally = masking.mask(request, progress)
    how = "A new secret key was made" if made else "Secret key"
    text = f"{tally.as_text()}\nWritten to {given.out}. {how}: {place} (keep it: it makes pseudonyms agree)."
    facts = {**tally.as_json(), "out": str(given.out), "key": str(place), "key_made": made}
    return Result(text, facts, SOME_FAILED if tally.problems else DONE)


def _verify_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="what was written, or a project")
    parser.add_argument(
        "--against",
        action="append",
        default=[],
        type=Path,
        metavar="SRC",
        help="the originals; may be repeated",
    )
    parser.add_argument(
        "--headers-only", action="store_true", help="do not look for text in the pixels (faster)"
    )
    add_workers_argument(parser)


def _verify_in_project(folder: Path, progress: Progress, how: Mapping[str, Any]) -> masking.Verification:
    from app.cli.commands.opening import (
        open_project,  # these need the catalogue, which masking a folder does not
    )
    from app.workflows import projects, releasing

    project = open_project(folder)
    vault = projects.unlocked_if_possible(project)
    with closing(vault) if vault is not None else nullcontext():
        return releasing.verify_project(project, vault, progress, **how)


def _verify(given: argparse.Namespace, progress: Progress) -> Result:
    how = {"pixels": not given.headers_only, "workers": given.workers}
    if (given.folder / PROJECT_FILE).is_file() and not given.against:
        found = _verify_in_project(given.folder, progress, how)
    else:
        found = masking.verify(given.folder, given.against, progress, **how)
    return Result(found.as_text(), found.as_json(), SOME_FAILED if found.findings else DONE)


MASK = Command(
    name="mask",
    summary="de-identify files, folders, DICOMDIRs or zips, without a project",
    teaches=f"""De-identify DICOM instances: headers by the Basic Profile of PS3.15 and the options chosen, and text
burned into pixels. The originals are never touched. Written as
DIR/<new PatientID>/<new StudyInstanceUID>/<new SeriesInstanceUID>/<new SOPInstanceUID>.dcm
or, where the originals are a medium with a DICOMDIR, as DIR/DICOM/PAxxxxxx/STxxxxxx/SExxxxxx/xxxxxxxx with a new
DICOMDIR. PNG, JPEG and TIFF pictures lose their metadata, keep their pixels and are written to DIR/pictures.

Each input ends as masked (perhaps with a reason to look at it), quarantined (not written, because it could not be
cleared with certainty), failed or skipped. Every masked instance is checked by a second, independent way before it
is written: one in which identity is left is quarantined. A run that was killed goes on when the same command runs again.

Whose an instance is, is told by its patient ID; without one by name and birth date; without these by the study.
With --pseudonyms your own study IDs stand for the patients that your list names. Several IDs of one patient become
one only where the list says so in a column “same patient”; two patients never do.

{options_text()}

  leadglass mask /data/incoming --out /data/masked --profile research --report report.json""",
    arguments=_mask_arguments,
    run=_mask,
)

VERIFY = Command(
    name="verify",
    summary="look for identity left in headers, file names and pixels",
    teaches="""Open again what was written and look for identity that is left: names, dates, private attributes, patterns
such as telephone numbers, and, with --against, everything that identifies the patients of the originals.
Values are never printed, only where they stand. In a project the grades decide what may be exported; where its
vault opens without a question, each instance is searched for its own patient.

  leadglass verify /data/masked --against /data/incoming
  leadglass verify knees.leadglass --headers-only""",
    arguments=_verify_arguments,
    run=_verify,
)
