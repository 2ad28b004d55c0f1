"""Rules for devices of this site: the starter set and a file in the configuration folder."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from anonymizer import Action, Device, DeviceRule, Region, RuleFile, all_rules, read_rule_file, rules_text
from app.errors import SettingsError
from app.settings import config_folder
from app.storage import write_text

Box = tuple[int, int, int, int]  # x, y, width, height
LEARNT = "Boxes that a reader said are always masked on this device."


def rules_file() -> Path:
    """Where the site's own rules stand."""
    return config_folder() / "device-rules.toml"


def site_rules() -> tuple[DeviceRule, ...]:
    """The rules that masking and import go by. Raises DeviceRuleError for a damaged file."""
    return all_rules(rules_file())


def mask_always(device: Device, regions: Sequence[Region]) -> str:
    """From now on mask these regions in all frames of all images of a device; the rule's name.

    Raises DeviceRuleError, SettingsError.
    """
    rule = mask_no_longer(device, regions)
    boxes = tuple(dict.fromkeys(_box(region) for region in regions if not region.points))
    polygons = tuple(dict.fromkeys(region.points for region in regions if region.points))
    _save(replace(rule, rectangles=(*rule.rectangles, *boxes), polygons=(*rule.polygons, *polygons)))
    return rule.name


def mask_no_longer(device: Device, regions: Sequence[Region]) -> DeviceRule:
    """Take back `mask_always`; what is left of the rule. Raises DeviceRuleError, SettingsError."""
    rule = _learnt(device)
    boxes = {_box(region) for region in regions if not region.points}
    polygons = {region.points for region in regions if region.points}
    left = replace(
        rule,
        rectangles=tuple(box for box in rule.rectangles if box not in boxes),
        polygons=tuple(points for points in rule.polygons if points not in polygons),
    )
    _save(left)
    return left


def _box(region: Region) -> Box:
    return region.x, region.y, region.width, region.height


def _content() -> RuleFile:
    file = rules_file()
    return read_rule_file(file) if file.exists() else RuleFile()


def _learnt(device: Device) -> DeviceRule:
    """The rule that was learnt for a device, without a box where there is none yet."""
    known = (rule for rule in _content().rules if rule.name == device.words)
    new = DeviceRule(device.words, Action.RECTANGLES, device.conditions, reason=LEARNT)
    return next(known, new)


def _save(rule: DeviceRule) -> None:
    content = _content()
    others = tuple(each for each in content.rules if each.name != rule.name)
    rules = (*others, rule) if rule.rectangles or rule.polygons else others
    head = "# Rules of this site for images that carry text in known places; “leadglass device-rules” checks them.\n"
    try:
        write_text(rules_file(), head + rules_text(replace(content, rules=rules)))
    except OSError as error:
        raise SettingsError(
            f"{rules_file()} cannot be written.", "Check that you may write in its folder."
        ) from error
