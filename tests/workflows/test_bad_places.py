"""Full disks, folders that may not be written, newer versions, odd names: a sentence each time, and nothing is lost."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from pydicom import dcmread

from app.cli.main import main
from app.program import command
from app.project import Project
from tests.workflows.conftest import leadglass, radiograph

UNFORESEEN = "unforeseen"


def run(*arguments: object) -> int:
    return main([*map(str, arguments), "--progress", "none"])


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> "Told":
    return Told(capsys)


class Told:
    """What a command said since the last question."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def words(self) -> str:
        out, err = self._capsys.readouterr()
        assert UNFORESEEN not in out + err
        return out + err


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of four megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can only be mounted by root, on Linux")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path, *, leave: int) -> Path:
    """Fill a disk but for some bytes."""
    filler = disk / "filler"
    filler.write_bytes(bytes(max(shutil.disk_usage(disk).free - leave, 0)))
    return filler


@pytest.mark.slow
@pytest.mark.parametrize("leave", [0, 8192, 30_000])
def test_a_disk_that_fills_while_masking_is_told_and_masking_goes_on(
    small: Path, tmp_path: Path, told: Told, leave: int
) -> None:
    for number in range(4):
        radiograph(tmp_path / "in", number, patient=number)
    arguments = ("mask", tmp_path / "in", "--out", small / "out", "--headers-only", "--workers", "1")
    filler = fill(small, leave=leave)
    assert run(*arguments) == 1
    words = told.words()
    assert "free space" in words or "room" in words or "No space left" in words
    for file in small.rglob("*.dcm"):
        dcmread(file)  # what is there is whole
    filler.unlink()
    assert run(*arguments) == 0
    assert len(list(small.rglob("*.dcm"))) == 4
    assert not [file for file in (small / "out").rglob("*") if file.is_file() and file.suffix != ".dcm"]


@pytest.mark.parametrize("leave", [0, 8192, 40_000])
def test_a_full_disk_under_a_project_is_told_and_loses_nothing(
    small: Path, tmp_path: Path, told: Told, leave: int
) -> None:
    folder = small / "p.leadglass"
    assert run("new", folder) == 0
    filler = fill(small, leave=leave)
    told.words()
    for arguments in (
        ("vault", folder, "renew"),
        ("vault", folder, "find", "Zembrovka"),
        ("vault", folder, "info"),
    ):
        code = run(*arguments)
        words = told.words()
        assert code == 0 or "full" in words or "room" in words.lower(), words
    filler.unlink()
    assert run("vault", folder, "renew") == 0
    assert run("audit", "verify", folder) == 0


def test_a_new_project_on_a_full_disk_is_told(small: Path, told: Told) -> None:
    fill(small, leave=20_000)
    assert run("new", small / "p.leadglass") == 1
    assert told.words().strip()


@pytest.mark.parametrize("what", ["project.toml", "vault.sqlite", "catalogue.sqlite"])
def test_a_newer_version_is_told_and_nothing_changed(tmp_path: Path, told: Told, what: str) -> None:
    folder = tmp_path / "p.leadglass"
    assert run("new", folder) == 0
    file = folder / what
    if what == "project.toml":
        file.write_text(
            file.read_text(encoding="utf-8").replace("version = 1", "version = 99"), encoding="utf-8"
        )
    else:
        statement = {
            "vault.sqlite": "UPDATE lock SET format = 99",
            "catalogue.sqlite": "UPDATE alembic_version SET version_num = '9999'",
        }[what]
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute(statement)
    radiograph(tmp_path / "in", 1, patient=1)
    told.words()
    assert run("import", folder, tmp_path / "in") == 1
    assert "newer version" in told.words()
    assert list((folder / "instances").iterdir()) == []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows allows no such names")
