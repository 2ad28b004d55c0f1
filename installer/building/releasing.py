"""One release: layouts, packages, signatures, check sums."""

import argparse
import hashlib
import re
import shlex
import shutil
import subprocess
from pathlib import Path

from installer.building import layout, linux_packages, windows_packages
from installer.building.handed_out import check_number
from installer.building.launchers import KINDS
from installer.building.linux_packages import Product
from installer.building.locked import PROGRAM, ROOT, TRAINING
from installer.building.manual import write_manual
from installer.building.target import PYTHON, TARGETS, WINDOWS

PACKAGES = (".deb", ".rpm", ".tar.xz", ".exe", ".msi")


def release(given: argparse.Namespace) -> int:
    """Make the packages that are asked for; returns the exit code."""
    version = given.version or _version()
    check_number(ROOT, version)
    components = (PROGRAM,) if given.without_training else (PROGRAM, TRAINING)
    given.out.mkdir(parents=True, exist_ok=True)
    work = ROOT / "build" / given.system
    shutil.rmtree(work, ignore_errors=True)
    made = []
    for component in components:
        _say(f"{component}: making the layout")
        product = Product(component, work / component, version, given.out)
        _make_layout(product, given)
        _say(f"{component}: {_size(product.layout) / 1e6:,.0f} MB")
        for kind in given.formats:
            _say(f"{component}: {kind}")
            made.append(_pack(kind, product, given))
    for each in made:
        _sign(given.sign, each)
    _sign(given.sign, _write_sums(given.out))
    for each in made:
        _say(f"{each.name}: {each.stat().st_size / 1e6:,.0f} MB")
    return 0


def _make_layout(product: Product, given: argparse.Namespace) -> None:
    target, root = TARGETS[given.system], product.layout
    if product.component == TRAINING:
        layout.make_training(root, target, root.parent / PROGRAM)
        layout.list_files(root, layout.TRAINING_MANIFEST)
        return
    layout.make_program(root, target, product.version)
    if target is WINDOWS:
        for name in KINDS:
            _sign(given.sign, root / "bin" / name)
    else:
        write_manual(root / "python" / "bin" / f"python{PYTHON}", root.parent / linux_packages.MANUAL)
    layout.list_files(root, layout.MANIFEST)


def _pack(kind: str, product: Product, given: argparse.Namespace) -> Path:
    if kind == "tar":
        return linux_packages.make_tarball(product, quick=given.quick)
    if kind == "exe":
        return windows_packages.make_exe(product, quick=given.quick, sign=given.sign)
    if kind == "msi":
        return windows_packages.make_msi(product)
    return linux_packages.make_package(kind, product)


def _sign(command: str, file: Path) -> None:
    """Run the site's command with the file as its last argument; it signs in place or beside the file."""
    if command:
        subprocess.run((*shlex.split(command), str(file)), check=True)


def _version() -> str:
    found = re.search(
        r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert found is not None
    return found[1]


def _size(root: Path) -> int:
    return sum(each.lstat().st_size for each in root.rglob("*") if each.is_file())


def _write_sums(out: Path) -> Path:
    """Check sums of all packages in `out`, those of the other system too when they were made before."""
    lines = []
    for file in sorted(each for each in out.glob("leadglass-*") if each.name.endswith(PACKAGES)):
        with file.open("rb") as stream:
            lines.append(f"{hashlib.file_digest(stream, 'sha256').hexdigest()}  {file.name}\n")
    sums = out / "SHA256SUMS"
    sums.write_text("".join(lines), encoding="utf-8")
    return sums


def _say(text: str) -> None:
    print(f"== {text}", flush=True)
