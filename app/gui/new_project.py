"""Asks for what a new project needs and makes it."""

from pathlib import Path

from PySide6.QtCore import QStandardPaths, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from anonymizer import judge_passphrase
from app import policy
from app.errors import USER_ERRORS
from app.gui.masking.rules_editor import RulesEditor
from app.gui.widgets.site_note import site_note
from app.gui.widgets.text import button, label

PROTECTIONS = (
    ("key file", "Key file: opens by itself under your account on this computer"),
    ("passphrase", "Passphrase: asked for once each time the project is opened"),
    ("keyring", "The system's keyring: opens when you are logged in"),
)


ENCRYPTED = "&Encrypt the labels too"
MEANS = "The vault must be unlocked before labels can be seen; without what opens it they are lost."


class NewProjectDialog(QDialog):
    """Name, place, how it masks, how the original identities are locked, and whether the catalogue is encrypted."""

    made = Signal(object)  # Path of the new project

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("New project")
        self.name = QLineEdit()
        self.name.setPlaceholderText("knees")
        self.place = QLineEdit(_first_place())
        self.protection = QComboBox()
        self.passphrase, self.again = QLineEdit(), QLineEdit()
        self.encrypted = QCheckBox(ENCRYPTED)
        self.meaning = label(MEANS, "muted")
        self.encrypted.setAccessibleDescription(MEANS)
        self.rules = RulesEditor()
        self.options = {name: each.switch for name, each in self.rules.options.cards.items()}
        self.message = label("", "bad")
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.addLayout(self._form())
        layout.addWidget(self.rules, 1)
        self.site_note = site_note(
            ("Profiles", "Options", "A vault", "Projects", "A passphrase", "The catalogue")
        )
        layout.addWidget(self.site_note)
        layout.addWidget(self.message)
        layout.addWidget(self._buttons())
        self._policy = policy.current()
        for name, text in PROTECTIONS:
            if name in (self._policy.protections or (name,)):
                self.protection.addItem(text, name)
        self.protection.setCurrentIndex(self.protection.findData(self._policy.protection))
        self.encrypted.setChecked(self._policy.encrypts)
        self.encrypted.setEnabled(not self._policy.encryption)
        self.protection.currentIndexChanged.connect(self._show_protection)
        self.rules.changed.connect(self._on_rules)
        self._show_protection()
        letter = self.fontMetrics().averageCharWidth()
        room = self.screen().availableSize()
        self.resize(min(letter * 160, room.width() - 40), min(letter * 135, room.height() - 60))

    def _form(self) -> QFormLayout:
        form = QFormLayout()
        form.addRow("&Name", self.name)
        place = QHBoxLayout()
        place.addWidget(self.place, 1)
        place.addWidget(button("&Browse…", self._browse))
        caption = QLabel("In &folder")
        caption.setBuddy(self.place)
        form.addRow(caption, place)
        form.addRow("Original &identities", self.protection)
        for field, name in ((self.passphrase, "Pa&ssphrase"), (self.again, "Once &more")):
            field.setEchoMode(QLineEdit.EchoMode.Password)
            form.addRow(name, field)
        also = QHBoxLayout()
        also.addWidget(self.encrypted)
        also.addWidget(self.meaning, 1)
        form.addRow("", also)
        self._form_layout = form
        return form

    def _buttons(self) -> QDialogButtonBox:
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self.create_button = self.buttons.button(kinds.Ok)
        self.create_button.setText("Ma&ke the project")
        self.create_button.setProperty("role", "primary")
        self.buttons.accepted.connect(self._make)
        self.buttons.rejected.connect(self.reject)
        return self.buttons

    def _on_rules(self) -> None:
        """A choice that contradicts itself is said at once, and the button says why it is off."""
        complaint = self.rules.complaint()
        self.message.setText(complaint)
        self.create_button.setEnabled(not complaint)
        self.create_button.setToolTip(complaint)
        self.create_button.setAccessibleDescription(complaint)

    def _show_protection(self) -> None:
        wanted = self.protection.currentData() == "passphrase"
        for field in (self.passphrase, self.again):
            self._form_layout.setRowVisible(field, wanted)

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Where the project is made", self.place.text())
        if folder:
            self.place.setText(folder)

    def _complaint(self) -> str:
        if not self.name.text().strip():
            return "Give the project a name."
        if any(sign in self.name.text() for sign in '/\\:*?"<>|'):
            return 'A name holds none of / \\ : * ? " < > |.'
        if self.rules.complaint():
            return self.rules.complaint()
        return self._passphrase_complaint() if self.protection.currentData() == "passphrase" else ""

    def _passphrase_complaint(self) -> str:
        if len(self.passphrase.text()) < self._policy.passphrase_length:
            return f"A passphrase has at least {self._policy.passphrase_length} characters here."
        judgement = judge_passphrase(self.passphrase.text())
        if not judgement.acceptable:
            return judgement.words
        return "" if self.passphrase.text() == self.again.text() else "The two passphrases differ."

    def _make(self) -> None:
        from app.workflows.projects import create_project

        if complaint := self._complaint():
            self.message.setText(complaint)
            return
        profile, options = self.rules.settings()
        try:
            project = create_project(
                Path(self.place.text()).expanduser() / f"{self.name.text().strip()}.leadglass",
                profile=profile,
                options=options,
                protection=str(self.protection.currentData()),
                passphrase=self.passphrase.text() or None,
                encrypted=self.encrypted.isChecked(),
            )
        except USER_ERRORS as error:
            self.message.setText(f"{error} {error.remedy}".strip())
            return
        self.accept()
        self.made.emit(project.folder)


def _first_place() -> str:
    """Where projects are made: as IT has laid down, else among the user's documents."""
    for folder in policy.current().project_folders:
        return str(folder)
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
