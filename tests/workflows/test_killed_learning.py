"""kill -9 at random moments over a training and over predictions: both go on, and say the same in the end."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from app.project import Project
from tests.workflows.conftest import leadglass
from tests.workflows.killing import MARKS, Killer, check_project, contents, rounds, timed

pytestmark = MARKS
SAME = ("weights.weights.h5", "judging.json", "images.json", "evaluation.json", "familiarity.npz")
TIMES = frozenset({"seconds", "at", "made", "created"})


def training(dataset: Path, out: Path) -> tuple[object, ...]:
    return (
        "train",
        dataset,
        "--out",
        out,
        "--recipe",
        "quick",
        "--epochs",
        "4",
        "--set",
        "rivals=",
        "--knowingly",
    )


@pytest.fixture
def dataset(imported: Path, tmp_path: Path) -> Path:
    assert leadglass("label", imported, "--from", tmp_path / "labels.csv").code == 0
    assert leadglass("export", imported, "--out", tmp_path / "data", "--split", "0.6,0.4,0").code == 0
    return tmp_path / "data"


def learned(model: Path) -> dict[str, Any]:
    """What a model is and says: its files, and its record without the times."""
    record = json.loads((model / "run.json").read_text(encoding="utf-8"))
    files = {name: digest for name, digest in contents(model).items() if name in SAME}
    assert set(files) >= {"weights.weights.h5", "images.json"}
    return files | {name: value for name, value in record.items() if name not in TIMES}


def test_training(dataset: Path, tmp_path: Path) -> None:
    assert leadglass(*training(dataset, tmp_path / "warm" / "model")).code == 0
    whole_s = timed(*training(dataset, tmp_path / "calm" / "model"))
    calm = learned(tmp_path / "calm" / "model")
    before = contents(dataset)
    killer = Killer(6, lambda: None, whole_s)

    def one(number: int) -> None:
        out = tmp_path / f"round{number}" / "model"
        killer.through(*training(dataset, out))
        assert learned(out) == calm
        assert not (out / "checkpoint").exists()
        assert contents(dataset) == before
        shutil.rmtree(out.parent)

    rounds(killer, one)


def test_prediction(dataset: Path, imported: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    assert leadglass(*training(dataset, model)).code == 0
    calm = shutil.copytree(imported, tmp_path / "calm.leadglass")
    whole_s = timed("predict", model, "--project", calm)
    files = contents(model)
    assert len(said(calm)) == 12
    current = [calm]
    killer = Killer(7, lambda: check_project(current[0]), whole_s)

    def one(number: int) -> None:
        current[0] = shutil.copytree(imported, tmp_path / f"p{number}.leadglass")
        killer.through("predict", model, "--project", current[0])
        assert said(current[0]) == said(calm)
        assert contents(model) == files
        shutil.rmtree(current[0])

    rounds(killer, one)


def said(folder: Path) -> dict[str, tuple[str, dict[str, float]]]:
    with Project.open(folder).catalogue() as catalogue:
        rows = catalogue.predictions()
    return {row.sop_instance_uid: (row.predicted, dict(row.probabilities)) for row in rows}
