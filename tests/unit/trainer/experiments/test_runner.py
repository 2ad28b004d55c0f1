"""Running experiments: one after the other, whatever happens to one of them, and on from where it was killed."""

import csv
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.gui.made_runs import make_run
from tests.unit.trainer.conftest import read_png, write_dataset
from trainer import CancelledError, ModelFolderError, RecipeError
from trainer.experiments import COMPARISON, SUMMARY, Experiment, run_experiment, run_states
from trainer.order import Order
from trainer.records import OnEvent


class FakeTrainer:
    """Makes model folders at once; fails or cancels where it is told to."""

    def __init__(self, failing: str = "", cancelling: str = "") -> None:
        self.failing, self.cancelling = failing, cancelling
        self.trained: list[str] = []
        self.imported: Path | None = None

    def __call__(self, order: Order, on_event: OnEvent, cancelled: Callable[[], bool]) -> str:
        self.trained.append(order.out.name)
        self.imported = order.imported
        if self.cancelling and self.cancelling in order.out.name:
            raise CancelledError("stopped")
        if self.failing and self.failing in order.out.name:
            return "The training ended unexpectedly; memory may have run out."
        on_event("epoch", {"epoch": 1})
        shutil.rmtree(order.out, ignore_errors=True)
        make_run(order.out)
        return ""


@pytest.fixture
def experiment(tmp_path: Path) -> Experiment:
    return Experiment("Balancing", tmp_path / "data", {"balancing": ("class weights", "none", "alternating")})


def _run(
    experiment: Experiment, out: Path, train: FakeTrainer, **more: Any
) -> list[tuple[str, Mapping[str, Any]]]:
    events: list[tuple[str, Mapping[str, Any]]] = []
    run_experiment(
        experiment,
        out,
        read_image=read_png,
        on_event=lambda kind, facts: events.append((kind, facts)),
        train=train,
        **more,
    )
    return events


def test_imported_weights_are_there_for_every_training(experiment: Experiment, tmp_path: Path) -> None:
    trainer = FakeTrainer()
    _run(experiment, tmp_path / "out", trainer, imported=tmp_path / "weights")
    assert trainer.imported == tmp_path / "weights"


def _rows(out: Path) -> list[dict[str, str]]:
    with (out / SUMMARY).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_all_run_and_stand_in_one_table_and_one_page(experiment: Experiment, tmp_path: Path) -> None:
    events = _run(experiment, tmp_path / "out", FakeTrainer())
    rows = _rows(tmp_path / "out")
    assert [row["balancing"] for row in rows] == ["class weights", "none", "alternating"]
    assert {row["state"] for row in rows} == {"done"}
    assert all(float(row["validation_auc"]) > 0 for row in rows)
    page = (tmp_path / "out" / COMPARISON).read_text(encoding="utf-8")
    assert "01-class-weights" in page
    assert "<svg" in page
    assert "Not for diagnostic use" in page
    told = [facts for kind, facts in events if kind == "run"]
    assert [(facts["number"], facts["state"]) for facts in told[:2]] == [(1, "running"), (1, "done")]
    log = (tmp_path / "out" / "experiment.log").read_text(encoding="utf-8")
    assert log.count("begins") == 3


def test_one_that_fails_costs_only_itself_and_is_tried_again_when_asked(
    experiment: Experiment, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    _run(experiment, out, FakeTrainer(failing="none"))
    assert [row["state"] for row in _rows(out)] == ["done", "failed", "done"]
    assert "memory" in _rows(out)[1]["problem"]
    idle = FakeTrainer()
    _run(experiment, out, idle)
    assert idle.trained == []
    once_more = FakeTrainer()
    _run(experiment, out, once_more, again=True)
    assert once_more.trained == ["02-none"]
    assert [row["state"] for row in _rows(out)] == ["done"] * 3


def test_a_stopped_experiment_goes_on_where_it_was(experiment: Experiment, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(CancelledError):
        _run(experiment, out, FakeTrainer(cancelling="none"))
    second = FakeTrainer()
    _run(experiment, out, second)
    assert second.trained == ["02-none", "03-alternating"]


def test_another_experiment_does_not_mix_with_it(experiment: Experiment, tmp_path: Path) -> None:
    _run(experiment, tmp_path / "out", FakeTrainer())
    other = Experiment("Other", experiment.dataset, {"epochs": (1,)})
    with pytest.raises(ModelFolderError, match="another experiment"):
        _run(other, tmp_path / "out", FakeTrainer())


def test_a_folder_without_an_experiment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no experiment"):
        run_states(tmp_path)


SCRIPT = """
import sys
from pathlib import Path
from tests.unit.trainer.conftest import read_png
from trainer.experiments import Experiment, run_experiment

if __name__ == "__main__":
    base = {"recipe": "standard", "size": 16, "epochs": 40}
    experiment = Experiment("Killed", Path(sys.argv[1]), {"balancing": ("none", "alternating")}, base)
    def say(kind, facts):
        if kind in ("epoch", "run"):
            print(kind, facts.get("epoch"), facts.get("name"), facts.get("state"), flush=True)
    run_experiment(experiment, Path(sys.argv[2]), read_image=read_png, on_event=say)
"""


def _epochs_until_killed(command: list[str], home: Path, number: int) -> list[int]:
    """Run it, kill -9 it after so many epochs; returns those that it told of."""
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), "HOME": str(home)}
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert child.stdout is not None
    epochs: list[int] = []
    while len(epochs) < number:
        words = child.stdout.readline().split()
        assert words, "the experiment ended too early"
        epochs += [int(words[1])] if words[0] == "epoch" else []
    child.kill()
    child.wait()
    child.stdout.close()
    return epochs


@pytest.mark.slow
def test_killed_in_the_night_it_goes_on_from_the_last_epoch(tmp_path: Path) -> None:
    data, out = write_dataset(tmp_path / "data"), tmp_path / "out"
    script = tmp_path / "run_it.py"
    script.write_text(SCRIPT, encoding="utf-8")
    command = [sys.executable, str(script), str(data), str(out)]
    first = _epochs_until_killed(command, tmp_path, 3)
    time.sleep(2)  # the process of the training notices that its parent is gone
    with (out / "01-none" / "history.csv").open(encoding="utf-8") as stream:
        kept = len(list(csv.DictReader(stream)))
    assert first == [1, 2, 3]
    assert _epochs_until_killed(command, tmp_path, 1) in (
        [kept],
        [kept + 1],
    )  # history before the checkpoint or after
    assert [state.state for state in run_states(out)] == ["begun", "waiting"]
    log = (out / "experiment.log").read_text(encoding="utf-8")
    assert log.count("01-none: begins") == 2
