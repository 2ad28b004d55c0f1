"""The description of an .msi (WiX 3, as wixl takes it) of a finished layout.

Each folder of the layout is one component of the installer's database; identifiers follow from names and version, so
that the same layout yields the same description.
"""

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement

from installer.building.launchers import four_numbers
from installer.building.locked import PROGRAM, TRAINING

ICON = "leadglass.ico"  # beside the description; wixl wants paths relative to it
NAMESPACE = "http://schemas.microsoft.com/wix/2006/wi"
FAMILY = uuid.UUID("6f0c4a52-6d8e-4f0f-9a55-3f1f6e0f7c11")  # never changes: upgrades are recognised by it
TITLES = {PROGRAM: "Leadglass", TRAINING: "Leadglass training"}
PLACE = r"Software\Leadglass"
WINDOWS_VERSION = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
FIRST_BUILD = 17763  # Windows 10, version 1809: the first that Qt 6 runs on
RULE = "Leadglass: nothing goes out"
MENU = r"Software\Classes\Directory\shell\Leadglass"


@dataclass(frozen=True, slots=True)
class Package:
    """A component of the program, its finished layout and its version."""

    component: str
    layout: Path
    version: str

    def guid(self, *what: str) -> str:
        """An identifier for a part of it."""
        return str(uuid.uuid5(FAMILY, "/".join((self.component, *what)))).upper()


def write(package: Package, file: Path) -> None:
    """Write the description to `file`, beside which the layout and the icon lie."""
    root = Element("Wix", xmlns=NAMESPACE)
    product = _product(root, package)
    top = SubElement(product, "Directory", Id="TARGETDIR", Name="SourceDir")
    programs = SubElement(top, "Directory", Id="ProgramFiles64Folder")
    home = SubElement(programs, "Directory", Id="INSTALLFOLDER", Name="Leadglass")
    SubElement(top, "Directory", Id="ProgramMenuFolder")
    components = list(_folder(home, package, package.layout))
    components.append(_registry(home, package))
    if package.component == PROGRAM:
        _actions(product)
    feature = SubElement(product, "Feature", Id="Everything", Level="1", Title=TITLES[package.component])
    for each in components:
        SubElement(feature, "ComponentRef", Id=each)
    ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)


def _product(root: Element, package: Package) -> Element:
    title, numbers = TITLES[package.component], four_numbers(package.version)
    product = SubElement(
        root, "Product", Id=package.guid("product", package.version), Name=title, Language="1033", Version=numbers,
        Manufacturer="Leadglass", UpgradeCode=package.guid("upgrade"),
    )  # fmt: skip
    SubElement(product, "Package", InstallerVersion="500", Compressed="yes", InstallScope="perMachine",
               Description=f"{title} {package.version}", Manufacturer="Leadglass")  # fmt: skip
    SubElement(product, "Media", Id="1", Cabinet="leadglass.cab", EmbedCab="yes")
    SubElement(
        product, "MajorUpgrade", DowngradeErrorMessage="A newer version of Leadglass is installed here."
    )
    if (
        package.component == PROGRAM
    ):  # a training component of another version goes with the program that it was for
        _remove_training(product, package)
    SubElement(product, "Icon", Id="leadglass.ico", SourceFile=ICON)
    _property(product, "ARPPRODUCTICON", "leadglass.ico")
    _property(product, "MSIFASTINSTALL", "1")
    # Not VersionNT: msiexec tells of every later Windows that it was 8.1.
    _found(product, "WINDOWSBUILD", "CurrentBuildNumber", key=WINDOWS_VERSION)
    _condition(product, f"Installed OR WINDOWSBUILD >= {FIRST_BUILD}",
               "Leadglass needs Windows 11, or Windows 10 of version 1809 or later.")  # fmt: skip
    _found(product, "INSTALLFOLDER", "Folder")
    _found(product, "INSTALLEDBY", "Installer")
    _found(product, "INSTALLEDVERSION", "Version")
    if package.component == PROGRAM:
        _condition(product, 'Installed OR INSTALLEDBY <> "exe"',
                   "Leadglass was installed here by its .exe. Remove that first, or upgrade with the .exe.")  # fmt: skip
    else:
        _condition(product, f'Installed OR INSTALLEDVERSION = "{package.version}"',
                   f"This component is for Leadglass {package.version}, which is not installed here.")  # fmt: skip
    return product


def _remove_training(product: Element, package: Package) -> None:
    other = Package(TRAINING, package.layout, package.version)
    upgrade = SubElement(product, "Upgrade", Id=other.guid("upgrade"))
    SubElement(upgrade, "UpgradeVersion", Property="OLDTRAINING", Minimum="0.0.0", IncludeMinimum="yes",
               Maximum=four_numbers(package.version), IncludeMaximum="no", OnlyDetect="no")  # fmt: skip


def _property(product: Element, name: str, value: str) -> None:
    SubElement(product, "Property", Id=name, Value=value)


