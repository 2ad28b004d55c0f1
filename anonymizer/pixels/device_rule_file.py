"""Files of rules for devices (TOML): what a site writes, checked so that a mistake is said with the rule's name."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pydicom.uid

from anonymizer.errors import DeviceRuleError
from anonymizer.pixels.device_rules import CONDITIONS, Action, DeviceRule
from anonymizer.pixels.shapes import polygon
from anonymizer.report import Point
from resources import find

_KEYS = ("name", "action", "rectangles", "polygons", "enabled", "reason", *CONDITIONS)
_SIDES = 4


@dataclass(frozen=True, slots=True)
class RuleFile:
    """The rules of one file, and which rules of the starter set it turns on and off."""

    rules: tuple[DeviceRule, ...] = ()
    enable: tuple[str, ...] = ()
    disable: tuple[str, ...] = ()


def starter_rules() -> tuple[DeviceRule, ...]:
    """Return the rules that the program carries."""
    return read_rule_file(find("device-rules.toml")).rules


def all_rules(site: Path) -> tuple[DeviceRule, ...]:
    """Return the starter set as the site's file turns it on and off, then the site's own rules.

    Raises DeviceRuleError naming file, rule and key.
    """
    starter = starter_rules()
    if not site.exists():
        return starter
    own = read_rule_file(site)
    known = {rule.name for rule in starter}
    for name in (*own.enable, *own.disable):
        if name not in known:
            raise DeviceRuleError(
                f"{site.name}: the program has no rule “{name}”.", f"It has: {'; '.join(sorted(known))}."
            )
    switched = (replace(r, enabled=_is_on(r, own)) for r in starter)
    return (*switched, *own.rules)


def _is_on(rule: DeviceRule, own: RuleFile) -> bool:
    return rule.name not in own.disable and (rule.enabled or rule.name in own.enable)


def read_rule_file(path: Path) -> RuleFile:
    """Read and check a file of rules. Raises DeviceRuleError."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise DeviceRuleError(f"{path.name} cannot be read as a text in UTF-8.", "Mend the file.") from error
    except tomllib.TOMLDecodeError as error:
        raise DeviceRuleError(f"{path.name} is no valid TOML file: {error}", "Mend that line.") from error
    rows = data.get("rule", [])
    unknown = [key for key in data if key not in ("rule", "enable", "disable")]
    if unknown or not isinstance(rows, list):
        raise DeviceRuleError(
            f"{path.name}: “{(unknown or ['rule'])[0]}” is not understood.",
            "Write each rule below a line [[rule]]; enable and disable are lists of names.",
        )
    rules = tuple(_Checked(path.name, number, row).rule() for number, row in enumerate(rows, 1))
    if len({rule.name for rule in rules}) < len(rules):
        raise DeviceRuleError(f"{path.name}: two rules have the same name.", "Rename one of them.")
    return RuleFile(rules, _names(path, data, "enable"), _names(path, data, "disable"))


def rules_text(content: RuleFile) -> str:
    """Return a file's text that reads as this content."""
    lines = [f"{name} = {_toml(list(getattr(content, name)))}" for name in ("enable", "disable")]
    for rule in content.rules:
        lines += ["", "[[rule]]", f"name = {_toml(rule.name)}", f"action = {_toml(rule.action.value)}"]
        lines += [f"{name} = {_toml(list(patterns))}" for name, patterns in rule.conditions]
        if rule.rectangles:
            lines.append(f"rectangles = {_toml(rule.rectangles)}")
        if rule.polygons:
            lines.append(f"polygons = {_toml(rule.polygons)}")
        lines += [f"reason = {_toml(rule.reason)}"] if rule.reason else []
        lines += [] if rule.enabled else ["enabled = false"]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)  # a string or an array is the same in TOML


