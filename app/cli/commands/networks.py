"""`leadglass architectures`: the networks that can be trained, and what may be set."""

import argparse
from collections.abc import Iterable, Iterator

from app.cli.command import Command, Result
from app.errors import UsageError
from app.progress import Progress
from trainer import ARCHITECTURES, FIELDS, HEADS, STRATEGIES, Architecture, Parameter, describe_architecture

_WEIGHTS = {"carried": "carried", "importable": "importable", "none": "–"}


def _architectures_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="one network in full, with its settings")


def _architectures(given: argparse.Namespace, _progress: Progress) -> Result:
    if given.name is not None and given.name not in ARCHITECTURES:
        raise UsageError(f"There is no network “{given.name}”.", f"There are: {', '.join(ARCHITECTURES)}.")
    chosen = [ARCHITECTURES[given.name]] if given.name else list(ARCHITECTURES.values())
    lines = _in_full(chosen[0]) if given.name else _table(chosen)
    facts = {
        "architectures": [describe_architecture(entry) for entry in chosen],
        "fields": [each.described() for each in FIELDS],
        "strategies": dict(STRATEGIES),
        "heads": [{"name": head.name, "title": head.title, "words": head.words} for head in HEADS.values()],
    }
    return Result("\n".join(lines), facts)


def _table(chosen: Iterable[Architecture]) -> Iterator[str]:
    yield "Networks, each with the least side in pixels that it takes, and where its weights may come from:"
    for entry in chosen:
        weights = _WEIGHTS[entry.weights]
        yield f"  {entry.name:20} {entry.smallest:>3} px  {weights:10}  {entry.title}. {entry.words}"
    yield ""
    yield "Settings of every recipe:"
    yield from _settings(FIELDS)
    yield ""
    yield "Heads:"
    for head in HEADS.values():
        yield f"  {head.name:18} {head.words}"
    yield ""
    yield "Strategies:"
    for name, words in STRATEGIES.items():
        yield f"  {name:20} {words}"
    yield ""
    yield "A network's own settings: leadglass architectures NAME"


def _in_full(entry: Architecture) -> Iterator[str]:
    yield f"{entry.title} ({entry.name}). {entry.words}"
    yield f"Images of {entry.smallest} pixels or more; smaller ones are enlarged."
    yield "Its own settings:"
    yield from _settings(entry.parameters)
    yield f"  leadglass train DATASET --out MODEL --set architecture={entry.name}"


def _settings(declared: Iterable[Parameter]) -> Iterator[str]:
    for each in declared:
        yield f"  {each.name:18} {each.words}"
        yield f"  {'':18} {each.allowed()}; default: {each.default if each.default != '' else 'empty'}"


ARCHITECTURES_COMMAND = Command(
    "architectures",
    "list the networks that can be trained and their settings",
    """List the networks, heads and settings that `leadglass train --set KEY=VALUE` and recipe files know.

  leadglass architectures
  leadglass architectures cnn_family
  leadglass train knees-dataset --out knees-vgg --set architecture=vgg16 --set dense_units=512""",
    _architectures_arguments,
    _architectures,
)
