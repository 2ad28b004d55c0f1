"""What an instance needs to stay valid: types of attributes in its IOD (PS3.3), as carried in resources/profiles."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache

from resources import find

_NODE = Mapping[int, tuple[str, int | None]]  # tag -> type, number of the node of a sequence's items


class Need(IntEnum):
    """What an attribute that is present must have (PS3.5 7.4)."""

    NOTHING = 0  # type 3, or not part of the IOD: it may go
    PRESENCE = 1  # type 2: it may be empty
    VALUE = 2  # type 1


@dataclass(frozen=True, slots=True)
class Requirement:
    """An attribute's need; `firm` is false where it may also be absent: type 1C, 2C, an optional module."""

    need: Need = Need.NOTHING
    firm: bool = False


_NO_NEED = Requirement()
_MANDATORY = "M"


def _requirement(kind: str, firm: bool) -> Requirement:  # noqa: FBT001 - a pair of the tables
    if kind == "3":
        return _NO_NEED
    return Requirement(Need.VALUE if kind[0] == "1" else Need.PRESENCE, firm and not kind.endswith("C"))


def _strictness(one: Requirement) -> tuple[Need, bool]:
    return one.need, one.firm


@dataclass(frozen=True, slots=True)
class Iod:
    """The attributes that one kind of object requires, by the sequences that they stand in."""

    name: str
    _modules: tuple[tuple[int, bool], ...] = field(repr=False)  # number of the node, whether mandatory
    _nodes: tuple[_NODE, ...] = field(repr=False)

    def requirement(self, tag: int, within: tuple[int, ...] = ()) -> Requirement:
        """Return what an attribute needs inside the sequences `within`, outermost first.

        Where several modules name it, the strictest counts. Conditional attributes are given the need that they
        have when their condition holds.
        """
        found = (_requirement(node[tag][0], firm) for node, firm in self._places(within) if tag in node)
        return max(found, key=_strictness, default=_NO_NEED)

    def attributes(self, within: tuple[int, ...] = ()) -> dict[int, Requirement]:
        """Return what stands inside the sequences `within` and needs something, or leads to what does, by tag."""
        found: dict[int, Requirement] = {}
        for node, firm in self._places(within):
            for tag, (kind, _) in node.items():
                found[tag] = max(_requirement(kind, firm), found.get(tag, _NO_NEED), key=_strictness)
        return dict(sorted(found.items()))

    def _places(self, within: tuple[int, ...]) -> Iterator[tuple[_NODE, bool]]:
        for number, mandatory in self._modules:
            node, reached = self._nodes[number], True
            for depth, sequence in enumerate(within):
                if sequence in node:
                    below = node[sequence][1]
                    node = self._nodes[below] if below is not None else {}
                elif not depth or sequence != within[depth - 1]:  # content may hold content of the same kind
                    reached = False
                    break
            if reached:
                yield node, mandatory or bool(within)


@dataclass(frozen=True, slots=True)
class _Tables:
    sop_classes: Mapping[str, str]
    iods: Mapping[str, Iod]


@cache
def _tables() -> _Tables:
    data = json.loads(find("profiles", "iods.json").read_text(encoding="utf-8"))
    nodes = tuple({int(tag, 16): entry for tag, entry in map(_entry, lines)} for lines in data["nodes"])
    iods = {}
    for name, modules in data["iods"].items():
        pairs = [line.split() for line in modules]
        numbers = tuple((data["modules"][module], usage == _MANDATORY) for module, usage in pairs)
        iods[name] = Iod(name, numbers, nodes)
    return _Tables(data["sop_classes"], iods)


def _entry(line: str) -> tuple[str, tuple[str, int | None]]:
    tag, kind, *node = line.split()
    return tag, (kind, int(node[0]) if node else None)


def iod_of(sop_class_uid: str) -> Iod | None:
    """Return the IOD of a SOP Class; None for classes that PS3.3 does not (or no longer) define."""
    tables = _tables()
    name = tables.sop_classes.get(sop_class_uid)
    return tables.iods[name] if name is not None else None


def sop_classes() -> Mapping[str, str]:
    """Return the SOP Classes with a known IOD, and its name."""
    return _tables().sop_classes
