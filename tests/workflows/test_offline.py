"""Nothing opens a network connection, and everything works where there is none."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.program import command

pytestmark = pytest.mark.slow

ON_LINUX = sys.platform.startswith("linux")
INTERNET = re.compile(r"socket\(AF_INET6?|connect\(.*AF_INET6?|sendto\(.*AF_INET6?")


def run(prefix: list[str], *arguments: object) -> subprocess.CompletedProcess[str]:
    # Some libraries keep quiet where CI is set: here they must behave as on a user's machine.
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    words = [*prefix, *command(*map(str, arguments))]
    return subprocess.run(
        words, capture_output=True, encoding="utf-8", check=False, env=environment, stdin=subprocess.DEVNULL
    )


def the_line(folder: Path, incoming: Path) -> list[tuple[object, ...]]:
    project, dataset, model = folder / "p.leadglass", folder / "dataset", folder / "model"
    return [
        ("new", project),
        ("import", project, incoming),
        ("label", project, "--from", incoming.parent / "labels.csv"),
        ("export", project, "--out", dataset),
        ("train", dataset, "--out", model, "--recipe", "quick", "--knowingly"),
        ("predict", model, "--project", project),
        ("screenshots", project, "--out", folder / "pictures"),
    ]


@pytest.mark.timeout(1800)
@pytest.mark.skipif(not ON_LINUX or not shutil.which("strace"), reason="needs strace (Debian package strace)")
def test_no_internet_socket_is_opened_and_nothing_written_elsewhere(
    tmp_path: Path, incoming: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    # An installed copy comes compiled, a source tree does not.
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.chdir(tmp_path)
    for number, step in enumerate(the_line(tmp_path, incoming)):
        trace = tmp_path / f"trace{number}"
        ended = run(["strace", "-f", "-q", "--seccomp-bpf", "-e", CALLS, "-o", str(trace)], *step)
        assert ended.returncode == 0, (step, ended.stderr[-2000:])
        told = trace.read_text(errors="replace").splitlines()
        assert not [line for line in told if INTERNET.search(line)], step
        assert not elsewhere(told, (tmp_path, own_home)), step
        assert not list(scratch.iterdir()), step
    allowed = {".config", "leadglass", ".cache", "fontconfig"}
    assert {path.name for path in own_home.glob("*")} | {
        path.name for path in own_home.glob(".c*/*")
    } <= allowed


CALLS = (
    "trace=network,openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat"
)
WRITES = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|\b(?:creat|mkdir|mkdirat|rename\w*|link\w*|symlink\w*)\(")
NO_FILES = ("/dev/", "/proc/self/", "/proc/")  # devices, semaphores in memory, what the kernel shows


def elsewhere(told: list[str], allowed: tuple[Path, ...]) -> list[str]:
    """What was opened for writing, made or renamed outside the folders that may be written."""
    found = []
    for line in told:
        if not WRITES.search(line) or "= -1 " in line:
            continue
        for name in re.findall(r'"([^"]*)"', line):
            inside = any(Path(name).is_relative_to(folder) for folder in allowed)
            if Path(name).is_absolute() and not inside and not name.startswith(NO_FILES):
                found.append(line)
    return found


def namespace() -> list[str]:
    """The command prefix that cuts the network off, or nothing where that is not allowed."""
    for prefix in (["unshare", "-n"], ["unshare", "-rn"]):
        if shutil.which("unshare") and subprocess.run([*prefix, "true"], check=False).returncode == 0:
            return prefix
    return []


@pytest.mark.skipif(not ON_LINUX, reason="network namespaces are Linux's")
def test_everything_works_with_the_network_cut_off(tmp_path: Path, incoming: Path) -> None:
    prefix = namespace()
    if not prefix:
        pytest.skip("network namespaces are not allowed here")
    for step in the_line(tmp_path, incoming):
        ended = run(prefix, *step)
        assert ended.returncode == 0, (step, ended.stderr[-2000:])
