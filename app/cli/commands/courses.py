"""`leadglass tensorboard`."""

import argparse
import time
from pathlib import Path

from app.cli.command import Command, Result
from app.progress import Progress
from app.workflows.learning import show_courses

_LOOK_SECONDS = 0.2


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder",
        type=Path,
        metavar="FOLDER",
        help="a model folder, a project's folder “models”, an experiment",
    )


def _tensorboard(given: argparse.Namespace, progress: Progress) -> Result:
    address = show_courses(given.folder, progress)
    progress.item("note", {"text": f"Open {address} in the browser of this computer. Ctrl+C ends it."})
    while not progress.cancelled():
        time.sleep(_LOOK_SECONDS)
    return Result("", {"address": address})


TENSORBOARD = Command(
    "tensorboard",
    "show the course of trainings in the browser",
    """Serve TensorBoard with the curves of all trainings in a folder, until Ctrl+C. Only this computer reaches it, and
only who knows the address that is printed; the page asks no other computer for anything.

  leadglass tensorboard knees-model""",
    _arguments,
    _tensorboard,
)
