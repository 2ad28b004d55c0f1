"""The presets and the site's own profiles as cards to choose from."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from anonymizer import Profile
from app.gui.widgets.choice_card import ChoiceCard


class ProfileCards(QWidget):
    """Exactly one is chosen; arrow keys move between them."""

    chosen = Signal(str)

    def __init__(self, profiles: Sequence[tuple[str, Profile]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self.profiles: dict[str, Profile] = {}
        self.choices: dict[str, QRadioButton] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(6)
        self._column.addStretch(1)
        for name, profile in profiles:
            self.add(name, profile)

    @property
    def current(self) -> str:
        """The name or file of the chosen profile."""
        return next((name for name, choice in self.choices.items() if choice.isChecked()), "")

    def add(self, name: str, profile: Profile) -> None:
        """Offer one more profile; one that is offered already is read anew."""
        if name in self.profiles:
            self.profiles[name] = profile
            return
        own = Path(name).suffix == ".toml"
        entry = ChoiceCard(f"{profile.title}  ·  own profile" if own else profile.title, profile.description)
        self.profiles[name], self.choices[name] = profile, entry.choice
        self._group.addButton(entry.choice)
        entry.choice.toggled.connect(lambda on: self.chosen.emit(name) if on else None)
        self._column.insertWidget(self._column.count() - 1, entry)

    def choose(self, name: str) -> None:
        """Choose a profile."""
        self.choices[name].setChecked(True)
