"""Running an experiment unattended: a process for each training, one after the other, resumable at any moment.

A training that fails, or takes its process with it, costs that training alone. What is finished when everything is
killed is not done again, and the training that was at work goes on from its last epoch.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from trainer.errors import CancelledError
from trainer.experiments.child import Train, train_in_child
from trainer.experiments.plan import Experiment, PlannedRun, planned
from trainer.experiments.states import (
    DONE,
    FAILED,
    PROBLEM,
    RunState,
    begin,
    note_problem,
    run_states,
    state_of,
)
from trainer.experiments.summary import write_summary
from trainer.order import Order
from trainer.prepared import FOLDER
from trainer.records import OnEvent, ReadImage

LOG = "experiment.log"


@dataclass(frozen=True, slots=True)
class _Work:
    out: Path
    read_image: ReadImage
    on_event: OnEvent
    cancelled: Callable[[], bool]
    train: Train
    imported: Path | None

    def note(self, text: str) -> None:
        """Tell it, and keep it in the log."""
        self.on_event("note", {"text": text})
        with (self.out / LOG).open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(f"{datetime.now(UTC).isoformat(timespec='seconds')} {text}\n")


def run_experiment(
    experiment: Experiment,
    out: Path,
    *,
    read_image: ReadImage,
    on_event: OnEvent = lambda _kind, _facts: None,
    cancelled: Callable[[], bool] = lambda: False,
    again: bool = False,
    train: Train = train_in_child,
    imported: Path | None = None,
) -> tuple[RunState, ...]:
    """Run what is not done yet of an experiment; its folder then holds a model folder for each training.

    `read_image` must be a function of a module, as it goes to another process. `again` tries those that failed once
    more; `imported` is the folder of imported weights. Events are those of each training, and "run" (number, runs,
    name, state, metrics) before and after each.
    """
    runs = planned(experiment)
    begin(experiment, out)
    work = _Work(out, read_image, on_event, cancelled, train, imported)
    on_event("stage", {"title": f"Experiment “{experiment.name}”", "total": len(runs)})
    for number, run in enumerate(runs, start=1):
        folder = out / run.name
        if again:
            (folder / PROBLEM).unlink(missing_ok=True)
        if state_of(run, folder).state not in (DONE, FAILED):
            on_event("run", _told(state_of(run, folder), number, len(runs), state="running"))
            work.note(f"{run.name}: begins")
            _train(work, run, experiment)
            write_summary(out)
        on_event("run", _told(state_of(run, folder), number, len(runs)))
    write_summary(out)
    return run_states(out)


def _train(work: _Work, run: PlannedRun, experiment: Experiment) -> None:
    order = Order(
        experiment.dataset,
        work.out / run.name,
        run.recipe,
        work.read_image,
        seed=run.seed,
        limit_seconds=None if experiment.minutes is None else 60 * experiment.minutes,
        cache=work.out.resolve().parent / FOLDER,
        imported=work.imported,
    )
    try:
        problem = work.train(order, work.on_event, work.cancelled)
    except CancelledError:
        work.note(f"{run.name}: stopped; it goes on from here when the experiment is started again")
        raise
    if problem:
        note_problem(work.out / run.name, problem)
    work.note(f"{run.name}: {problem or 'done'}")


def _told(found: RunState, number: int, runs: int, state: str = "") -> Mapping[str, Any]:
    return {
        "number": number,
        "runs": runs,
        "name": found.run.name,
        "state": state or found.state,
        "problem": found.problem,
        "metrics": dict(found.info.metrics) if found.info else {},
        "folder": str(found.folder),
    }
