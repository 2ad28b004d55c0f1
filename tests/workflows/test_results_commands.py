"""`leadglass operating-point` and `report` on a model that was judged; no network is loaded."""

import json
from pathlib import Path

import pytest

from tests.unit.trainer.reporting.test_report import made_model
from tests.workflows.conftest import leadglass
from trainer.model_folder import write_run


@pytest.fixture
def model(tmp_path: Path) -> Path:
    info = made_model(tmp_path / "model")
    write_run(info)
    return info.folder


@pytest.mark.slow
def test_the_point_moves_on_validation_and_the_report_follows(model: Path, tmp_path: Path) -> None:
    ended = leadglass("operating-point", model, "--sensitivity", "0.95", "--json")
    assert ended.code == 0, ended.err
    assert ended.json["sensitivity"] >= 0.95
    point = json.loads((model / "judging.json").read_text(encoding="utf-8"))["operating_point"]
    assert point["how"] == "for a sensitivity of 0.95 on the validation split"
    ended = leadglass("report", model, "--out", tmp_path / "copy.html")
    assert ended.code == 0, ended.err
    text = (tmp_path / "copy.html").read_text(encoding="utf-8")
    assert "for a sensitivity of 0.95 on the validation split" in text
    assert "The test split was opened twice." in text


def test_what_makes_no_sense_is_told_with_a_remedy(model: Path) -> None:
    ended = leadglass("operating-point", model, "--threshold", "1.5")
    assert ended.code == 1
    assert "between 0 and 1" in ended.err
    (model / "images.json").unlink()
    ended = leadglass("operating-point", model, "--best")
    assert "no operating point" in ended.err
