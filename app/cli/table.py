"""The table of commands: what `leadglass --help` lists, in the order of the work."""

from collections.abc import Iterable
from importlib import import_module

from app.cli.command import Command

_HOMES = {
    "mask": "masking.MASK",
    "verify": "masking.VERIFY",
    "profiles": "profiles.PROFILES",
    "device-rules": "device_rules.DEVICE_RULES",
    "pixels": "pixels.PIXELS",
    "new": "projects.NEW",
    "import": "projects.IMPORT",
    "mask-region": "projects.MASK_REGION",
    "words": "words.WORDS",
    "label": "labels.LABEL",
    "review": "release.REVIEW",
    "export": "datasets.EXPORT",
    "vault": "vaults.VAULT",
    "audit": "auditing.AUDIT",
    "architectures": "networks.ARCHITECTURES_COMMAND",
    "weights": "weights.WEIGHTS",
    "train": "learning.TRAIN",
    "speed": "experiments.SPEED",
    "experiment": "experiments.EXPERIMENT",
    "evaluate": "learning.EVALUATE",
    "tensorboard": "courses.TENSORBOARD",
    "operating-point": "learning.OPERATING_POINT",
    "report": "learning.REPORT",
    "predict": "learning.PREDICT",
    "heatmap": "learning.HEATMAP",
    "ensemble": "ensembles.ENSEMBLE",
    "demo": "program.DEMO",
    "info": "program.INFO",
    "selftest": "program.SELFTEST",
    "window": "program.WINDOW",
    "screenshots": "program.SCREENSHOTS",
}
NAMES = tuple(_HOMES)
"""Every command, in the order of the list."""


def commands(names: Iterable[str] = NAMES) -> tuple[Command, ...]:
    """Return the commands of these names. What each needs is imported with it: alone, a command starts at once."""
    return tuple(_command(name) for name in names)


def _command(name: str) -> Command:
    module, constant = _HOMES[name].split(".")
    found: Command = getattr(import_module(f"app.cli.commands.{module}"), constant)
    return found
