"""A Python that runs wherever it is put: this interpreter with its library and the shared libraries it needs.

CPython finds its library beside its program (`../lib/python3.11`, see its `Modules/getpath.py`), so a copy is
relocatable once its shared libraries are found relative to it too.
"""

import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from installer.building.target import GLIBC, PYTHON
from installer.building.trimming import trim

# Libraries that belong to the system: the C library and what is tied to it, and the reader of XML, which the window's
# fonts need anyway: Debian 12's asks for glibc 2.36, and there security updates reach it.
SYSTEM = ("libc.so", "libm.so", "libdl.so", "libpthread.so", "librt.so", "libutil.so", "ld-linux", "linux-vdso",
          "libgcc_s.so", "libstdc++.so", "libresolv.so", "libnsl.so", "libcrypt.so", "libexpat.so")  # fmt: skip

# Debian's Python looks for packages in folders of other names than the layout's, and notes crashes for apport.
CUSTOMIZE = """import site
from pathlib import Path

site.addsitedir(str(Path(__file__).with_name("site-packages")))
"""


def copy_python(folder: Path) -> None:
    """Copy the running interpreter to `folder`/bin and `folder`/lib, without what the program does not need."""
    if f"{sys.version_info.major}.{sys.version_info.minor}" != PYTHON:
        raise SystemExit(f"The program is built with Python {PYTHON}; this is {sys.version.split()[0]}.")
    library = folder / "lib" / f"python{PYTHON}"
    (folder / "bin").mkdir(parents=True)
    program = folder / "bin" / f"python{PYTHON}"
    shutil.copy2(Path(sys._base_executable).resolve(), program)  # type: ignore[attr-defined]  # noqa: SLF001
    shutil.copytree(
        sysconfig.get_path("stdlib"), library, symlinks=False, ignore=shutil.ignore_patterns("test")
    )
    trim(library, "python")
    (library / "sitecustomize.py").write_text(CUSTOMIZE, encoding="utf-8")
    licence = next((each for each in (library / "LICENSE.txt", Path("/usr/share/doc/python3.11/copyright"))
                    if each.exists()), None)  # fmt: skip
    if licence is not None and licence.parent != library:
        shutil.copy2(licence, library / "LICENSE.txt")
    _bring_libraries(folder, [program, *(library / "lib-dynload").glob("*.so")])


def _bring_libraries(folder: Path, programs: list[Path]) -> None:
    home = folder / "lib"
    waiting = list(programs)
    while waiting:
        binary = waiting.pop()
        for library in _needed(binary):
            copied = home / library.name
            if not copied.exists():
                shutil.copy2(library.resolve(), copied)
                waiting.append(copied)
        relative = "$ORIGIN" if binary.parent == home else f"$ORIGIN/{_up(binary.parent, folder)}lib"
        subprocess.run(("patchelf", "--set-rpath", relative, str(binary)), check=True)
    for binary in [*programs, *home.glob("lib*.so*")]:
        _check_glibc(binary)


def _up(start: Path, folder: Path) -> str:
    return "../" * len(start.relative_to(folder).parts)


def _needed(binary: Path) -> list[Path]:
    printed = subprocess.run(("ldd", str(binary)), capture_output=True, text=True, check=True).stdout
    found = [Path(line.group(1)) for line in re.finditer(r"=> (/\S+)", printed)]
    return [each for each in found if not each.name.startswith(SYSTEM)]


def _check_glibc(binary: Path) -> None:
    printed = subprocess.run(
        ("objdump", "-T", str(binary)), capture_output=True, text=True, check=True
    ).stdout
    wanted = max(
        (tuple(map(int, found)) for found in re.findall(r"GLIBC_(\d+)\.(\d+)", printed)), default=GLIBC
    )
    if wanted > GLIBC:
        raise SystemExit(
            f"{binary.name} needs glibc {wanted[0]}.{wanted[1]}; build on a system with {GLIBC[0]}.{GLIBC[1]}."
        )
