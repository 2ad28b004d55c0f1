"""Very many files at once: LEADGLASS_FILES of them (30,000), nearly all of them no images, as on an archive's disk.

Memory must grow with their names alone, every file is accounted for, and the images among them are masked.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.program import command
from tests.workflows.conftest import radiograph

FILES = int(os.environ.get("LEADGLASS_FILES", "30000"))
IN_A_FOLDER = 1000
MOST_BYTES_EACH = 3000  # of memory, for each file that is only named
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(7200),
    pytest.mark.skipif(sys.platform == "win32", reason="the memory of a child is asked for by POSIX's wait4"),
]


# A child is charged with what its parent had when it was started: so a small process stands between.
BETWEEN = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
_, status, used = os.wait4(child.pid, 0)
print(os.waitstatus_to_exitcode(status), used.ru_maxrss * 1024)
"""


def peak(*arguments: object) -> tuple[int, int]:
    """Run a command; returns its exit code and the most memory that its own process had, in bytes."""
    line = [sys.executable, "-I", "-S", "-c", BETWEEN, *command(*map(str, arguments), "--progress", "none")]
    told = subprocess.run(line, stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout.split()
    return int(told[0]), int(told[1])


def masking(folder: Path, out: Path) -> tuple[object, ...]:
    report = out.with_suffix(".json")
    return ("mask", folder, "--out", out, "--report", report, "--headers-only", "--workers", "1")


def test_each_file_is_accounted_for_and_memory_stays_small(tmp_path: Path) -> None:
    radiograph(tmp_path / "few", 0, patient=0)
    code, alone = peak(*masking(tmp_path / "few", tmp_path / "few-out"))
    assert code == 0
    for number in range(FILES):
        folder = tmp_path / "many" / f"{number // IN_A_FOLDER:05}"
        if number % IN_A_FOLDER == 0:
            folder.mkdir(parents=True)
        (folder / f"{number:07}.txt").write_bytes(b"no image")
    for number in range(3):
        radiograph(tmp_path / "many" / f"images{number}", number, patient=number)
    out = tmp_path / "out"
    code, used = peak(*masking(tmp_path / "many", out))
    assert code == 0
    assert len(list(out.rglob("*.dcm"))) == 3
    rows = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))["files"]
    assert len(rows) == FILES + 3
    assert sum(row["outcome"] == "skipped" for row in rows) == FILES
    assert used - alone < 50e6 + FILES * MOST_BYTES_EACH, f"{(used - alone) / FILES:.0f} bytes a file"
    print(f"{FILES} files: {(used - alone) / FILES:.0f} bytes a file beyond {alone / 2**20:.0f} MB")
