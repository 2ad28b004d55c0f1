"""Changing the label classes and sets from the Label page, each with its small dialog; all can be undone."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QInputDialog, QMessageBox, QWidget

from app.counted import counted
from app.gui import class_steps
from app.gui.class_steps import ClassStep
from app.gui.labelling.attempts import Attempts
from app.gui.labelling.class_panel import ClassPanel
from app.gui.labelling.definition_dialog import DefinitionDialog
from app.gui.labelling.label_set import LabelSetDialog
from app.gui.session import Session
from labeller import Catalogue, InstanceFilter, LabelClass

NO_PARENT = "(stands by itself)"


class ClassChanges(QObject):
    """Does what the class panel asks for.

    `changed` tells that classes or sets are others now, `stepped(step)` what was done and can be taken back.
    """

    changed = Signal()
    stepped = Signal(object)

    def __init__(self, session: Session, panel: ClassPanel, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._panel, self._window = session, panel, window
        self.attempts = Attempts(window)
        panel.add_wanted.connect(self.add)
        panel.rename_wanted.connect(
            lambda old, new: self._take(lambda: class_steps.rename(self._catalogue, old, new))
        )
        panel.remove_wanted.connect(self.remove)
        panel.merge_wanted.connect(self.ask_merge)
        panel.colour_wanted.connect(self.ask_colour)
        panel.definition_wanted.connect(self.ask_definition)
        panel.parent_wanted.connect(self.ask_parent)

    @property
    def _catalogue(self) -> Catalogue:
        return self._session.catalogue

    def attempt(self, change: Callable[[], object]) -> bool:
        """Change something and tell; where it fails, tell the user why and return False."""
        if not self.attempts(change):
            return False
        self.changed.emit()
        return True

    def add(self, name: str) -> None:
        """Make a class of that name."""
        if self._take(lambda: class_steps.add(self._catalogue, name)):
            self._panel.field.clear()

    def remove(self, name: str) -> None:
        """Remove a class; one that is used can be merged into another instead, so that no label is lost."""
        used = self._catalogue.count(InstanceFilter(label=name))
        others = [each.name for each in self._catalogue.classes() if each.name != name]
        if used and others:
            kinds = QMessageBox.StandardButton
            box = QMessageBox(
                QMessageBox.Icon.Question,
                "Remove",
                f"{counted(used)} {'is' if used == 1 else 'are'} labelled “{name}”.",
                kinds.Yes | kinds.Cancel,
                self._window,
            )
            box.setInformativeText("No label is thrown away. They can become labels of another class.")
            box.button(kinds.Yes).setText("&Merge into another class…")
            box.accepted.connect(lambda: self.ask_merge(name))
            box.open()
        else:
            self._take(lambda: class_steps.remove(self._catalogue, self._find(name)))

    def ask_merge(self, name: str) -> None:
        """Let the user choose the class that a class becomes part of."""
        others = [each.name for each in self._catalogue.classes() if each.name != name]
        if not others:
            return
        used = self._catalogue.count(InstanceFilter(label=name))
        chosen, accepted = QInputDialog.getItem(
            self._window, "Merge", _what_becomes(used, name), others, 0, editable=False
        )
        if accepted:
            self.merge(name, chosen)

    def merge(self, name: str, into: str) -> None:
        """Make one class part of another."""
        self._take(lambda: class_steps.merge(self._catalogue, name, into, self._session.signing_reader))

    def ask_colour(self, name: str) -> None:
        """Let the user choose a class's colour."""
        known = self._find(name)
        chosen = QColorDialog.getColor(QColor(known.colour), self._window, f"Colour of “{name}”")
        if chosen.isValid() and chosen.name() != known.colour:
            self._take(lambda: class_steps.recolour(self._catalogue, known, chosen.name()))

    def ask_definition(self, name: str) -> None:
        """Let the user write when a class holds; readers see it when the mouse rests on the class."""
        known = self._find(name)
        dialog = DefinitionDialog(known, self._window)
        dialog.written.connect(
            lambda text: self._take(lambda: class_steps.define(self._catalogue, known, text))
        )
        dialog.open()

    def ask_parent(self, name: str) -> None:
        """Let the user say which class a class is a kind of."""
        others = [NO_PARENT, *(each.name for each in self._catalogue.classes() if each.name != name)]
        known = self._find(name)
        now = others.index(known.parent or NO_PARENT)
        chosen, accepted = QInputDialog.getItem(
            self._window, "Kind of", f"“{name}” is a kind of:", others, now, editable=False
        )
        if accepted and chosen != others[now]:
            parent = "" if chosen == NO_PARENT else chosen
            self._take(lambda: class_steps.put_under(self._catalogue, known, parent))

    def ask_set(self) -> None:
        """Let the user make a label set, and work in it."""
        dialog = LabelSetDialog(self._window)
        dialog.accepted.connect(lambda: self._make_set(dialog))
        dialog.open()

    def _make_set(self, dialog: LabelSetDialog) -> None:
        name = dialog.name()
        if self.attempt(
            lambda: self._catalogue.add_label_set(name, scope=dialog.scope(), several=dialog.several())
        ):
            self._session.choose_label_set(name)

    def _find(self, name: str) -> LabelClass:
        return next(each for each in self._catalogue.classes() if each.name == name)

    def _take(self, make: Callable[[], ClassStep]) -> bool:
        """Take a step of the present label set, which can be taken back."""
        step = make()
        if not self.attempt(step.do):
            return False
        self.stepped.emit(step)
        self._session.status.emit(f"{step.words[:1].upper()}{step.words[1:]}. Undo takes it back.")
        return True


def _what_becomes(used: int, name: str) -> str:
    if not used:
        return f"No image is labelled “{name}”. What it was becomes part of:"
    return f"The {counted(used)} of “{name}” {'becomes' if used == 1 else 'become'}:"
