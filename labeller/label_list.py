"""Label lists: labels that someone wrote into a CSV file."""

from dataclasses import dataclass
from pathlib import Path

from labeller.csv_files import read_rows
from labeller.errors import ManifestError

_PATH = ("path", "file", "filename")
_UID = ("sop_instance_uid", "sopinstanceuid", "sop")
_CLASS = ("class", "label")
_READER = ("reader",)


@dataclass(frozen=True, slots=True)
class ListedLabel:
    """One row; which instance it means is found by the caller. `path` or `sop_instance_uid` is given."""

    line: int  # in the file, from 1
    path: str
    sop_instance_uid: str
    class_name: str
    reader: str  # "" where none is named


def read_label_list(path: Path) -> list[ListedLabel]:
    """Read a CSV file with columns `path` or `sop_instance_uid`, `class` and, if wanted, `reader`.

    Raises ManifestError naming the line that lacks an image or a class.
    """
    rows = []
    for row in read_rows(path, required=[(*_PATH, *_UID), _CLASS]):
        listed = ListedLabel(
            row.line, row.get(_PATH), row.get(_UID), class_name=row.get(_CLASS), reader=row.get(_READER)
        )
        if not listed.path and not listed.sop_instance_uid:
            raise ManifestError(f"Line {row.line}: no image is named.", "Give its path or SOP Instance UID.")
        if not listed.class_name:
            raise ManifestError(f"Line {row.line}: no class is given.", "Name a class, or remove the line.")
        rows.append(listed)
    return rows
