"""kill -9 at random moments, over each command that writes: nothing done is lost, and the end is the same.

LEADGLASS_KILLS says how often each command is killed. A round kills the same command again and again until it comes
through; then its results are compared byte by byte with those of a run that nobody disturbed, and the next round begins.
"""

import hashlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from anonymizer import KeyFile, Vault
from app import audit
from app.program import command
from app.project import Project
from app.settings import vault_key_file
from tests.workflows.conftest import leadglass

KILLS = int(os.environ.get("LEADGLASS_KILLS", "40"))
MOST_IN_A_ROW = 12  # then the round is let through
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(7200),
    pytest.mark.skipif(sys.platform == "win32", reason="process groups are killed with POSIX signals"),
]


@dataclass
class Killer:
    """Starts a command, kills it and all its children at a random moment, and checks what it left."""

    seed: int
    check: Callable[[], None]
    kills: int = 0
    whole_s: float = 3.0  # how long the command takes undisturbed
    generator: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.generator = random.Random(self.seed)

    def through(self, *arguments: object) -> None:
        """Kill the command until it comes through."""
        for _ in range(MOST_IN_A_ROW):
            if not self._killed(*arguments):
                return
            self.kills += 1
            self.check()
        ended = leadglass(*arguments)
        assert ended.code == 0, ended.err

    def _killed(self, *arguments: object) -> bool:
        child = subprocess.Popen(
            command(*map(str, arguments), "--progress", "none"),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        try:
            _out, told = child.communicate(timeout=self.generator.uniform(0.3, 1.1) * self.whole_s)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
            return True
        assert child.returncode == 0, told
        return False


def contents(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def sound(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def check_project(folder: Path) -> None:
    """Whatever was killed: files whole, no row without its file, and the trail unbroken."""
    project = Project.open(folder)
    for file in (project.catalogue_file, project.vault_file):
        if file.exists():
            sound(file)
    with project.catalogue() as catalogue:
        rows = {row.sop_instance_uid: row.file for row in catalogue.instances()}
    assert [file for file in rows.values() if not (project.instances / file).is_file()] == []
    with Vault.open(project.vault_file, KeyFile(vault_key_file(project.identifier))) as vault:
        assert [uid for uid in rows if vault.source_path(uid) is None] == []
        keys = [audit.TrailKey(*key) for key in vault.trail_keys.begun()]
    verdict = audit.judge(project.audit_file, keys)
    assert verdict.whole, verdict.problems


def new_project(folder: Path, key: Path) -> Path:
    assert leadglass("new", folder, "--key", key).code == 0
    return folder


@pytest.fixture
def key(tmp_path: Path) -> Path:
    from anonymizer import SecretKey

    SecretKey(bytes(range(32))).save(tmp_path / "site.key")
    return tmp_path / "site.key"


def rounds(killer: Killer, one: Callable[[int], None]) -> None:
    number = 0
    while killer.kills < KILLS:
        one(number)
        number += 1
        assert number < 3 * KILLS + 3, "it comes through before it can be killed"


def test_masking_without_a_project(incoming: Path, tmp_path: Path, key: Path) -> None:
    def arguments(out: Path) -> tuple[object, ...]:
        return "mask", incoming, "--out", out, "--key", key, "--workers", "1", "--headers-only"

    begun = time.monotonic()
    assert leadglass(*arguments(tmp_path / "calm")).code == 0
    killer = Killer(1, lambda: None, whole_s=time.monotonic() - begun)

    def one(number: int) -> None:
        killer.through(*arguments(tmp_path / f"out{number}"))
        assert contents(tmp_path / f"out{number}") == contents(tmp_path / "calm")
        shutil.rmtree(tmp_path / f"out{number}")

    rounds(killer, one)


def test_import_into_a_project(incoming: Path, tmp_path: Path, key: Path) -> None:
    calm = new_project(tmp_path / "calm.leadglass", key)
    begun = time.monotonic()
    assert leadglass("import", calm, incoming).code == 0
    current = [calm]
    killer = Killer(2, lambda: check_project(current[0]), whole_s=time.monotonic() - begun)

    def one(number: int) -> None:
        current[0] = new_project(tmp_path / f"p{number}.leadglass", key)
        killer.through("import", current[0], incoming)
        for left in (current[0] / "instances").glob(".*.part"):
            os.utime(left, (time.time() - 3600,) * 2)  # so old that nobody can be writing it
        assert leadglass("import", current[0], incoming).code == 0  # which sweeps
        assert contents(current[0] / "instances") == contents(calm / "instances")
        with Project.open(current[0]).catalogue() as catalogue:
            assert catalogue.count() == 12
        shutil.rmtree(current[0])

    rounds(killer, one)


@pytest.fixture
def imported(incoming: Path, tmp_path: Path, key: Path) -> Path:
    project = new_project(tmp_path / "whole.leadglass", key)
    assert leadglass("import", project, incoming).code == 0
    return project


def test_labels_from_a_list(imported: Path, tmp_path: Path) -> None:
    killer = Killer(3, lambda: check_project(imported))

    def one(_number: int) -> None:
        before = labels(imported)
        killer.through("label", imported, "--from", tmp_path / "labels.csv")
        assert {uid: name for uid, name in labels(imported).items() if uid in before} == before
        assert len(labels(imported)) == 12

    rounds(killer, one)


def labels(folder: Path) -> dict[str, str]:
    with Project.open(folder).catalogue() as catalogue:
        return {row.sop_instance_uid: row.label for row in catalogue.instances() if row.label}


def test_export(imported: Path, tmp_path: Path) -> None:
    assert leadglass("label", imported, "--from", tmp_path / "labels.csv").code == 0
    begun = time.monotonic()
    assert leadglass("export", imported, "--out", tmp_path / "calm" / "data").code == 0
    calm = contents(tmp_path / "calm" / "data" / "images")
    killer = Killer(4, lambda: check_project(imported), whole_s=time.monotonic() - begun)

    def one(number: int) -> None:
        out = tmp_path / f"round{number}" / "data"
        killer.check = lambda: appears_whole(imported, out)
        killer.through("export", imported, "--out", out)
        assert contents(out / "images") == calm
        assert [path.name for path in out.parent.iterdir()] == ["data"]
        shutil.rmtree(out.parent)

    rounds(killer, one)


def appears_whole(project: Path, out: Path) -> None:
    check_project(project)
    assert not out.exists() or (out / "checksums.txt").is_file()


def test_renewing_the_vaults_key(imported: Path, tmp_path: Path) -> None:
    killer = Killer(5, lambda: check_project(imported), whole_s=1.5)
    rounds(killer, lambda _number: killer.through("vault", imported, "renew"))
    check_project(imported)
