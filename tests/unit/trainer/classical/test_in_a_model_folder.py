"""Classical methods and joined columns from a data set to a prediction, through the one way that all models go."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.unit.trainer.conftest import read_png, write_dataset
from trainer import ModelFolderError, Predictor, Recipe, evaluate, train
from trainer.explain import explain

SPOT = {"patient_age": "070Y", "patient_sex": "F", "dose": "2.5"}
NORMAL = {"patient_age": "030Y", "patient_sex": "M", "dose": "2.5"}


def with_columns(folder: Path) -> Path:
    """Ages that nearly tell the classes, a sex that does not."""
    rng = np.random.default_rng(4)
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        age = rng.normal(66 if row["class"] == "spot" else 40, 8)
        row |= {
            "patient_age": f"{round(age):03}Y",
            "patient_sex": rng.choice(["F", "M"]),
            "dose": f"{age:.1f}",
        }
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_columns(write_dataset(tmp_path_factory.mktemp("data"), patients=30))


@pytest.fixture(scope="module")
def forest(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(folder, tmp_path_factory, classifier="random forest")


@pytest.fixture(scope="module")
def svm(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(folder, tmp_path_factory, classifier="svm")


@pytest.fixture(scope="module")
def concatenated(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(folder, tmp_path_factory, columns="patient_age patient_sex")


def trained(folder: Path, factory: pytest.TempPathFactory, **settings: str) -> Path:
    out = factory.mktemp("model") / "model"
    train(folder, out, recipe=Recipe(architecture="pixels", **settings), read_image=read_png)
    return out


@pytest.mark.parametrize("name", [pytest.param("forest", marks=pytest.mark.slow), "svm"])
def test_the_spot_is_learned_and_everything_a_model_has_is_there(
    name: str, request: pytest.FixtureRequest, folder: Path
) -> None:
    model = request.getfixturevalue(name)
    found = evaluate(model, folder, read_image=read_png, split="test")
    assert found.metrics["auc"] >= 0.9
    names = {path.name for path in model.iterdir()}
    assert {"classifier.npz", "judging.json", "report.html", "passport.json", "history.csv"} <= names
    stored = json.loads((model / "evaluation.json").read_text(encoding="utf-8"))["splits"]["test"]
    assert found.metrics == pytest.approx(stored["metrics"])


@pytest.mark.slow
def test_a_fresh_process_says_the_same(forest: Path, folder: Path) -> None:
    code = (
        "import json, sys; from pathlib import Path; from trainer import Predictor;"
        "from tests.unit.trainer.conftest import read_png;"
        "paths = sorted(Path(sys.argv[2]).rglob('*.png'))[:9];"
        "found = Predictor.load(Path(sys.argv[1]), read_png).predict(paths);"
        "print(json.dumps([list(p.probabilities.values()) for p in found]))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, str(forest), str(folder)], capture_output=True, text=True, check=True
    )
    here = Predictor.load(forest, read_png).predict(sorted(folder.rglob("*.png"))[:9])
    known = np.array([list(each.probabilities.values()) for each in here])
    assert np.abs(np.array(json.loads(answer.stdout)) - known).max() < 1e-6


def test_columns_count_and_their_lack_is_told(concatenated: Path, folder: Path) -> None:
    predictor = Predictor.load(concatenated, read_png)
    path = folder / "images" / "spot_3.png"
    assert predictor.sight.columns == ("patient_age", "patient_sex")
    old, young, unknown = (
        next(predictor.predict([path], facts={path: facts})) for facts in (SPOT, NORMAL, {})
    )
    assert old.probabilities["spot"] > young.probabilities["spot"]
    assert "Judged without: patient_age, patient_sex" in unknown.remark
    assert "without" not in old.remark


def test_the_comparison_says_whether_the_columns_helped(concatenated: Path) -> None:
    doubts = json.loads((concatenated / "evaluation.json").read_text(encoding="utf-8"))["doubts"]
    assert any("image alone" in text or "Too few validation patients" in text for text in doubts)


@pytest.mark.slow
def test_every_map_that_such_a_model_can_give(forest: Path, folder: Path) -> None:
    predictor = Predictor.load(forest, read_png)
    path = folder / "images" / "spot_3.png"
    shape = read_png(path).shape
    covering = explain(predictor, path, "spot")
    weighed = explain(predictor, path, "spot", method="importance")
    assert (covering.method, weighed.method) == ("occlusion", "importance")
    assert covering.values.shape == weighed.values.shape == shape
    assert covering.values.max() == weighed.values.max() == 1
    bright = read_png(path) > 140
    assert covering.values[bright].mean() > covering.values[~bright].mean()


@pytest.mark.parametrize("change", ["byte", "missing", pytest.param("another kind", marks=pytest.mark.slow)])
def test_a_changed_classifier_is_refused(
    svm: Path, request: pytest.FixtureRequest, tmp_path: Path, change: str
) -> None:
    for path in svm.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    stored = tmp_path / "classifier.npz"
    if change == "byte":
        stored.write_bytes(stored.read_bytes()[:-1] + b"x")
    elif change == "missing":
        stored.unlink()
    else:
        stored.write_bytes((request.getfixturevalue("forest") / "classifier.npz").read_bytes())
    with pytest.raises(ModelFolderError):
        Predictor.load(tmp_path, read_png)


@pytest.mark.slow
@pytest.mark.parametrize("settings", [
    {"classifier": "svm"}, {"classifier": "random forest"}, {"columns": "patient_age dose"},
])  # fmt: skip
def test_on_what_a_learned_network_says(folder: Path, tmp_path: Path, settings: dict[str, str]) -> None:
    recipe = Recipe(architecture="efficientnet_lite0", strategy="fixed features", **settings)
    assert train(folder, tmp_path / "m", recipe=recipe, read_image=read_png).metrics["auc"] >= 0.8
    heat = explain(
        Predictor.load(tmp_path / "m", read_png), folder / "images" / "spot_3.png", method="importance"
    )
    assert heat.values.max() == 1


@pytest.mark.slow
@pytest.mark.parametrize("settings", [
    {"architecture": "residual"},
    {"architecture": "pixels", "classifier": "random forest"},
    {"architecture": "pixels", "classifier": "svm"},
])  # fmt: skip
def test_the_same_run_again_gives_the_same_numbers(
    folder: Path, tmp_path: Path, settings: dict[str, str]
) -> None:
    paths = sorted(folder.rglob("*.png"))
    said = []
    for name in ("first", "second"):
        train(folder, tmp_path / name, recipe=Recipe(**settings), read_image=read_png, epochs=2, seed=3)
        predictions = Predictor.load(tmp_path / name, read_png).predict(paths)
        said.append([list(each.probabilities.values()) for each in predictions])
    assert said[0] == said[1]
