"""No core dumps, no network when sealed, no telemetry, and nothing half-written is left behind."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app import sealed
from app.errors import AppError
from app.program import command
from app.storage import sweep

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="Linux's own")
DUMPABLE = """
import ctypes, os, resource
from app.hardening import harden
harden()
child = os.popen("ulimit -c").read().strip()
print(resource.getrlimit(resource.RLIMIT_CORE)[0], ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), child)
"""


def python(program: str, **environment: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, encoding="utf-8", check=True, env={**os.environ, **environment},
    )  # fmt: skip
    return ended.stdout.strip()


@LINUX
def test_a_crash_leaves_no_memory_on_the_disk_not_of_children_either() -> None:
    assert python(DUMPABLE) == "0 0 0"
    assert python(DUMPABLE, LEADGLASS_DEBUG="1").split()[1] == "1"  # a developer may look


@LINUX
def test_sealed_there_is_no_network(tmp_path: Path) -> None:
    try:
        before = sealed.prefix()
    except AppError:
        pytest.skip("this system lets no program have a namespace")
    here = Path("/proc/self/ns/net").readlink()
    there = subprocess.run(
        [*before, "readlink", "/proc/self/ns/net"], capture_output=True, check=True, text=True
    )
    assert there.stdout.strip() != str(here)
    told = subprocess.run(command("--sealed", "info"), capture_output=True, check=True, encoding="utf-8")
    assert "Python" in told.stdout
    only = subprocess.run(
        [*before, "cat", "/proc/net/dev"], capture_output=True, check=True, text=True
    ).stdout
    assert [line.split(":")[0].strip() for line in only.splitlines()[2:]] == ["lo"]


def test_where_nothing_can_be_sealed_the_program_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    from app.cli.main import main

    monkeypatch.setattr(sealed, "_WAYS", ())
    assert main(["--sealed", "info"]) == 1


def test_telemetry_is_off_before_its_library_is_imported() -> None:
    program = (
        "import os, sys, anonymizer; print(os.environ['ORT_DISABLE_TELEMETRY'], 'onnxruntime' in sys.modules)"
    )
    assert python(program) == "1 False"


def test_what_a_killed_program_left_half_written_is_swept(tmp_path: Path) -> None:
    old, young, other = (tmp_path / name for name in (".a.toml.17.tmp", ".b.toml.18.tmp", "kept.tmp"))
    for file in (old, young, other):
        file.touch()
    for file in (old, other):
        os.utime(file, (time.time() - 7200,) * 2)
    sweep(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {young.name, other.name}
