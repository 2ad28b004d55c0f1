"""Makes what is handed to hospitals: packages of the program, and of training as a component of its own.

    python3.11 installer/release.py linux [--without-training] [--formats deb,rpm,tar] [--out DIR] [--sign COMMAND]
    python3.11 installer/release.py windows [--without-training] [--formats exe,msi] [--quick] …

Run on Debian 12 or Ubuntu 22.04 with Python 3.11; for Linux objdump (binutils), for Windows nsis, wixl, osslsigncode
and gcc-mingw-w64-x86-64. The tools in Python are installed from `requirements-release.lock` into `build/tools`; what
is packed comes from `requirements.lock` and `installer/windows/python.lock`, each file checked against its hash.

COMMAND signs: it is run with each finished file as its last argument, and with Windows' launchers before they are
packed. Keys are its own business; none is in the source tree.
"""

import argparse
import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / "build" / "tools"
LOCK = ROOT / "requirements-release.lock"


def main() -> int:
    """Set up the tools, then start again with them."""
    if Path(sys.prefix).resolve() != TOOLS.resolve():
        set_up_tools()
        environment = {**os.environ, "PATH": f"{TOOLS / 'bin'}{os.pathsep}{os.environ['PATH']}"}
        again = [str(TOOLS / "bin" / "python"), "-P", __file__, *sys.argv[1:]]
        return subprocess.run(again, check=False, env=environment).returncode
    sys.path.insert(0, str(ROOT))
    from installer.building import releasing

    return releasing.release(arguments())


def arguments() -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser("release.py", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("system", choices=("linux", "windows"))
    parser.add_argument(
        "--without-training", action="store_true", help="the small variant, as each CI run makes it"
    )
    parser.add_argument("--formats", type=lambda text: text.split(","), help="some of them only, with commas")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="where the packages go (dist)")
    parser.add_argument(
        "--quick", action="store_true", help="pack .exe and tarball fast and larger, to try them out"
    )
    parser.add_argument("--sign", default="", metavar="COMMAND", help="run on each finished file, to sign it")
    parser.add_argument("--version", help="another version than the source's, to try an upgrade out")
    given = parser.parse_args()
    known = {"linux": ("deb", "rpm", "tar"), "windows": ("exe", "msi")}[given.system]
    given.formats = given.formats or known
    if not set(given.formats) <= set(known):
        parser.error(f"--formats takes {', '.join(known)} for {given.system}")
    given.out = given.out.resolve()
    return given


def set_up_tools() -> None:
    """A virtual environment with the tools that build, from the lock file."""
    stamp = TOOLS / ".lock.sha256"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    subprocess.run((sys.executable, "-m", "venv", "--clear", str(TOOLS)), check=True)
    pip = (str(TOOLS / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
           "--require-hashes", "--only-binary=:all:", "-r", str(LOCK))  # fmt: skip
    subprocess.run(pip, check=True)
    stamp.write_text(wanted, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
