"""PS3.15 Tables E.1-1 and E.3.4-1 and the safe private attributes, as carried in resources/profiles."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from resources import find

EDITION = "2026d"
_CURVES, _OVERLAYS = 0x5000, 0x6000  # repeating groups, 50xx and 60xx


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of a table: the Basic Profile's action and what each option makes of it."""

    name: str
    basic: str  # "X", "Z/D", …
    options: Mapping[str, str]  # option -> "K" or "C"
    retired: bool = False


@dataclass(frozen=True, slots=True)
class StandardTable:
    """Both tables, ready to be asked by tag or by concept."""

    attributes: Mapping[int, Rule]
    curves: Rule  # group 50xx
    overlays: Mapping[int, Rule]  # element in a group 60xx
    private: Rule
    content_items: Mapping[tuple[str, str], Rule]  # (scheme, code)

    def rule(self, tag: int) -> Rule | None:
        """Return the row for a public attribute; repeating groups 50xx and 60xx included."""
        found = self.attributes.get(tag)
        if found is not None:
            return found
        group = tag >> 16
        if group & 0xFF00 == _CURVES:
            return self.curves
        if group & 0xFF00 == _OVERLAYS:
            return self.overlays.get(tag & 0xFFFF)
        return None


@cache
def standard_table() -> StandardTable:
    """Return the tables of the carried edition."""
    data = json.loads(find("profiles", f"ps315_{EDITION}.json").read_text(encoding="utf-8"))
    attributes: dict[int, Rule] = {}
    special: dict[str, Rule] = {}
    for row in data["attributes"]:
        rule = Rule(row["name"], row["basic"], row["options"], retired=row["retired"])
        if row["tag"].isalnum() and "x" not in row["tag"] and row["tag"] != "PRIVATE":
            attributes[int(row["tag"], 16)] = rule
        else:
            special[row["tag"]] = rule
    items = {
        (row["scheme"], row["code"]): Rule(row["meaning"], row["basic"], row["options"])
        for row in data["content_items"]
    }
    overlays = {int(tag[4:], 16): rule for tag, rule in special.items() if tag.startswith("60xx")}
    return StandardTable(attributes, special["50xxxxxx"], overlays, special["PRIVATE"], items)


@cache
def safe_private() -> frozenset[tuple[str, int, int]]:
    """(creator, group, element's last byte) of the private attributes that are known to be harmless."""
    with find("profiles", "safe_private.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(
            (row["creator"], int(row["group"], 16), int(row["element"], 16)) for row in csv.DictReader(file)
        )


def creator_of(dataset: Dataset, tag: BaseTag) -> str:
    """Return the creator of the block that a private attribute stands in; "" where it has none."""
    creator = dataset.get_item(BaseTag(tag.group << 16 | tag.element >> 8))
    if creator is None or creator.value is None:
        return ""
    value = creator.value
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    return text.strip(" \0")