@pytest.mark.parametrize(
    "name",
    ["CON", "nul.dcm", "a:b?*.dcm", "trailing. ", "Zürich\u0301", "\u202eevil", "line\nbreak", "x" * 200],
)
def test_names_that_another_system_would_not_take_come_through(tmp_path: Path, told: Told, name: str) -> None:
    folder = tmp_path / "in" / name
    radiograph(folder, 1, patient=1)
    assert run("mask", tmp_path / "in", "--out", tmp_path / "out", "--headers-only", "--workers", "1") == 0
    told.words()
    (masked,) = (tmp_path / "out").rglob("*.dcm")
    forbidden = set('<>:"\\|?*') | {chr(code) for code in range(32)}
    for part in masked.relative_to(tmp_path / "out").parts:
        assert not forbidden & set(part)
        assert not part.endswith((" ", "."))
        assert part.isascii()


@pytest.mark.slow
def test_a_path_of_more_than_260_characters_is_masked(tmp_path: Path) -> None:
    folder = tmp_path.joinpath("in", *["a long name of a folder " * 3] * 5)
    assert len(str(folder)) > 260
    if sys.platform == "win32":
        folder = Path("\\\\?\\" + str(folder))
    radiograph(folder, 1, patient=1)
    assert run("mask", tmp_path / "in", "--out", tmp_path / "out", "--headers-only", "--workers", "1") == 0


@pytest.mark.slow
def test_an_image_of_ten_gigabytes_costs_itself_and_is_named_with_what_to_do(
    tmp_path: Path, told: Told
) -> None:
    huge = radiograph(tmp_path / "in", 1, patient=1)
    with huge.open("r+b") as file:
        file.truncate(10 * 2**30)  # a hole: it takes no room
    radiograph(tmp_path / "in", 2, patient=2)
    report = tmp_path / "report.json"
    arguments = ("mask", tmp_path / "in", "--out", tmp_path / "out", "--headers-only", "--workers", "1")
    assert run(*arguments, "--report", report) == 1
    told.words()
    rows = {Path(row["path"]).name: row for row in json.loads(report.read_text(encoding="utf-8"))["files"]}
    assert rows[huge.name]["outcome"] == "quarantined"
    assert "10.0 GB" in rows[huge.name]["reason"]
    assert "several instances" in rows[huge.name]["reason"]
    assert len(list((tmp_path / "out").rglob("*.dcm"))) == 1


@pytest.mark.slow
def test_names_that_differ_in_case_alone_stay_two(tmp_path: Path) -> None:
    for number, name in enumerate(("Scan", "SCAN")):
        radiograph(tmp_path / "in" / name, number, patient=number)
    if len(list((tmp_path / "in").iterdir())) == 1:
        pytest.skip("this file system knows no case")
    assert run("mask", tmp_path / "in", "--out", tmp_path / "out", "--headers-only", "--workers", "1") == 0
    names = [path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.dcm")]
    assert len(names) == len({name.casefold() for name in names}) == 2


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32" or not hasattr(os, "geteuid"), reason="POSIX permissions")
def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    """As another account than root, who may write everywhere."""
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("needs setpriv to be somebody else than root")
    radiograph(tmp_path / "in", 1, patient=1)
    (tmp_path / "out").mkdir(mode=0o555)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    home = tmp_path / "home"
    home.mkdir(mode=0o777)
    home.chmod(0o777)
    lower = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] if os.geteuid() == 0 else []
    line = [*lower, sys.executable, "-P", "-m", "app", "mask", str(tmp_path / "in"), "--out", str(tmp_path / "out"),
            "--headers-only", "--workers", "1", "--progress", "none"]  # fmt: skip
    environment = {**os.environ, "HOME": str(home), "LEADGLASS_CONFIG": str(home)}
    ended = subprocess.run(line, capture_output=True, encoding="utf-8", check=False, env=environment)
    if "No module named" in ended.stderr:
        pytest.skip("another account may not read this installation")
    assert ended.returncode == 1
    assert UNFORESEEN not in ended.stderr
    assert "written" in ended.stdout + ended.stderr


