"""`leadglass architectures`, `weights` and the settings of `train`; no network is built."""

from pathlib import Path

from tests.workflows.conftest import leadglass
from trainer import ARCHITECTURES


def test_the_list_of_networks_names_each_with_its_settings() -> None:
    ended = leadglass("architectures", "--json")
    assert ended.code == 0, ended.err
    assert [entry["name"] for entry in ended.json["architectures"]] == list(ARCHITECTURES)
    assert {"architecture", "strategy", "head"} <= {field["name"] for field in ended.json["fields"]}


def test_what_no_recipe_has_is_answered_with_what_there_is(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    ended = leadglass("train", tmp_path / "data", "--out", tmp_path / "model", "--set", "depth=3")
    assert ended.code == 1
    assert "epochs" in ended.err
    assert not (tmp_path / "model").exists()


def test_weights_are_listed_and_what_is_none_is_refused(tmp_path: Path) -> None:
    assert leadglass("weights", "list", "--json").json["weights"] == []
    (tmp_path / "model.pkl").write_bytes(b"\x80\x04cos\nsystem\n")
    ended = leadglass("weights", "import", tmp_path / "model.pkl", "--architecture", "resnet50")
    assert ended.code == 1
    assert "weights only" in ended.err
