"""The presets and the site's own profiles as cards to choose from."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QRadioButton, QVBoxLayout, QWidget

from anonymizer import Profile
from app.gui.widgets.text import label


class _Card(QFrame):
    def __init__(self, profile: Profile, *, own: bool) -> None:
        super().__init__()
        self.setProperty("role", "choice")
        self.choice = QRadioButton(f"{profile.title}  ·  own profile" if own else profile.title)
        self.choice.setAccessibleDescription(profile.description)
        self.choice.toggled.connect(lambda on: self._mark(on=on))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 7, 12, 8)
        layout.setSpacing(2)
        layout.addWidget(self.choice)
        layout.addWidget(label(profile.description, "muted"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the card wherever it is clicked."""
        self.choice.setChecked(True)
        self.choice.setFocus()
        super().mousePressEvent(event)

    def _mark(self, *, on: bool) -> None:
        self.setProperty("chosen", "true" if on else "false")
        self.style().unpolish(self)
        self.style().polish(self)


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
        entry = _Card(profile, own=Path(name).suffix == ".toml")
        self.profiles[name], self.choices[name] = profile, entry.choice
        self._group.addButton(entry.choice)
        entry.choice.toggled.connect(lambda on: self.chosen.emit(name) if on else None)
        self._column.insertWidget(self._column.count() - 1, entry)

    def choose(self, name: str) -> None:
        """Choose a profile."""
        self.choices[name].setChecked(True)
