"""A whole project on a stick: exFAT, which takes "Scans" and "SCANS" for one folder and has neither links nor owners.

Needs Linux, root, loop devices, and `mkfs.exfat` and `mount.exfat-fuse` (Debian: exfatprogs, exfat-fuse).
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workflows.conftest import leadglass, radiograph
from tests.workflows.killing import check_project, contents, labels, new_project

pytestmark = pytest.mark.slow
TOOLS = ("mkfs.exfat", "mount.exfat-fuse", "losetup")


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[Path]:
    if not sys.platform.startswith("linux") or os.geteuid() != 0 or not all(map(shutil.which, TOOLS)):
        pytest.skip("an exFAT can only be mounted by root, on Linux, with exfatprogs and exfat-fuse")
    image, place = tmp_path / "stick.img", tmp_path / "stick"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(128 * 2**20)
    subprocess.run(("mkfs.exfat", str(image)), check=True, capture_output=True)
    loop = subprocess.run(("losetup", "-f", "--show", image), check=False, capture_output=True, text=True)
    if loop.returncode:
        pytest.skip("loop devices are not allowed here")
    device = loop.stdout.strip()
    try:
        mounted = subprocess.run(
            ("mount.exfat-fuse", device, str(place)), check=False, capture_output=True, text=True
        )
        if mounted.returncode:
            pytest.skip(f"no exFAT can be mounted here: {mounted.stderr}")
        yield place
        subprocess.run(("umount", str(place)), check=True)
    finally:
        subprocess.run(("losetup", "-d", device), check=True)


def test_a_project_on_it_is_the_same_as_elsewhere(
    stick: Path, incoming: Path, tmp_path: Path, key: Path
) -> None:
    listed = tmp_path / "labels.csv"
    for place in (stick, tmp_path / "disk"):
        project = new_project(place / "p.leadglass", key)
        shutil.copytree(incoming, place / "in")
        for arguments in (
            ("import", project, place / "in"),
            ("label", project, "--from", listed),
            ("export", project, "--out", place / "data"),
        ):
            ended = leadglass(*arguments)
            assert ended.code == 0, ended.err
        check_project(project)
    for folder in ("p.leadglass/instances", "data/images"):
        assert contents(stick / folder) == contents(tmp_path / "disk" / folder)
    assert len(labels(stick / "P.LEADGLASS")) == 12


def test_what_lies_there_is_not_taken_for_another_folder(stick: Path) -> None:
    radiograph(stick / "in" / "Scan", 1, patient=1)
    before = contents(stick / "in")
    ended = leadglass("mask", stick / "in", "--out", stick / "IN", "--headers-only")
    assert ended.code == 2
    assert "never mix" in ended.err
    assert leadglass("new", stick / "p.leadglass").code == 0
    assert "exists already" in leadglass("new", stick / "P.LEADGLASS").err
    assert contents(stick / "in") == before
