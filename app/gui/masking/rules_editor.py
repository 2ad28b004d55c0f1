"""How a project shall mask: a profile to begin with, and its options one by one."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QInputDialog, QVBoxLayout, QWidget

from anonymizer import load_profile
from app import policy
from app.errors import USER_ERRORS, PolicyError
from app.gui.dialogs.errors import show_error
from app.gui.masking.option_cards import TITLES, OptionCards
from app.gui.masking.profile_cards import ProfileCards
from app.gui.masking.warnings import Warnings
from app.gui.widgets.text import button, label, scrolled
from app.workflows.profiles import (
    as_project_settings,
    known_profiles,
    profiles_folder,
    save_profile,
    warnings,
)

UNSPOKEN = "This profile says more than its options. To leave some of them out, save it as your own profile."


class RulesEditor(QWidget):
    """`changed` tells that another profile or other options were chosen."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._policy = policy.current()
        self.profiles = ProfileCards(known_profiles())
        self.options = OptionCards()
        self.warnings = Warnings()
        self.file_button = button("&Profile from a file…", self._ask_file, tip="A TOML file of your site")
        self.save_button = button(
            "Save as &own profile…", self._ask_title, tip="Keep this choice for further projects"
        )
        self._obey()
        left, right, row = QVBoxLayout(), QVBoxLayout(), QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        left.addWidget(label("Begin with", "heading"))
        left.addWidget(scrolled(self.profiles), 5)
        left.addWidget(self.warnings, 3)
        buttons = QHBoxLayout()
        buttons.addWidget(self.file_button)
        buttons.addWidget(self.save_button)
        buttons.addStretch(1)
        left.addLayout(buttons)
        self.caption = label("Kept on request", "heading")
        right.addWidget(self.caption)
        right.addWidget(scrolled(self.options), 1)
        row.addLayout(left, 5)
        row.addLayout(right, 6)
        self.profiles.chosen.connect(self._on_profile)
        self.options.changed.connect(self._on_options)
        self.profiles.choose(next(iter(self.profiles.profiles)))

    def _obey(self) -> None:
        """Offer only what the site's IT allows."""
        if self._policy.profiles:
            allowed = {name: load_profile(name) for name in self._policy.profiles}
            self.profiles = ProfileCards(list(allowed.items()))
            for each in (self.file_button, self.save_button):
                each.setEnabled(False)
                each.setToolTip(policy.SET_BY_IT)
        for name, card in self.options.cards.items():
            if not self._policy.allows_option(name):
                card.switch.setEnabled(False)
                card.setToolTip(policy.SET_BY_IT)

    def complaint(self) -> str:
        """Why no project can be made of this choice, "" where one can."""
        for one, other in self.options.contradictions:
            return f"“{TITLES[one]}” and “{TITLES[other]}” contradict each other: choose one of them."
        found = self._settings()
        if found is None:
            return UNSPOKEN
        try:
            self._policy.check_masking(*found)
        except PolicyError as error:
            return str(error)
        return ""

    def settings(self) -> tuple[str, tuple[str, ...]]:
        """The project's profile and added options, where there is no complaint."""
        found = self._settings()
        if found is None:
            raise ValueError(UNSPOKEN)  # a bug: whoever asks has looked at `complaint`
        return found

    def add_file(self, file: Path) -> None:
        """Offer the profile in a file and choose it. Raises ProfileError."""
        name = str(file.resolve())
        self.profiles.add(name, load_profile(name))
        self.profiles.choose(name)
        self._on_profile(name)

    def save(self, title: str) -> Path:
        """Save the choice as an own profile and choose that. Raises SettingsError, ProfileError."""
        stem = "".join(sign if sign.isalnum() or sign in "-_ " else "-" for sign in title).strip()
        file = profiles_folder() / f"{stem}.toml"
        save_profile(file, title, self.profiles.current, self.options.chosen)
        self.add_file(file)
        return file

    def _settings(self) -> tuple[str, tuple[str, ...]] | None:
        name = self.profiles.current
        return as_project_settings(name, self.profiles.profiles[name], self.options.chosen)

    def _on_profile(self, name: str) -> None:
        self.options.choose(self.profiles.profiles[name].options)

    def _on_options(self) -> None:
        count = len(self.options.chosen)
        self.caption.setText(f"Kept on request: {count} of {len(self.options.cards)}")
        self.save_button.setEnabled(not self.options.contradictions and not self._policy.profiles)
        profile = self.profiles.profiles[self.profiles.current]
        self.warnings.show_conflicts(warnings(profile, self.options.chosen))
        self.changed.emit()

    def _ask_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "A profile", str(profiles_folder()), "Profiles (*.toml)")
        if name:
            try:
                self.add_file(Path(name))
            except USER_ERRORS as error:
                show_error(self, str(error), error.remedy)

    def _ask_title(self) -> None:
        title, accepted = QInputDialog.getText(self, "Save as own profile", "What it shall be called:")
        if accepted and title.strip():
            try:
                self.save(title.strip())
            except USER_ERRORS as error:
                show_error(self, str(error), error.remedy)
