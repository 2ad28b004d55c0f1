"""Killing a command with kill -9 at random moments until it comes through, and what is looked at afterwards.

LEADGLASS_KILLS says how often each command is killed. A round kills the same command again and again until it comes
through; then its results are compared with those of a run that nobody disturbed, and the next round begins.
"""

import hashlib
import os
import random
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
MARKS = [
    pytest.mark.slow,
    pytest.mark.timeout(7200),
    pytest.mark.skipif(sys.platform == "win32", reason="process groups are killed with POSIX signals"),
]


@dataclass
class Killer:
    """Starts a command, kills it and all its children at a random moment, and checks what it left."""

    seed: int
    check: Callable[[], None]
    whole_s: float  # how long the command takes undisturbed
    kills: int = 0
    generator: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.generator = random.Random(self.seed)

    def through(self, *arguments: object) -> None:
        """Kill the command until it comes through; how long it takes is learnt anew where nothing killed it."""
        for before in range(MOST_IN_A_ROW):
            begun = time.monotonic()
            if not self._killed(*arguments):
                self.whole_s = self.whole_s if before else time.monotonic() - begun
                return
            self.kills += 1
            print("x", end="", flush=True)
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


def timed(*arguments: object) -> float:
    """Run a command undisturbed; how long it took, in seconds."""
    begun = time.monotonic()
    ended = leadglass(*arguments, "--progress", "none")
    assert ended.code == 0, ended.err
    return time.monotonic() - begun


def contents(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rounds(killer: Killer, one: Callable[[int], None]) -> None:
    """Do rounds until there were enough kills; what fails because somebody changed the program meanwhile says so."""
    number, source, begun = 0, state_of_source(), time.monotonic()
    while killer.kills < KILLS:
        try:
            one(number)
        except Exception:
            assert state_of_source() == source, (
                "the program was changed while it was killed: use a tree of its own"
            )
            raise
        number += 1
        assert number < 3 * KILLS + 3, "it comes through before it can be killed"
    print(f"{killer.kills} kills in {number} rounds, {time.monotonic() - begun:.0f} s")


def state_of_source() -> tuple[int, int]:
    """Number and latest time of the program's modules."""
    root = Path(__file__).parents[2]
    parts = ("app", "anonymizer", "labeller", "trainer")
    times = [file.stat().st_mtime_ns for part in parts for file in (root / part).rglob("*.py")]
    return len(times), max(times)


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


def swept(project: Path, incoming: Path) -> None:
    """What a kill left half-written goes with a later import, once nobody can be writing it any more."""
    halves = list((project / "instances").glob(".*.part"))
    for half in halves:
        os.utime(half, (time.time() - 3600,) * 2)
    if halves:
        assert leadglass("import", project, incoming).code == 0


def new_project(folder: Path, key: Path) -> Path:
    assert leadglass("new", folder, "--key", key).code == 0
    return folder


def labels(folder: Path) -> dict[str, str]:
    with Project.open(folder).catalogue() as catalogue:
        return {row.sop_instance_uid: row.label for row in catalogue.instances() if row.label}
