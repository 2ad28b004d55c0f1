"""Whether every library that the binaries of a Windows layout name is there, or is part of every Windows 10.

A wheel that expects something on the system, and a line of `trim.toml` that takes a library away from one that stays,
show here rather than on a user's PC. What is loaded while the program runs is not seen.
"""

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from installer.building.locked import ROOT

SYSTEM = ROOT / "installer" / "windows" / "system.txt"
OBJDUMP = "x86_64-w64-mingw32-objdump"
BINARIES = (".dll", ".exe", ".pyd")


def check(root: Path, beside: Path | None = None) -> None:
    """Stop where a binary under `root` names a library that neither the layout nor Windows has.

    `beside`: the folder, in the layout that this one is added to, of which every library is found by any.
    """
    needs = {each: _named(each) for each in _binaries(root)}
    there = frozenset(each.name.lower() for each in beside.iterdir()) if beside else frozenset[str]()
    lacking = [f"{file.relative_to(root)} needs {', '.join(names)}" for file, names in missing(needs, there)]
    if lacking:
        raise SystemExit("Neither the package nor Windows 10 has what these need:\n" + "\n".join(lacking))


def _binaries(root: Path) -> Iterator[Path]:
    return (each for each in root.rglob("*") if each.suffix.lower() in BINARIES)


def missing(
    needs: Mapping[Path, frozenset[str]], beside: frozenset[str] = frozenset()
) -> Iterator[tuple[Path, list[str]]]:
    """The binaries of which a library is nowhere, with its name; `needs` has all binaries and what each names."""
    there = {each.name.lower() for each in needs} | beside | _of_windows()
    for file, names in sorted(needs.items()):
        nowhere = sorted(name for name in names - there if not name.startswith("api-ms-win-"))
        if nowhere:
            yield file, nowhere


def _of_windows() -> set[str]:
    lines = SYSTEM.read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def _named(file: Path) -> frozenset[str]:
    told = subprocess.run((OBJDUMP, "-p", str(file)), capture_output=True, text=True, check=True).stdout
    return frozenset(name.lower() for name in re.findall(r"^\s*DLL Name: (\S+)", told, re.MULTILINE))
