"""The table of networks; the slow part trains each of them."""

from pathlib import Path

import numpy as np
import pytest

from tests.unit.trainer.conftest import read_png, write_dataset
from trainer import (
    ARCHITECTURES,
    HEADS,
    ModelInfo,
    Predictor,
    Recipe,
    RecipeError,
    describe_architecture,
    read_known,
    train,
)
from trainer.architectures import build_network
from trainer.architectures.convnet import _shape

LIGHT = {"alexnet": {"dense_units": 32}, "vgg16": {"dense_units": 32}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("data"), patients=6)


def test_each_network_says_what_it_is_and_takes() -> None:
    assert len(ARCHITECTURES) == len({entry.title for entry in ARCHITECTURES.values()})
    for entry in ARCHITECTURES.values():
        told = describe_architecture(entry)
        assert all(told[key] for key in ("name", "title", "family", "words", "smallest", "parameters"))
        for side in (10, 28, 64, 300, 3000):
            assert entry.smallest <= entry.input_size(side) <= 380
        for parameter in entry.parameters:
            assert parameter.checked(parameter.default) == parameter.default
            assert parameter.words.endswith(".")


def test_the_documentation_lists_the_networks_that_there_are() -> None:
    text = (Path(__file__).parents[3] / "docs" / "networks.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert [row.split("|")[1].strip() for row in rows] == [
        f"`{name}`: {entry.title}" for name, entry in ARCHITECTURES.items()
    ]


@pytest.mark.parametrize(
    ("settings", "windows"),
    [
        ({}, [(3, 16), (3, 32), (3, 64), (3, 128)]),
        ({"kernels": "funnel-in", "kernel_size": 7, "layers": 3}, [(7, 16), (5, 32), (3, 64)]),
        ({"kernels": "funnel-out", "kernel_size": 7, "layers": 3}, [(3, 16), (5, 32), (7, 64)]),
        ({"kernel_size": 11, "layers": 1, "filters": 8}, [(11, 8)]),
        ({"layers": 12, "filters": 128, "filter_growth": 4.0}, [(3, 128)] + [(3, 512)] * 11),
    ],
)
def test_the_family_s_numbers_are_its_windows_and_widths(
    settings: dict[str, object], windows: list[tuple[int, int]]
) -> None:
    assert _shape(Recipe().changed({"architecture": "cnn_family", **settings}).parameters) == windows


def test_the_family_s_settings_are_in_the_network() -> None:
    settings = {
        "layers": 2,
        "pooling": "average",
        "spatial_dropout": 0.2,
        "l2": 0.01,
        "global_pooling": "max",
    }
    recipe = Recipe().changed({"architecture": "cnn_family", "batch_normalization": False, **settings})
    model = build_network(recipe.design, 28, 1, 2)
    kinds = {type(layer).__name__ for layer in model.layers}
    assert {"AveragePooling2D", "SpatialDropout2D", "GlobalMaxPooling2D"} <= kinds
    assert not {"BatchNormalization", "MaxPooling2D"} & kinds
    assert len(model.losses) == 2


@pytest.mark.parametrize("head", list(HEADS))
def test_every_head_ends_in_the_layers_that_the_trainer_relies_on(head: str) -> None:
    model = build_network(Recipe().changed({"architecture": "cnn_family", "head": head}).design, 28, 1, 3)
    shapes = {name: tuple(model.get_layer(name).output.shape[1:]) for name in ("embedding", "logits")}
    width = {"own": 128, "softmax": 128, "mlp": 512, "dense": 256}[head]
    assert shapes == {"embedding": (width,), "logits": (3,)}
    assert len(model.get_layer("features").output.shape) == 4


def test_a_network_may_be_cut_at_an_earlier_layer() -> None:
    recipe = Recipe().changed({"architecture": "convnet", "cut": "block2_pool"})
    model = build_network(recipe.design, 28, 1, 2)
    assert tuple(model.get_layer("features").output.shape[1:]) == (7, 7, 64)
    with pytest.raises(RecipeError, match="no layer") as caught:
        build_network(Recipe().changed({"architecture": "convnet", "cut": "block9"}).design, 28, 1, 2)
    assert "block1_conv1" in caught.value.remedy


def test_images_smaller_than_a_network_takes_are_refused_in_words() -> None:
    with pytest.raises(RecipeError, match="needs images of 75 pixels"):
        build_network(Recipe(architecture="inception_v3").design, 32, 3, 2)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", list(ARCHITECTURES))
def test_each_network_learns_and_says_the_same_when_it_is_loaded_again(
    name: str, folder: Path, tmp_path: Path
) -> None:
    import keras

    keras.utils.clear_session()  # nineteen networks at once would need gigabytes
    size = max(28, ARCHITECTURES[name].smallest)
    recipe = Recipe().changed({"architecture": name, "size": size, **LIGHT.get(name, {})})
    train(folder, tmp_path / "model", recipe=recipe, read_image=read_png, epochs=1)
    known = read_known(ModelInfo.read(tmp_path / "model"))
    answers = known.answers["validation"]  # as the network in training said
    predictor = Predictor.load(tmp_path / "model", read_png)
    said = [list(p.probabilities.values()) for p in predictor.predict([folder / n for n in answers.names])]
    assert np.allclose(said, known.rules.probabilities(answers.raw), atol=1e-5)
    assert known.info.settings["architecture"] == name


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "settings",
    [
        {"strategy": "fixed features", "head": "mlp"},
        {"strategy": "earlier layer"},
        {"strategy": "partial fine-tuning", "head": "dense"},
        {"strategy": "full fine-tuning"},
        {"strategy": "by rule", "similarity": "similar"},
    ],
)
def test_each_strategy_trains_says_what_was_done_and_loads_again(
    settings: dict[str, str], folder: Path, tmp_path: Path
) -> None:
    recipe = Recipe().changed({"architecture": "efficientnet_lite0", "size": 32, **settings})
    notes: list[str] = []
    train(
        folder,
        tmp_path / "model",
        recipe=recipe,
        read_image=read_png,
        epochs=1,
        on_event=lambda kind, facts: notes.append(str(facts["text"])) if kind == "note" else None,
    )
    used = ModelInfo.read(tmp_path / "model").used_recipe()
    assert used.strategy != "by rule"
    assert any("Chosen by size and similarity" in note for note in notes) == (
        settings["strategy"] == "by rule"
    )
    assert any("enlarged" in note for note in notes)
    found = list(Predictor.load(tmp_path / "model", read_png).predict(sorted(folder.rglob("*.png"))[:2]))
    assert all(sum(each.probabilities.values()) == pytest.approx(1) for each in found)
