"""Makes what is handed to hospitals: packages of the program, and of training as a component of its own.

    python3.11 installer/release.py linux [--without-training] [--out DIR] [--formats deb,rpm,tar]

Run on Debian 12 or Ubuntu 22.04 with Python 3.11, patchelf and objdump (binutils). The tools that are needed are
installed from `requirements-release.lock` into `build/tools`; everything else comes from `requirements.lock`.
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
    parser.add_argument("system", choices=("linux",))
    parser.add_argument(
        "--without-training", action="store_true", help="the small variant, as each CI run makes it"
    )
    parser.add_argument("--formats", default="deb,rpm,tar", help="of deb, rpm and tar (all)")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="where the packages go (dist)")
    return parser.parse_args()


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
