"""How the command line shows work and results: a bar and text, JSON lines, or nothing."""

import json
import os
import signal
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Protocol, TextIO

from rich.console import Console as Terminal
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from app.progress import Progress


class Cancellation:
    """Whether the user wants the work to stop: Ctrl+C, a termination signal, or the window closing our input.

    The window may also write "pause" or "resume", a line each: whoever asks during a pause waits for its end.
    """

    def __init__(self) -> None:
        self._wanted = threading.Event()
        self._going = threading.Event()
        self._going.set()

    def listen(self) -> None:
        """Begin to listen. A second Ctrl+C ends the program at once."""
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)
        if os.environ.get("LEADGLASS_JOB") == "1":
            threading.Thread(target=self._watch_input, daemon=True).start()

    def __call__(self) -> bool:
        """Whether it is wanted."""
        self._going.wait()
        return self._wanted.is_set()

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self._wanted.is_set():
            signal.signal(number, signal.SIG_DFL)
        self._want()

    def _watch_input(self) -> None:
        # The descriptor is read, not sys.stdin: a thread blocked inside a buffered reader holds a lock that
        # makes the interpreter abort at exit.
        while told := os.read(0, 1024):
            for line in told.split():
                if line == b"pause":
                    self._going.clear()
                elif line == b"resume":
                    self._going.set()
        self._want()

    def _want(self) -> None:
        self._wanted.set()
        self._going.set()


class Output(Progress, Protocol):
    """A `Progress` that also shows how the command ended."""

    def result(self, code: int, facts: Mapping[str, Any], text: str) -> None:
        """Show the result: `facts` to programs, `text` to people."""

    def error(self, message: str, remedy: str) -> None:
        """Show why there is no result."""


@dataclass(slots=True)
class JsonLines:
    """One JSON object a line, for the window and for scripts."""

    stream: TextIO
    cancelled: Cancellation
    document: bool = False  # the result goes to standard output as one document of its own
    _total: int | None = None

    def stage(self, title: str, total: int | None = None) -> None:
        """A part of the work begins."""
        self._total = total
        self._write("stage", title=title, total=total)

    def step(self, done: int, message: str = "") -> None:
        """So much of it is done."""
        self._write("step", done=done, total=self._total, message=message)

    def item(self, kind: str, facts: Mapping[str, Any]) -> None:
        """One thing is finished."""
        self._write("item", **{**facts, "kind": kind})

    def result(self, code: int, facts: Mapping[str, Any], text: str) -> None:  # noqa: ARG002 - part of Output
        """The command ended."""
        if self.document:
            _document(facts)
        self._write("result", **{**facts, "exit": code})

    def error(self, message: str, remedy: str) -> None:
        """The command could not do its work."""
        self._write("error", message=message, remedy=remedy)

    def _write(self, event: str, **facts: object) -> None:
        self.stream.write(json.dumps({"event": event, **facts}, ensure_ascii=False, default=str) + "\n")
        self.stream.flush()


@dataclass(slots=True)
class Text:
    """Sentences and, on a terminal, a progress bar; the bar and errors go to standard error."""

    cancelled: Cancellation
    show_progress: bool
    document: bool = False
    _terminal: Terminal = field(default_factory=lambda: Terminal(stderr=True))
    _bar: Bar | None = None
    _task: Any = None
    _title: str = ""
    _last_tenth: int = -1
    _total: int | None = None

    def stage(self, title: str, total: int | None = None) -> None:
        """A part of the work begins."""
        if not self.show_progress:
            return
        self._title, self._total, self._last_tenth = title, total, -1
        if not self._terminal.is_terminal:
            self._terminal.print(f"{escape(title)} …", soft_wrap=True)
            return
        if self._bar is None:
            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
            )
            self._bar = Bar(*columns, console=self._terminal)
            self._bar.start()
        if self._task is not None:
            self._bar.stop_task(self._task)
        self._task = self._bar.add_task(escape(title), total=total)

    def step(self, done: int, message: str = "") -> None:
        """So much of it is done."""
        if self._bar is not None:
            description = f"{escape(self._title)} {escape(message)}".rstrip()
            self._bar.update(self._task, completed=done, total=self._total, description=description)
        elif self.show_progress and self._total:
            # A log file gets ten lines a stage rather than a bar.
            tenth = 10 * done // self._total
            if tenth > self._last_tenth:
                self._last_tenth = tenth
                self._terminal.print(f"  {done} of {self._total} {escape(message)}".rstrip(), soft_wrap=True)

    def item(self, kind: str, facts: Mapping[str, Any]) -> None:
        """One thing is finished; notes are shown, the rest is in the summary."""
        if kind == "note" and self.show_progress:
            self._terminal.print(escape(str(facts.get("text", ""))), soft_wrap=True)

    def result(self, code: int, facts: Mapping[str, Any], text: str) -> None:  # noqa: ARG002 - part of Output
        """The command ended."""
        self._close()
        if self.document:
            _document(facts)
        elif text:
            sys.stdout.write(text.rstrip("\n") + "\n")
        sys.stdout.flush()

    def error(self, message: str, remedy: str) -> None:
        """The command could not do its work."""
        self._close()
        sys.stderr.write(f"leadglass: {message}\n" + (f"{remedy}\n" if remedy else ""))

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
            self._task = None


def _document(facts: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(facts, indent=2, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def make_output(progress: str, *, as_json: bool, cancelled: Cancellation) -> Output:
    """The output for `--progress auto|json|none` and `--json`."""
    if progress == "json":
        return JsonLines(sys.stderr if as_json else sys.stdout, cancelled, document=as_json)
    return Text(cancelled, show_progress=progress == "auto", document=as_json)
