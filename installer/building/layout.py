"""The layout of an installed program, the same on every system.

    python/                      Python and its library; in its site-packages the program and what it needs
    training/                    what learning and prediction need (a component of its own)
    bin/leadglass                the command (on Windows leadglass.exe)
    licences/                    third-party notices and the list of parts (SBOM)
    MANIFEST.sha256              check sums of all files, for `leadglass selftest`

`training/` is found through `leadglass-training.pth` in site-packages, which names the folder relative to itself; so
the component can be added and removed without touching the rest.
"""

import hashlib
import subprocess
from pathlib import Path

from installer.building import linux_python, notices, wheels
from installer.building.locked import PROGRAM, ROOT, TRAINING
from installer.building.target import PYTHON, Target
from installer.building.trimming import trim

LAUNCHERS = ROOT / "installer" / "linux" / "bin"
MANIFEST = "MANIFEST.sha256"  # as app/workflows/selftest.py knows it
TRAINING_PATH = "leadglass-training.pth"


def site_packages(root: Path) -> Path:
    """Where the program's packages are in a layout for Linux."""
    return root / "python" / "lib" / f"python{PYTHON}" / "site-packages"


def make_program(root: Path, target: Target) -> None:
    """The program without training, in `root`, which is made."""
    linux_python.copy_python(root / "python")
    site = site_packages(root)
    wheels.install(PROGRAM, target, site)
    wheels.install_program(site)
    trim(site, "site-packages")
    _copy_launchers(root)
    notices.write(root / "licences", [site], PROGRAM, target)
    _compile(root, [root / "python" / "lib" / f"python{PYTHON}"])
    _list_files(root)


def make_training(root: Path, target: Target, program: Path) -> None:
    """The component for training, in `root`; `program` is a finished layout whose Python compiles it."""
    folder = root / "training"
    wheels.install(TRAINING, target, folder)
    trim(folder, "site-packages")
    site = site_packages(root)
    site.mkdir(parents=True)
    up = "/".join([".."] * len(site.relative_to(root).parts))
    (site / TRAINING_PATH).write_text(f"{up}/training\n", encoding="utf-8")
    notices.write(root / "licences" / "training", [folder], TRAINING, target)
    _compile(program, [folder])


def _copy_launchers(root: Path) -> None:
    folder = root / "bin"
    folder.mkdir()
    for each in LAUNCHERS.iterdir():
        copied = folder / each.name
        copied.write_bytes(each.read_bytes())
        copied.chmod(0o755)


def _list_files(root: Path) -> None:
    lines = []
    for file in sorted(each for each in root.rglob("*") if each.is_file()):
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        lines.append(f"{digest}  {file.relative_to(root).as_posix()}\n")
    (root / MANIFEST).write_text("".join(lines), encoding="utf-8")


def _compile(program: Path, folders: list[Path]) -> None:
    """Byte code beside the sources: program folders are read-only, and the first start is no slower.

    Unchecked hashes, so that neither the clock nor the packaging makes it stale.
    """
    python = program / "python" / "bin" / f"python{PYTHON}"
    for folder in folders:
        command = (str(python), "-I", "-m", "compileall", "-q", "-j", "2", "--invalidation-mode", "unchecked-hash",
                   "-s", str(folder.parent), str(folder))  # fmt: skip
        subprocess.run(command, check=False)  # a library's example for another Python may not compile
