"""The two small programs that start Leadglass on Windows, compiled by MinGW."""

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from installer.building.locked import ROOT

SOURCES = ROOT / "installer" / "windows"
ICONS = ROOT / "installer" / "icon"
PREFIX = "x86_64-w64-mingw32-"
KINDS = {
    "leadglass.exe": ("-municode", "-mconsole"),
    "leadglass-window.exe": ("-municode", "-mwindows", "-DWINDOW"),
}


def four_numbers(version: str) -> str:
    """A version as Windows counts: four numbers with points, "0.1.0" -> "0.1.0.0"."""
    parts = version.split(".")
    if len(parts) > 4 or not all(part.isdecimal() for part in parts):  # noqa: PLR2004 - Windows' format
        raise SystemExit(f"Windows takes numbers only in a version; this is {version}.")
    return ".".join([*parts, "0", "0", "0"][:4])


def make_launchers(folder: Path, version: str) -> list[Path]:
    """Compile both into `folder`, which exists; they carry the icon and `version`."""
    made = []
    for name, kind in KINDS.items():
        with TemporaryDirectory() as scratch:
            resource = Path(scratch) / "resource.o"
            numbers = four_numbers(version).replace(".", ",")
            subprocess.run((f"{PREFIX}windres", "-I", str(SOURCES), "-I", str(ICONS), f"-DNUMBERS={numbers}",
                            f'-DVERSION=\\"{version}\\"', f'-DNAME=\\"{name}\\"', str(SOURCES / "launcher.rc"),
                            str(resource)), check=True)  # fmt: skip
            made.append(folder / name)
            # Without a time stamp, so that the same source yields the same bytes.
            subprocess.run((f"{PREFIX}gcc", "-O2", "-s", "-Wall", "-Wextra", "-Werror", "-static", *kind,
                            "-Wl,--no-insert-timestamp", "-o", str(made[-1]), str(SOURCES / "launcher.c"),
                            str(resource)), check=True)  # fmt: skip
    return made
