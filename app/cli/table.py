"""The table of commands: what `leadglass --help` lists, in the order of the work."""

from app.cli.command import Command
from app.cli.commands import learning, masking, program, projects

COMMANDS: tuple[Command, ...] = (
    masking.MASK,
    masking.VERIFY,
    projects.NEW,
    projects.IMPORT,
    projects.MASK_REGION,
    projects.LABEL,
    projects.EXPORT,
    learning.TRAIN,
    learning.EVALUATE,
    learning.PREDICT,
    learning.HEATMAP,
    program.DEMO,
    program.INFO,
    program.WINDOW,
    program.SCREENSHOTS,
)
