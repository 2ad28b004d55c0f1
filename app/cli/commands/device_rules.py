"""`leadglass device-rules`: which images are masked in known places, and whether the site's file is right."""

import argparse
from pathlib import Path

from anonymizer import DeviceRule, read_rule_file, rules_for_file
from app.cli.command import Command, Result
from app.progress import Progress
from app.workflows.device_rules import rules_file, site_rules
from app.workflows.masking import existing


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", type=Path, metavar="FILE", help="check another file of rules instead")
    parser.add_argument(
        "--for", dest="image", type=Path, metavar="FILE", help="list the rules for this DICOM file only"
    )


def _run(given: argparse.Namespace, _progress: Progress) -> Result:
    existing([path for path in (given.check, given.image) if path is not None])
    rules = site_rules() if given.check is None else read_rule_file(given.check).rules
    if given.image is not None:
        rules = rules_for_file(rules, given.image)
    lines = [_words(rule) for rule in rules] or ["No rule is meant for it."]
    if given.check is None and given.image is None:
        lines.append(
            f"Own rules: {rules_file()}{'' if rules_file().exists() else ' (there is no such file)'}"
        )
    return Result("\n".join(lines), {"rules": [_facts(rule) for rule in rules], "file": str(rules_file())})


def _words(rule: DeviceRule) -> str:
    state = "" if rule.enabled else " (off)"
    asked = "; ".join(f"{name} = {' or '.join(patterns)}" for name, patterns in rule.conditions)
    boxes = "".join(f" {x},{y},{width},{height}" for x, y, width, height in rule.rectangles)
    boxes += "".join(f" polygon of {len(points)} points" for points in rule.polygons)
    reason = f"\n    {rule.reason}" if rule.reason else ""
    return f"{rule.name}{state}: {rule.action.value}{boxes}\n    where {asked}{reason}"


def _facts(rule: DeviceRule) -> dict[str, object]:
    return {
        "name": rule.name,
        "action": rule.action.value,
        "conditions": {name: list(patterns) for name, patterns in rule.conditions},
        "rectangles": [list(box) for box in rule.rectangles],
        "polygons": [[list(point) for point in points] for points in rule.polygons],
        "enabled": rule.enabled,
        "reason": rule.reason,
    }


DEVICE_RULES = Command(
    "device-rules",
    "list and check the rules for devices that carry text in known places",
    """List the rules by which images of certain devices are masked in known places, as a whole, outside their ultrasound
regions, or left out, whatever the search for text finds. `leadglass mask` and Import go by them; the masking
record names the rule. The site's own rules stand in device-rules.toml in the configuration folder:

  disable = ["CT dose report"]
  enable = ["Ultrasound outside its regions"]

  [[rule]]
  name = "Sonography room 2"
  manufacturer = "Example*"
  columns = 800
  rectangles = [[0, 0, 800, 40]]
  polygons = [[[0, 500], [200, 600], [0, 600]]]

  leadglass device-rules
  leadglass device-rules --for image.dcm""",
    _arguments,
    _run,
)
