"""A folder too deep for Windows is told before anything is written."""

from pathlib import Path

import pytest

from app import long_paths
from app.cli.main import main
from app.errors import UsageError


def deep(tmp_path: Path, characters: int) -> Path:
    """A folder whose path has so many characters."""
    missing = characters - len(str(tmp_path)) - 1
    assert missing > 0
    return tmp_path / ("d" * missing)


def test_where_the_system_sets_no_limit_none_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_paths, "limit", lambda: None)
    long_paths.check(deep(tmp_path, 240), long_paths.MASKED)


def test_the_longest_that_fits_is_taken_and_one_more_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_paths, "limit", lambda: 299)
    long_paths.check(deep(tmp_path, 199), 99)
    with pytest.raises(UsageError, match="has 200 characters; Windows has room for 199"):
        long_paths.check(deep(tmp_path, 200), 99)


@pytest.mark.parametrize("line", [("new", "p.leadglass"), ("mask", "in", "--out", "out")])
def test_commands_tell_it_and_write_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: tuple[str, ...]
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "file").write_bytes(b"no image")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(long_paths, "limit", lambda: 60)
    assert main([*line, "--progress", "none"]) == 2
    assert "nearer to the top of the drive" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
