"""Original and masked header side by side, for the reader who wants to see what was done and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from anonymizer.files.file_format import UNREADABLE, lenient, parse
from anonymizer.report import Change

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class AttributeRow:
    """One attribute before and after. Holds original values: for the Mask page alone, never for a log."""

    path: str
    name: str
    vr: str
    depth: int  # 0 at the root, one more in each sequence
    before: str | None  # None: was not there
    after: str | None  # None: is not there any more
    action: str = ""  # empty: kept as it was
    layer: str = ""
    why: str = ""


def compare_headers(original: bytes, masked: Path, changes: Sequence[Change]) -> list[AttributeRow]:
    """Every attribute of both headers, in the order of their tags, with what was done to it.

    Raises SourceError if one of the two cannot be read.
    """
    reasons = {change.path: change for change in changes}
    with lenient():
        before = dict(_rows(parse(original), ""))
        after = dict(_rows(parse(masked.read_bytes()), ""))
    return [
        _row(path, before.get(path), after.get(path), _change(path, reasons))
        for path in sorted(before.keys() | after.keys(), key=_order)
    ]


def _order(path: str) -> list[tuple[str, int]]:
    """Items of a sequence in their order, attributes in the order of tags."""
    steps = []
    for step in path.split("/"):
        tag, _, index = step.partition("[")
        steps.append((tag, int(index.rstrip("]")) if index else -1))
    return steps


def _change(path: str, reasons: dict[str, Change]) -> Change | None:
    """Return the change of the attribute itself or of the sequence or item that it went with."""
    while path:
        if path in reasons:
            return reasons[path]
        path = path[: path.rfind("[")] if path.endswith("]") else path.rpartition("/")[0]
    return None


_Cell = tuple[str, str, str]  # name, VR, value


def _row(path: str, before: _Cell | None, after: _Cell | None, change: Change | None) -> AttributeRow:
    name, vr, _ = before or after or ("", "", "")
    old, new = before and before[2], after and after[2]
    row = AttributeRow(path, name, vr, path.count("/"), old, new)
    if old == new and (change is None or change.path != path):
        return row
    if change is None:
        why = "Written by the de-identification." if before is None else "The file's own bookkeeping."
        return AttributeRow(
            path, name, vr, path.count("/"), old, new, "added" if before is None else "X", "file", why
        )
    return AttributeRow(path, name, vr, path.count("/"), old, new, change.action, change.layer, change.reason)


def _rows(dataset: Dataset, prefix: str) -> Iterator[tuple[str, _Cell]]:
    for tag in sorted(dataset.keys()):
        path = f"{prefix}({tag.group:04X},{tag.element:04X})"
        try:
            element = dataset[tag]
            value = element.value
        except UNREADABLE:
            yield path, ("Unreadable attribute", "??", "(unreadable)")
            continue
        yield path, (element.name, element.VR, _shown(element))
        if element.VR == "SQ":
            for index, item in enumerate(value or ()):
                yield from _rows(item, f"{path}[{index}]/")


def _shown(element: DataElement) -> str:
    value = element.value
    if element.VR == "SQ":
        count = len(value or ())
        return f"{count} item{'' if count == 1 else 's'}"
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    several = isinstance(value, MultiValue)
    text = "\\".join(map(str, value)) if several else "" if value is None else str(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
