"""The recipes as cards to choose from, made from the trainer's own table."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from app.gui.widgets.choice_card import ChoiceCard
from trainer import FIRST_RECIPE, RECIPES


class RecipeCards(QWidget):
    """Exactly one is chosen; arrow keys move between them."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self.cards: Mapping[str, ChoiceCard] = {
            name: ChoiceCard(f"{recipe.title}  ·  {recipe.duration}", recipe.description)
            for name, recipe in RECIPES.items()
        }
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for name, entry in self.cards.items():
            self._group.addButton(entry.choice)
            entry.choice.setChecked(name == FIRST_RECIPE)
            entry.choice.toggled.connect(lambda on, name=name: self.chosen.emit(name) if on else None)
            layout.addWidget(entry)

    def choose(self, name: str) -> None:
        """Choose the recipe of that name."""
        self.cards[name].choice.setChecked(True)

    @property
    def recipe(self) -> str:
        """The name of the chosen recipe."""
        return next(name for name, entry in self.cards.items() if entry.choice.isChecked())
