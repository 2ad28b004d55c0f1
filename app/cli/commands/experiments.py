"""`leadglass experiment` and `speed`: many trainings from one file, and how long one will take."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from app import NOTICE
from app.cli.command import DONE, SOME_FAILED, Command, Result
from app.cli.commands.learning import add_knowingly
from app.errors import UsageError
from app.progress import Progress
from app.workflows import experiments
from trainer import BALANCINGS, COMPARISON, RECIPES, SUMMARY, RunState

_ACTIONS = ("run", "list", "show")


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=_ACTIONS)
    parser.add_argument(
        "path", nargs="?", type=Path, metavar="FILE_OR_FOLDER", help="a plan, or an experiment's folder"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="where the models go (FILE-runs beside the plan)"
    )
    parser.add_argument("--again", action="store_true", help="try those that failed once more")
    add_knowingly(parser)


def _run(given: argparse.Namespace, progress: Progress) -> Result:
    if given.action == "list":
        return _list(given.path or Path())
    if given.path is None:
        raise UsageError("Which experiment?", f"leadglass experiment {given.action} FILE_OR_FOLDER")
    if given.action == "show":
        experiment, found = experiments.shown(given.path)
        return _result(experiment.name, given.path, found)
    folder, found = experiments.run(
        given.path, given.out, progress, again=given.again, knowingly=given.knowingly
    )
    return _result(given.path.stem, folder, found)


def _list(folder: Path) -> Result:
    found = experiments.found_under(folder)
    rows = []
    for place, experiment in found:
        states = experiments.shown(place)[1]
        rows.append(
            {
                "folder": str(place),
                "name": experiment.name,
                "runs": len(states),
                "done": _number(states, "done"),
            }
        )
    lines = [f"{row['folder']}: {row['name']}, {row['done']} of {row['runs']} trainings done" for row in rows]
    return Result("\n".join(lines or ["There is no experiment here."]), {"experiments": rows})


def _result(name: str, folder: Path, found: Sequence[RunState]) -> Result:
    best = sorted(found, key=lambda state: -_auc(state))
    width = max(len(state.run.name) for state in found)
    lines = [f"{state.run.name:{width}}  {_words(state)}" for state in best]
    lines += [f"Table: {folder / SUMMARY}; page: {folder / COMPARISON}.", f"{NOTICE}."]
    facts = {
        "name": name,
        "folder": str(folder),
        "runs": [
            {
                "name": state.run.name,
                "state": state.state,
                "varied": dict(state.run.varied),
                "metrics": dict(state.info.metrics) if state.info else {},
                "problem": state.problem,
            }
            for state in found
        ],
        "notice": NOTICE,
    }
    return Result("\n".join(lines), facts, SOME_FAILED if _number(found, "failed") else DONE)


def _auc(state: RunState) -> float:
    return state.info.metrics.get("auc", 0.0) if state.info else -1.0


def _words(state: RunState) -> str:
    if state.info is None:
        return state.problem or state.state
    found = state.info.metrics
    interval = f" ({found['auc_low']:.3f} to {found['auc_high']:.3f})" if "auc_low" in found else ""
    area = f"AUC {found['auc']:.3f}{interval}, " if "auc" in found else ""
    return f"{area}accuracy {found.get('accuracy', 0):.3f}, {state.info.seconds:.0f} s"


def _number(found: Sequence[RunState], state: str) -> int:
    return sum(each.state == state for each in found)


def _speed_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", type=Path, metavar="DATASET", help="a data set folder")


def _speed(given: argparse.Namespace, progress: Progress) -> Result:
    device, found = experiments.speed(given.dataset, progress)
    lines = [f"{RECIPES[each.recipe].title}: at most about {each.seconds:.0f} s" for each in found]
    facts = {"device": device, "recipes": {each.recipe: each.seconds for each in found}}
    return Result("\n".join([f"Measured on this computer ({device}):", *lines]), facts)


EXPERIMENT = Command(
    "experiment",
    "run many trainings from one file, unattended, and compare them",
    f"""Run a grid or a search at random over a recipe's settings, one training after the other. What is finished is not
done again: after a power cut or kill the same command goes on from the last epoch. Each training gets a readable
name, a model folder with history and report; summary.csv and comparison.html hold all of them.

  name = "Which balancing?"
  dataset = "knees-dataset"
  search = "grid"                    # or "random" with number = 20
  seeds = [0, 1]
  [recipe]
  recipe = "standard"
  epochs = 5
  [vary]
  balancing = ["class weights", "over-sampling"]
  learning_rate = [0.001, 0.002]     # at random also {{ low = 1e-4, high = 1e-2, scale = "log" }}

Every key of a recipe can vary (`leadglass architectures`); balancing knows: {", ".join(BALANCINGS)}.

  leadglass experiment run plan.toml --out knees-experiment
  leadglass experiment show knees-experiment
  leadglass experiment list .""",
    _arguments,
    _run,
)
SPEED = Command(
    "speed",
    "measure how long each recipe will take on this computer",
    """Feed images of the data set's shape through each recipe's network for some seconds, and say how long a training
will take at most. Nothing is written.

  leadglass speed knees-dataset""",
    _speed_arguments,
    _speed,
)
