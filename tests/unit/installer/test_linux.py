"""What a copied Python leaves to the distribution, the packages ask it for."""

import subprocess
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
