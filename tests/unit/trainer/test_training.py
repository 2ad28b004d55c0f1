"""Everything that needs TensorFlow, in one module, so that it is loaded once."""

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.unit.trainer.conftest import ALONE, read_png, write_dataset, write_image
from trainer import (
    CancelledError,
    DataSetError,
    ModelFolderError,
    ModelInfo,
    Predictor,
    Recipe,
    TrainerError,
    evaluate,
    grad_cam,
    train,
)
from trainer.architectures import ARCHITECTURES, build_network

EPOCHS = 3


class Listener:
    """Keeps the events and cancels after so many epochs."""

    def __init__(self, cancel_after: int = 10**9) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.cancel_after = cancel_after

    def __call__(self, kind: str, facts: Mapping[str, Any]) -> None:
        self.events.append((kind, dict(facts)))

    def epochs(self) -> list[int]:
        return [facts["epoch"] for kind, facts in self.events if kind == "epoch"]

    def cancelled(self) -> bool:
        return len(self.epochs()) >= self.cancel_after


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def model(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model trained for a few epochs with the standard recipe."""
    out = tmp_path_factory.mktemp("model") / "standard"
    train(folder, out, recipe=ALONE, read_image=read_png, epochs=EPOCHS)
    return out


@pytest.fixture(scope="module")
def quick(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("model") / "quick"
    train(folder, out, recipe="quick", read_image=read_png)
    return out


def probabilities(model: Path, folder: Path) -> np.ndarray:
    predictions = Predictor.load(model, read_png).predict(sorted(folder.rglob("*.png")))
    return np.array([list(prediction.probabilities.values()) for prediction in predictions])


def test_a_finished_training_leaves_its_files_and_each_says_what_it_is_not_for(model: Path) -> None:
    names = {path.name for path in model.iterdir()}
    judged = {
        "evaluation.json",
        "images.json",
        "judging.json",
        "openings.json",
        "report.html",
        "passport.json",
    }
    arrays = {"weights.weights.h5", "familiarity.npz"}
    assert names == {"run.json", "history.csv", "logs"} | judged | arrays
    for name in names - arrays - {"logs"}:
        assert "Not for diagnostic use" in (model / name).read_text(encoding="utf-8")
    run = json.loads((model / "run.json").read_text(encoding="utf-8"))
    assert run["classes"] == ["normal", "spot"]
    assert {"keras", "tensorflow", "numpy"} <= set(run["versions"])
    splits = json.loads((model / "evaluation.json").read_text(encoding="utf-8"))["splits"]
    assert set(splits) == {"validation", "test"}
    assert len((model / "history.csv").read_text(encoding="utf-8").splitlines()) == EPOCHS + 1


def test_the_course_is_written_for_tensorboard_without_the_name_of_the_computer(model: Path) -> None:
    import socket

    import tensorflow as tf

    with (model / "history.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    for part, column in (("training", "loss"), ("validation", "val_loss")):
        (file,) = (model / "logs" / part).iterdir()
        assert socket.gethostname() not in file.name
        events = list(tf.compat.v1.train.summary_iterator(str(file)))
        told = {e.step: v.simple_value for e in events for v in e.summary.value if v.tag == "loss"}
        assert told == pytest.approx({int(row["epoch"]): float(row[column]) for row in rows})


@pytest.mark.slow
def test_a_fresh_process_predicts_the_same_numbers(model: Path, folder: Path) -> None:
    code = (
        "import json, sys; from pathlib import Path; from trainer import Predictor;"
        "from tests.unit.trainer.conftest import read_png;"
        "paths = sorted(Path(sys.argv[2]).rglob('*.png'));"
        "found = Predictor.load(Path(sys.argv[1]), read_png).predict(paths, batch_size=5);"
        "print(json.dumps([list(p.probabilities.values()) for p in found]))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, str(model), str(folder)], capture_output=True, text=True, check=True
    )
    assert np.abs(np.array(json.loads(answer.stdout)) - probabilities(model, folder)).max() < 1e-6
    assert answer.stderr == ""


def test_the_stored_evaluation_is_what_evaluating_again_gives(model: Path, folder: Path) -> None:
    stored = json.loads((model / "evaluation.json").read_text(encoding="utf-8"))["splits"]["test"]
    found = evaluate(model, folder, read_image=read_png, split="test")
    assert found.metrics == pytest.approx(stored["metrics"])
    assert found.images == 4
    assert evaluate(model, folder, read_image=read_png, split="all").images == 24


@pytest.mark.slow
def test_a_cancelled_training_goes_on_and_ends_as_if_it_had_never_stopped(
    model: Path, folder: Path, tmp_path: Path
) -> None:
    first, second = Listener(cancel_after=1), Listener()
    settings: dict[str, Any] = {"recipe": ALONE, "read_image": read_png, "epochs": EPOCHS}
    with pytest.raises(CancelledError):
        train(folder, tmp_path, on_event=first, cancelled=first.cancelled, **settings)
    assert not (tmp_path / "run.json").exists()
    train(folder, tmp_path, on_event=second, cancelled=second.cancelled, **settings)
    assert first.epochs() + second.epochs() == list(range(1, EPOCHS + 1))
    assert np.abs(probabilities(tmp_path, folder) - probabilities(model, folder)).max() < 1e-6


def test_the_same_command_on_a_finished_folder_changes_nothing(model: Path, folder: Path) -> None:
    before = (model / "run.json").stat().st_mtime_ns
    listener = Listener()
    summary = train(folder, model, recipe=ALONE, read_image=read_png, epochs=EPOCHS, on_event=listener)
    assert summary.epochs == EPOCHS
    assert (model / "run.json").stat().st_mtime_ns == before
    assert "already finished" in listener.events[-1][1]["text"]


def test_another_training_does_not_overwrite_a_model(model: Path, folder: Path) -> None:
    with pytest.raises(ModelFolderError, match="already holds"):
        train(folder, model, recipe=ALONE, read_image=read_png, epochs=EPOCHS, seed=5)


@pytest.mark.slow
def test_unreadable_images_are_named_and_the_rest_is_learned(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "data")
    (folder / "images" / "spot_3.png").write_bytes(b"no image at all")
    summary = train(folder, tmp_path / "out", recipe=ALONE, read_image=read_png, epochs=1)
    assert any("spot_3.png" in text and "cannot be read" in text for text in summary.warnings)
    assert sum(sum(counts.values()) for counts in summary.counts.values()) == 23


def test_mostly_unreadable_images_are_an_error(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "data")
    for path in (folder / "images").glob("spot_*.png"):
        path.write_bytes(b"no image at all")
    with pytest.raises(DataSetError, match="cannot be read"):
        train(folder, tmp_path / "out", recipe=ALONE, read_image=read_png, epochs=1)


@pytest.mark.slow
def test_the_next_click_asks_the_network_about_no_image_again(
    quick: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("an image was described again")

    monkeypatch.setattr("trainer.embeddings.Embeddings._computed", never)
    cache = quick.parent / ".leadglass-cache"
    train(folder, tmp_path / "again", recipe="quick", read_image=read_png, cache=cache)
    assert np.array_equal(probabilities(tmp_path / "again", folder), probabilities(quick, folder))


def test_quick_learns_the_spot_and_tells_its_steps(quick: Path, folder: Path) -> None:
    assert ModelInfo.read(quick).metrics["auc"] == 1.0
    found = evaluate(quick, folder, read_image=read_png, split="all")
    assert found.metrics["accuracy"] >= 0.9


@pytest.mark.slow
def test_transfer_goes_on_from_the_quick_head(folder: Path, tmp_path: Path) -> None:
    listener = Listener()
    summary = train(folder, tmp_path, recipe="transfer", read_image=read_png, epochs=1, on_event=listener)
    assert summary.metrics["auc"] >= 0.75
    assert listener.epochs() == [1, 1]


@pytest.mark.parametrize("name", ["model", pytest.param("quick", marks=pytest.mark.slow)])
def test_heat_maps_have_the_image_s_own_geometry(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    predictor = Predictor.load(request.getfixturevalue(name), read_png)
    image = write_image(tmp_path / "wide.png", spot=True, seed=1, shape=(30, 90))
    heat = grad_cam(predictor, image, "spot")
    assert heat.values.shape == (30, 90)
    assert heat.values.dtype == np.float32
    assert 0 <= heat.values.min() <= heat.values.max() <= 1
    assert grad_cam(predictor, image).class_name in ("normal", "spot")
    with pytest.raises(TrainerError, match="no class"):
        grad_cam(predictor, image, "fracture")


@pytest.mark.slow
def test_the_quick_heat_map_points_at_the_spot(quick: Path, tmp_path: Path) -> None:
    image = write_image(tmp_path / "spot.png", spot=True, seed=2)
    bright = read_png(image) > 140
    heat = grad_cam(Predictor.load(quick, read_png), image, "spot").values
    assert heat[bright].mean() > heat[~bright].mean()


def test_a_file_that_cannot_be_read_costs_one_prediction(model: Path, folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"")
    good = sorted(folder.rglob("*.png"))[:3]
    found = list(Predictor.load(model, read_png).predict([good[0], broken, *good[1:]], batch_size=2))
    assert [bool(p.error) for p in found] == [False, True, False, False]
    assert found[1].error == "The file cannot be read as an image."
    assert all(sum(p.probabilities.values()) == pytest.approx(1) for p in found if not p.error)


def test_lite0_gives_the_published_network_s_output() -> None:
    import keras

    network = ARCHITECTURES["efficientnet_lite0"]
    built = build_network(Recipe(architecture=network.name).design, 224, network.channels, 2)
    assert network.pretrained is not None
    network.pretrained(built)
    noise = np.random.default_rng(7).integers(0, 256, (1, 224, 224, 3)).astype(np.float32)
    ramp = np.indices((224, 224)).sum(axis=0)[None, :, :, None] * np.array([0.3, 0.5, 0.55])
    image = ((ramp + 0.3 * noise).clip(0, 255).astype(np.float32) - 127) / 128
    embedding = np.asarray(keras.Model(built.input, built.get_layer("embedding").output)(image))[0]
    # Computed once with the original PyTorch network and its checkpoint on the same input.
    reference = {0: 0.04966, 2: 1.57473, 100: 0.03524, 113: 4.47321, 215: 3.80221, 447: 3.28035, 455: 4.69541}
    for channel, value in reference.items():
        assert embedding[channel] == pytest.approx(value, abs=1e-4)
    assert embedding.sum() == pytest.approx(88.20329, abs=1e-2)


@pytest.mark.slow
def test_a_killed_training_goes_on(folder: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from trainer import train;"
        "from tests.unit.trainer.conftest import ALONE, read_png;"
        "train(Path(sys.argv[1]), Path(sys.argv[2]), recipe=ALONE, read_image=read_png, epochs=400,"
        "on_event=lambda kind, facts: kind == 'epoch' and print(facts['epoch'], flush=True))"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(folder), str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    reported = [child.stdout.readline() for _ in range(3)]
    child.kill()
    child.wait()
    rest = child.stdout.read().split()
    child.stdout.close()
    last = int((reported + rest)[-1])
    listener = Listener(cancel_after=1)
    with pytest.raises(CancelledError):
        train(
            folder,
            tmp_path,
            recipe=ALONE,
            read_image=read_png,
            epochs=400,
            on_event=listener,
            cancelled=listener.cancelled,
        )
    assert listener.epochs() in ([last + 1], [last + 2])  # killed before or after telling of the last one


class TestForeignModelFolders:
    """What a stranger's folder must not achieve."""

    @pytest.fixture
    def copy(self, model: Path, tmp_path: Path) -> Path:
        return Path(shutil.copytree(model, tmp_path / "copy"))

    def change(self, folder: Path, **changes: Any) -> None:
        path = folder / "run.json"
        document = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({**document, **changes}), encoding="utf-8")

    def rehash(self, folder: Path) -> None:
        import hashlib

        self.change(
            folder, weights_sha256=hashlib.sha256((folder / "weights.weights.h5").read_bytes()).hexdigest()
        )

    def refused(self, folder: Path, words: str) -> None:
        with pytest.raises(ModelFolderError, match=words) as caught:
            Predictor.load(folder, read_png)
        assert caught.value.remedy

    def test_an_empty_folder(self, tmp_path: Path) -> None:
        self.refused(tmp_path, r"run\.json is missing")

    def test_changed_weights(self, copy: Path) -> None:
        weights = copy / "weights.weights.h5"
        content = bytearray(weights.read_bytes())
        content[-1] ^= 1
        weights.write_bytes(content)
        self.refused(copy, "not those")

    def test_an_unknown_network(self, copy: Path) -> None:
        self.change(copy, architecture="../../lambda", settings={"architecture": "../../lambda"})
        self.refused(copy, "does not know")

    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            ({"architecture": "efficientnet_lite0"}, "contradicts"),
            ({"head": "lambda"}, "does not know"),
            ({"dropout": 7}, "does not know"),
            ({"module": "os"}, "does not know"),
            ({"cut": "no_such_layer"}, "fit"),
            ({"head": "mlp"}, "fit"),
            ([1], "damaged"),
        ],
    )
    def test_settings_that_describe_no_network_of_ours(self, copy: Path, settings: Any, words: str) -> None:
        self.change(copy, settings=settings)
        self.refused(copy, words)

    def test_a_model_from_before_settings_were_kept_still_predicts(self, copy: Path, folder: Path) -> None:
        document = json.loads((copy / "run.json").read_text(encoding="utf-8"))
        before = probabilities(copy, folder)
        del document["settings"]
        (copy / "run.json").write_text(json.dumps(document), encoding="utf-8")
        assert np.array_equal(before, probabilities(copy, folder))

    def test_a_newer_format(self, copy: Path) -> None:
        self.change(copy, format=99)
        self.refused(copy, "another version")

    @pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, '{"format": 1}'])
    def test_a_damaged_run_json(self, copy: Path, text: str) -> None:
        (copy / "run.json").write_text(text, encoding="utf-8")
        self.refused(copy, "damaged|another version")

    @pytest.mark.parametrize("classes", [["a"], ["a", "a"], ["a", 1], ["a"] * 5000, "normal", 7])
    def test_nonsense_classes(self, copy: Path, classes: Any) -> None:
        self.change(copy, classes=classes)
        self.refused(copy, "classes|damaged|network|fit")

    def test_a_huge_image_size(self, copy: Path) -> None:
        settings = json.loads((copy / "run.json").read_text(encoding="utf-8"))["preprocessing"]
        self.change(copy, preprocessing={**settings, "size": 1_000_000})
        self.refused(copy, "preprocessing")

    def test_weights_of_another_network(self, copy: Path) -> None:
        name = "efficientnet_lite0"
        self.change(copy, architecture=name, settings={"architecture": name})
        self.refused(copy, "fit|channels|preprocessing")

    def test_weights_with_a_link_to_another_file(self, copy: Path) -> None:
        import h5py

        with h5py.File(copy / "weights.weights.h5", "a") as stored:
            stored["elsewhere"] = h5py.ExternalLink("other.h5", "/x")
        self.rehash(copy)
        self.refused(copy, "link")

    def test_weights_that_claim_terabytes(self, copy: Path) -> None:
        import h5py

        with h5py.File(copy / "weights.weights.h5", "a") as stored:
            stored.create_dataset("bomb", shape=(1 << 20, 1 << 20), dtype="f4", chunks=(1024, 1024))
        self.rehash(copy)
        self.refused(copy, "claims more")

    def test_weights_that_are_no_hdf5(self, copy: Path) -> None:
        (copy / "weights.weights.h5").write_bytes(b"\x80\x04cos\nsystem\n")
        self.rehash(copy)
        self.refused(copy, "damaged")

    @pytest.mark.skipif(os.name != "posix", reason="symbolic links need rights on Windows")
    def test_weights_that_are_a_symbolic_link(self, copy: Path, model: Path) -> None:
        (copy / "weights.weights.h5").unlink()
        (copy / "weights.weights.h5").symlink_to(model / "weights.weights.h5")
        self.refused(copy, "not a plain file")
