"""Changing the label classes and sets from the Label page, each with its small dialog."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QInputDialog, QWidget

from app.errors import USER_ERRORS
from app.gui.dialogs.errors import show_error
from app.gui.dialogs.label_set import LabelSetDialog
from app.gui.labelling.class_panel import ClassPanel
from app.gui.session import Session
from labeller import Catalogue, LabelClass

NO_PARENT = "(stands by itself)"


class ClassChanges(QObject):
    """Does what the class panel asks for; `changed` tells that classes or sets are others now."""

    changed = Signal()

    def __init__(self, session: Session, panel: ClassPanel, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._panel, self._window = session, panel, window
        panel.add_wanted.connect(self.add)
        panel.rename_wanted.connect(lambda old, new: self._do(lambda: self._catalogue.rename_class(old, new)))
        panel.remove_wanted.connect(lambda name: self._do(lambda: self._catalogue.remove_class(name)))
        panel.colour_wanted.connect(self.ask_colour)
        panel.definition_wanted.connect(self.ask_definition)
        panel.parent_wanted.connect(self.ask_parent)

    @property
    def _catalogue(self) -> Catalogue:
        return self._session.catalogue

    def add(self, name: str) -> None:
        """Make a class of that name."""
        if self._do(lambda: self._catalogue.add_class(name)):
            self._panel.field.clear()

    def ask_colour(self, name: str) -> None:
        """Let the user choose a class's colour."""
        known = self._find(name)
        chosen = QColorDialog.getColor(QColor(known.colour), self._window, f"Colour of “{name}”")
        if chosen.isValid():
            self._do(lambda: self._catalogue.change_class(name, colour=chosen.name()))

    def ask_definition(self, name: str) -> None:
        """Let the user write when a class holds; readers see it when the mouse rests on the class."""
        text, accepted = QInputDialog.getMultiLineText(
            self._window, "Definition", f"“{name}” holds when:", self._find(name).definition
        )
        if accepted:
            self._do(lambda: self._catalogue.change_class(name, definition=text))

    def ask_parent(self, name: str) -> None:
        """Let the user say which class a class is a kind of."""
        others = [NO_PARENT, *(each.name for each in self._catalogue.classes() if each.name != name)]
        now = self._find(name).parent or NO_PARENT
        chosen, accepted = QInputDialog.getItem(
            self._window, "Kind of", f"“{name}” is a kind of:", others, others.index(now), editable=False
        )
        if accepted:
            parent = "" if chosen == NO_PARENT else chosen
            self._do(lambda: self._catalogue.change_class(name, parent=parent))

    def ask_set(self) -> None:
        """Let the user make a label set, and work in it."""
        dialog = LabelSetDialog(self._window)
        dialog.accepted.connect(lambda: self._make_set(dialog))
        dialog.open()

    def _make_set(self, dialog: LabelSetDialog) -> None:
        name = dialog.name()
        if self._do(
            lambda: self._catalogue.add_label_set(name, scope=dialog.scope(), several=dialog.several())
        ):
            self._session.choose_label_set(name)

    def _find(self, name: str) -> LabelClass:
        return next(each for each in self._catalogue.classes() if each.name == name)

    def _do(self, change: Callable[[], object]) -> bool:
        try:
            change()
        except USER_ERRORS as error:
            show_error(self._window, str(error), error.remedy)
            return False
        self.changed.emit()
        return True
