"""The description of the .msi and the Windows layout, without building anything."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from installer.building import launchers, msi, windows_needs, windows_python
from installer.building.locked import PROGRAM, ROOT, TRAINING, distributions
from installer.building.target import LINUX, WINDOWS

WIX = {"w": msi.NAMESPACE}


def described(tmp_path: Path, component: str = PROGRAM, version: str = "1.2.3") -> ET.Element:
    layout = tmp_path / component
    for name in ("bin/leadglass.exe", "python/python.exe", "python/Lib/site-packages/app/__init__.py"):
        (layout / name).parent.mkdir(parents=True, exist_ok=True)
        (layout / name).write_text(name, encoding="utf-8")
    file = tmp_path / f"{component}.wxs"
    msi.write(msi.Package(component, layout, version), file)
    return ET.parse(file).getroot()


def test_every_file_is_in_the_msi_and_found_from_beside_the_description(tmp_path):
    root = described(tmp_path)
    sources = [each.get("Source", "") for each in root.iterfind(".//w:File", WIX)]
    assert len(sources) == 3
    assert all((tmp_path / source).is_file() for source in sources)
    named = {each.get("Id") for each in root.iterfind(".//w:Component", WIX)}
    assert named == {each.get("Id") for each in root.iterfind(".//w:ComponentRef", WIX)}


def test_another_version_is_an_upgrade_and_the_same_one_the_same_product(tmp_path):
    one, again, later = (
        described(tmp_path / name, version=version).find("w:Product", WIX)
        for name, version in (("a", "1.2.3"), ("b", "1.2.3"), ("c", "1.3.0"))
    )
    assert one is not None
    assert again is not None
    assert later is not None
    assert one.get("Id") == again.get("Id") != later.get("Id")
    assert one.get("UpgradeCode") == later.get("UpgradeCode")


def test_the_training_component_wants_the_program_of_its_version(tmp_path):
    root = described(tmp_path, TRAINING)
    conditions = [each.text for each in root.iterfind(".//w:Condition", WIX)]
    assert 'Installed OR INSTALLEDVERSION = "1.2.3"' in conditions


def test_an_older_windows_is_refused_by_both_installers(tmp_path):
    for component in (PROGRAM, TRAINING):
        conditions = [each.text for each in described(tmp_path, component).iterfind(".//w:Condition", WIX)]
        assert "Installed OR WINDOWSBUILD >= 17763" in conditions
    assert "${AtLeastBuild} 17763" in (ROOT / "installer" / "windows" / "common.nsh").read_text(
        encoding="utf-8"
    )


def test_actions_stand_where_the_installer_may_change_the_system(tmp_path):
    root = described(tmp_path)
    actions = root.findall(".//w:InstallExecuteSequence/w:Custom", WIX)
    assert {each.get("Action") for each in actions} == {
        each.get("Id") for each in root.iterfind(".//w:CustomAction", WIX)
    }
    # Windows Installer refuses deferred actions outside InstallInitialize (1500) and InstallFinalize (6600).
    assert all(1500 < int(each.get("Sequence", "0")) < 6600 for each in actions)


def test_versions_as_windows_counts():
    assert launchers.four_numbers("1.2.3") == "1.2.3.0"
    with pytest.raises(SystemExit):
        launchers.four_numbers("1.2.3rc1")


def test_the_locks_of_both_systems_hold_hashes_for_everything():
    for lock in (windows_python.LOCK, windows_python.ROOT / "requirements.lock"):
        lines = [line for line in lock.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        for line, following in zip(lines, [*lines[1:], ""], strict=True):
            assert line.startswith(" ") or following.strip().startswith("--hash=sha256:")
    for target in (LINUX, WINDOWS):
        names = [each.name for each in distributions() if each.fits(target.environment)]
        assert len(names) == len(set(names))


def test_a_library_that_neither_the_package_nor_windows_has_is_found():
    needs = {
        Path("a/Qt6Core.dll"): frozenset({"kernel32.dll", "icuuc.dll", "api-ms-win-crt-heap-l1-1-0.dll"}),
        Path("a/QtCore.pyd"): frozenset({"qt6core.dll", "python3.dll"}),
    }
    assert list(windows_needs.missing(needs)) == [(Path("a/QtCore.pyd"), ["python3.dll"])]
    assert not list(windows_needs.missing({**needs, Path("python3.dll"): frozenset()}))


def test_the_training_component_rests_on_the_libraries_of_the_program() -> None:
    needs = {Path("training/tflite.dll"): frozenset({"vcruntime140_threads.dll", "normaliz.dll"})}
    assert list(windows_needs.missing(needs)) == [(Path("training/tflite.dll"), ["vcruntime140_threads.dll"])]
    assert not list(windows_needs.missing(needs, frozenset({"vcruntime140_threads.dll"})))