@pytest.mark.slow
def test_two_imports_into_one_project_at_once_lose_nothing(incoming: Path, tmp_path: Path) -> None:
    folder = tmp_path / "p.leadglass"
    assert leadglass("new", folder).code == 0
    ended: list[int] = []
    threads = [
        threading.Thread(
            target=lambda: ended.append(leadglass("import", folder, incoming, "--workers", "1").code)
        )
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert leadglass("import", folder, incoming).code == 0
    with Project.open(folder).catalogue() as catalogue:
        assert catalogue.count() == 12
    assert len(list((folder / "instances").iterdir())) == 12
    assert leadglass("audit", "verify", folder).code == 0


@pytest.mark.slow
def test_a_project_on_a_drive_that_became_read_only_is_told_and_stays_whole(
    small: Path, tmp_path: Path, told: Told
) -> None:
    folder = small / "p.leadglass"
    assert run("new", folder) == 0
    first, second = (radiograph(tmp_path / f"in{number}", number, patient=number) for number in range(2))
    assert run("import", folder, first, "--workers", "1") == 0
    (tmp_path / "labels.csv").write_text(f"path,class,reader\n{first},normal,Reader One\n", encoding="utf-8")
    told.words()
    subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
    for arguments in (
        ("import", folder, second, "--workers", "1"),
        ("label", folder, "--from", tmp_path / "labels.csv"),
        ("export", folder, "--out", tmp_path / "data"),
        ("export", folder, "--out", small / "data"),
        ("vault", folder, "renew"),
    ):
        assert run(*arguments) == 1, arguments
        words = told.words()
        assert "writ" in words, (arguments, words)
    subprocess.run(["mount", "-o", "remount,rw", str(small)], check=True)
    assert run("import", folder, second, "--workers", "1") == 0
    assert run("label", folder, "--from", tmp_path / "labels.csv") == 0
    assert run("audit", "verify", folder) == 0
    with Project.open(folder).catalogue() as catalogue:
        assert catalogue.count() == 2


@pytest.mark.slow
def test_originals_on_a_drive_that_vanishes_are_named_and_taken_in_when_it_is_back(
    incoming: Path, tmp_path: Path
) -> None:
    folder, away = tmp_path / "p.leadglass", tmp_path / "away"
    assert leadglass("new", folder).code == 0
    line = command("import", str(folder), str(incoming), "--workers", "1", "--progress", "json")
    child = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    assert child.stdout is not None
    for text in child.stdout:
        event = json.loads(text)
        if event["event"] == "item" and event["kind"] == "file":
            incoming.rename(away)
            break
    _, errors = child.communicate(timeout=120)
    assert child.returncode == 1
    assert UNFORESEEN not in errors
    away.rename(incoming)
    assert leadglass("import", folder, incoming).code == 0
    with Project.open(folder).catalogue() as catalogue:
        assert catalogue.count() == 12


@pytest.mark.slow
def test_a_clock_that_jumps_between_steps_costs_nothing(
    tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten years forward, then back: work goes on, and the trail is whole all the same."""
    folder, now = tmp_path / "p.leadglass", time.time
    assert run("new", folder) == 0
    for number, days in enumerate((0, 3650, -3650)):

        class Jumped(datetime):
            jump = timedelta(days)

            @classmethod
            def now(cls, tz: tzinfo | None = None) -> "Jumped":
                return super().now(tz) + cls.jump

        with monkeypatch.context() as patched:
            patched.setattr(time, "time", lambda jump=Jumped.jump: now() + jump.total_seconds())
            patched.setattr("app.audit.trail.datetime", Jumped)
            radiograph(tmp_path / "in", number, patient=number)
            assert run("import", folder, tmp_path / "in", "--workers", "1") == 0
    assert run("audit", "verify", folder) == 0
    told.words()
    with Project.open(folder).catalogue() as catalogue:
        assert catalogue.count() == 3
    trail = (folder / "audit.jsonl").read_text(encoding="utf-8").splitlines()
    years = [int(json.loads(line)["at"][:4]) for line in trail]
    assert max(years) - min(years) >= 19  # the clock did jump
