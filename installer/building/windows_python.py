"""The Python for Windows: the embeddable CPython that python.org signs, from a locked archive.

Its `python311._pth` makes it isolated and relocatable (CPython's documentation, "Finding modules" on Windows): it
looks for modules beside itself only, whatever the registry and the environment say.
"""

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

from installer.building.locked import ROOT, RUNTIME_LOCK

LOCK = ROOT / "installer" / "windows" / "python.lock"
SEARCH_PATH = "python311.zip\n.\nLib\\site-packages\nimport site\n"
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")  # of Debian's ca-certificates
SIGNER = "O=Python Software Foundation"
NEEDLESS = ("_msi.pyd", "winsound.pyd", "python.cat")
# Libraries of Microsoft's C++ that wheels expect on the system; Qt's wheel brings the newest and all use those.
RUNTIME = ("msvcp140.dll", "msvcp140_1.dll", "msvcp140_2.dll", "msvcp140_codecvt_ids.dll", "concrt140.dll",
           "vcruntime140.dll", "vcruntime140_1.dll")  # fmt: skip
# What Qt's lacks of it, from a wheel of its own. TensorFlow needs it; a bare Windows has none of all this.
MORE_RUNTIME = ("vcruntime140_threads.dll",)


def bring_python(folder: Path) -> None:
    """Unpack the locked Python to `folder`, its signatures verified."""
    with TemporaryDirectory() as scratch:
        archive = _fetch(Path(scratch))
        with tarfile.open(archive) as outer:
            outer.extractall(scratch, filter="data")
        (data,) = Path(scratch).rglob("data.zip")
        shutil.unpack_archive(data, scratch)
        shutil.move(Path(scratch) / "cp311", folder)
    for name in NEEDLESS:
        (folder / name).unlink()
    (folder / "python311._pth").write_text(SEARCH_PATH, encoding="utf-8")
    binaries = [each for each in folder.iterdir() if each.suffix in {".exe", ".dll", ".pyd"}]
    _verify_signatures([each for each in binaries if each.name not in RUNTIME])


def bring_runtime(folder: Path, site: Path) -> None:
    """Put the C++ runtime beside the program, where every library of the process finds it.

    Microsoft signs it, by roots that no Linux distribution carries: it rests on the lock file's hash alone.
    """
    for name in RUNTIME:
        shutil.copy2(site / "PySide6" / name, folder / name)
    with TemporaryDirectory() as scratch:
        shutil.unpack_archive(_fetch_runtime(Path(scratch)), scratch, "zip")
        (data,) = Path(scratch).glob("*.data/data")
        for name in MORE_RUNTIME:
            shutil.copy2(data / name, folder / name)
        (told,) = Path(scratch).glob("*.dist-info")  # licence and version, for the notices
        shutil.copytree(told, site / told.name)


def _fetch(folder: Path) -> Path:
    _download(folder, LOCK, "--no-binary=:all:", "--no-build-isolation")
    (archive,) = folder.glob("*.tar.gz")
    return archive


def _fetch_runtime(folder: Path) -> Path:
    _download(
        folder, RUNTIME_LOCK, "--only-binary=:all:", "--python-version", "3.11", "--platform", "win_amd64"
    )
    (wheel,) = folder.glob("*.whl")
    return wheel


def _download(folder: Path, lock: Path, *choice: str) -> None:
    command = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
               *choice, "--require-hashes", "-d", str(folder), "-r", str(lock))  # fmt: skip
    subprocess.run(command, check=True)


def _verify_signatures(files: list[Path]) -> None:
    """Stop where a file is not as Python's makers signed it, at a time when their certificate was valid."""
    for file in files:
        # Lists of revoked certificates would be asked for over the network, at hosts that nobody here may reach.
        command = ("osslsigncode", "verify", "-ignore-crl", "-CAfile", str(AUTHORITIES), "-TSA-CAfile",
                   str(AUTHORITIES), "-in", str(file))  # fmt: skip
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        if told.returncode or SIGNER not in told.stdout:
            raise SystemExit(
                f"{file.name}: its signature is not in order.\n{told.stdout[-2000:]}{told.stderr}"
            )
