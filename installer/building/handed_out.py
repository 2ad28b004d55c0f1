"""No number for two sources: a version that was handed out is told by its tag, and only that source may bear it.

A masked instance names the version that masked it. With the same number and other rules, an instance that comes in again
would differ from the one that is there without anything to tell why.
"""

import subprocess
from pathlib import Path


def check_number(source: Path, version: str) -> None:
    """Raise SystemExit where the tag of this version names another source than the one in this folder."""
    tag = f"v{version}"
    tagged = _git(source, "rev-list", "-n", "1", f"refs/tags/{tag}")
    if not tagged:
        return
    if tagged != _git(source, "rev-parse", "HEAD") or _git(source, "status", "--porcelain", "-uno"):
        raise SystemExit(
            f"Version {version} was handed out from another source (tag {tag}). Raise “version” in pyproject.toml."
        )


def _git(source: Path, *arguments: str) -> str:
    """Return what git says, "" where it fails: a source without history has no tags."""
    asked = ("git", "-C", str(source), *arguments)
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
