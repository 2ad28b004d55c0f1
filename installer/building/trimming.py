"""Leaving out what an installed program does not need, by the table `installer/trim.toml`."""

import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

TABLE = Path(__file__).parent.parent / "trim.toml"


def patterns(folder: str) -> tuple[str, ...]:
    """The patterns of the table for a folder: "site-packages" or "python"."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return tuple(pattern for entry in table[folder] for pattern in entry["patterns"])


def matched(root: Path, folder: str) -> Iterator[Path]:
    """The files and folders under `root` that the table leaves out."""
    for pattern in patterns(folder):
        yield from root.glob(pattern)


def trim(root: Path, folder: str) -> int:
    """Remove them; returns the bytes that were saved."""
    saved = 0
    for each in sorted(set(matched(root, folder))):
        if each.is_dir() and not each.is_symlink():
            saved += sum(file.lstat().st_size for file in each.rglob("*") if file.is_file())
            shutil.rmtree(each)
        elif each.exists() or each.is_symlink():
            saved += each.lstat().st_size
            each.unlink()
    return saved
