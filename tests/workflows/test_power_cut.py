"""The power goes while a project is written: after the next start it is whole, and the same command finishes it.

A small ext4 in a file holds the project. The kernel's shutdown of a file system (what its own developers cut the power
with in tests: nothing that is in memory alone reaches the disk any more) strikes at random moments; then it is mounted
again. LEADGLASS_CUTS says how often. Needs root and loop devices.
"""

import os
import random
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.program import command
from app.project import Project
from tests.workflows.conftest import leadglass
from tests.workflows.killing import check_project, contents, labels, new_project

CUTS = int(os.environ.get("LEADGLASS_CUTS", "6"))
MOST_IN_A_ROW = 6  # then the command is let through
SHUTDOWN = 0x8004587D  # FS_IOC_SHUTDOWN of Linux
NO_FLUSH = struct.pack("I", 2)  # not even the journal is written out
SIZE = 256 * 2**20
pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


@dataclass
class Disk:
    """A file system in a file, of which the power can be cut."""

    image: Path
    place: Path
    generator: random.Random = field(default_factory=lambda: random.Random(9))
    cuts: int = 0

    def on(self) -> None:
        """Mount it; the journal is replayed."""
        subprocess.run(("mount", "-o", "loop", str(self.image), str(self.place)), check=True)

    def cut(self, child: "subprocess.Popen[bytes] | None" = None) -> None:
        """Cut the power, under a command if there is one, then start again."""
        import fcntl

        folder = os.open(self.place, os.O_RDONLY)
        fcntl.ioctl(folder, SHUTDOWN, NO_FLUSH)
        os.close(folder)
        if child is not None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        self.off()
        self.on()
        self.cuts += 1

    def through(self, whole_s: float, project: Path, *arguments: object) -> None:
        """Run a command, cut the power in it, look at what is left, and again, until it comes through."""
        for _ in range(MOST_IN_A_ROW):
            child = subprocess.Popen(
                command(*map(str, arguments), "--progress", "none"),
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
            try:
                assert child.wait(self.generator.uniform(0.3, 1.1) * whole_s) == 0
            except subprocess.TimeoutExpired:
                self.cut(child)
                check_project(project)
            else:
                return
        assert leadglass(*arguments).code == 0

    def off(self) -> None:
        """Unmount it once the last process of the killed group is gone."""
        end = time.monotonic() + 30
        while subprocess.run(("umount", str(self.place)), check=False, capture_output=True).returncode:
            assert time.monotonic() < end, "something still holds the disk"
            time.sleep(0.1)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("mounting needs Linux and root")
    made = Disk(tmp_path / "disk.img", tmp_path / "disk")
    made.place.mkdir()
    with made.image.open("wb") as file:
        file.truncate(SIZE)
    subprocess.run(("mkfs.ext4", "-q", str(made.image)), check=True)
    mounted = subprocess.run(
        ("mount", "-o", "loop", str(made.image), str(made.place)), check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("loop devices are not allowed here")
    yield made
    made.off()


def test_importing_and_labelling(incoming: Path, tmp_path: Path, key: Path, disk: Disk) -> None:
    calm = new_project(tmp_path / "calm.leadglass", key)
    begun = time.monotonic()
    assert leadglass("import", calm, incoming).code == 0
    whole_s = time.monotonic() - begun
    project = new_project(disk.place / "p.leadglass", key)
    number = 0
    while disk.cuts < CUTS:
        disk.through(whole_s, project, "import", project, incoming)
        assert contents(project / "instances") == contents(calm / "instances")
        with Project.open(project).catalogue() as catalogue:
            assert catalogue.count() == 12
        disk.through(2.0, project, "label", project, "--from", tmp_path / "labels.csv")
        before = labels(project)
        assert len(before) == 12
        disk.cut()  # what a command that came through said is done stays done
        check_project(project)
        assert labels(project) == before
        number += 1
        project = new_project(disk.place / f"p{number}.leadglass", key)
