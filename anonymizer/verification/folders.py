"""The inspection of a data set folder: names, the manifest and other texts, pictures and masked instances."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from anonymizer.report import Finding, Grade
from anonymizer.verification.inspection import Known, inspect, name_findings, search_of
from anonymizer.verification.judgement import KINDS, finding
from anonymizer.verification.picture_check import hidden_in_picture
from anonymizer.verification.texts import TextSearch


def inspect_folder(folder: Path, known: Known) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    """Yield the path and the findings of each file of a data set in which something was found.

    Findings hold places and kinds, never values. Raises OSError where a file cannot be read.
    """
    for path in sorted(file for file in folder.rglob("*") if file.is_file()):
        name = path.relative_to(folder).as_posix()
        found = tuple(dict.fromkeys(_of_file(path.read_bytes(), name, known)))
        if found:
            yield name, found


def _of_file(raw: bytes, name: str, known: Known) -> Iterator[Finding]:
    if name.endswith(".dcm"):
        yield from (f for f in inspect(raw, name, known).findings if _is_grave(f))
        return
    yield from name_findings(name, known)
    search = search_of(known)
    if name.endswith((".png", ".jpg")):
        yield from _of_picture(raw)
    elif name.endswith(".csv"):
        yield from search.of_rows(csv.DictReader(io.StringIO(raw.decode("utf-8", "replace"))))
    elif name.endswith(".parquet"):
        yield from _of_parquet(raw, search)
    else:
        yield from search.of_text(raw.decode("utf-8", "replace"), "text")


def _is_grave(found: Finding) -> bool:
    """What merely wants a look was looked at before the export."""
    return KINDS[found.kind][0] is Grade.BLOCKED


def _of_picture(raw: bytes) -> Iterator[Finding]:
    try:
        yield from (finding("image comment", "picture", sentence) for sentence in hidden_in_picture(raw))
    except OSError:
        yield finding("unreadable", "picture")


def _of_parquet(raw: bytes, search: TextSearch) -> Iterator[Finding]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(raw))
    except pa.ArrowException:
        yield finding("unreadable", "file")
        return
    yield from search.of_text(str(table.schema), "schema")
    yield from search.of_rows(table.to_pylist())
