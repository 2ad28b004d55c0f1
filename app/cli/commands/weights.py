"""`leadglass weights`: weights from elsewhere for the networks of the table."""

import argparse
from dataclasses import asdict
from pathlib import Path

from app.cli.command import Command, Result
from app.components import require_training
from app.errors import UsageError
from app.progress import Progress
from app.settings import weights_folder
from trainer import ARCHITECTURES, forget_imported, import_weights, imported_weights, slots


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=tuple(_ACTIONS), help="what to do")
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="with import: the weights file")
    parser.add_argument("--architecture", metavar="NAME", choices=tuple(ARCHITECTURES), help="the network")


def _weights(given: argparse.Namespace, progress: Progress) -> Result:
    if given.action != "list" and given.architecture is None:
        raise UsageError("Say for which network.", "Add --architecture NAME (leadglass architectures).")
    if (given.file is not None) != (given.action == "import"):
        raise UsageError("A file belongs to “weights import”, and to nothing else.", "See --help.")
    return _ACTIONS[given.action](given, progress)


def _import(given: argparse.Namespace, progress: Progress) -> Result:
    require_training()
    if not given.file.is_file():
        raise UsageError(f"{given.file} is not a file.", "Name a .weights.h5, .npz or .safetensors file.")
    progress.stage("Comparing the file with the network")
    made = import_weights(given.file, given.architecture, weights_folder())
    ignored = f" {made.ignored} others in the file have no place in it." if made.ignored else ""
    return Result(
        f"{made.arrays} arrays were imported for {made.architecture}.{ignored}\n"
        f"SHA-256 of the file: {made.sha256}\n"
        "Compare it with what its source publishes. Use it with: "
        f'leadglass train DATASET --out MODEL --set architecture={made.architecture} --set "strategy=by rule"',
        asdict(made),
    )


def _list(_given: argparse.Namespace, _progress: Progress) -> Result:
    found = imported_weights(weights_folder())
    lines = [f"{each.architecture}: {each.arrays} arrays, SHA-256 {each.sha256}" for each in found]
    return Result(
        "\n".join(lines) or "No weights were imported yet.", {"weights": [asdict(e) for e in found]}
    )


def _layout(given: argparse.Namespace, progress: Progress) -> Result:
    require_training()
    progress.stage("Building the network")
    wanted = slots(ARCHITECTURES[given.architecture])
    rows = [{"key": slot.key, "variable": slot.variable, "shape": list(slot.shape)} for slot in wanted]
    lines = [f"{slot.key:40} {slot.variable:20} {' × '.join(map(str, slot.shape))}" for slot in wanted]
    return Result("\n".join(lines), {"architecture": given.architecture, "arrays": rows})


def _remove(given: argparse.Namespace, _progress: Progress) -> Result:
    there = forget_imported(given.architecture, weights_folder())
    said = "were deleted" if there else "were not there"
    return Result(f"Imported weights for {given.architecture} {said}.", {"deleted": there})


_ACTIONS = {"import": _import, "list": _list, "layout": _layout, "remove": _remove}

WEIGHTS = Command(
    "weights",
    "import weights from elsewhere for a network",
    """Import weights that a network has learned elsewhere; the program itself downloads none. Read are .weights.h5 of
Keras 3, .npz (not compressed) and .safetensors: plain arrays, nothing in them is executed. Shapes are compared with
the network before an array is read, and the file's SHA-256 is shown and kept with every model that begins from it.
In .npz and .safetensors arrays are named as `weights layout` lists them, such as conv1_conv/0 or conv1_conv/kernel.

  leadglass weights import resnet50.weights.h5 --architecture resnet50
  leadglass weights list
  leadglass weights layout --architecture resnet50
  leadglass weights remove --architecture resnet50""",
    _arguments,
    _weights,
)
