"""Linux packages of a finished layout: .deb and .rpm (nfpm), and a tarball for everybody else."""

import os
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from installer.bootstrap import SYSTEM_LIBRARIES
from installer.building.locked import PROGRAM, ROOT, TRAINING

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
ICON = "/usr/share/icons/hicolor/scalable/apps/leadglass.svg"
# The same libraries under the names of Fedora, RHEL and openSUSE: the file that is needed is what they provide.
RPM_DEPENDS = tuple(f"{library}()(64bit)" for library in SYSTEM_LIBRARIES)


def make_package(kind: str, component: str, layout: Path, out: Path, version: str) -> Path:
    """Make a "deb" or "rpm" of a layout in `out`; the file's name says component, version and machine."""
    with TemporaryDirectory() as scratch:
        settings = Path(scratch) / "nfpm.yaml"
        settings.write_text(_settings(kind, component, layout, version), encoding="utf-8")
        machine = {"deb": "amd64", "rpm": "x86_64"}[kind]
        made = out / f"{NAMES[component]}-{version}-{machine}.{kind}"
        command = ("nfpm", "package", "--config", str(settings), "--packager", kind, "--target", str(made))
        subprocess.run(command, check=True, env={**os.environ, "SOURCE_DATE_EPOCH": _epoch()})
    return made


def _epoch() -> str:
    """When the source was last changed: the same source yields the same packages."""
    asked = ("git", "-C", str(ROOT), "log", "-1", "--format=%ct")
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "0"


def _settings(kind: str, component: str, layout: Path, version: str) -> str:
    depends = {"deb": ["libc6 (>= 2.35)", *sorted(set(SYSTEM_LIBRARIES.values()))], "rpm": [*RPM_DEPENDS]}[
        kind
    ]
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
    entries += _entry(ROOT / "resources" / "icons" / "leadglass.svg", ICON)
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


def make_tarball(component: str, layout: Path, out: Path, version: str) -> Path:
    """A tarball with `install.sh`, for other distributions and for users without root."""
    made = out / f"{NAMES[component]}-{version}-linux-x86_64.tar.xz"
    top = f"{NAMES[component]}-{version}"

    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        member.mtime = int(_epoch())
        return member

    with tarfile.open(made, "w:xz", preset=1) as tar:
        tar.add(layout, f"{top}/leadglass", filter=plain)
        for name, place in _extras(component).items():
            tar.add(FILES / name, f"{top}/{place}", filter=plain)
        if component == PROGRAM:
            tar.add(layout.parent / MANUAL, f"{top}/share/{MANUAL}", filter=plain)
            tar.add(
                ROOT / "resources" / "icons" / "leadglass.svg", f"{top}/share/leadglass.svg", filter=plain
            )
    return made


def _extras(component: str) -> Mapping[str, str]:
    desktop = {name: f"share/{name}" for name in DESKTOP} if component == PROGRAM else {}
    return {"install.sh": "install.sh", **desktop}
