"""Originals and results never mix, however their folders are spelled."""

from pathlib import Path

import pytest

from app.cli.main import main
from app.places import lies_in


@pytest.mark.parametrize("path", ["Scans", "SCANS", "scans/new/out", "other/../Scans"])
def test_a_folder_is_found_in_another_spelling(tmp_path: Path, path: str) -> None:
    (tmp_path / "scans").mkdir()
    (tmp_path / "other").mkdir()
    assert lies_in(tmp_path / path, tmp_path / "scans")


def test_accents_may_be_composed_or_not(tmp_path: Path) -> None:
    assert lies_in(tmp_path / "Zu\u0308rich" / "out", tmp_path / "Z\u00fcrich")


@pytest.mark.parametrize("path", ["scan", "scans2", ".", "other/scans"])
def test_others_are_others(tmp_path: Path, path: str) -> None:
    assert not lies_in(tmp_path / path, tmp_path / "scans")


@pytest.mark.parametrize("out", ["in", "IN", "In/out", "."])
def test_masked_files_never_go_among_the_originals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], out: str
) -> None:
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path)
    assert main(["mask", "in", "--out", out]) == 2
    assert "so that originals and masked files never mix" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["in"]