def _found(product: Element, name: str, value: str, *, key: str = PLACE) -> None:
    found = SubElement(product, "Property", Id=name)
    SubElement(
        found, "RegistrySearch", Id=f"Find{name}", Root="HKLM", Key=key, Name=value, Type="raw", Win64="yes"
    )


def _condition(product: Element, condition: str, message: str) -> None:
    SubElement(product, "Condition", Message=message).text = condition


def _folder(home: Element, package: Package, folder: Path) -> Iterator[str]:
    """Add the files of a folder and of those in it; yields the components' identifiers."""
    files = sorted(each for each in folder.iterdir() if each.is_file())
    if files:
        relative = folder.relative_to(package.layout).as_posix()
        identifier = _identifier("c", relative)
        component = SubElement(home, "Component", Id=identifier, Guid=package.guid(package.version, relative),
                               Win64="yes")  # fmt: skip
        for number, file in enumerate(files):
            name = file.relative_to(package.layout).as_posix()
            added = SubElement(
                component,
                "File",
                Id=_identifier("f", name),
                Name=file.name,
                Source=f"{package.layout.name}/{name}",
            )
            if not number:
                added.set("KeyPath", "yes")
        yield identifier
    for each in sorted(each for each in folder.iterdir() if each.is_dir()):
        inner = SubElement(home, "Directory", Id=_identifier("d", each.relative_to(package.layout).as_posix()),
                           Name=each.name)  # fmt: skip
        yield from _folder(inner, package, each)


def _identifier(kind: str, name: str) -> str:
    """An identifier of the installer's database: letters, digits and underscores, at most 72."""
    return f"{kind}_{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def _registry(home: Element, package: Package) -> str:
    identifier = "Registry"
    component = SubElement(
        home, "Component", Id=identifier, Guid=package.guid(package.version, identifier), Win64="yes"
    )
    if package.component == TRAINING:
        _value(component, PLACE, "Training", package.version)
        return identifier
    window = r"[INSTALLFOLDER]bin\leadglass-window.exe"
    _value(component, PLACE, "Folder", "[INSTALLFOLDER]")
    _value(component, PLACE, "Version", package.version)
    _value(component, PLACE, "Installer", "msi")
    paths = r"Software\Microsoft\Windows\CurrentVersion\App Paths\leadglass.exe"
    _value(component, paths, "", r"[INSTALLFOLDER]bin\leadglass.exe")
    _value(component, MENU, "", "Open in Leadglass")
    _value(component, MENU, "Icon", window)
    _value(component, MENU, "AppliesTo", 'System.FileName:"*.leadglass"')
    _value(component, rf"{MENU}\command", "", f'"{window}" "%1"')
    SubElement(component, "Shortcut", Id="Menu", Directory="ProgramMenuFolder", Name="Leadglass",
               Target=window, Icon="leadglass.ico", Advertise="no")  # fmt: skip
    return identifier


def _value(component: Element, key: str, name: str, value: str) -> None:
    added = SubElement(component, "RegistryValue", Root="HKLM", Key=key, Type="string", Value=value)
    if name:
        added.set("Name", name)


def _actions(product: Element) -> None:
    """What the installer's database has no tables for: the firewall's rule (FIREWALL=1) and PURGE=1."""
    _property(product, "NETSH", "netsh.exe")
    _property(product, "CMD", "cmd.exe")
    _deferred(product, "Unblock", "NETSH", f'advfirewall firewall delete rule name="{RULE}"', check=False)
    _deferred(product, "Block", "NETSH",
              f'advfirewall firewall add rule name="{RULE}" dir=out action=block profile=any '
              r'program="[INSTALLFOLDER]python\python.exe"')  # fmt: skip
    _deferred(product, "PurgePolicy", "CMD", r'/c del "[INSTALLFOLDER]leadglass.toml"', check=False)
    _deferred(product, "PurgeSettings", "CMD", r'/c rmdir /s /q "[LocalAppDataFolder]leadglass"', check=False)
    sequence = SubElement(product, "InstallExecuteSequence")
    # Between InstallInitialize (1500) and InstallFinalize (6600), as deferred actions have to: after files are removed
    # (3500) or installed (4000). Numbers, since wixl puts an action that is only "after" one at the very end.
    for number, action, condition in (
        (3510, "Unblock", 'REMOVE = "ALL"'),
        (3520, "PurgePolicy", 'PURGE AND REMOVE = "ALL" AND NOT UPGRADINGPRODUCTCODE'),
        (3530, "PurgeSettings", 'PURGE AND REMOVE = "ALL" AND NOT UPGRADINGPRODUCTCODE'),
        (4010, "Block", "FIREWALL AND NOT REMOVE"),
    ):
        SubElement(sequence, "Custom", Action=action, Sequence=str(number)).text = condition


def _deferred(product: Element, name: str, program: str, arguments: str, *, check: bool = True) -> None:
    SubElement(product, "CustomAction", Id=name, Property=program, ExeCommand=arguments, Execute="deferred",
               Impersonate="no", Return="check" if check else "ignore")  # fmt: skip
