"""`leadglass demo`, `info`, `screenshots` and the window itself."""

import argparse
import os
import platform
import subprocess
import sys
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from app import NAME, NOTICE, VERSION, sealed
from app.cli.command import DONE, SOME_FAILED, Command, Result
from app.components import training_installed
from app.errors import AppError, JobError
from app.program import command, has_display
from app.progress import Progress
from app.settings import config_folder, data_folder, default_key_file
from app.workflows import selftest
from app.workflows.demo import Demo

PARTS = (
    "pydicom",
    "numpy",
    "onnxruntime",
    "sqlalchemy",
    "pyside6-essentials",
    "keras",
    "tensorboard",
    "tensorflow-cpu",
)


def _demo_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--folder", type=Path, metavar="DIR", help="where the sample project is made")
    parser.add_argument(
        "--headless",
        action="store_true",
        help="open no window; save pictures of every page to a folder instead",
    )


def _demo(given: argparse.Namespace, _progress: Progress) -> Result:
    demo = Demo((given.folder or data_folder() / "demo").resolve(), given.progress)
    demo.prepare()

    def announce(text: str) -> None:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    demo.run(announce)
    facts: dict[str, object] = {"project": str(demo.project), "seconds": demo.seconds, "notice": NOTICE}
    text = (
        f"\nThe whole line ran in {sum(demo.seconds.values()):.0f} s. The project: {demo.project}. {NOTICE}."
    )
    if given.headless or not has_display():
        facts["screenshots"] = str(demo.screenshots(announce))
        return Result(f"{text}\nPictures of every page: {facts['screenshots']}", facts)
    announce(f"{text}\nOpening the window …")
    code = subprocess.run(command("window", str(demo.project)), check=False).returncode
    if code != 0:
        raise JobError("The window could not be shown.", "Try again with --headless.")
    return Result("", facts)


def _no_arguments(_parser: argparse.ArgumentParser) -> None:
    """The command takes nothing but the output options."""


def _info(_given: argparse.Namespace, _progress: Progress) -> Result:
    parts = {
        name: version(name) for name in PARTS if training_installed() or name not in selftest.TRAINING_PARTS
    }
    facts: dict[str, object] = {
        "version": VERSION,
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "configuration": str(config_folder()),
        "key": str(default_key_file()),
        "parts": parts,
        "network": "cut off" if sealed.is_sealed() else "none is used",
        "notice": NOTICE,
    }
    listed = ", ".join(f"{name} {number}" for name, number in parts.items())
    text = (
        f"{NAME} {VERSION}, Python {facts['python']} on {facts['system']}, {facts['cores']} cores.\n"
        f"Settings and keys: {facts['configuration']}\nParts: {listed}\n{NOTICE}. No network is used."
    )
    return Result(text, facts)


def _selftest(_given: argparse.Namespace, progress: Progress) -> Result:
    outcomes = []
    progress.stage("Checking this copy", len(selftest.CHECKS))
    with TemporaryDirectory(prefix="leadglass-selftest-") as scratch:
        for outcome in selftest.self_test(Path(scratch)):
            outcomes.append(outcome)
            progress.step(len(outcomes), outcome.name)
    failed = sum(outcome.state == "failed" for outcome in outcomes)
    width = max(len(outcome.name) for outcome in outcomes)
    rows = [f"{each.state:7}{each.name:{width}} {each.seconds:6.1f} s  {each.note}" for each in outcomes]
    verdict = f"{failed} of {len(outcomes)} checks failed." if failed else "This copy works."
    facts = {"version": VERSION, "failed": failed, "checks": [asdict(each) for each in outcomes]}
    return Result("\n".join([*rows, "", verdict]), facts, SOME_FAILED if failed else DONE)


def _window_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("project", nargs="?", type=Path, metavar="PROJECT", help="open this project")


def _qt_error(error: ImportError) -> AppError:
    message = f"The window cannot be shown: a library of the system is missing ({error})."
    if sys.platform == "win32":
        return AppError(
            message, "Leadglass needs Windows 10 (1809) or later. If this is one, install Leadglass again."
        )
    return AppError(
        message,
        "On Debian and Ubuntu: sudo apt-get install libegl1 libgl1 libxkbcommon-x11-0 libdbus-1-3 libfontconfig1 "
        "libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxcb-image0 libxcb-render-util0",
    )


def _window(given: argparse.Namespace, _progress: Progress) -> Result:
    if not has_display() and os.environ.get("QT_QPA_PLATFORM") not in ("offscreen", "minimal"):
        raise AppError("There is no display to show the window on.", "Use the commands: leadglass --help.")
    try:
        from app.gui.application import run
    except ImportError as error:
        raise _qt_error(error) from error
    return Result("", code=run(given.project))


def _screenshots_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("project", type=Path, metavar="PROJECT", help="the project to show")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="where the pictures go")
    parser.add_argument("--theme", choices=("dark", "light"), default="dark", help="(dark)")
    parser.add_argument("--size", default="1280x800", metavar="WxH", help="size of the window (1280x800)")


def _screenshots(given: argparse.Namespace, progress: Progress) -> Result:
    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    try:
        from app.gui.screenshots import save_screenshots
    except ImportError as error:
        raise _qt_error(error) from error
    width, height = (int(part) for part in given.size.split("x"))
    progress.stage("Taking pictures")
    files = save_screenshots(given.project, given.out, theme=given.theme, size=(width, height))
    text = "\n".join(str(file) for file in files)
    return Result(text, {"files": [str(file) for file in files]}, DONE if files else SOME_FAILED)


DEMO = Command(
    "demo",
    "run the whole line on the sample and open the window on it",
    """Make a sample project from the small DICOM files that the program carries (all identities in them are
invented), mask, label, export, train and predict, and open the window on it. What an earlier demo made in the
same folder is replaced.""",
    _demo_arguments,
    _demo,
)
SELFTEST = Command(
    name="selftest",
    summary="check every part of this copy at work",
    teaches="""Checks an installed copy in about a minute: files as delivered, parts present, and masking, labelling,
export, the window, training and prediction each at work on a made-up sample in a temporary folder. Prints a table.

  leadglass selftest
  leadglass selftest --json

Exit code 0: this copy works (parts that are not installed are named); 1: something failed.""",
    arguments=_no_arguments,
    run=_selftest,
)

INFO = Command(
    "info", "versions, places, what runs where", "Print versions and places.", _no_arguments, _info
)
WINDOW = Command(
    "window", "open the window", "Open the window, on a project if one is named.", _window_arguments, _window
)
SCREENSHOTS = Command(
    "screenshots",
    "save pictures of every page",
    "Save a picture of every page of the window on a project, without showing it.",
    _screenshots_arguments,
    _screenshots,
)
