r"""Sets up Leadglass from its source tree and runs it, its tests or its checks. Needs Python alone.

    python3 installer/bootstrap.py demo [--headless] [--folder DIR]
    python3 installer/bootstrap.py test [--slow] [arguments of pytest]
    python3 installer/bootstrap.py check
    python3 installer/bootstrap.py run [arguments of leadglass]

On Windows: py -3.11 installer\bootstrap.py demo

What is missing is set up first: the virtual environment in .venv with the locked dependencies, and on Debian and
Ubuntu the system libraries that Qt needs, where they may be installed. All of it can be run again at any time.
"""

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(os.environ.get("LEADGLASS_VENV", ROOT / ".venv"))
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
SUPPORTED = ((3, 11), (3, 12))

RUNTIME = "requirements.lock"
DEVELOPMENT = "requirements-dev.lock"

# Library that Qt, OpenCV or a distribution's Python loads -> the Debian package that has it.
SYSTEM_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libexpat.so.1": "libexpat1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libX11-xcb.so.1": "libx11-xcb1",
}

CHECKS = (
    ("format", ("ruff", "format", "--check", ".")),
    ("lint", ("ruff", "check", ".")),
    ("types", ("mypy",)),
    ("import contract", ("lint-imports", "--no-logo")),
)


def main(arguments: Sequence[str]) -> int:
    """Do what the first argument says; returns the exit code."""
    actions = {"demo": demo, "test": test, "check": check, "run": run}
    if not arguments or arguments[0] not in actions:
        print(__doc__)
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    if sys.version_info[:2] not in SUPPORTED:
        return fail(
            f"Leadglass needs Python 3.11 or 3.12; this is {sys.version.split()[0]}.",
            "Run this file with one of those, for example: python3.11 installer/bootstrap.py demo",
        )
    return actions[arguments[0]](arguments[1:])


def demo(arguments: Sequence[str]) -> int:
    """Set up and run the main job on the sample."""
    return set_up(RUNTIME) or start(["-m", "app", "demo", *arguments])


def run(arguments: Sequence[str]) -> int:
    """Set up and run any command of the program."""
    return set_up(RUNTIME) or start(["-m", "app", *arguments])


def test(arguments: Sequence[str]) -> int:
    """Set up and run the tests: those of some minutes, with --slow the long ones, or what the arguments say."""
    chosen = [each for each in arguments if each != "--slow"]
    if not chosen:
        chosen = ["-m", "slow" if "--slow" in arguments else "not slow"]
    return set_up(DEVELOPMENT) or start(["-m", "pytest", "-n", "2", "--dist", "loadfile", *chosen])


def check(_arguments: Sequence[str]) -> int:
    """Set up and run format, lint, type and import checks; every one runs, whatever the others say."""
    failed = set_up(DEVELOPMENT)
    if failed:
        return failed
    outcomes = []
    for name, tool in CHECKS:
        say(f"{name}: {' '.join(tool)}")
        program = PYTHON.with_name(tool[0] + (".exe" if WINDOWS else ""))
        outcomes.append(subprocess.run([program, *tool[1:]], cwd=ROOT, check=False).returncode)
    return int(any(outcomes))


def set_up(lock: str) -> int:
    """Make whatever is missing; returns 0, or an exit code after saying what went wrong."""
    ensure_system_libraries()
    stamp = VENV / f".{lock}.sha256"
    wanted = hashlib.sha256((ROOT / lock).read_bytes() + str(ROOT).encode()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted and works():
        return 0
    if not works():
        say(f"Making the virtual environment in {VENV}")
        if VENV.exists():
            shutil.rmtree(VENV)
        if subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False).returncode:
            return fail(
                "The virtual environment cannot be made.", "On Debian: sudo apt-get install python3-venv"
            )
    say("Installing the locked dependencies (some 600 MB; a few minutes the first time)")
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]
    progress = [] if sys.stdout.isatty() else ["--progress-bar", "off"]
    steps = (
        [*pip, *progress, "--require-hashes", "--only-binary=:all:", "-r", str(ROOT / lock)],
        [*pip, "--quiet", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)],
    )
    for step in steps:
        if subprocess.run(step, check=False).returncode:
            return fail(
                "The dependencies could not be installed.", "The messages above say why; then run this again."
            )
    stamp.write_text(wanted, encoding="utf-8")
    return 0


def works() -> bool:
    """Whether the virtual environment's Python runs and is the one that runs this file."""
    if not PYTHON.exists():
        return False
    asked = [str(PYTHON), "-c", "import sys, pip; print(*sys.version_info[:2])"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    return found.stdout.split() == [str(part) for part in sys.version_info[:2]]


def ensure_system_libraries() -> None:
    """Install the system libraries that are missing, or name them. Without them all works but the window."""
    missing = sorted({package for library, package in SYSTEM_LIBRARIES.items() if not loads(library)})
    if not sys.platform.startswith("linux") or not missing:
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"Installing the system's libraries for the window: {' '.join(missing)}")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-q"], check=False, env=quiet, stdout=subprocess.DEVNULL)
        command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing]
        if subprocess.run(command, check=False, env=quiet, stdout=subprocess.DEVNULL).returncode == 0:
            return
    say(
        f"The window needs libraries that are missing here. Ask for: sudo apt-get install {' '.join(missing)}"
    )


def loads(library: str) -> bool:
    """Whether the dynamic linker finds a library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def start(arguments: Sequence[str]) -> int:
    """Run the virtual environment's Python on the source tree."""
    # Without compiled modules, each of the program's many processes would compile them all again.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    try:
        return subprocess.run([str(PYTHON), *arguments], cwd=ROOT, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 130


def say(text: str) -> None:
    """A line on what is being done."""
    print(f"== {text}", flush=True)


def fail(message: str, remedy: str) -> int:
    """Say what went wrong and what to do; returns the exit code."""
    print(f"{message}\n{remedy}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
