"""Reading CSV files that people and spreadsheets wrote: any column order, comma or semicolon."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from labeller.errors import ManifestError

if TYPE_CHECKING:
    from _csv import Reader

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_LONGEST_FIELD = 10_000


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row: its line in the file, from 1, and its values by column name in lower case."""

    line: int
    values: Mapping[str, str]

    def get(self, names: Sequence[str]) -> str:
        """Return the first value that stands under one of these column names, or ""."""
        return next((self.values[name] for name in names if self.values.get(name)), "")


def read_rows(path: Path, *, required: Sequence[Sequence[str]]) -> list[CsvRow]:
    """Read a CSV file with a header row; empty rows are left out.

    `required` lists columns, each with the names under which it may stand. Raises ManifestError with the line.
    """
    text = _text(path)
    header, _, _ = text.partition("\n")
    reader = csv.reader(text.splitlines(keepends=True), delimiter=";" if _has_semicolons(header) else ",")
    csv.field_size_limit(_LONGEST_FIELD)
    try:
        columns = [name.strip().lower() for name in next(reader, [])]
        _check_columns(columns, required)
        return [
            CsvRow(line, dict(zip(columns, map(_plain, values), strict=False)))
            for line, values in _numbered(reader, len(columns))
        ]
    except csv.Error as error:
        raise ManifestError(
            f"Line {reader.line_num} of {path.name} cannot be read as CSV.",
            "Save the file anew as CSV (UTF-8).",
        ) from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ManifestError(
            f"Line {line} of {path.name} is not UTF-8 text.", "Save the file as “CSV UTF-8”."
        ) from error
    except OSError as error:
        raise ManifestError(
            f"{path.name} cannot be read: {error.strerror}.", "Check the path and the permissions."
        ) from error


def _has_semicolons(header: str) -> bool:
    return header.count(";") > header.count(",")


def _check_columns(columns: Sequence[str], required: Sequence[Sequence[str]]) -> None:
    for names in required:
        if not set(names) & set(columns):
            raise ManifestError(
                f"Line 1: there is no column {' or '.join(f'“{name}”' for name in names)}.",
                "The first line must name the columns.",
            )
    twice = {name for name in columns if name and columns.count(name) > 1}
    if twice:
        raise ManifestError(f"Line 1: the column “{min(twice)}” stands twice.", "Remove one of them.")


def _numbered(reader: "Reader", columns: int) -> list[tuple[int, list[str]]]:
    rows = []
    before = reader.line_num
    for values in reader:
        line, before = before + 1, reader.line_num
        if not any(value.strip() for value in values):
            continue
        if len(values) > columns:
            raise ManifestError(
                f"Line {line} has more values than there are columns.",
                "Put a value that contains the separator in quotation marks.",
            )
        rows.append((line, values))
    return rows


def _plain(value: str) -> str:
    """Return the value without surrounding space and without the apostrophe that `guarded` puts in front."""
    value = value.strip()
    return value[1:] if value.startswith("'") and value[1:].startswith(FORMULA_STARTS) else value


def guarded(value: str) -> str:
    """Return the value so that no spreadsheet takes it for a formula."""
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value
