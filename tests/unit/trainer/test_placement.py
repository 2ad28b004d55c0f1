"""Where a network learns and with how many bits: decided by rule, and what is kept does not depend on it."""

import csv
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.unit.trainer.conftest import read_png
from trainer import CancelledError, Predictor, Recipe, placement, train
from trainer.device import Gpu
from trainer.placement import Placement, settle_placement
from trainer.results.answers import read_answers

NEW, OLD = Gpu("GPU:0", "New", (8, 0)), Gpu("GPU:0", "Old", (6, 1))
FOUR = tuple(Gpu(f"GPU:{number}", "New", (8, 0)) for number in range(4))
LENET = Recipe(architecture="lenet5")
FAMILY = Recipe(architecture="cnn_family", parameters={"layers": 2, "filters": 4})


@pytest.fixture
def gpus(monkeypatch: pytest.MonkeyPatch) -> Any:
    def there_are(*found: Gpu) -> None:
        monkeypatch.setattr(placement, "graphics_processors", lambda: found)

    return there_are


@pytest.mark.parametrize(
    ("there", "asked", "settled"),
    [
        ((), "automatic", ("float32", "float32")),
        ((), "mixed", ("mixed", "mixed_bfloat16")),
        ((OLD,), "automatic", ("float32", "float32")),
        ((OLD,), "mixed", ("mixed", "mixed_float16")),
        ((NEW,), "automatic", ("mixed", "mixed_float16")),
        ((NEW,), "float32", ("float32", "float32")),
    ],
)
def test_sixteen_bits_where_the_chip_gains_from_them_or_the_user_says_so(
    gpus: Any, there: tuple[Gpu, ...], asked: str, settled: tuple[str, str]
) -> None:
    gpus(*there)
    recipe, found, _ = settle_placement(Recipe(precision=asked), 64)
    assert (recipe.precision, found.policy) == settled


def test_all_graphics_processors_of_one_kind_learn_together_unless_one_is_asked_for(gpus: Any) -> None:
    gpus(*FOUR, Gpu("GPU:4", "Another", (8, 0)))
    _, found, told = settle_placement(Recipe(), 64)
    assert found.devices == ("GPU:0", "GPU:1", "GPU:2", "GPU:3")
    assert told.startswith("4 processors learn together")
    assert settle_placement(Recipe(devices="one"), 64)[1].devices == ()
    assert len(settle_placement(Recipe(), 20)[1].devices) == 2  # of a small batch, fewer have enough
    assert settle_placement(Recipe(), 8)[1].devices == ()


def test_what_learns_without_steps_needs_no_device(gpus: Any) -> None:
    gpus(*FOUR)
    for settings in (["strategy=fixed features"], ["strategy=earlier layer"]):
        recipe = Recipe(architecture="efficientnet_lite0").with_texts(settings)
        assert settle_placement(recipe, 64)[1:] == (Placement(), "")


class Listener:
    def __init__(self, cancel_after: int = 10**9) -> None:
        self.left = cancel_after
        self.told: list[str] = []

    def __call__(self, kind: str, facts: Mapping[str, Any]) -> None:
        self.left -= kind == "epoch"
        self.told += [str(facts["text"])] if kind == "note" else []

    def cancelled(self) -> bool:
        return self.left <= 0


def learned(
    dataset: Path, out: Path, recipe: Recipe, listener: Listener | None = None
) -> dict[str, np.ndarray]:
    """The answers to the validation images as the training noted them."""
    heard = listener or Listener()
    train(
        dataset,
        out,
        recipe=recipe,
        read_image=read_png,
        on_event=heard,
        cancelled=heard.cancelled,
        epochs=2,
    )
    found = read_answers(out, ("normal", "spot"))["validation"]
    return dict(zip(found.names, found.raw, strict=True))


@pytest.mark.slow
def test_learned_with_short_numbers_kept_and_judged_with_long_ones(
    dataset_folder: Path, tmp_path: Path
) -> None:
    listener, out = Listener(), tmp_path / "model"
    noted = learned(dataset_folder, out, LENET.changed({"precision": "mixed"}), listener)
    assert any("16-bit" in each for each in listener.told)
    assert json.loads((out / "run.json").read_text(encoding="utf-8"))["settings"]["precision"] == "mixed"
    sight = Predictor.load(out, read_png).sight
    prepared = [sight.prepare(read_png(dataset_folder / name)) for name in noted]
    again = sight.see(prepared, [{}] * len(prepared)).raw
    assert np.abs(again - np.array(list(noted.values()))).max() < 1e-6
    assert all(layer.compute_dtype == "float32" for layer in sight.model.layers)


@pytest.mark.slow
def test_the_scale_of_the_loss_goes_on_where_it_was(gpus: Any, dataset_folder: Path, tmp_path: Path) -> None:
    gpus(Gpu("CPU:0", "New", (8, 0)))
    whole = learned(dataset_folder, tmp_path / "whole", FAMILY)
    with pytest.raises(CancelledError):
        learned(dataset_folder, tmp_path / "halves", FAMILY, Listener(cancel_after=1))
    with np.load(tmp_path / "halves/checkpoint/state.npz") as kept:
        assert max(float(kept[name]) for name in kept.files if name.startswith("scale/")) >= 1024
    halves = learned(dataset_folder, tmp_path / "halves", FAMILY)
    assert whole.keys() == halves.keys()
    assert max(np.abs(whole[name] - halves[name]).max() for name in whole) < 1e-6


ON_TWO = """
import sys
from pathlib import Path
import tensorflow as tf
first = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(first, [tf.config.LogicalDeviceConfiguration()] * 2)
from tests.unit.trainer import test_placement as tests
from trainer import placement
from trainer.device import Gpu
placement.graphics_processors = lambda: tuple(Gpu(f"CPU:{n}", "Two", (8, 0)) for n in range(2))
placement._LEAST_SHARE = 1
listener = tests.Listener()
recipe = getattr(tests, sys.argv[3]).changed({"precision": sys.argv[4]})
tests.learned(Path(sys.argv[1]), Path(sys.argv[2]), recipe, listener)
assert any(each.startswith("2 processors learn together") for each in listener.told), listener.told
"""


def learned_on_two(dataset: Path, out: Path, recipe: str, precision: str) -> None:
    command = [sys.executable, "-c", ON_TWO, str(dataset), str(out), recipe, precision]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_two_devices_learn_what_one_learns(dataset_folder: Path, tmp_path: Path) -> None:
    """Without normalization and dropout the steps are the same but for rounding; 17 images leave one over."""
    learned_on_two(dataset_folder, tmp_path / "two", "LENET", "float32")
    learned(dataset_folder, tmp_path / "one", LENET)
    losses = [losses_of(tmp_path / name) for name in ("one", "two")]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
    assert len(set(losses[0])) == 4


@pytest.mark.slow
def test_two_devices_learn_with_short_numbers_and_normalization(dataset_folder: Path, tmp_path: Path) -> None:
    learned_on_two(dataset_folder, tmp_path / "two", "FAMILY", "mixed")
    found = Predictor.load(tmp_path / "two", read_png).predict(sorted(dataset_folder.rglob("*.png")))
    assert all(np.isfinite(list(each.probabilities.values())).all() for each in found)


def losses_of(model: Path) -> list[float]:
    with (model / "history.csv").open(encoding="utf-8") as stream:
        return [float(row[name]) for row in csv.DictReader(stream) for name in ("loss", "val_loss")]