def _names(path: Path, data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = data.get(key, [])
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        raise DeviceRuleError(f"{path.name}: “{key}” must be a list of names.", f'Write {key} = ["…"].')
    return tuple(found)


_SHOWN = 60  # characters of a name in a message


class _Checked:
    """Checks one rule of a file."""

    def __init__(self, file: str, number: int, row: object) -> None:
        self._row: dict[str, Any] = row if isinstance(row, dict) else {}
        name = self._row.get("name")
        self._called = f"{file}, rule {number}" + (f" “{name[:_SHOWN]}”" if isinstance(name, str) else "")

    def rule(self) -> DeviceRule:
        """Return the rule."""
        for key in self._row:
            if key not in _KEYS:
                raise self._error(
                    f"“{key[:_SHOWN]}” is no key of a rule", f"The keys are: {', '.join(_KEYS)}."
                )
        name, reason = self._row.get("name"), self._row.get("reason", "")
        if not isinstance(name, str) or not name.strip() or not isinstance(reason, str):
            raise self._error("it has no name", 'Write name = "…" and, if you like, reason = "…".')
        enabled = self._row.get("enabled", True)
        if not isinstance(enabled, bool):
            raise self._error("“enabled” must be true or false", "Write it without quotation marks.")
        action = self._action()
        boxes, polygons = self._rectangles(), self._polygons()
        if (action is Action.RECTANGLES) != bool(boxes or polygons):
            raise self._error(
                "its rectangles or polygons do not fit",
                "Give them with the action rectangles, and only there.",
            )
        return DeviceRule(name, action, self._conditions(), boxes, polygons, enabled, reason)

    def _error(self, what: str, remedy: str) -> DeviceRuleError:
        return DeviceRuleError(f"{self._called}: {what}.", remedy)

    def _action(self) -> Action:
        try:
            return Action(self._row.get("action", Action.RECTANGLES))
        except ValueError as error:
            actions = "; ".join(action.value for action in Action)
            raise self._error("its action does not exist", f"Write one of: {actions}.") from error

    def _conditions(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        found = [(name, self._patterns(name)) for name in CONDITIONS if name in self._row]
        if not found:
            raise self._error("it has no condition, so it would hold for every image", "Name a device.")
        return tuple(found)

    def _patterns(self, name: str) -> tuple[str, ...]:
        value = self._row[name]
        values = value if isinstance(value, list) else [value]
        if not values or not all(isinstance(each, (str, int)) and each != "" for each in values):
            raise self._error(f"“{name}” must be a text or a list of texts", f'Write {name} = "…".')
        return tuple(_uid_of(str(each)) if name == "sop_class" else str(each) for each in values)

    def _rectangles(self) -> tuple[tuple[int, int, int, int], ...]:
        rows = self._row.get("rectangles", [])
        if not isinstance(rows, list) or not all(_is_box(row) for row in rows):
            raise self._error(
                "its rectangles do not fit", "Write rectangles = [[x, y, width, height]] in pixels."
            )
        return tuple((row[0], row[1], row[2], row[3]) for row in rows)

    def _polygons(self) -> tuple[tuple[Point, ...], ...]:
        rows = self._row.get("polygons", [])
        try:
            found = tuple(tuple((x, y) for x, y in row) for row in rows)
            numbers = [n for points in found for point in points for n in point]
            if not all(type(n) is int and n >= 0 for n in numbers):
                raise ValueError("not a place in an image")
            for points in found:
                polygon(points)
        except (TypeError, ValueError) as error:
            raise self._error(
                "its polygons do not fit", "Write polygons = [[[x, y], [x, y], [x, y]]] in pixels."
            ) from error
        return found


def _uid_of(text: str) -> str:
    """Return the UID of a SOP Class that is written as its keyword, such as CTImageStorage."""
    named = getattr(pydicom.uid, text, text)
    return str(named) if isinstance(named, pydicom.uid.UID) else text


def _is_box(row: object) -> bool:
    if not isinstance(row, Sequence) or len(row) != _SIDES or not all(type(value) is int for value in row):
        return False
    return bool(min(row) >= 0 and min(row[2:]) > 0)
