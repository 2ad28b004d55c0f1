"""What lies in a data set folder, before anything is judged: a manifest or a folder per class."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath

from trainer.errors import DataSetError

_SPLIT_NAMES = {"train": "train", "training": "train", "val": "validation", "valid": "validation"}
_SPLIT_NAMES |= {"validation": "validation", "dev": "validation", "test": "test", "testing": "test"}
_NO_IMAGES = {".csv", ".json", ".txt", ".md", ".toml", ".html", ".db", ".ini", ".xml", ".pdf", ".zip", ".npz"}
_LONGEST_CLASS_NAME, _LONGEST_FACT = 200, 100
_NO_FACTS = ("path", "class", "patient", "split", "study", "series", "frame", "grade", "window_center", "window_width",
             "window_function", "value_slope", "value_intercept")  # fmt: skip
_MOST_FACTS = 40


@dataclass(frozen=True, slots=True)
class Item:
    """One image of a data set."""

    path: Path
    name: str  # relative to the data set folder, with "/"
    class_name: str
    patient: str
    split: str  # "train", "validation", "test"; "" while none is given
    facts: Mapping[str, str] = field(
        default_factory=dict
    )  # further columns of the manifest: sex, age, scanner, …


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row or file that cannot be used, and why, for the user."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What was found."""

    items: tuple[Item, ...]
    left_out: tuple[LeftOut, ...]
    warnings: tuple[str, ...]


def list_folder(folder: Path) -> Listing:
    """List `manifest.csv` if there is one, else a folder per class (under split folders or not)."""
    if not folder.is_dir():
        raise DataSetError(f"There is no data set folder {folder}.", "Choose an existing folder.")
    manifest = folder / "manifest.csv"
    return _from_manifest(folder, manifest) if manifest.is_file() else _from_folders(folder)


def _from_manifest(folder: Path, manifest: Path) -> Listing:
    rows, columns = _read_rows(manifest)
    missing = [name for name in ("path", "class") if name not in columns]
    if missing:
        raise DataSetError(
            f"manifest.csv has no column {' and no column '.join(missing)}.",
            "Its first row must name path and class, and where known patient and split.",
        )
    root = folder.resolve()
    items: dict[str, Item] = {}
    left_out = []
    for number, row in enumerate(rows, start=2):
        try:
            item = _row_item(folder, root, row)
            if item.name in items:
                raise DataSetError("the same file is named twice.")
        except DataSetError as error:
            left_out.append(LeftOut(f"manifest.csv, row {number}", f"Row {number} of manifest.csv: {error}"))
        else:
            items[item.name] = item
    warnings = _manifest_warnings(columns, list(items.values()))
    return Listing(tuple(sorted(items.values(), key=lambda i: i.name)), tuple(left_out), warnings)


def _read_rows(manifest: Path) -> tuple[list[dict[str, str]], set[str]]:
    """All rows with lower-case column names; a byte order mark and semicolons are understood."""
    try:
        text = manifest.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise DataSetError("manifest.csv is not UTF-8 text.", "Save it as CSV in UTF-8.") from None
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(text.splitlines(), delimiter=delimiter)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        rows = [
            dict(zip(names, (value.strip() for value in row), strict=False)) for row in reader if any(row)
        ]
    except csv.Error as error:
        raise DataSetError(f"manifest.csv cannot be read as a table: {error}.", "Save it as CSV.") from None
    return rows, set(names)


def _row_item(folder: Path, root: Path, row: dict[str, str]) -> Item:
    """Check one row; the DataSetError's text completes "Row n: "."""
    name = row.get("path", "").replace("\\", "/")
    class_name = row.get("class", "")
    if not name or not class_name or len(class_name) > _LONGEST_CLASS_NAME:
        raise DataSetError("path or class is missing.")
    if "\0" in name:
        raise DataSetError("the path holds a character that no path may have.")
    if PurePosixPath(name).is_absolute() or PureWindowsPath(name).drive:
        raise DataSetError("the path is not relative to the data set folder.")
    path = folder / name
    if not path.resolve().is_relative_to(root):
        raise DataSetError("the path leads out of the data set folder.")
    if not _is_file(path):
        raise DataSetError("the file does not exist.")
    given = row.get("split", "").lower()
    if given and given not in _SPLIT_NAMES:
        raise DataSetError("the split is none of train, validation, test.")
    told = [(column, value) for column, value in row.items() if value and column not in _NO_FACTS]
    facts = {column: value[:_LONGEST_FACT] for column, value in told[:_MOST_FACTS]}
    patient = row.get("patient", "") or _own_patient(name)
    return Item(path, name, class_name, patient, _SPLIT_NAMES.get(given, ""), facts)


def _own_patient(name: str) -> str:
    return f"file:{name}"


def _manifest_warnings(columns: set[str], items: list[Item]) -> tuple[str, ...]:
    unknown = sum(item.patient == _own_patient(item.name) for item in items)
    if "patient" not in columns:
        return ("The manifest names no patients: each file counts as a patient of its own.",)
    if unknown:
        return (f"{unknown} image(s) name no patient: each counts as a patient of its own.",)
    return ()


def _from_folders(folder: Path) -> Listing:
    folders = _subfolders(folder)
    by_split = [(sub, _SPLIT_NAMES.get(sub.name.lower(), "")) for sub in folders]
    if folders and all(split for _, split in by_split):
        found = [(cls, split) for sub, split in by_split for cls in _subfolders(sub)]
    else:
        found = [(cls, "") for cls in folders]
    items, left_out = [], []
    root = folder.resolve()
    for class_folder, split in found:
        for path in _files(class_folder):
            name = path.relative_to(folder).as_posix()
            if not path.resolve().is_relative_to(root):
                left_out.append(LeftOut(name, f"{name} leads out of the data set folder."))
            else:
                items.append(Item(path, name, class_folder.name, _own_patient(name), split))
    warning = "There is no manifest that names patients: each file counts as a patient of its own."
    return Listing(tuple(sorted(items, key=lambda i: i.name)), tuple(left_out), (warning,))


def _subfolders(folder: Path) -> list[Path]:
    return sorted(
        path for path in folder.iterdir() if path.is_dir() and not path.name.startswith((".", "__"))
    )


def _files(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".") and path.suffix.lower() not in _NO_IMAGES
    )


def _is_file(path: Path) -> bool:
    """Whether there is such a file; a name that the system does not take is none."""
    try:
        return path.is_file()
    except OSError:
        return False
