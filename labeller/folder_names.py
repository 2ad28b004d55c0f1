"""Folder names for label classes that Linux, Windows and archives take alike."""

import unicodedata
from collections.abc import Sequence

_FORBIDDEN = frozenset('<>:"/\\|?*')
_RESERVED = {"con", "prn", "aux", "nul"} | {f"{name}{n}" for name in ("com", "lpt") for n in range(10)}
_LONGEST = 100  # bytes; file systems allow 255, archives and old Windows less


def folder_names(class_names: Sequence[str]) -> dict[str, str]:
    """Give each class a folder name; no two are the same, also where case does not count."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for class_name in class_names:
        plain = _safe(class_name)
        name, number = plain, 1
        while name.casefold() in taken:
            number += 1
            name = f"{plain}-{number}"
        taken.add(name.casefold())
        names[class_name] = name
    return names


def _safe(class_name: str) -> str:
    text = unicodedata.normalize("NFC", class_name)
    text = "".join("_" if c in _FORBIDDEN or not c.isprintable() else c for c in text)
    text = text.encode("utf-8")[:_LONGEST].decode("utf-8", "ignore").strip(" .")
    return f"_{text}" if not text or text.split(".")[0].casefold() in _RESERVED else text
