"""Shows when each class of a label set holds."""

from collections.abc import Sequence
from html import escape

from PySide6.QtWidgets import QWidget

from app.gui.dialogs.text import TextDialog, html_table
from app.gui.labelling.class_panel import full_name
from app.gui.shortcuts import answer_key
from labeller import LabelClass


class DefinitionsDialog(TextDialog):
    """A line for each class: its key, its name, when it holds."""

    def __init__(self, classes: Sequence[LabelClass], parent: QWidget | None = None) -> None:
        rows = [
            (f"{answer_key(each.shortcut) or '–'}   {full_name(each)}", each.definition or "–")
            for each in classes
            if each.kind == "class"
        ]
        hint = "A definition is written with ⋯ beside its class."
        super().__init__("Definitions", f"<p>{escape(hint)}</p>{html_table(rows)}", parent)
