"""Installing locked wheels into a folder for a system that need not be this one."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from installer.building.locked import ROOT, of_component
from installer.building.target import PYTHON, Target

ABIS = ("cp311", "abi3", "none")


def install(component: str, target: Target, folder: Path) -> None:
    """Install what a component needs on `target` into `folder`; hashes are checked, nothing is compiled."""
    with TemporaryDirectory() as scratch:
        lock = Path(scratch) / "component.lock"
        chosen = of_component(component, target.environment)
        # Markers are for the target, and pip would judge them by the machine that builds.
        lines = [
            each.text.replace(f" ; {each.marker}", "", 1) if each.marker else each.text for each in chosen
        ]
        lock.write_text("\n".join(lines) + "\n", encoding="utf-8")
        _pip("--require-hashes", "--only-binary=:all:", *_tags(target), "-r", str(lock), folder=folder)


def install_program(folder: Path) -> None:
    """Install Leadglass itself, built from the source tree, with its metadata."""
    with TemporaryDirectory() as scratch:
        build = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
                 "--disable-pip-version-check", "-w", scratch, str(ROOT))  # fmt: skip
        subprocess.run(build, check=True)
        (wheel,) = Path(scratch).glob("leadglass-*.whl")
        _pip(str(wheel), folder=folder)


def _tags(target: Target) -> list[str]:
    platforms = [part for platform in target.platforms for part in ("--platform", platform)]
    abis = [part for abi in ABIS for part in ("--abi", abi)]
    return [*platforms, *abis, "--python-version", PYTHON, "--implementation", "cp"]


def _pip(*arguments: str, folder: Path) -> None:
    command = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
               "--no-compile", "--target", str(folder), *arguments)  # fmt: skip
    subprocess.run(command, check=True)
