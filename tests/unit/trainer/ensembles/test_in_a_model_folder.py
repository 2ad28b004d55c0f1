"""Trained models that answer as one."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.unit.trainer.conftest import read_png, write_dataset
from trainer import (
    DataSetError,
    EnsembleRequest,
    Hearing,
    ModelFolderError,
    ModelInfo,
    Predictor,
    Recipe,
    TrainerError,
    build_ensemble,
    evaluate,
    train,
)
from trainer.explain import explain

HEARING = Hearing(read_png)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half of the images are knees, half are hands."""
    folder = write_dataset(tmp_path_factory.mktemp("data"), patients=40)
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, [*rows[0], "body_part"])
        table.writeheader()
        for number, row in enumerate(rows):
            table.writerow(row | {"body_part": ("KNEE", "HAND")[number % 2]})
    return folder


@pytest.fixture(scope="module")
def members(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    return (
        trained(folder, tmp_path_factory, "coarse", size=12),
        trained(folder, tmp_path_factory, "fine", size=24),
    )


def trained(
    folder: Path, factory: pytest.TempPathFactory, name: str, *, only: str = "", size: int = 16
) -> Path:
    out = factory.mktemp("model") / name
    wanted = {"body_part": only} if only else {}
    recipe = Recipe(architecture="pixels", classifier="svm", size=size)
    train(folder, out, recipe=recipe, read_image=read_png, only=wanted)
    return out


def said(model: Path, paths: list[Path], **facts: dict[Path, dict[str, str]]) -> np.ndarray:
    found = Predictor.load(model, read_png).predict(paths, **facts)
    return np.array([list(each.probabilities.values()) for each in found])


@pytest.mark.parametrize("method", ["average", "vote", "stack"])
def test_an_ensemble_is_a_model_like_any_other(
    method: str, folder: Path, members: tuple[Path, ...], tmp_path: Path
) -> None:
    out = tmp_path / method
    summary = build_ensemble(EnsembleRequest(members, folder, out, method), HEARING)
    assert summary.metrics["auc"] >= 0.9
    stored = json.loads((out / "evaluation.json").read_text(encoding="utf-8"))["splits"]["test"]
    assert evaluate(out, folder, read_image=read_png, split="test").metrics == pytest.approx(
        stored["metrics"]
    )
    assert "Ensemble of 2 models" in (out / "report.html").read_text(encoding="utf-8")
    path = folder / "images" / "spot_3.png"
    assert explain(Predictor.load(out, read_png), path, "spot").method == "occlusion"
    assert said(out, [path]).sum() == pytest.approx(1)


def test_it_travels_and_says_the_same_without_its_members_folders(
    folder: Path, members: tuple[Path, ...], tmp_path: Path
) -> None:
    paths = sorted(folder.rglob("*.png"))[:6]
    build_ensemble(EnsembleRequest(members, folder, tmp_path / "here"), HEARING)
    before = said(tmp_path / "here", paths)
    shutil.move(tmp_path / "here", tmp_path / "there")
    assert said(tmp_path / "there", paths) == pytest.approx(before, abs=1e-9)


def test_experts_answer_for_their_body_part(
    folder: Path, members: tuple[Path, ...], tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    knee = trained(folder, tmp_path_factory, "knee", only="knee")
    hand = trained(folder, tmp_path_factory, "hand", only="HAND")
    out = tmp_path / "experts"
    build_ensemble(EnsembleRequest((knee, hand), folder, out, "experts"), HEARING)
    path = folder / "images" / "spot_3.png"
    for part, expert in (("KNEE", knee), ("HAND", hand)):
        ensemble = Predictor.load(out, read_png).sight
        seen = ensemble.see([ensemble.prepare(read_png(path))], [{"body_part": part}])
        own = Predictor.load(expert, read_png)
        alone = own.rules.probabilities(own.sight.see([own.sight.prepare(read_png(path))], [{}]).raw)
        assert seen.raw == pytest.approx(alone)
    assert "Judged without: body_part" in next(Predictor.load(out, read_png).predict([path])).remark
    with pytest.raises(TrainerError, match="not experts"):
        build_ensemble(EnsembleRequest(members, folder, tmp_path / "none", "experts"), HEARING)


def test_images_that_a_member_learned_from_cannot_judge_it(members: tuple[Path, ...], tmp_path: Path) -> None:
    other = write_dataset(tmp_path / "other", patients=40, split="")
    lines = (other / "manifest.csv").read_text(encoding="utf-8").splitlines()
    split = ["validation" if n % 3 == 0 else "train" for n in range(len(lines) - 1)]
    rows = [f"{lines[0]},split", *(f"{line},{part}" for line, part in zip(lines[1:], split, strict=True))]
    (other / "manifest.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    with pytest.raises(DataSetError, match="may have learned"):
        build_ensemble(EnsembleRequest(members, other, tmp_path / "out"), HEARING)
    assert not (tmp_path / "out" / "run.json").exists()


@pytest.mark.parametrize("change", ["member", "list", "missing"])
def test_a_changed_ensemble_is_refused(
    change: str, folder: Path, members: tuple[Path, ...], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    build_ensemble(EnsembleRequest(members, folder, out), HEARING)
    if change == "member":
        (out / "members" / "1" / "judging.json").write_text("{}", encoding="utf-8")
    elif change == "list":
        text = (out / "ensemble.json").read_text(encoding="utf-8")
        (out / "ensemble.json").write_text(text.replace("average", "vote"), encoding="utf-8")
    else:
        shutil.rmtree(out / "members" / "2")
    with pytest.raises(ModelFolderError):
        Predictor.load(out, read_png)
    assert ModelInfo.read(out).architecture == "ensemble"
