"""Weights from elsewhere: what fits is taken over exactly, everything else is refused."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from trainer import ARCHITECTURES, Recipe, RecipeError
from trainer.architectures import build_network
from trainer.transfer import find_start, forget_imported, import_weights, imported_weights, slots
from trainer.transfer.foreign import open_weights

ALEXNET = ARCHITECTURES["alexnet"]
Arrays = dict[str, NDArray[np.float32]]


@pytest.fixture(scope="module")
def arrays() -> Arrays:
    rng = np.random.default_rng(3)
    return {slot.key: rng.normal(size=slot.shape).astype(np.float32) for slot in slots(ALEXNET)}


def write_safetensors(path: Path, arrays: Arrays, **changes: Any) -> Path:
    header, content = {}, b""
    for name, values in arrays.items():
        place = [len(content), len(content) + values.nbytes]
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": place, **changes}
        content += values.tobytes()
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + content)
    return path


def write_npz(path: Path, arrays: Arrays) -> Path:
    np.savez(path, **arrays)  # type: ignore[arg-type]
    return path


def started(folder: Path) -> list[NDArray[np.float32]]:
    recipe = Recipe().changed({"architecture": "alexnet", "strategy": "full fine-tuning", "head": "softmax"})
    model = build_network(recipe.design, 67, 3, 2)
    find_start(recipe, folder).load(model, recipe)
    return [model.get_layer("conv1").get_weights()[0], model.get_layer("conv5").get_weights()[1]]


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_weights_are_taken_over_exactly_and_known_by_their_hash(
    suffix: str, arrays: Arrays, tmp_path: Path
) -> None:
    write = write_npz if suffix == ".npz" else write_safetensors
    more = {**arrays, "classifier/0": np.zeros(7, np.float32)}
    made = import_weights(write(tmp_path / f"file{suffix}", more), "alexnet", tmp_path / "kept")
    assert (made.arrays, made.ignored) == (len(arrays), 1)
    assert imported_weights(tmp_path / "kept") == (made,)
    kernel, bias = started(tmp_path / "kept")
    assert np.array_equal(kernel, arrays["conv1/0"])
    assert np.array_equal(bias, arrays["conv5/1"])
    assert forget_imported("alexnet", tmp_path / "kept")
    assert imported_weights(tmp_path / "kept") == ()


def test_keras_own_weights_files_fit_also_inside_another_network(tmp_path: Path) -> None:
    import keras

    recipe = Recipe().changed({"architecture": "alexnet", "dense_units": 16})
    source = build_network(recipe.design, 67, 3, 5)
    wrapped = keras.Sequential([keras.Input((67, 67, 3)), source, keras.layers.Dense(2)])
    for number, model in enumerate((source, wrapped)):
        file = tmp_path / f"{number}.weights.h5"
        model.save_weights(file)
        import_weights(file, "alexnet", tmp_path / "kept")
        kernel, bias = started(tmp_path / "kept")
        assert np.array_equal(kernel, source.get_layer("conv1").get_weights()[0])
        assert np.array_equal(bias, source.get_layer("conv5").get_weights()[1])


def test_arrays_may_be_named_as_keras_names_variables(arrays: Arrays, tmp_path: Path) -> None:
    named = {f"{slot.layer}.{slot.variable}": arrays[slot.key] for slot in slots(ALEXNET)}
    made = import_weights(write_safetensors(tmp_path / "a.safetensors", named), "alexnet", tmp_path / "kept")
    assert made.ignored == 0


def test_another_network_s_weights_are_refused_before_they_are_read(
    arrays: Arrays, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *rest = arrays
    for wrong, message in (
        ({name: arrays[name] for name in rest}, f'no array "{first}"'),
        ({**arrays, first: np.zeros((2, 2), np.float32)}, "has the shape 2 × 2 in the file"),
    ):
        file = write_npz(tmp_path / "wrong.npz", wrong)
        with pytest.raises(RecipeError, match=message):
            import_weights(file, "alexnet", tmp_path / "kept")
    assert imported_weights(tmp_path / "kept") == ()


def test_values_that_are_no_numbers_are_refused(arrays: Arrays, tmp_path: Path) -> None:
    spoilt = {**arrays, "conv5/1": np.full_like(arrays["conv5/1"], np.nan)}
    with pytest.raises(RecipeError, match="no numbers"):
        import_weights(write_npz(tmp_path / "nan.npz", spoilt), "alexnet", tmp_path / "kept")


def test_a_network_without_a_shape_of_its_own_takes_none(tmp_path: Path) -> None:
    file = write_npz(tmp_path / "a.npz", {"x/0": np.zeros(1, np.float32)})
    with pytest.raises(RecipeError, match="no fixed shape"):
        import_weights(file, "cnn_family", tmp_path / "kept")


def test_kept_weights_that_were_changed_are_refused(arrays: Arrays, tmp_path: Path) -> None:
    import_weights(write_npz(tmp_path / "a.npz", arrays), "alexnet", tmp_path / "kept")
    kept = tmp_path / "kept" / "alexnet.npz"
    content = bytearray(kept.read_bytes())
    content[-200] ^= 1
    kept.write_bytes(content)
    with pytest.raises(RecipeError, match="changed"):
        started(tmp_path / "kept")
    (tmp_path / "kept" / "alexnet.json").write_text('{"architecture": "vgg16"}', encoding="utf-8")
    with pytest.raises(RecipeError, match="damaged"):
        imported_weights(tmp_path / "kept")


def test_where_no_weights_are_the_user_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as caught:
        find_start(Recipe(architecture="resnet50", strategy="fixed features"), tmp_path)
    assert "leadglass weights import FILE --architecture resnet50" in caught.value.remedy
    with pytest.raises(RecipeError):
        find_start(
            Recipe(architecture="efficientnet_lite0", strategy="by rule", weights="imported"), tmp_path
        )
    assert find_start(Recipe(architecture="resnet50"), tmp_path).source == "random"
    assert find_start(Recipe(architecture="resnet50", strategy="by rule"), tmp_path).source == "random"
    assert find_start(Recipe(architecture="efficientnet_lite0", strategy="by rule"), None).source == "carried"


class TestHostileFiles:
    """None of them is executed, followed or unpacked."""

    def refused(self, file: Path) -> None:
        with pytest.raises(RecipeError) as caught:
            open_weights(file)
        assert "weights only" in caught.value.remedy

    @pytest.mark.parametrize("name", ["model.keras", "weights.h5", "model.pt", "model.pkl", "weights"])
    def test_another_kind(self, name: str, tmp_path: Path) -> None:
        (tmp_path / name).write_bytes(b"x")
        self.refused(tmp_path / name)

    @pytest.mark.parametrize("suffix", [".weights.h5", ".npz", ".safetensors"])
    @pytest.mark.parametrize("content", [b"", b"\x80\x04cos\nsystem\n", b"\xff" * 64])
    def test_no_such_file_inside(self, suffix: str, content: bytes, tmp_path: Path) -> None:
        (tmp_path / f"a{suffix}").write_bytes(content)
        self.refused(tmp_path / f"a{suffix}")

    def test_pickled_objects(self, tmp_path: Path) -> None:
        np.savez(tmp_path / "a.npz", x=np.array([{}], object))
        self.refused(tmp_path / "a.npz")

    def test_compressed_bombs(self, tmp_path: Path) -> None:
        np.savez_compressed(tmp_path / "a.npz", x=np.zeros((1024, 1024), np.float32))
        self.refused(tmp_path / "a.npz")

    @pytest.mark.parametrize(
        "changes",
        [
            {"shape": [1 << 40, 1 << 40]},
            {"shape": [-3]},
            {"data_offsets": [0, 1 << 50]},
            {"data_offsets": [-12, 0]},
            {"dtype": "OBJECT"},
            {"shape": "3"},
        ],
    )
    def test_tensors_that_claim_what_is_not_there(self, changes: dict[str, Any], tmp_path: Path) -> None:
        self.refused(write_safetensors(tmp_path / "a.safetensors", {"x": np.zeros(3, np.float32)}, **changes))

    def test_a_network_in_the_file(self, tmp_path: Path) -> None:
        import h5py

        with h5py.File(tmp_path / "a.weights.h5", "w") as stored:
            stored.attrs["model_config"] = "{}"
        self.refused(tmp_path / "a.weights.h5")
