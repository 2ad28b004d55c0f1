"""The program `leadglass`: its command line, and without a command its window."""

import argparse
import os
import sys
import time
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import replace

from app import NAME, NOTICE, VERSION, policy, sealed
from app.cli.command import CANCELLED, SOME_FAILED, WRONG_USE, Command
from app.cli.console import Cancellation, Output, make_output
from app.cli.table import NAMES, commands
from app.errors import USER_ERRORS, AppError, UsageError
from app.hardening import harden
from app.logs import note, places
from app.settings import config_folder
from trainer.errors import CancelledError

DESCRIPTION = f"""{NAME} masks personal data in DICOM headers and pixels, lets readers label the images, exports
de-identified data sets, and trains and applies models, on this computer alone. {NOTICE}.

Without a command the window opens. A project is made and worked on like this:

  leadglass new knees.leadglass
  leadglass import knees.leadglass /path/to/dicom     masks on the way in; the originals stay as they are
  leadglass label knees.leadglass --from labels.csv
  leadglass export knees.leadglass --out dataset
  leadglass train dataset --out model
  leadglass predict model new_images --csv predictions.csv

Each command explains itself: leadglass COMMAND --help"""

EXIT_CODES = "Exit codes: 0 done; 1 done, but some inputs failed and are named; 2 wrong use; 130 cancelled."


class _Intermixed(argparse.ArgumentParser):
    """Takes positional arguments on both sides of options, as in `label PROJECT --set CLASS SOP...`."""

    _inside = False

    def parse_known_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def] # argparse's own
        if self._inside:
            return super().parse_known_args(args, namespace)
        self._inside = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._inside = False


def parser(names: Iterable[str] = NAMES) -> argparse.ArgumentParser:
    """The parser of the commands of these names, made from the table of commands."""
    layout = argparse.RawDescriptionHelpFormatter
    top = argparse.ArgumentParser(
        "leadglass", description=DESCRIPTION, epilog=EXIT_CODES, formatter_class=layout
    )
    top.add_argument("--version", action="version", version=f"{NAME} {VERSION}. {NOTICE}.")
    top.add_argument(
        "--sealed", action="store_true", help="start in a network namespace without a network (Linux)"
    )
    place = top.add_subparsers(dest="command", metavar="COMMAND", title="commands", parser_class=_Intermixed)
    for command in commands(names):
        sub = place.add_parser(
            command.name,
            help=command.summary,
            description=command.teaches,
            epilog=EXIT_CODES,
            formatter_class=layout,
        )
        command.arguments(sub)
        how = sub.add_argument_group("output")
        how.add_argument(
            "--progress",
            choices=("auto", "json", "none"),
            default="auto",
            help="auto: a bar on a terminal, else a few lines; json: one JSON object a line; none",
        )
        how.add_argument("--json", action="store_true", help="print the result as one JSON document")
        sub.set_defaults(chosen=command)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    given = parser(_meant(words)).parse_args(words)
    wants_seal = given.sealed and not sealed.is_sealed()
    if given.command is None:
        given = parser(["window"]).parse_args(["window"])
    cancelled = Cancellation()
    output = make_output(given.progress, as_json=given.json, cancelled=cancelled)
    if given.command not in ("window", "demo"):  # these two start children that listen themselves
        cancelled.listen()
    if wants_seal:
        return _seal(words, output)
    return _run(given.chosen, given, output)


def _meant(words: Sequence[str]) -> Sequence[str]:
    """The commands that these words may be about. One alone spares the start of all the others."""
    first = next((word for word in words if not word.startswith("-")), None)
    if first in NAMES:
        return (first,)
    return NAMES if first or {"-h", "--help"} & set(words) else ("window",)


def _seal(arguments: Sequence[str], output: Output) -> int:
    try:
        sealed.start(arguments)
    except AppError as error:
        output.error(str(error), error.remedy)
        return SOME_FAILED


def _run(command: Command, given: argparse.Namespace, output: Output) -> int:
    begun = time.monotonic()
    code = _carried_out(command, given, output)
    note("command", command=command.name, exit=code, seconds=round(time.monotonic() - begun, 1))
    return code


def _carried_out(command: Command, given: argparse.Namespace, output: Output) -> int:
    try:
        policy.current().require_command(command.name)
        result = command.run(given, output)
    except UsageError as error:
        note("wrong use", command=command.name)
        output.error(str(error), error.remedy)
        return WRONG_USE
    except (CancelledError, KeyboardInterrupt):
        output.error("Cancelled. What was done so far is kept.", "The same command goes on from there.")
        return CANCELLED
    except USER_ERRORS as error:
        note(
            "error", command=command.name, error=type(error).__name__, places=places(error.__traceback__)[-3:]
        )
        output.error(str(error), error.remedy)
        return SOME_FAILED
    except Exception as error:  # noqa: BLE001 - the one place where bugs surface
        output.error(*_bug(error))
        return SOME_FAILED
    if output.cancelled():
        result = replace(
            result, code=CANCELLED, text=f"Cancelled; the same command goes on from there.\n{result.text}"
        )
    output.result(result.code, result.facts, result.text)
    return result.code


def _bug(error: Exception) -> tuple[str, str]:
    """Words for an error that nobody foresaw.

    A message of some library may quote an attribute's value, so only the places in our code are shown, and the
    whole text on request.
    """
    if os.environ.get("LEADGLASS_DEBUG") == "1":
        traceback.print_exc()
    found = places(error.__traceback__)
    note("unforeseen error", error=type(error).__name__, places=found)
    where = found[-1] if found else "unknown place"
    return (
        f"Something unforeseen went wrong: {type(error).__name__} at {where}.",
        "Please report this line, or what `leadglass report` shows; LEADGLASS_DEBUG=1 shows more, identities too.",
    )


def run() -> None:
    """Entry point of the installed program."""
    harden()
    # Keras would make a folder in the user's home, and take settings of other programs from there.
    os.environ["KERAS_HOME"] = str(config_folder() / "keras")
    for stream in (sys.stdout, sys.stderr):
        # Windows consoles and pipes default to a code page that lacks characters of paths and of ours.
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr] # text streams
    sys.exit(main())
