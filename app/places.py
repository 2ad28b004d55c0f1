"""Where a path lies, however it is spelled."""

import unicodedata
from pathlib import Path


def lies_in(path: Path, folder: Path) -> bool:
    """Whether a path is a folder or lies in it, existing or not.

    Letter case and the composition of accents do not count: a stick with exFAT and Windows take both spellings for
    one folder, and two that differ in no more are one as soon as they are copied there.
    """
    inner, outer = _parts(path), _parts(folder)
    return inner[: len(outer)] == outer


def _parts(path: Path) -> list[str]:
    return [unicodedata.normalize("NFC", part).casefold() for part in path.resolve().parts]
