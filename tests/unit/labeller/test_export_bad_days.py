"""A full disk, a folder that may not be written, a drive that is gone: a sentence with a remedy, nothing half written."""

import errno
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from labeller import Catalogue, ExportError
from tests.unit.labeller.samples import filled, label, picture, uid
from tests.unit.labeller.test_export import exported, files


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    made = filled(tmp_path, 12)
    (tmp_path / "instances").mkdir()
    for number in range(12):
        (tmp_path / "instances" / f"{uid(number)}.dcm").write_bytes(bytes([number, 7]))
    label(made, range(12), "normal")
    return made


def fail(monkeypatch: pytest.MonkeyPatch, code: int, *, after: int = 0) -> None:
    """Let writing of files fail as the operating system would, after some went well."""
    write, done = Path.write_bytes, iter(range(after))

    def failing(path: Path, content: bytes) -> int:
        if next(done, None) is None:
            raise OSError(code, os.strerror(code))
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", failing)


@pytest.mark.parametrize(
    "failure",
    [(errno.ENOSPC, "No space left"), (errno.EROFS, "Read-only"), (errno.EIO, "Input/output error")],
)
def test_a_disk_that_fails_on_the_way_leaves_nothing_half_written(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, failure: tuple[int, str]
) -> None:  # fmt: skip
    code, message = failure
    with monkeypatch.context() as patched:
        fail(patched, code, after=5)
        with pytest.raises(ExportError, match=message) as caught:
            exported(catalogue, tmp_path)
    assert "room on the disk" in caught.value.remedy
    assert str(tmp_path) not in str(caught.value)
    assert not (tmp_path / "out").exists()
    assert exported(catalogue, tmp_path).images == 12
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_disk_that_fills_keeps_the_earlier_data_set(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported(catalogue, tmp_path)
    before = files(tmp_path / "out")
    with monkeypatch.context() as patched:
        fail(patched, errno.ENOSPC, after=3)
        with pytest.raises(ExportError):
            exported(catalogue, tmp_path, seed=1, overwrite=True)
    assert files(tmp_path / "out") == before


def test_a_place_that_may_not_be_written_is_told(tmp_path: Path, catalogue: Catalogue) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    from labeller import export_dataset
    from tests.unit.labeller.test_export import request

    with pytest.raises(ExportError, match="cannot be written") as caught:
        export_dataset(catalogue, tmp_path / "file" / "out", request(tmp_path))
    assert caught.value.remedy


def test_a_drive_that_vanishes_on_the_way_is_told_and_the_export_begins_again(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    seen: list[int] = []

    def vanish(done: int) -> None:
        seen.append(done)
        if done == 4:
            shutil.rmtree(drive)
            drive.write_text("no folder any more", encoding="utf-8")

    from labeller import export_dataset
    from tests.unit.labeller.test_export import request

    with pytest.raises(ExportError, match="cannot be written"):
        export_dataset(catalogue, drive / "out", request(tmp_path, on_step=vanish))
    drive.unlink()
    drive.mkdir()
    assert export_dataset(catalogue, drive / "out", request(tmp_path)).images == 12


def test_masked_files_that_vanish_on_the_way_are_named(tmp_path: Path, catalogue: Catalogue) -> None:
    def gone(path: Path) -> Any:
        if path.stem in {uid(10), uid(11)}:
            raise FileNotFoundError(errno.ENOENT, "The network name cannot be found")
        return picture(path)

    summary = exported(catalogue, tmp_path, read_picture=gone)
    assert [left.sop_instance_uid for left in summary.failed] == [uid(10), uid(11)]
    assert summary.images == 10
