"""The recipes as cards to choose from, made from the trainer's own table."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QRadioButton, QVBoxLayout, QWidget

from app.gui.widgets.text import label
from trainer import DEFAULT_RECIPE, RECIPES, Recipe


class RecipeCard(QFrame):
    """One recipe: its title and how long it takes, and what it does in plain words."""

    def __init__(self, recipe: Recipe, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "choice")
        self.choice = QRadioButton(f"{recipe.title}  ·  {recipe.duration}")
        self.choice.setAccessibleDescription(recipe.description)
        self.choice.toggled.connect(lambda on: self._mark(on=on))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 10)
        layout.setSpacing(3)
        layout.addWidget(self.choice)
        layout.addWidget(label(recipe.description, "muted"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the card wherever it is clicked."""
        self.choice.setChecked(True)
        self.choice.setFocus()
        super().mousePressEvent(event)

    def _mark(self, *, on: bool) -> None:
        self.setProperty("chosen", "true" if on else "false")
        self.style().unpolish(self)
        self.style().polish(self)


class RecipeCards(QWidget):
    """Exactly one is chosen; arrow keys move between them."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self.cards: Mapping[str, RecipeCard] = {name: RecipeCard(recipe) for name, recipe in RECIPES.items()}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for name, entry in self.cards.items():
            self._group.addButton(entry.choice)
            entry.choice.setChecked(name == DEFAULT_RECIPE)
            entry.choice.toggled.connect(lambda on, name=name: self.chosen.emit(name) if on else None)
            layout.addWidget(entry)

    @property
    def recipe(self) -> str:
        """The name of the chosen recipe."""
        return next(name for name, entry in self.cards.items() if entry.choice.isChecked())
