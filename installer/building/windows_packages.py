"""Installers for Windows of a finished layout: .exe (NSIS) and .msi (wixl)."""

import os
import shutil
import subprocess
from pathlib import Path

from installer.building import msi
from installer.building.launchers import ICONS, four_numbers
from installer.building.linux_packages import Product, source_date
from installer.building.locked import PROGRAM, ROOT

FILES = ROOT / "installer" / "windows"
ENDING = "windows-x86_64"
# NSIS' solid LZMA halves zlib's size and takes ten times as long: for what is handed out.
COMPRESSORS = {True: "zlib", False: "/SOLID lzma"}


def make_exe(product: Product, *, quick: bool, sign: str) -> Path:
    """The installer with NSIS' switches; `quick` packs fast and larger, `sign` is run on the uninstaller too."""
    made = product.file(f"{ENDING}.exe")
    script = FILES / ("leadglass.nsi" if product.component == PROGRAM else "training.nsi")
    size = sum(each.stat().st_size for each in product.layout.rglob("*") if each.is_file()) // 1024
    given = {
        "VERSION": product.version,
        "NUMBERS": four_numbers(product.version),
        "LAYOUT": product.layout,
        "ICONS": ICONS,
        "OUT": made,
        "KILOBYTES": size,
        "COMPRESSOR": COMPRESSORS[quick],
    }
    signing = (f"-X!uninstfinalize '{sign} \"%1\"'",) if sign else ()
    command = ("makensis", "-V2", "-INPUTCHARSET", "UTF8", *(f"-D{name}={value}" for name, value in given.items()),
               *signing, str(script))  # fmt: skip
    subprocess.run(command, check=True, env={**os.environ, "SOURCE_DATE_EPOCH": source_date()}, cwd=FILES)
    return made


def make_msi(product: Product) -> Path:
    """The installer for group policies."""
    made = product.file(f"{ENDING}.msi")
    described = product.layout.parent / f"{product.component}.wxs"
    msi.write(msi.Package(product.component, product.layout, product.version), described)
    shutil.copy2(ICONS / msi.ICON, described.parent)
    subprocess.run(
        ("wixl", "--arch", "x64", "-o", str(made), described.name), check=True, cwd=described.parent
    )
    return made
