"""Experiments: many trainings from one file, unattended, and how ready a data set is for one."""

from pathlib import Path

from anonymizer import read_image
from app.components import require_training
from app.errors import UsageError
from app.progress import Progress
from app.settings import weights_folder
from app.workflows.learning import forward, refuse_too_few
from app.workflows.masking import existing
from labeller import Catalogue
from trainer import (
    Estimate,
    Experiment,
    RunState,
    estimates,
    experiment_in,
    planned,
    read_experiment,
    run_experiment,
    run_states,
)

PLAN = "experiment.toml"


def run(
    plan: Path, out: Path | None, progress: Progress, *, again: bool = False, knowingly: bool = False
) -> tuple[Path, tuple[RunState, ...]]:
    """Run a plan, or go on with the experiment in a folder; returns the folder and what became of each training."""
    require_training()
    existing([plan])
    experiment, folder = _meant(plan, out)
    existing([experiment.dataset])
    planned(experiment)  # a setting that does not fit is told before the images are counted
    refuse_too_few(experiment.dataset, knowingly=knowingly)
    found = run_experiment(
        experiment,
        folder,
        read_image=read_image,
        on_event=lambda kind, facts: forward(progress, kind, facts),
        cancelled=progress.cancelled,
        again=again,
        imported=weights_folder(),
    )
    return folder, found


def found_under(folder: Path) -> list[tuple[Path, Experiment]]:
    """Experiments that lie in the folder or one below."""
    existing([folder])
    plans = sorted([*folder.glob(PLAN), *folder.glob(f"*/{PLAN}")])
    return [(plan.parent, experiment_in(plan.parent)) for plan in plans]


def shown(folder: Path) -> tuple[Experiment, tuple[RunState, ...]]:
    """One experiment with its trainings."""
    existing([folder])
    return experiment_in(folder), run_states(folder)


def number_of_runs(experiment: Experiment) -> int:
    """How many trainings a plan is; RecipeError where a setting does not fit."""
    return len(planned(experiment))


def speed(dataset: Path, progress: Progress) -> tuple[str, tuple[Estimate, ...]]:
    """The device and how long each recipe will take here."""
    require_training()
    existing([dataset])
    progress.stage("Measuring this computer")
    return estimates(dataset, read_image=read_image)


def confirmed_by_two(catalogue: Catalogue) -> dict[str, int]:
    """Of how many images of each class at least two readers say the same."""
    said: dict[tuple[str, str], set[str]] = {}
    for reader, labelled in catalogue.opinions().items():
        for uid, label in labelled.items():
            said.setdefault((uid, label), set()).add(reader)
    found: dict[str, int] = {}
    for (_, label), readers in said.items():
        found[label] = found.get(label, 0) + (len(readers) > 1)
    return found


def _meant(plan: Path, out: Path | None) -> tuple[Experiment, Path]:
    if plan.is_dir():
        if out is not None and out.resolve() != plan.resolve():
            raise UsageError("An experiment goes on where it lies.", "Name no folder (--out).")
        return experiment_in(plan), plan
    return read_experiment(plan), out or plan.with_name(f"{plan.stem}-runs")
