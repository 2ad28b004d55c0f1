"""Linux packages of a finished layout: .deb and .rpm (nfpm), and a tarball for everybody else."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from installer.bootstrap import SYSTEM_LIBRARIES
from installer.building.locked import PROGRAM, ROOT, TRAINING
from installer.building.target import GLIBC

FILES = ROOT / "installer" / "linux"
HOME = "/opt/leadglass"
NAMES = {PROGRAM: "leadglass", TRAINING: "leadglass-training"}
SUMMARIES = {
    PROGRAM: "De-identify, label and export radiological images on one PC, offline",
    TRAINING: "Training and prediction for Leadglass (TensorFlow)",
}
# The desktop's view of the program: source in `installer/linux` -> place on the system.
DESKTOP = {
    "leadglass.desktop": "/usr/share/applications/leadglass.desktop",
    "leadglass.xml": "/usr/share/mime/packages/leadglass.xml",
}
MANUAL = "leadglass.1.gz"  # made beside the layouts
ICON_SOURCE = ROOT / "installer" / "icon" / "leadglass.svg"
ICON = "/usr/share/icons/hicolor/scalable/apps/leadglass.svg"
# The same libraries under the names of Fedora, RHEL and openSUSE: the file that is needed is what they provide.
GLIBC_SYMBOL = f"libc.so.6(GLIBC_{GLIBC[0]}.{GLIBC[1]})(64bit)"
RPM_DEPENDS = (GLIBC_SYMBOL, *(f"{library}()(64bit)" for library in SYSTEM_LIBRARIES))


@dataclass(frozen=True, slots=True)
class Product:
    """A finished layout of a component, to be packed into `out` under its version."""

    component: str
    layout: Path
    version: str
    out: Path

    def file(self, ending: str) -> Path:
        """Where the package of it goes; its name says component, version and machine."""
        return self.out / f"{NAMES[self.component]}-{self.version}-{ending}"


def make_package(kind: str, product: Product) -> Path:
    """Make a "deb" or "rpm"."""
    with TemporaryDirectory() as scratch:
        settings = Path(scratch) / "nfpm.yaml"
        settings.write_text(_settings(kind, product), encoding="utf-8")
        made = product.file({"deb": "amd64.deb", "rpm": "x86_64.rpm"}[kind])
        command = ("nfpm", "package", "--config", str(settings), "--packager", kind, "--target", str(made))
        subprocess.run(command, check=True, env={**os.environ, "SOURCE_DATE_EPOCH": source_date()})
    return made


def source_date() -> str:
    """When the source was last changed: the same source yields the same packages."""
    asked = ("git", "-C", str(ROOT), "log", "-1", "--format=%ct")
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "0"


def _settings(kind: str, product: Product) -> str:
    component, layout, version = product.component, product.layout, product.version
    depends = {
        "deb": [f"libc6 (>= {GLIBC[0]}.{GLIBC[1]})", *sorted(set(SYSTEM_LIBRARIES.values()))],
        "rpm": [*RPM_DEPENDS],
    }[kind]
    if component == TRAINING:
        depends = [f"leadglass (= {version})"] if kind == "deb" else [f"leadglass = {version}"]
    lines = [
        f"name: {NAMES[component]}",
        "arch: amd64",
        "platform: linux",
        f"version: {version}",
        "section: science",
        "priority: optional",
        "maintainer: Leadglass",
        f"description: {SUMMARIES[component]}",
        "license: Apache-2.0",
        "depends:",
        *(f'  - "{each}"' for each in depends),
        *(("recommends:", '  - "leadglass-training"') if component == PROGRAM and kind == "deb" else ()),
        f"{kind}:",
        "  compression: zstd",  # dpkg 1.21.18 and rpm 4.14 know it; a fifth of gzip's time
        "contents:",
        *_entry(layout, HOME, "tree"),
        *(_desktop_entries(layout) if component == PROGRAM else ()),
        *(_scripts() if component == PROGRAM else ()),
    ]
    return "\n".join(lines) + "\n"


def _entry(source: Path | str, place: str, kind: str = "") -> list[str]:
    return [f'  - src: "{source}"', f'    dst: "{place}"', *([f"    type: {kind}"] if kind else [])]


def _desktop_entries(layout: Path) -> list[str]:
    entries = _entry("/opt/leadglass/bin/leadglass", "/usr/bin/leadglass", "symlink")
    entries += _entry(ICON_SOURCE, ICON)
    entries += _entry(layout.parent / MANUAL, f"/usr/share/man/man1/{MANUAL}")
    for name, place in DESKTOP.items():
        entries += _entry(FILES / name, place)
    return entries


def _scripts() -> list[str]:
    return [
        "scripts:",
        f'  postinstall: "{FILES / "after_install.sh"}"',
        f'  postremove: "{FILES / "after_remove.sh"}"',
    ]


def make_tarball(product: Product, *, quick: bool) -> Path:
    """A tarball with `install.sh`, for other distributions and for users without root; `quick` packs fast and larger."""
    made = product.file("linux-x86_64.tar.xz")
    top = f"{NAMES[product.component]}-{product.version}"
    with TemporaryDirectory(dir=product.layout.parent) as scratch:
        tree = Path(scratch) / top
        (tree / "share").mkdir(parents=True)
        shutil.copytree(product.layout, tree / "leadglass", symlinks=True, copy_function=os.link)
        shutil.copy2(FILES / "install.sh", tree)
        if product.component == PROGRAM:
            for file in (*(FILES / name for name in DESKTOP), product.layout.parent / MANUAL, ICON_SOURCE):
                shutil.copy2(file, tree / "share")
        # The same source yields the same bytes: order, owner and time do not depend on the machine.
        command = ("tar", "--sort=name", "--owner=0", "--group=0", "--numeric-owner", f"--mtime=@{source_date()}",
                   "--use-compress-program", "xz -T0 -0" if quick else "xz -T0 -2",
                   "-cf", str(made), "-C", scratch, top)  # fmt: skip
        subprocess.run(command, check=True)
    return made
