"""How long work tells what it does: one small interface, three ways to show it.

Workflows take a `Progress`; the command line passes one that draws a bar, prints JSON lines or stays silent.
The lines' format is in docs/architecture.md.
"""

from collections.abc import Mapping
from typing import Any, Protocol


class Progress(Protocol):
    """What a workflow tells while it works, and the one thing that it asks: was it cancelled?"""

    def stage(self, title: str, total: int | None = None) -> None:
        """Begin a part of the work; `total` is None while it is unknown."""

    def step(self, done: int, message: str = "") -> None:
        """`done` of the stage's total are finished."""

    def item(self, kind: str, facts: Mapping[str, Any]) -> None:
        """One thing is finished: kind "file", "epoch", "prediction", "finding" or "note"."""

    def cancelled(self) -> bool:
        """Whether the user wants the work to stop."""
