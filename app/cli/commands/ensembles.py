"""`leadglass ensemble`: several models that answer as one."""

import argparse
from pathlib import Path

from app.cli.command import Command, Result
from app.cli.commands.learning import model_made
from app.progress import Progress
from app.workflows import learning
from trainer import ENSEMBLE_METHODS, EnsembleRequest


def methods_text() -> str:
    """The ways in plain words, from the table that the trainer keeps."""
    return "\n".join(f"  {name:8} {words}" for name, words in ENSEMBLE_METHODS.items())


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "members", nargs="+", type=Path, metavar="MODEL", help="the folders of trained models"
    )
    parser.add_argument(
        "--dataset", required=True, type=Path, metavar="DATASET", help="the one that they were trained on"
    )
    parser.add_argument("--out", required=True, type=Path, metavar="MODEL", help="the folder of the ensemble")
    parser.add_argument("--method", choices=tuple(ENSEMBLE_METHODS), default="average", help="(average)")
    parser.add_argument(
        "--by", default="body_part", metavar="COLUMN", help="for experts: the manifest's column (body_part)"
    )


def _ensemble(given: argparse.Namespace, progress: Progress) -> Result:
    request = EnsembleRequest(
        tuple(given.members), given.dataset, given.out, given.method, column=given.by.strip().lower()
    )
    made = learning.make_ensemble(request, progress)
    return model_made(made, f"{len(request.members)} models answer as one ({given.method}).")


ENSEMBLE = Command(
    "ensemble",
    "let several models answer as one",
    f"""Make one model of several. Its members are copied into its folder with their hashes; it predicts, is judged and
reported as any other. What it learns (weights of a stack, calibration) comes from the validation split alone, and
images that a member may have learned from cannot judge it.

Ways:
{methods_text()}

  leadglass ensemble knees-quick knees-standard --dataset knees-dataset --out knees-both --method stack
  leadglass train bones --out bones-knee --only body_part=KNEE
  leadglass ensemble bones-knee bones-hand --dataset bones --out bones-experts --method experts --by body_part""",
    _arguments,
    _ensemble,
)
