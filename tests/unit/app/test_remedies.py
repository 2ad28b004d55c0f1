"""What is told in the window names nothing that can only be typed at a command line."""

import ast
import re
from pathlib import Path

import app
from app.errors import for_window

ROOT = Path(app.__file__).parent.parent
TYPED = re.compile(r"--[a-z]|leadglass [a-z]+")


def test_what_helps_at_the_command_line_alone_is_left_out_in_the_window():
    assert (
        for_window("Choose another folder, or replace it (--overwrite).")
        == "Choose another folder, or replace it."
    )
    assert for_window("Make a new project (leadglass new).") == "Make a new project."
    assert for_window("Rename it (64 characters).") == "Rename it (64 characters)."


def test_every_message_that_reaches_the_window_has_its_options_in_brackets():
    told = []
    for package in ("anonymizer", "labeller", "trainer", "app/workflows"):
        for file in sorted((ROOT / package).rglob("*.py")):
            told += [(file.name, text) for text in _raised(ast.parse(file.read_text(encoding="utf-8")))]
    assert len(told) > 100
    assert [(name, text) for name, text in told if TYPED.search(for_window(text))] == []


def _raised(tree):
    """Texts of the errors that a module raises."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            for argument in node.exc.args:
                yield "".join(
                    part.value
                    for part in ast.walk(argument)
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                )
