"""The files that stand beside the images of a data set: each recognised by its name and its form, then searched.

A file that only bears such a name, or a manifest with a column of another kind, is not taken for one.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from anonymizer.report import Finding
from anonymizer.verification.judgement import finding
from anonymizer.verification.patterns import identifying_form
from anonymizer.verification.texts import TextSearch

COLUMNS = frozenset(
    {
        "path", "class", "patient", "split", "sop_instance_uid", "study", "series", "modality", "frame",
        "patient_sex", "patient_age", "reader", "body_part", "laterality", "view_position", "manufacturer", "grade",
        "window_center", "window_width", "window_function", "value_slope", "value_intercept",
    }
)  # fmt: skip
"""What a manifest tells of an image."""

_NEEDED = frozenset({"path", "class"})
_CHECKSUM = re.compile(r"[0-9a-f]{64}  \S.*")
_VOCABULARY = re.compile(r"https?://(?:schema|mlcommons|purl)\.org/(?:croissant/(?:1\.\d|RAI/)?|dc/terms/)?")
Rows = Sequence[Mapping[str, Any]]


class _OtherFormError(Exception):
    """The file is not what its name says."""


def companion(raw: bytes, name: str, search: TextSearch) -> tuple[Finding, ...] | None:
    """Return what is found in a file beside the images of a data set; None where it is no such file.

    `name` is its path. Known identities and UIDs of the originals are searched, and whatever looks like a telephone
    number, an address or a date; who labelled is no patient.
    """
    read = _KINDS.get(name.rpartition("/")[2])
    if read is None:
        return None
    try:
        return tuple(dict.fromkeys(read(raw, search)))
    except _OtherFormError:
        return None


def _of_table(raw: bytes, search: TextSearch) -> Iterator[Finding]:
    reader = csv.DictReader(io.StringIO(_text(raw)))
    yield from _of_manifest(reader.fieldnames or (), list(reader), search)


def _of_parquet(raw: bytes, search: TextSearch) -> Iterator[Finding]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(raw))
    except pa.ArrowException as error:
        raise _OtherFormError from error
    yield from search.of_text(str(table.schema), "schema")
    yield from _of_manifest(table.column_names, table.to_pylist(), search)


def _of_manifest(columns: Sequence[str], rows: Rows, search: TextSearch) -> Iterator[Finding]:
    if not _NEEDED <= set(columns) <= COLUMNS or any(None in row for row in rows):
        raise _OtherFormError
    yield from search.of_rows(rows)
    for number, row in enumerate(rows, start=2):
        cells = ((column, str(cell)) for column, cell in row.items() if column != "reader")
        yield from (
            finding("pattern", f"line {number}, {column}") for column, cell in cells if identifying_form(cell)
        )


def _of_json(*needed: str) -> Callable[[bytes, TextSearch], Iterator[Finding]]:
    def read(raw: bytes, search: TextSearch) -> Iterator[Finding]:
        try:
            told = json.loads(_text(raw))
        except (ValueError, RecursionError) as error:
            raise _OtherFormError from error
        if not isinstance(told, dict) or not told.keys() >= set(needed):
            raise _OtherFormError
        yield from _of_lines("\n".join(_leaves(told)), search)

    return read


def _leaves(told: object) -> Iterator[str]:
    """Return all names and texts as they read once they are unpacked."""
    if isinstance(told, dict):
        for name, value in told.items():
            yield str(name)
            yield from _leaves(value)
    elif isinstance(told, list):
        for value in told:
            yield from _leaves(value)
    else:
        yield str(told)


def _of_checksums(raw: bytes, search: TextSearch) -> Iterator[Finding]:
    lines = _text(raw).splitlines()
    if not all(map(_CHECKSUM.fullmatch, lines)):
        raise _OtherFormError
    yield from _of_lines("\n".join(line[66:] for line in lines), search)


def _of_card(raw: bytes, search: TextSearch) -> Iterator[Finding]:
    text = _text(raw)
    if not text.startswith("# "):
        raise _OtherFormError
    yield from _of_lines(text, search)


def _of_lines(text: str, search: TextSearch) -> Iterator[Finding]:
    for number, line in enumerate(text.splitlines(), start=1):
        yield from search.of_text(line, f"line {number}")
        if identifying_form(line) and not _VOCABULARY.fullmatch(line):
            yield finding("pattern", f"line {number}")


def _text(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _OtherFormError from error
    if any(not sign.isprintable() and sign not in "\n\r\t" for sign in set(text)):
        raise _OtherFormError
    return text


_KINDS: Mapping[str, Callable[[bytes, TextSearch], Iterator[Finding]]] = {
    "manifest.csv": _of_table,
    "manifest.parquet": _of_parquet,
    "dataset.json": _of_json("format", "classes", "sha256"),
    "croissant.json": _of_json("@context", "@type"),
    "DATACARD.md": _of_card,
    "checksums.txt": _of_checksums,
}
