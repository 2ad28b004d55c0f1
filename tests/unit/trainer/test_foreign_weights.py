"""Weights files of strangers: refused before Keras opens them, and nothing in them is run."""

import hashlib
import json
import os
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from trainer import ModelFolderError
from trainer.weights_file import check_weights


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "model" / "weights.weights.h5"
    path.parent.mkdir()
    with h5py.File(path, "w") as stored:
        stored.create_dataset("layers/dense/vars/0", data=np.ones((20, 20), np.float32))
    return path


def refused(path: Path, words: str) -> None:
    with pytest.raises(ModelFolderError, match=words) as caught:
        check_weights(path, hashlib.sha256(path.read_bytes()).hexdigest())
    assert caught.value.remedy


def config(layer: dict[str, object]) -> str:
    return json.dumps({"class_name": "Sequential", "config": {"name": "s", "layers": [layer]}})


LAMBDA = {"class_name": "Lambda", "config": {"name": "l", "function": ["4wEAAA==", None, None]}}
SAVED_MODEL = {"class_name": "TFSMLayer", "config": {"name": "t", "filepath": "/elsewhere/saved_model"}}


def test_plain_weights_pass(weights: Path) -> None:
    check_weights(weights, hashlib.sha256(weights.read_bytes()).hexdigest())


def test_a_wrong_hash(weights: Path) -> None:
    with pytest.raises(ModelFolderError, match="not those"):
        check_weights(weights, "0" * 64)


@pytest.mark.parametrize("layer", [LAMBDA, SAVED_MODEL], ids=["Lambda", "TFSMLayer"])
def test_a_whole_network_in_hdf5(weights: Path, layer: dict[str, object]) -> None:
    with h5py.File(weights, "a") as stored:
        stored.attrs["model_config"] = config(layer)
    refused(weights, "network of its own")


@pytest.mark.parametrize("layer", [LAMBDA, SAVED_MODEL], ids=["Lambda", "TFSMLayer"])
def test_a_whole_network_in_an_archive_under_the_name_of_weights(
    weights: Path, layer: dict[str, object]
) -> None:
    inside = weights.read_bytes()
    with zipfile.ZipFile(weights, "w") as archive:
        archive.writestr("config.json", config(layer))
        archive.writestr("model.weights.h5", inside)
        archive.writestr("../../outside.txt", "must not appear")
    refused(weights, "damaged")
    assert sorted(path.name for path in weights.parent.parent.rglob("*")) == ["model", "weights.weights.h5"]


@pytest.mark.parametrize("link", [h5py.ExternalLink("other.h5", "/x"), h5py.SoftLink("/layers")])
def test_links(weights: Path, link: object) -> None:
    with h5py.File(weights, "a") as stored:
        stored["elsewhere"] = link
    refused(weights, "holds a link")


def test_values_that_lie_in_another_file(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.bin").write_bytes(bytes(64))
    with h5py.File(weights, "a") as stored:
        stored.create_dataset("x", shape=(16,), dtype="f4", external=[(str(tmp_path / "secret.bin"), 0, 64)])
    refused(weights, "other files")


def test_virtual_data_sets(weights: Path) -> None:
    layout = h5py.VirtualLayout(shape=(4,), dtype="f4")
    layout[:] = h5py.VirtualSource("other.h5", "x", shape=(4,))
    with h5py.File(weights, "a") as stored:
        stored.create_virtual_dataset("v", layout)
    refused(weights, "other files")


@pytest.mark.parametrize("packed", [None, "gzip"])
def test_a_shape_bomb(weights: Path, packed: str | None) -> None:
    with h5py.File(weights, "a") as stored:
        stored.create_dataset("b", (1 << 20, 1 << 20), "f4", chunks=(1024, 1024), compression=packed)
    refused(weights, "claims more")


def test_a_loop_of_groups(weights: Path) -> None:
    with h5py.File(weights, "a") as stored:
        stored["layers/again"] = stored["layers"]
    refused(weights, "not built as ours")


@pytest.mark.slow
def test_more_entries_than_a_network_has(weights: Path) -> None:
    with h5py.File(weights, "a") as stored:
        for number in range(150):
            stored[f"layers/dense/g{number}"] = stored["layers/dense/vars"]
        for number in range(150):
            stored[f"layers/{number}"] = stored["layers/dense"]
    refused(weights, "not built as ours")


def test_texts_and_objects(weights: Path) -> None:
    with h5py.File(weights, "a") as stored:
        stored.create_dataset("code", data="import os", dtype=h5py.string_dtype())
    refused(weights, "else than numbers")


@pytest.mark.skipif(os.name != "posix", reason="symbolic links need rights on Windows")
def test_a_symbolic_link_to_another_file(weights: Path) -> None:
    weights.rename(weights.with_name("other.h5"))
    weights.symlink_to("other.h5")
    refused(weights, "plain file")
