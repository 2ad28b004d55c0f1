"""What a command of the program is: a name, a text that teaches, its arguments and what it does."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.progress import Progress

DONE = 0
SOME_FAILED = 1
WRONG_USE = 2
CANCELLED = 130


@dataclass(frozen=True, slots=True)
class Result:
    """How a command ended: for people, for programs, and for the shell."""

    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    code: int = DONE


@dataclass(frozen=True, slots=True)
class Command:
    """One entry in the table of commands, from which the parser and the help are made."""

    name: str
    summary: str  # one line in `leadglass --help`
    teaches: str  # the text of `leadglass NAME --help`
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Progress], Result]
