"""The original of a masked instance, found again by the path that the vault keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from anonymizer import (
    AnonymizerError,
    AttributeRow,
    Change,
    DicomImage,
    Source,
    SourceError,
    compare_headers,
    find_sources,
)

GONE = "The original is no longer where it was imported from."
CONNECT = "Connect its medium or restore its folder to compare."


@dataclass(frozen=True, slots=True)
class Compared:
    """A masked header, beside the original's where that could be read. Holds original values."""

    rows: tuple[AttributeRow, ...]
    source: Source | None = None  # None: no original, `message` says why
    message: str = ""


def find_original(path: str) -> Source:
    """Find a file, or a member named "archive.zip!/member". Raises SourceError if it is gone."""
    whole = Path(path)
    container = whole if whole.is_file() else Path(path.partition("!/")[0])
    if container.is_file():
        for source in find_sources([container]):
            if source.path in (path, str(whole)):
                if source.refused:
                    raise SourceError(f"The original cannot be opened. {source.refused}")
                return source
    raise SourceError(GONE, CONNECT)


def open_original(path: str) -> DicomImage:
    """Open the original's image. Raises SourceError, or PixelError where it cannot be decoded here."""
    return DicomImage.open(find_original(path).read())


def compare(path: str | None, masked: Path, changes: Sequence[Change]) -> Compared:
    """Compare with the original at `path`, or list the masked header alone where there is none.

    Raises SourceError if the masked instance cannot be read.
    """
    if path is None:
        return Compared(masked_rows(masked, changes))
    try:
        source = find_original(path)
        return Compared(tuple(compare_headers(source.read(), masked, changes)), source)
    except AnonymizerError as error:
        return Compared(masked_rows(masked, changes), None, f"{error} {error.remedy}".strip())


def masked_rows(masked: Path, changes: Sequence[Change]) -> tuple[AttributeRow, ...]:
    """List the masked header with what the masking report says of it; what was removed stands there too."""
    try:
        content = masked.read_bytes()
    except OSError as error:
        raise SourceError(
            "The masked instance cannot be read.", "Check that the project's folder is complete."
        ) from error
    reasons = {change.path: change for change in changes}
    left = {row.path: row for row in compare_headers(content, masked, ())}
    rows = [_row(path, left.get(path), reasons.get(path)) for path in left.keys() | reasons.keys()]
    return tuple(sorted(rows, key=lambda row: _order(row.path)))


def _row(path: str, left: AttributeRow | None, change: Change | None) -> AttributeRow:
    name = left.name if left else change.name if change else ""
    after = left.after if left else None
    vr = left.vr if left else ""
    if change is None:
        return AttributeRow(path, name, vr, path.count("/"), None, after)
    why = change.reason
    return AttributeRow(path, name, vr, path.count("/"), None, after, change.action, change.layer, why)


def _order(path: str) -> list[tuple[str, int]]:
    steps = (step.partition("[") for step in path.split("/"))
    return [(tag, int(index.rstrip("]")) if index else -1) for tag, _, index in steps]
