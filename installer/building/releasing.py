"""One release: layouts, packages, check sums."""

import argparse
import hashlib
import re
import shutil
from pathlib import Path

from installer.building import layout, linux_packages
from installer.building.locked import PROGRAM, ROOT, TRAINING
from installer.building.manual import write_manual
from installer.building.target import LINUX, PYTHON

WORK = ROOT / "build" / "linux"


def release(given: argparse.Namespace) -> int:
    """Make the packages that are asked for; returns the exit code."""
    version = _version()
    components = (PROGRAM,) if given.without_training else (PROGRAM, TRAINING)
    given.out.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(WORK, ignore_errors=True)
    made = []
    for component in components:
        root = WORK / component
        _say(f"{component}: making the layout")
        if component == PROGRAM:
            layout.make_program(root, LINUX)
            write_manual(root / "python" / "bin" / f"python{PYTHON}", WORK / linux_packages.MANUAL)
        else:
            layout.make_training(root, LINUX, WORK / PROGRAM)
        _say(f"{component}: {_size(root) / 1e6:,.0f} MB")
        product = linux_packages.Product(component, root, version, given.out)
        for kind in given.formats.split(","):
            _say(f"{component}: {kind}")
            tarball = kind == "tar"
            made.append(
                linux_packages.make_tarball(product)
                if tarball
                else linux_packages.make_package(kind, product)
            )
    _write_sums(given.out, made)
    for each in made:
        _say(f"{each.name}: {each.stat().st_size / 1e6:,.0f} MB")
    return 0


def _version() -> str:
    found = re.search(
        r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert found is not None
    return found[1]


def _size(root: Path) -> int:
    return sum(each.lstat().st_size for each in root.rglob("*") if each.is_file())


def _write_sums(out: Path, files: list[Path]) -> None:
    lines = []
    for file in sorted(files):
        with file.open("rb") as stream:
            lines.append(f"{hashlib.file_digest(stream, 'sha256').hexdigest()}  {file.name}\n")
    (out / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def _say(text: str) -> None:
    print(f"== {text}", flush=True)
