"""A copied Python finds the program; what it leaves to the distribution, the packages ask it for."""

import subprocess
import sys
from pathlib import Path

import pytest

from installer.building import linux_packages, linux_python
from installer.building.linux_packages import Product
from installer.building.locked import PROGRAM

# Of Debian 12's own Python; its libexpat asks for a later C library than Ubuntu 22.04 has.
LDD = """
\tlibz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x00007f644490b000)
\tlibexpat.so.1 => /lib/x86_64-linux-gnu/libexpat.so.1 (0x00007f64448e0000)
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f64446fe000)
"""


def test_the_reader_of_xml_is_the_distributions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        subprocess, "run", lambda command, **_how: subprocess.CompletedProcess(command, 0, stdout=LDD)
    )
    brought = linux_python._needed(Path("python3.11"))
    assert [each.name for each in brought] == ["libz.so.1"]
    product = Product(PROGRAM, tmp_path, "1.0.0", tmp_path)
    assert '- "libexpat1"' in linux_packages._settings("deb", product)
    assert '- "libexpat.so.1()(64bit)"' in linux_packages._settings("rpm", product)


@pytest.mark.skipif(sys.platform == "win32", reason="the Python that Linux packages carry")
def test_the_program_is_found_by_a_python_that_knows_other_folders(tmp_path: Path) -> None:
    library = tmp_path / "lib" / "python3.11"
    packages = library / "site-packages"
    packages.mkdir(parents=True)
    (library / "sitecustomize.py").write_text(linux_python.CUSTOMIZE, encoding="utf-8")
    (packages / "program.py").touch()
    (tmp_path / "training").mkdir()
    (tmp_path / "training" / "learner.py").touch()
    (packages / "training.pth").write_text(f"{tmp_path / 'training'}\n", encoding="utf-8")
    # -S: without the folders that this Python itself would look in.
    asked = (
        "-I",
        "-S",
        "-c",
        f"import sys; sys.path.append({str(library)!r}); import sitecustomize, program, learner",
    )
    told = subprocess.run((sys.executable, *asked), capture_output=True, text=True, check=False)
    assert told.stderr == ""
