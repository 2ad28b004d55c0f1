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

from anonymizer import OPTIONS, load_profile, profile_names
from app.errors import USER_ERRORS
from app.gui.widgets.text import button, label, scrolled

PROTECTIONS = (
    ("key file", "Key file: opens by itself under your account on this computer"),
    ("passphrase", "Passphrase: asked for once each time the project is opened"),
    ("keyring", "The system's keyring: opens when you are logged in"),
)
SHORTEST = 10  # characters of a passphrase


class NewProjectDialog(QDialog):
    """Name, place, profile, options and how the original identities are locked."""

    made = Signal(object)  # Path of the new project

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("New project")
        self.name = QLineEdit()
        self.name.setPlaceholderText("knees")
        self.place = QLineEdit(_documents())
        self.profile = QComboBox()
        self.description = label("", "muted")
        self.options = {option.name: QCheckBox(option.keeps) for option in OPTIONS}
        self.protection = QComboBox()
        self.passphrase, self.again = QLineEdit(), QLineEdit()
        self.message = label("", "bad")
        layout = QVBoxLayout(self)
        layout.addLayout(self._form())
        layout.addWidget(label("Kept on request", "heading"))
        layout.addWidget(self._options(), 1)
        layout.addWidget(self.message)
        layout.addWidget(self._buttons())
        self._fill()
        letter = self.fontMetrics().averageCharWidth()
        self.resize(letter * 110, letter * 95)

    def _form(self) -> QFormLayout:
        form = QFormLayout()
        form.addRow("&Name", self.name)
        place = QHBoxLayout()
        place.addWidget(self.place, 1)
        place.addWidget(button("&Browse…", self._browse))
        caption = QLabel("In &folder")
        caption.setBuddy(self.place)
        form.addRow(caption, place)
        form.addRow("&Profile", self.profile)
        form.addRow("", self.description)
        form.addRow("&Original identities", self.protection)
        for field, name in ((self.passphrase, "Pa&ssphrase"), (self.again, "Once &more")):
            field.setEchoMode(QLineEdit.EchoMode.Password)
            form.addRow(name, field)
        self._form_layout = form
        return form

    def _options(self) -> QWidget:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        for option in OPTIONS:
            box = self.options[option.name]
            box.setToolTip(f"{option.title} (DICOM PS3.15 Annex E). Price: {option.costs}")
            box.setAccessibleDescription(option.costs)
            column.addWidget(box)
        column.addStretch(1)
        return scrolled(inner)

    def _buttons(self) -> QDialogButtonBox:
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        create = self.buttons.button(kinds.Ok)
        create.setText("&Make the project")
        create.setProperty("role", "primary")
        self.buttons.accepted.connect(self._make)
        self.buttons.rejected.connect(self.reject)
        return self.buttons

    def _fill(self) -> None:
        for name in profile_names():
            self.profile.addItem(load_profile(name).title, name)
        for name, text in PROTECTIONS:
            self.protection.addItem(text, name)
        self.profile.currentIndexChanged.connect(self._show_profile)
        self.protection.currentIndexChanged.connect(self._show_protection)
        self._show_profile()
        self._show_protection()

    def _show_profile(self) -> None:
        profile = load_profile(str(self.profile.currentData()))
        self.description.setText(profile.description)
        for name, box in self.options.items():
            box.setChecked(profile.has(name))
            box.setEnabled(not profile.has(name))

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
        if self.protection.currentData() != "passphrase":
            return ""
        if len(self.passphrase.text()) < SHORTEST:
            return f"A passphrase has at least {SHORTEST} characters; four random words are a good one."
        return "" if self.passphrase.text() == self.again.text() else "The two passphrases differ."

    def _make(self) -> None:
        from app.workflows.projects import create_project

        if complaint := self._complaint():
            self.message.setText(complaint)
            return
        profile = load_profile(str(self.profile.currentData()))
        extra = (name for name, box in self.options.items() if box.isChecked() and not profile.has(name))
        try:
            project = create_project(
                Path(self.place.text()).expanduser() / f"{self.name.text().strip()}.leadglass",
                profile=profile.name,
                options=tuple(extra),
                protection=str(self.protection.currentData()),
                passphrase=self.passphrase.text() or None,
            )
        except USER_ERRORS as error:
            self.message.setText(f"{error} {error.remedy}".strip())
            return
        self.accept()
        self.made.emit(project.folder)


def _documents() -> str:
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
