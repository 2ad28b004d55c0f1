"""What has become of an experiment: read from its folder, which is all that is kept of it."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.atomic import write_json
from trainer.errors import ModelFolderError, RecipeError, TrainerError
from trainer.experiments.plan import Experiment, PlannedRun, planned, read_experiment, write_experiment
from trainer.model_folder import HISTORY, ModelInfo, is_complete

PLAN, PROBLEM = "experiment.toml", "problem.json"
DONE, FAILED, BEGUN, WAITING = "done", "failed", "begun", "waiting"


@dataclass(frozen=True, slots=True)
class RunState:
    """One training of an experiment as it stands."""

    run: PlannedRun
    folder: Path
    state: str
    problem: str = ""
    info: ModelInfo | None = None  # of a finished one

    def history(self) -> list[Mapping[str, str]]:
        """The rows of its history so far."""
        try:
            with (self.folder / HISTORY).open(encoding="utf-8", newline="") as stream:
                return list(csv.DictReader(stream))
        except OSError:
            return []


def begin(experiment: Experiment, out: Path) -> None:
    """Write the plan into the folder; ModelFolderError where it holds another one."""
    out.mkdir(parents=True, exist_ok=True)
    if not (out / PLAN).exists():
        write_experiment(experiment, out / PLAN)
    elif read_experiment(out / PLAN) != experiment:
        raise ModelFolderError(
            "The folder already holds another experiment.",
            "Choose another folder, or repeat the command that began it to go on.",
        )


def experiment_in(out: Path) -> Experiment:
    """The plan that lies in the folder; RecipeError if there is none."""
    if not (out / PLAN).is_file():
        raise RecipeError(f"There is no experiment in {out.name or out}.", "Choose an experiment's folder.")
    return read_experiment(out / PLAN)


def run_states(out: Path) -> tuple[RunState, ...]:
    """Every planned training of the experiment in a folder."""
    return tuple(state_of(run, out / run.name) for run in planned(experiment_in(out)))


def state_of(run: PlannedRun, folder: Path) -> RunState:
    """What lies in the run's folder."""
    if is_complete(folder):
        try:
            return RunState(run, folder, DONE, info=ModelInfo.read(folder))
        except TrainerError as error:
            return RunState(run, folder, FAILED, str(error))
    try:
        problem = json.loads((folder / PROBLEM).read_text(encoding="utf-8"))
        return RunState(run, folder, FAILED, str(problem["message"]))
    except (OSError, ValueError, KeyError, TypeError):
        return RunState(run, folder, BEGUN if folder.is_dir() else WAITING)


def note_problem(folder: Path, message: str, **facts: Any) -> None:
    """Keep why a training failed, so that the others are not held up by it again."""
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / PROBLEM, {"message": message, **facts})
