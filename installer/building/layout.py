"""The layout of an installed program, the same on every system.

    python/                      Python and its library; in its site-packages the program and what it needs
    training/                    what learning and prediction need (a component of its own)
    bin/leadglass                the command (on Windows leadglass.exe)
    licences/                    third-party notices and the list of parts (SBOM)
    MANIFEST.sha256              check sums of all files, for `leadglass selftest`; in training/ those of that component

`training/` is found through `leadglass-training.pth` in site-packages, which names the folder relative to itself; so
the component can be added and removed without touching the rest.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

from installer.building import launchers, linux_python, notices, wheels, windows_needs, windows_python
from installer.building.locked import PROGRAM, ROOT, TRAINING
from installer.building.target import PYTHON, WINDOWS, Target
from installer.building.trimming import trim

COMMANDS = ROOT / "installer" / "linux" / "bin"
MANIFEST = "MANIFEST.sha256"  # as app/workflows/selftest.py knows it, and that of the training component
TRAINING_MANIFEST = f"training/{MANIFEST}"
TRAINING_PATH = "leadglass-training.pth"


def site_packages(root: Path, target: Target) -> Path:
    """Where the program's packages are in a layout."""
    library = Path("Lib") if target is WINDOWS else Path("lib") / f"python{PYTHON}"
    return root / "python" / library / "site-packages"


def make_program(root: Path, target: Target, version: str) -> None:
    """The program without training, in `root`, which is made."""
    site = site_packages(root, target)
    root.mkdir(parents=True)
    (windows_python.bring_python if target is WINDOWS else linux_python.copy_python)(root / "python")
    wheels.install(PROGRAM, target, site)
    wheels.install_program(site)
    if target is WINDOWS:
        windows_python.bring_runtime(root / "python", site)
    trim(site, "site-packages")
    _make_commands(root / "bin", target, version)
    if target is WINDOWS:
        windows_needs.check(root)
    notices.write(root / "licences", [site], PROGRAM, target)
    _compile([site.parent])


def make_training(root: Path, target: Target, program: Path) -> None:
    """The component for training, in `root`, to be added to the layout `program`."""
    folder = root / "training"
    wheels.install(TRAINING, target, folder)
    trim(folder, "site-packages")
    if target is WINDOWS:
        windows_needs.check(root, program / "python")
    site = site_packages(root, target)
    site.mkdir(parents=True)
    up = "/".join([".."] * len(site.relative_to(root).parts))
    (site / TRAINING_PATH).write_text(f"{up}/training\n", encoding="utf-8")
    notices.write(root / "licences" / "training", [folder], TRAINING, target)
    _compile([folder])


def _make_commands(folder: Path, target: Target, version: str) -> None:
    folder.mkdir()
    if target is WINDOWS:
        launchers.make_launchers(folder, version)
        return
    for each in COMMANDS.iterdir():
        copied = folder / each.name
        copied.write_bytes(each.read_bytes())
        copied.chmod(0o755)


def list_files(root: Path, manifest: str) -> None:
    """Write the check sums of all files, once nothing changes any more (signing changes files)."""
    lines = []
    for file in sorted(each for each in root.rglob("*") if each.is_file()):
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        lines.append(f"{digest}  {file.relative_to(root).as_posix()}\n")
    (root / manifest).write_text("".join(lines), encoding="utf-8")


def _compile(folders: list[Path]) -> None:
    """Byte code beside the sources: program folders are read-only, and the first start is no slower.

    Unchecked hashes, so that neither the clock nor the packaging makes it stale. This Python has the version of the
    one that is shipped (`wheels` asks for it), and byte code is the same on every system.
    """
    for folder in folders:
        command = (sys.executable, "-I", "-m", "compileall", "-q", "-j", "2", "--invalidation-mode", "unchecked-hash",
                   "-s", str(folder.parent), str(folder))  # fmt: skip
        subprocess.run(command, check=False)  # a library's example for another Python may not compile
