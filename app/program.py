"""This program itself, to be started as a child: how long jobs run beside the window."""

import os
import sys


def command(*arguments: str) -> list[str]:
    """The command line that runs `leadglass` with these arguments, frozen or from Python.

    `-P` keeps a folder `app` that happens to lie in the current folder from being taken for ours. An installed
    program runs isolated (`-I`) from packages and settings of Python that the user has, and so do its children.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, *arguments]
    return [sys.executable, "-I" if sys.flags.isolated else "-P", "-m", "app", *arguments]


def has_display() -> bool:
    """Whether a window can be shown here."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
