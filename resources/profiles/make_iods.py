"""Reduce highdicom's module tables (PS3.3) to `iods.json`: which attribute is required in which kind of object.

Run after an update of highdicom, which is needed for development only:

    python resources/profiles/make_iods.py

Kept are attributes of type 1, 1C, 2 and 2C and the sequences that lead to them; what an IOD does not list there
is of type 3 or not part of it. Equal sequences of several modules are written once: a node is a list of
"TAG TYPE" or "TAG TYPE NODE", the number of the node that describes the sequence's items.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydicom.datadict import tag_for_keyword

OUTPUT = Path(__file__).with_name("iods.json")
_REQUIRED = frozenset({"1", "1C", "2", "2C"})
_OPTIONAL = "3"
_REPEATING = {"Overlay": "60xx", "ROI": "60xx", "ImageFrameOrigin": "60xx", "NumberOfFramesInOverlay": "60xx"}
_RETIRED = {  # the IOD stayed the same, only the SOP Class got a new UID
    "1.2.840.10008.5.1.4.1.1.3": "ultrasound-multi-frame-image",
    "1.2.840.10008.5.1.4.1.1.6": "ultrasound-image",
}


@dataclass
class _Entry:
    """An attribute of a module: its type and, for a sequence, the attributes of its items."""

    type: str = _OPTIONAL
    items: dict[str, "_Entry"] = field(default_factory=dict)


Node = tuple[str, ...]


def tree_of(rows: list[Mapping[str, Any]]) -> dict[str, _Entry]:
    """Arrange the rows of a module by the sequences that they stand in."""
    root: dict[str, _Entry] = {}
    for row in rows:
        level = root
        for keyword in row["path"]:
            level = level.setdefault(keyword, _Entry()).items
        entry = level.setdefault(row["keyword"], _Entry())
        entry.type = row["type"] if row["type"] in _REQUIRED else _OPTIONAL
    return root


def number_of(level: Mapping[str, _Entry], nodes: dict[Node, int]) -> int | None:
    """Return the number of the node for attributes and, below them, their items; None where none is required."""
    lines = []
    for keyword, entry in level.items():
        tag = tag_for_keyword(keyword)
        if tag is None:
            if not keyword.startswith(tuple(_REPEATING)):
                raise ValueError(f"{keyword} is in no dictionary")
            continue  # overlays: no attribute that a table decides about is required
        items = number_of(entry.items, nodes)
        if items is not None or entry.type in _REQUIRED:
            lines.append(f"{int(tag):08X} {entry.type}" + ("" if items is None else f" {items}"))
    return nodes.setdefault(tuple(sorted(lines)), len(nodes)) if lines else None


def tables() -> dict[str, Any]:
    """Return the content of the data file."""
    folder = files("highdicom") / "_standard"
    read = {
        name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("sop_class_iod_map", "iod_module_map", "module_attribute_map")
    }
    classes = {**read["sop_class_iod_map"], **_RETIRED}
    iods = {name: read["iod_module_map"][name] for name in sorted(set(classes.values()))}
    nodes: dict[Node, int] = {}
    modules: dict[str, int] = {}
    for name in sorted({module["key"] for iod in iods.values() for module in iod}):
        number = number_of(tree_of(read["module_attribute_map"].get(name, [])), nodes)
        if number is not None:
            modules[name] = number
    return {
        "source": {
            "standard": "DICOM PS3.3, Information Object Definitions: types of attributes by module",
            "attribution": "Derived from the DICOM Standard (c) NEMA. Tags and types are reproduced as factual"
            " interoperability data; no descriptive text is reproduced.",
            "carried_by": f"Extracted by the highdicom project {version('highdicom')} (MIT licence), reduced by"
            " make_iods.py",
        },
        "sop_classes": dict(sorted(classes.items())),
        "iods": {
            name: [f"{m['key']} {m['usage']}" for m in iod if m["key"] in modules]
            for name, iod in iods.items()
        },
        "modules": modules,
        "nodes": [list(node) for node in nodes],
    }


def as_text(data: Mapping[str, Any]) -> str:
    """Return the data as JSON with one line for each entry, so that changes can be read."""
    parts = []
    for name, content in data.items():
        rows = (
            [json.dumps(row) for row in content]
            if isinstance(content, list)
            else [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in content.items()]
        )
        opening, closing = "[]" if isinstance(content, list) else "{}"
        parts.append(f"{json.dumps(name)}: {opening}\n" + ",\n".join(rows) + f"\n{closing}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    OUTPUT.write_text(as_text(tables()), encoding="utf-8", newline="\n")
