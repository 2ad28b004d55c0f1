"""Label lists: labels that someone wrote into a CSV or JSON file, or told by the folders that images lie in."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labeller.csv_files import guarded, read_rows
from labeller.errors import ManifestError
from labeller.records import LabelEvent

JSON_FORMAT = "leadglass-labels-1"
_PATH = ("path", "file", "filename")
_UID = ("sop_instance_uid", "sopinstanceuid", "sop")
_CLASS = ("class", "label")
_UID_NAME = re.compile(r"[0-2](?:\.\d+)+")
_COLUMNS = ("sop_instance_uid", "class", "reader", "counts", "means", "note", "patient", "study", "series")


@dataclass(frozen=True, slots=True)
class ListedLabel:
    """One label; which instance it means is found by the caller. `path` or `sop_instance_uid` is given."""

    line: int  # in the file, from 1
    path: str
    sop_instance_uid: str
    class_name: str
    reader: str  # "" where none is named
    where: str = ""  # in words, where no line of a file is meant
    counts: bool = True  # it is the label that counts, not only what its reader thinks
    means: str = ""  # how it came about, where the file says so

    @property
    def place(self) -> str:
        """Where it stands, for the user; holds no path."""
        return self.where or f"line {self.line}"


def read_labels(path: Path) -> list[ListedLabel]:
    """Read a CSV file, a JSON file (`.json`) or a folder with a folder per class.

    Raises ManifestError naming the place that cannot be understood.
    """
    if path.is_dir():
        return _read_folders(path)
    return _read_json(path) if path.suffix.lower() == ".json" else read_label_list(path)


def read_label_list(path: Path) -> list[ListedLabel]:
    """Read a CSV file with columns `path` or `sop_instance_uid`, `class` and, if wanted, `reader`.

    Raises ManifestError naming the line that lacks an image or a class.
    """
    rows = []
    for row in read_rows(path, required=[(*_PATH, *_UID), _CLASS]):
        values = {name: row.get(names) for name, names in _ENTRY.items()}
        rows.append(_entry(values, row.line, f"Line {row.line}"))
    return rows


_ENTRY = {
    "path": _PATH,
    "sop_instance_uid": _UID,
    "class": _CLASS,
    "reader": ("reader",),
    "counts": ("counts",),
    "means": ("means",),
}


def _entry(values: Mapping[str, str], number: int, place: str) -> ListedLabel:
    if not values["path"] and not values["sop_instance_uid"]:
        raise ManifestError(f"{place}: no image is named.", "Give its path or SOP Instance UID.")
    if not values["class"]:
        raise ManifestError(f"{place}: no class is given.", "Name a class, or remove it.")
    return ListedLabel(
        number,
        values["path"],
        values["sop_instance_uid"],
        class_name=values["class"],
        reader=values["reader"],
        where="" if place.startswith("Line") else place.lower(),
        counts=values["counts"].lower() not in {"no", "false", "0"},
        means=values["means"],
    )


def _read_json(path: Path) -> list[ListedLabel]:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise ManifestError(f"{path.name} cannot be read as JSON.", "Check the file.") from error
    entries = content.get("labels") if isinstance(content, dict) else content
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ManifestError(
            f"{path.name} holds no list of labels.",
            "It must be a list of objects, or an object with “labels”.",
        )
    return [_entry(_texts(entry), number, f"Entry {number}") for number, entry in enumerate(entries, start=1)]


def _texts(entry: Mapping[str, Any]) -> dict[str, str]:
    lowered = {str(name).lower(): str(value) for name, value in entry.items() if value is not None}
    return {name: next((lowered[n] for n in names if lowered.get(n)), "") for name, names in _ENTRY.items()}


def _read_folders(path: Path) -> list[ListedLabel]:
    """Take the name of each folder as a class; files are named by their UID, or found by their path."""
    found = []
    for folder in sorted(p for p in path.iterdir() if p.is_dir() and not p.name.startswith(".")):
        files = sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))
        for number, file in enumerate(files, start=1):
            uid = file.stem if _UID_NAME.fullmatch(file.stem) else ""
            where = f"file {number} of “{folder.name}”"
            found.append(ListedLabel(number, str(file), uid, class_name=folder.name, reader="", where=where))
    if not found:
        raise ManifestError(
            f"{path.name} holds no folder with images.", "There must be a folder for each class."
        )
    return found


def label_table(rows: Iterable[Mapping[str, str]]) -> str:
    """Write labels as a CSV file that `read_label_list` reads, safe to open in a spreadsheet."""
    return _csv(_COLUMNS, ([row.get(name, "") for name in _COLUMNS] for row in rows))


def label_document(rows: Sequence[Mapping[str, str]], label_set: str, classes: Sequence[str]) -> str:
    """Write labels as a JSON document that `read_labels` reads."""
    labels = [{name: row[name] for name in _COLUMNS if row.get(name)} for row in rows]
    content = {"format": JSON_FORMAT, "label_set": label_set, "classes": list(classes), "labels": labels}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def history_table(events: Iterable[LabelEvent]) -> str:
    """Write the history as a CSV file, oldest step first."""
    columns = (
        "at",
        "sop_instance_uid",
        "previous",
        "label",
        "reader",
        "means",
        "previous_reader",
        "note",
        "shown",
    )
    return _csv(columns, ([getattr(event, name) or "" for name in columns] for event in events))


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue()
