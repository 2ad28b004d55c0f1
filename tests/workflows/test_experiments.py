"""`leadglass experiment` on plans and finished runs; no network is loaded."""

from pathlib import Path

import pytest

from tests.gui.made_runs import make_run
from tests.workflows.conftest import leadglass
from trainer import Experiment, planned, write_experiment


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    plan = Experiment("Which balancing?", tmp_path, {"balancing": ("none", "alternating")})
    folder = tmp_path / "out"
    folder.mkdir()
    write_experiment(plan, folder / "experiment.toml")
    for run in planned(plan):
        make_run(folder / run.name)
    return folder


def test_an_experiment_is_listed_and_shown(finished: Path, tmp_path: Path) -> None:
    ended = leadglass("experiment", "list", tmp_path)
    assert "Which balancing?, 2 of 2 trainings done" in ended.out
    ended = leadglass("experiment", "show", finished, "--json")
    assert ended.code == 0, ended.err
    assert [run["name"] for run in ended.json["runs"]] == ["01-none", "02-alternating"]
    assert ended.json["runs"][0]["metrics"] == {"auc": 0.9}


def test_a_wrong_plan_ends_before_anything_is_trained(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(f'dataset = "{tmp_path.as_posix()}"\n[vary]\nbalancing = ["magic"]\n', encoding="utf-8")
    ended = leadglass("experiment", "run", plan)
    assert ended.code == 1
    assert "magic" in ended.err
    assert "alternating" in ended.err
    assert not (tmp_path / "plan-runs").exists()
