"""The recipes as cards to choose from, made from the trainer's own table."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QVBoxLayout, QWidget

from app.gui.widgets.text import label
from trainer import DEFAULT_RECIPE, RECIPES


class RecipeCard(QPushButton):
    """One recipe: its title and how long it takes, and what it does in plain words."""

    def __init__(self, title: str, duration: str, description: str) -> None:
        super().__init__()
        self.setProperty("role", "choice")
        self.setCheckable(True)
        self.setAccessibleName(f"{title}, {duration}")
        self.setAccessibleDescription(description)
        self._lines = (label(f"{title}  ·  {duration}", "heading"), label(description, "muted"))
        self._column = layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 9, 12, 9)
        layout.setSpacing(3)
        for line in self._lines:
            line.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            layout.addWidget(line)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        """Say that the text wraps."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the room that the wrapped text needs."""
        return self._column.totalHeightForWidth(width)


class RecipeCards(QWidget):
    """Exactly one is chosen; arrow keys move between them."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self.cards: Mapping[str, RecipeCard] = {
            name: RecipeCard(recipe.title, recipe.duration, recipe.description)
            for name, recipe in RECIPES.items()
        }
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for name, entry in self.cards.items():
            self._group.addButton(entry)
            entry.setChecked(name == DEFAULT_RECIPE)
            entry.toggled.connect(lambda on, name=name: self.chosen.emit(name) if on else None)
            layout.addWidget(entry)

    @property
    def recipe(self) -> str:
        """The name of the chosen recipe."""
        return next(name for name, entry in self.cards.items() if entry.isChecked())
