"""The table of commands: what `leadglass --help` lists, in the order of the work."""

from app.cli.command import Command
from app.cli.commands import (
    datasets,
    device_rules,
    labels,
    learning,
    masking,
    pixels,
    profiles,
    program,
    projects,
    release,
    vaults,
    words,
)

COMMANDS: tuple[Command, ...] = (
    masking.MASK,
    masking.VERIFY,
    profiles.PROFILES,
    device_rules.DEVICE_RULES,
    pixels.PIXELS,
    projects.NEW,
    projects.IMPORT,
    projects.MASK_REGION,
    words.WORDS,
    labels.LABEL,
    release.REVIEW,
    datasets.EXPORT,
    vaults.VAULT,
    learning.TRAIN,
    learning.EVALUATE,
    learning.OPERATING_POINT,
    learning.REPORT,
    learning.PREDICT,
    learning.HEATMAP,
    program.DEMO,
    program.INFO,
    program.SELFTEST,
    program.WINDOW,
    program.SCREENSHOTS,
)
