"""`manifest.csv`: which image of a data set folder belongs to which class, patient and split."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path, PurePosixPath, PureWindowsPath

from labeller.csv_files import CsvRow, guarded, read_rows
from labeller.errors import ManifestError
from labeller.splits import SPLITS

_NAMES = {"class_name": "class"}
_ALSO_CALLED = {
    "path": ("path", "file", "filename", "image"),
    "class_name": ("class", "label", "class_name"),
    "patient": ("patient", "patient_id"),
    "split": ("split", "set", "subset"),
}
SPLIT_NAMES = {name: name for name in SPLITS} | {
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "dev": "validation",
    "testing": "test",
}


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One image of a data set; what is not known is ""."""

    path: str  # relative to the manifest's folder, "/" between parts
    class_name: str
    patient: str = ""
    split: str = ""
    sop_instance_uid: str = ""
    study: str = ""
    series: str = ""
    modality: str = ""
    frame: str = ""
    patient_sex: str = ""
    patient_age: str = ""
    reader: str = ""
    body_part: str = ""
    laterality: str = ""
    view_position: str = ""
    manufacturer: str = ""
    grade: str = ""  # of the verification: "pass", or "review" where a reader approved it
    window_center: str = ""  # of 8-bit pictures, in values after the modality LUT
    window_width: str = ""
    window_function: str = ""  # LINEAR, LINEAR_EXACT or SIGMOID (PS3.3 C.11.2.1.3)
    value_slope: str = ""  # of 16-bit pictures: value after the modality LUT = pixel × slope + intercept
    value_intercept: str = ""


_FIELDS = tuple(field.name for field in fields(ManifestRow))


def manifest_text(rows: Iterable[ManifestRow]) -> str:
    """Write a manifest: UTF-8 text with a header row, safe to open in a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([_NAMES.get(name, name) for name in _FIELDS])
    for row in rows:
        writer.writerow([guarded(getattr(row, name)) for name in _FIELDS])
    return text.getvalue()


def manifest_table(rows: Iterable[ManifestRow]) -> bytes:
    """Write the same as a Parquet file; every column is a text."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    entries = list(rows)
    columns = {_NAMES.get(name, name): [getattr(row, name) for row in entries] for name in _FIELDS}
    sink = pa.BufferOutputStream()
    schema = pa.schema([(name, pa.string()) for name in columns])
    pq.write_table(pa.table(columns, schema=schema), sink, compression="zstd")
    return bytes(sink.getvalue())


def read_manifest(path: Path) -> list[ManifestRow]:
    """Read a manifest, also another program's: columns in any order, comma or semicolon, UTF-8.

    Raises ManifestError naming the line where a path or class is missing, a path leads out of the folder or
    stands twice, or a split is none of train, validation and test.
    """
    rows = []
    seen: set[str] = set()
    for row in read_rows(path, required=[_ALSO_CALLED["path"], _ALSO_CALLED["class_name"]]):
        entry = _entry(row)
        if entry.path in seen:
            raise ManifestError(f"Line {row.line}: this path stands there twice.", "Remove one of the lines.")
        seen.add(entry.path)
        rows.append(entry)
    return rows


def _entry(row: CsvRow) -> ManifestRow:
    values = {name: row.get(_ALSO_CALLED.get(name, (name,))) for name in _FIELDS}
    values["path"] = _inside(values["path"], row.line)
    if not values["class_name"]:
        raise ManifestError(f"Line {row.line}: no class is given.", "Name a class, or remove the line.")
    if values["split"]:
        split = SPLIT_NAMES.get(values["split"].lower())
        if split is None:
            raise ManifestError(
                f"Line {row.line}: the split is none of {', '.join(SPLITS)}.", "Correct it or leave it empty."
            )
        values["split"] = split
    return ManifestRow(**values)


def _inside(path: str, line: int) -> str:
    if not path:
        raise ManifestError(f"Line {line}: no path is given.", "Name a file, or remove the line.")
    parts = PurePosixPath(path.replace("\\", "/"))
    if parts.is_absolute() or PureWindowsPath(path).drive or ".." in parts.parts:
        raise ManifestError(
            f"Line {line}: the path leads out of the data set folder.",
            "Paths are relative to the manifest's folder.",
        )
    return parts.as_posix()
